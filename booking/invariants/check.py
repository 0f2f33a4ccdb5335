"""
The eight things that hold whatever happened: a crash, a race, a provider that repeats itself, a hand in the tables.

Each returns a sentence for each fault, none when all is well. They read what the whole system wrote, so they stand
above it and no use case calls them: a command does (`check_invariants`), nightly, and after every campaign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q

from booking.appointments.extend import EXTENSION
from booking.appointments.hold import HOLD_LASTS
from booking.appointments.models import Hold
from booking.audit.chain import what_breaks_the_chain
from booking.audit.follow import what_is_gone, what_was_not_written_down
from booking.invariants.bookings import acknowledged_and_gone, confirmed_and_not_told
from booking.invariants.borders import what_crosses_collectives
from booking.invariants.money import what_stays_wrongly
from booking.tenders.check import what_is_wrong_with_tenders
from collective.ledger.check import what_is_wrong_in_the_books
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.distribution.check import what_disagrees_with_the_transfers
from collective.timetable.models import Occupancy

Check = Callable[[datetime], Iterator[str]]
CLEARED_WITHIN = timedelta(minutes=5)  # after its end; the rounds take a minute


def taken_twice(at: datetime) -> Iterator[str]:
    """I1. No two occupancies of one resource overlap."""
    twice = Occupancy.objects.filter(
        resource__occupancies__id__gt=F("id"),
        resource__occupancies__starts_at__lt=F("ends_at"),
        resource__occupancies__ends_at__gt=F("starts_at"),
    )
    for occupancy in twice.distinct():
        yield f"resource {occupancy.resource_id} is taken twice, by {occupancy.reference} among others"


def unbalanced(at: datetime) -> Iterator[str]:
    """I2. Each entry sums to zero per unit, what two entities owe each other agrees, what was given stands there."""
    yield from what_is_wrong_in_the_books()
    yield from what_is_wrong_with_tenders()


def money_astray(at: datetime) -> Iterator[str]:
    """I3. What was taken, given back and sent stands once in the books; what was cancelled went back by its rule."""
    yield from what_disagrees_with_the_payments()
    yield from what_disagrees_with_the_transfers()
    yield from what_stays_wrongly()


def lost(at: datetime) -> Iterator[str]:
    """I4. Every booking that somebody was told of, or paid for, exists."""
    yield from what_is_gone()
    yield from acknowledged_and_gone()


def held_too_long(at: datetime) -> Iterator[str]:
    """I5. No slot is held longer than its ten minutes, twenty when extended, and what a round needs to clear it."""
    live = Hold.objects.filter(ended_at__isnull=True)
    late = Q(expires_at__lt=at - CLEARED_WITHIN) | Q(expires_at__gt=F("created_at") + HOLD_LASTS + EXTENSION)
    for hold in live.filter(late).order_by("pk"):
        yield f"hold {hold.pk} of {hold.created_at:%Y-%m-%d %H:%M} still keeps its slot"


def untold(at: datetime) -> Iterator[str]:
    """I6. Each confirmation has exactly one message to its customer."""
    yield from confirmed_and_not_told()


def unwritten(at: datetime) -> Iterator[str]:
    """I7. The audit log leads to every state, and its chain is whole."""
    yield from what_was_not_written_down()
    yield from what_breaks_the_chain(at=at)


def crossing(at: datetime) -> Iterator[str]:
    """I8. No row joins what belongs to two collectives."""
    yield from what_crosses_collectives()


INVARIANTS: dict[str, Check] = {
    "I1": taken_twice,
    "I2": unbalanced,
    "I3": money_astray,
    "I4": lost,
    "I5": held_too_long,
    "I6": untold,
    "I7": unwritten,
    "I8": crossing,
}


def what_is_broken(*, at: datetime) -> dict[str, list[str]]:
    """Return the faults of each invariant, by its number."""
    return {number: list(check(at)) for number, check in INVARIANTS.items()}
