"""Keep a slot, or minutes of a drop-off day, for ten minutes while a person says who comes and pays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.appointments.give_back import end_hold
from booking.appointments.models import BikeType, Hold, HoldLine
from booking.appointments.seat import Start, put_in_seat, take_time
from booking.appointments.where import WhereMissing, where_of
from booking.availability.needs import NothingToDo, Work, work_at
from booking.diagnosis.models import Diagnosis
from booking.services.offers import Offer
from collective.places.point import Point
from collective.timetable.models import Occupancy
from collective.timetable.retry import again_when_busy

HOLD_LASTS = timedelta(minutes=10)


class OfferWithdrawn(BadInput):
    code = "offer_withdrawn"
    message = _("This workshop no longer offers this work. Please choose another workshop.")


class UnknownBikeType(BadInput):
    code = "unknown_bike_type"
    message = _("We do not know this type of bicycle. Please choose one from the list.")


@again_when_busy
def hold_slot(
    *,
    offers: Sequence[Offer],
    starts_at: datetime,
    bike_type: str,
    certification: str = "",
    where: Point | None = None,
    place: str = "",
    diagnosis: Diagnosis | None = None,
    instead_of: Hold | None = None,
    at: datetime,
) -> Hold:
    """
    Keep the slot that begins at `starts_at` for the work in `offers`, at today's prices, for ten minutes.

    `certification` is a brand that the mechanic must know; `where`, a point that people call `place`, is where an
    itinerant mechanic comes. `instead_of` is the hold this person has already: it ends in the same transaction, and
    stays when this one fails.

    :raises BadInput: for no work, work of several workshops, work no longer sold or an unknown type of bicycle; for an
        itinerant mechanic without a point (WhereMissing), or with one that is not served (NotServed).
    :raises SlotTaken: when somebody was faster.
    :raises NotASlot: when nothing begins there: outside hours, in the past, too soon or too far ahead.
    """
    work = _work(offers, bike_type=bike_type, certification=certification)
    comes = work.workshop.is_itinerant
    if comes and where is None:
        raise WhereMissing
    hold = _new_hold(work, diagnosis=diagnosis, at=at)
    if comes and where is not None:
        hold.lat, hold.lon, hold.place = where.lat, where.lon, place
    return _keep(hold, work, Start(starts_at, None), instead_of=instead_of, at=at)


@again_when_busy
def hold_day(
    *,
    offers: Sequence[Offer],
    day: date,
    bike_type: str,
    certification: str = "",
    diagnosis: Diagnosis | None = None,
    instead_of: Hold | None = None,
    at: datetime,
) -> Hold:
    """
    Keep minutes of a local day, on which the bicycle is left at the workshop, as `hold_slot` keeps a slot.

    :raises BadInput: as there.
    :raises DayFull: when the day is sold out.
    :raises NotADropOffDay: when the workshop takes no bicycles in on that day.
    """
    work = _work(offers, bike_type=bike_type, certification=certification)
    hold = _new_hold(work, diagnosis=diagnosis, at=at)
    return _keep(hold, work, Start(None, day), instead_of=instead_of, at=at)


def _work(offers: Sequence[Offer], *, bike_type: str, certification: str) -> Work:
    if bike_type not in BikeType.values:
        raise UnknownBikeType
    offers = tuple(dict.fromkeys(offers))
    if not offers:
        raise NothingToDo
    work = work_at(workshop=offers[0].workshop, offers=offers, bike_type=bike_type, certification=certification)
    if Offer.objects.on_sale().filter(pk__in=[offer.pk for offer in offers]).count() < len(offers):
        raise OfferWithdrawn
    return work


def _new_hold(work: Work, *, diagnosis: Diagnosis | None, at: datetime) -> Hold:
    return Hold(
        token=uuid.uuid4(),
        workshop=work.workshop,
        bike_type=work.bike_type,
        certification=work.certification,
        diagnosis=diagnosis,
        created_at=at,
        expires_at=at + HOLD_LASTS,
    )


@transaction.atomic
def _keep(hold: Hold, work: Work, start: Start, *, instead_of: Hold | None, at: datetime) -> Hold:
    before = Hold.objects.locked(instead_of.pk) if instead_of else None
    seat = take_time(
        work,
        start,
        where=where_of(hold),
        reason=Occupancy.Reason.HOLD,
        reference=hold.reference,
        expires_at=hold.expires_at,
        at=at,
        instead_of=before.reference if before else None,
    )
    if before and before.ended_at is None:
        end_hold(before, at=at)
    put_in_seat(hold, seat)
    hold.save()
    lines = zip(work.offers, work.lines_minutes, strict=True)
    HoldLine.objects.bulk_create(held_line(hold, offer, minutes=minutes) for offer, minutes in lines)
    return hold


def held_line(hold: Hold, offer: Offer, *, minutes: int) -> HoldLine:
    """Make a line of the hold, at the offer's price of today; it is not saved."""
    return HoldLine(
        hold=hold,
        offer=offer,
        minutes=minutes,
        labour_cents=offer.labour_cents,
        parts_cents=offer.parts_cents,
    )
