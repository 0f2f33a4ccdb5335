"""Compare the product with the oracle on one random world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

from django.db import transaction

from booking.availability.choose import NotASlot, SlotTaken
from booking.availability.scan import slots_of
from booking.availability.take import take_slot
from collective.timetable.models import Occupancy
from tests.booking.availability import oracle
from tests.booking.availability.worlds import build, make_world, where_of


def differences(seed: int) -> list[str]:
    """
    Give a sentence for each way in which search or taking differ from the oracle on the world of this seed.

    What search shows can be taken, what it does not show is refused: some starts of each are tried. Nothing stays.
    """
    with transaction.atomic():
        found = list(_differences(seed))
        transaction.set_rollback(True)
    return found


def _differences(seed: int) -> Iterator[str]:
    dice = Random(seed)
    world = make_world(dice)
    work, where = build(world), where_of(world)
    asked = {"first": world.first, "last": world.last, "at": world.at, "where": where}
    due = oracle.slots(world)
    found = [(slot.starts_at, slot.ends_at) for slot in slots_of(work=work, **asked)]
    if found != due:
        yield f"seed {seed}: search lacks {_starts(due, found)}, has too many {_starts(found, due)}; {world}"
    if slots_of(work=work, limit=3, **asked) != found[:3]:
        yield f"seed {seed}: the first three are not the first three"
    shown = {starts_at for starts_at, _ends_at in due}
    for starts_at in _tried(dice, world, shown):
        if _can_be_taken(work, starts_at, where, world) != (starts_at in shown):
            yield f"seed {seed}: {starts_at} shown {starts_at in shown}, taken otherwise; {world}"


def _starts(some: list[tuple[datetime, datetime]], others: list[tuple[datetime, datetime]]) -> list[str]:
    return [starts_at.isoformat() for starts_at, _ends_at in some if (starts_at, _ends_at) not in others][:5]


def _tried(dice: Random, world: oracle.World, shown: set[datetime]) -> list[datetime]:
    """A few that are shown, a few that begin at a step and are not, one that may be anywhere."""
    steps = [start for start in oracle.Day(world, world.first).starts() if start not in shown]
    tried = dice.sample(sorted(shown), k=min(2, len(shown))) + dice.sample(steps, k=min(2, len(steps)))
    return [*tried, oracle.Day(world, world.last).begins + dice.randint(0, 287) * oracle.FIVE]


def _can_be_taken(work, starts_at: datetime, where, world: oracle.World) -> bool:
    with transaction.atomic():
        try:
            seat = take_slot(
                work=work,
                starts_at=starts_at,
                reason=Occupancy.Reason.HOLD,
                reference="hold:oracle",
                expires_at=None,
                at=world.at,
                where=where,
            )
        except (SlotTaken, NotASlot):
            return False
        assert (seat.second_mechanic is None) == (seat.second_from is None)
        transaction.set_rollback(True)
    return True
