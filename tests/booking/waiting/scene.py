"""What happens around a wait, in a word each: people join, time is freed, the sweeps pass."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from backend.lib.outbox import put, sweep_outbox
from backend.lib.outbox_models import OutboxRow
from booking.waiting.join import join_wait
from booking.waiting.models import SlotOffer, Wait
from collective.timetable.freed import KIND as FREED
from collective.timetable.models import Occupancy, Resource
from collective.timetable.occupy import occupy, release
from collective.timetable.periods import Period
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import AT, NINE
from tests.factories import LILLE

TUESDAY = date(2026, 11, 24)
FULL = "closure:full"  # what takes the whole day: released, it frees it


def fill(workshop: Workshop, day: date = TUESDAY, *, at: datetime = AT) -> None:
    """Take every mechanic's time of that day but for the night."""
    mechanics = list(Resource.objects.filter(workshop=workshop, kind="mechanic").select_related("workshop"))
    begins = datetime.combine(day, datetime.min.time(), tzinfo=workshop.zone)
    whole = Period(begins + timedelta(hours=6), begins + timedelta(hours=22))
    occupy(resources=mechanics, period=whole, reason=Occupancy.Reason.CLOSURE, reference=FULL, expires_at=None, at=at)


def leave_half_an_hour(workshop: Workshop) -> None:
    """Fill Tuesday but for half an hour from nine, before anybody waits."""
    fill(workshop)
    free_half_an_hour(workshop)
    pass_freed()


def free_half_an_hour(workshop: Workshop, starts_at: datetime = NINE, *, at: datetime = AT) -> None:
    """Leave half an hour of a full day, as a cancellation does."""
    full = Occupancy.objects.filter(reference=FULL).order_by("pk")
    periods = [(one.starts_at, one.ends_at) for one in full]
    mechanics = list(Resource.objects.filter(workshop=workshop, kind="mechanic").select_related("workshop"))
    ends_at = starts_at + timedelta(minutes=30)
    with transaction.atomic():
        release(reference=FULL, at=at)
        for since, until in dict.fromkeys(periods):
            for begins, ends in ((since, min(until, starts_at)), (max(since, ends_at), until)):
                if begins < ends:
                    period = Period(begins, ends)
                    occupy(
                        resources=mechanics,
                        period=period,
                        reason=Occupancy.Reason.CLOSURE,
                        reference=FULL,
                        expires_at=None,
                        at=at,
                    )


def join(who: str = "ana", *, at: datetime = AT, **given: Any) -> Wait:
    lat, lon = LILLE
    asked = {
        "email": f"{who}@example.org",
        "phone": "06 12 34 56 78",
        "name": who.capitalize(),
        "language": "fr",
        "lat": lat,
        "lon": lon,
        "radius_km": 5,
        "place": "Lille (59000)",
        "interventions": ["PUNCTURE"],
        "bike_type": "city",
        "first": TUESDAY,
        "last": TUESDAY,
    }
    return join_wait(**asked | given, at=at)


def say_freed(workshop: Workshop, first: date = TUESDAY, last: date | None = None, *, at: datetime = AT) -> None:
    with transaction.atomic():
        put(
            FREED,
            {"workshop": workshop.pk, "first": first.isoformat(), "last": (last or first).isoformat()},
            due_at=at,
        )


def pass_freed(*, at: datetime = AT) -> None:
    """Handle what was freed, and what follows from it, until nothing is left."""
    while sweep_outbox(at=at, kinds=[FREED]):
        pass
    failed = [row.last_error for row in OutboxRow.objects.exclude(last_error="")]
    assert not failed, failed


def open_offers() -> list[SlotOffer]:
    offers = SlotOffer.objects.open_().select_related("wait__appointment", "workshop", "mechanic")
    return list(offers.order_by("pk"))


def offered_to() -> list[str]:
    """Whose offers are open, first names, in the order in which they were made."""
    return [offer.person.split("@")[0] for offer in open_offers()]
