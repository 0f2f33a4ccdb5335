"""
Time became free at a workshop: offer it to who waits, in order of joining, one person a slot.

A row of the outbox says where and which days. Its handler makes at most one offer, in the transaction that completes
the row: the slot's occupancies, the offer and the mail stand together or not at all. What is left to look at is put as
the next row, so no transaction is long and none locks the days of two offers.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from backend.lib.errors import RuleBroken
from backend.lib.outbox import handles, put
from booking.availability.needs import Work
from booking.availability.scan import Slot
from booking.availability.take import take_slot
from booking.waiting.answer_time import answer_by
from booking.waiting.matching import Freed, Searches, begin_apart, comes_to, suits, waiting_near, without_an_offer
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.notify import tell_offered
from collective.timetable.freed import KIND
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop

MOST_WAITS = 200  # looked at in one transaction
MOST_SEARCHES = 40  # of slots, in one transaction
APART = timedelta(hours=2)  # between two slots that the same workshop offers to the same person
TRIES = 3  # when somebody else takes the slot between looking and keeping it


@handles(KIND)
def offer_freed(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Offer one slot that is free at a workshop, from `first` to `last`, to the first who waits for it.

    Nobody waits: nothing happens, and the slot stays on sale as it was.
    """
    freed = _read(payload, at=at)
    if freed is None:
        return
    waits = _after(without_an_offer(waiting_near(freed.workshop, first=freed.first, last=freed.last)), payload)
    looked_at = list(waits.select_related("appointment__workshop")[:MOST_WAITS])
    searches = Searches(freed, at)
    for wait in looked_at:
        if _offer_one(wait, searches, at=at) or searches.done >= MOST_SEARCHES:
            _go_on(payload, wait, at=at)
            return
    if len(looked_at) == MOST_WAITS:
        _go_on(payload, looked_at[-1], at=at)


def _read(payload: dict[str, Any], *, at: datetime) -> Freed | None:
    """
    Lock the workshop against others who offer its slots, and return what of it can still be sold, if anything.

    Not a key's lock: who books meanwhile need not wait for it. Each then locks waits in order of joining, and free days
    last, as everybody does: none waits for another that waits for it.
    """
    open_ = Workshop.objects.open_to_all().select_for_update(no_key=True, of=("self",))
    workshop = open_.filter(pk=payload["workshop"]).first()
    if workshop is None:
        return None
    today = at.astimezone(workshop.zone).date()
    first = max(date.fromisoformat(payload["first"]), today)
    last = min(date.fromisoformat(payload["last"]), today + timedelta(days=workshop.horizon_days))
    return Freed(workshop, first, last) if first <= last else None


def _after(waits: Any, payload: dict[str, Any]) -> Any:
    """Leave out those whom an earlier row has looked at."""
    if "after" not in payload:
        return waits
    joined_at, pk = datetime.fromisoformat(payload["after"][0]), payload["after"][1]
    return waits.filter(Q(joined_at__gt=joined_at) | Q(joined_at=joined_at, pk__gt=pk))


def _go_on(payload: dict[str, Any], wait: Wait, *, at: datetime) -> None:
    put(KIND, payload | {"after": [wait.joined_at.isoformat(), wait.pk]}, due_at=at)


def _offer_one(wait: Wait, searches: Searches, *, at: datetime) -> SlotOffer | None:
    """Offer this person the earliest slot that suits; None when none does, or they have one to answer already."""
    if not suits(wait, searches.freed.workshop) or not (found := searches.slots_for(wait)):
        return None
    work, slots = found
    wait = _locked(wait)
    if not wait.is_waiting or SlotOffer.objects.open_().filter(person=wait.person).exists():
        return None
    said_before = wait.offers.filter(workshop=searches.freed.workshop).values_list("starts_at", flat=True)
    for slot in begin_apart(slots, said_before, apart=APART)[:TRIES]:
        expires_at = _deadline(wait, slot, searches.freed.workshop, at=at)
        if expires_at and (offer := _keep(wait, work, slot, expires_at=expires_at, at=at)):
            return offer
    return None


def _locked(wait: Wait) -> Wait:
    """Lock the wait: two that look at once offer in order, the second sees the first one's offer."""
    locked = Wait.objects.locked(wait.pk)
    locked.appointment = wait.appointment
    return locked


def _deadline(wait: Wait, slot: Slot, workshop: Workshop, *, at: datetime) -> datetime | None:
    """
    Return by when to answer: while the slot could still be sold to another, and while the appointment that would be
    moved up still may be moved.
    """
    latest = slot.starts_at - workshop.notice
    if wait.appointment is not None:
        latest = min(latest, wait.appointment.free_until)
    return answer_by(at=at, latest=latest, zone=workshop.zone)


def _keep(wait: Wait, work: Work, slot: Slot, *, expires_at: datetime, at: datetime) -> SlotOffer | None:
    """
    Take the slot for the offer and say so; None when somebody was faster, or this person has an offer meanwhile.

    The occupancies run out with the offer: even if no sweep passed, the slot could be sold from the deadline on.
    """
    offer = SlotOffer(
        token=uuid.uuid4(),
        wait=wait,
        person=wait.person,
        workshop=work.workshop,
        offered_at=at,
        expires_at=expires_at,
    )
    try:
        with transaction.atomic():
            seat = take_slot(
                work=work,
                starts_at=slot.starts_at,
                reason=Occupancy.Reason.OFFER,
                reference=offer.reference,
                expires_at=expires_at,
                at=at,
                where=comes_to(wait, work.workshop),
            )
            offer.mechanic, offer.starts_at, offer.ends_at = seat.mechanic, seat.starts_at, seat.ends_at
            offer.second_mechanic, offer.second_from = seat.second_mechanic, seat.second_from
            offer.save()
    except (RuleBroken, IntegrityError):
        return None
    tell_offered(offer, total_cents=work.total_cents, at=at)
    return offer
