"""Taking a slot: what is shown can be taken, once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from booking.availability.needs import NothingToDo, OffersOfAnother, work_at
from booking.availability.scan import slots_of
from booking.availability.take import NotASlot, SlotTaken, SlotTooSoon, alternatives, take_slot
from collective.timetable.models import FreeDay, Occupancy
from tests.factories import LILLE, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def work_of(workshop, bike_type="city"):
    return work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type=bike_type)


def take(work, starts_at, reference="hold:1", **options):
    plain = {"reason": Occupancy.Reason.HOLD, "expires_at": AT + timedelta(minutes=10), "at": AT}
    return take_slot(work=work, starts_at=starts_at, reference=reference, **plain | options)


def starts(work, day):
    return [slot.starts_at for slot in slots_of(work=work, first=day, last=day, at=AT)]


def test_every_slot_shown_can_be_taken_until_none_is_left():
    work = work_of(open_workshop(at=AT, mechanics=(4, 3), benches=("stand", "lift"), hours="Tu 09:00-12:30"))

    seats = 0
    while slots := slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT):
        take(work, slots[0].starts_at, reference=f"hold:{seats}")
        seats += 1

    assert seats == 14  # two mechanics, seven half hours
    assert Occupancy.objects.count() == 28


def test_a_slot_taken_is_refused():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)

    with pytest.raises(SlotTaken):
        take(work, nine + timedelta(minutes=15), reference="hold:2")


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2026, 11, 24, 8, 5, tzinfo=UTC),  # off the steps
        datetime(2026, 11, 24, 11, 15, tzinfo=UTC),  # ends after 12:30
        datetime(2026, 11, 24, 7, 0, tzinfo=UTC),  # before opening
        datetime(2026, 11, 20, 9, 0, tzinfo=UTC),  # past
        datetime(2027, 3, 2, 9, 0, tzinfo=UTC),  # beyond the horizon
    ],
)
def test_what_was_never_a_slot_is_refused(starts_at):
    work = work_of(open_workshop(at=AT))

    with pytest.raises(NotASlot):
        take(work, starts_at)


@dataclass
class Held:
    reference: str


def test_ones_own_hold_does_not_hide_its_slot():
    work = work_of(open_workshop(at=AT, hours="Tu 09:00-09:30"))
    (slot,) = slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT)
    take(work, slot.starts_at)

    assert slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT) == []
    assert slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT, own=Held("hold:1")) == [slot]
    assert slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT, own=Held("hold:2")) == []


def test_changing_ones_mind_gives_the_first_slot_up_in_the_same_breath():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)

    seat = take(work, nine + timedelta(minutes=15), reference="hold:2", instead_of="hold:1")

    assert seat.starts_at == nine + timedelta(minutes=15)
    assert set(Occupancy.objects.values_list("reference", flat=True)) == {"hold:2"}
    assert nine + timedelta(days=1) in starts(work, TUESDAY + timedelta(days=1))


def test_moving_to_another_day_frees_the_first_one():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)
    take(work, nine + timedelta(days=2), reference="hold:1", instead_of="hold:1")
    assert nine in starts(work, TUESDAY)
    assert nine + timedelta(days=2) not in starts(work, TUESDAY + timedelta(days=2))
    assert Occupancy.objects.count() == 2


def test_a_refused_change_keeps_what_one_had():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)
    take(work, nine + timedelta(hours=1), reference="hold:2")
    with pytest.raises(SlotTaken):
        take(work, nine + timedelta(hours=1), reference="hold:1", instead_of="hold:1")
    assert Occupancy.objects.filter(reference="hold:1").count() == 2


def test_an_expired_hold_is_in_nobodys_way():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)
    take(work, nine, reference="hold:2", at=AT + timedelta(minutes=10))
    assert set(Occupancy.objects.values_list("reference", flat=True)) == {"hold:2"}


def test_a_stale_free_day_offers_wrongly_at_most():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)
    FreeDay.objects.update(bits=b"\xff" * 36, longest=288)
    assert nine in starts(work, TUESDAY)
    with pytest.raises(SlotTaken):
        take(work, nine, reference="hold:2")


def test_notice_counts_from_when_the_person_chose():
    work = work_of(open_workshop(at=AT, hours="Mo 09:00-18:00"))
    ten = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    late = AT + timedelta(minutes=12)
    with pytest.raises(SlotTooSoon):
        take(work, ten, at=late)
    take(work, ten, at=late, asked_at=AT)
    with pytest.raises(SlotTooSoon):  # it has begun by now
        take(work, ten + timedelta(hours=1), reference="hold:2", at=ten + timedelta(hours=2), asked_at=AT)


def test_the_buffer_is_taken_too():
    work = work_of(open_workshop(at=AT, buffer_minutes=15))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    seat = take(work, nine)
    assert seat.ends_at == nine + timedelta(minutes=30)
    assert starts(work, TUESDAY)[0] == nine + timedelta(minutes=45)


def test_the_least_loaded_works_and_the_cargo_stand_is_kept_for_who_needs_it():
    work = work_of(open_workshop(at=AT, mechanics=(4, 4), benches=("cargo", "stand", "stand")))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    seats = [take(work, nine + timedelta(hours=n), reference=f"hold:{n}") for n in range(3)]
    assert seats[0].mechanic != seats[1].mechanic
    assert {seat.bench.kind for seat in seats} == {"stand"}
    assert seats[0].bench != seats[1].bench


def test_the_first_of_a_day_is_not_always_the_same_one():
    work = work_of(open_workshop(at=AT, mechanics=(4, 4)))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    seats = [take(work, nine + timedelta(days=n), reference=f"hold:{n}") for n in range(4)]
    assert len({seat.mechanic for seat in seats}) == 2


@pytest.mark.parametrize("field", ["closed_at", "accepted_at"])
def test_a_workshop_that_left_sells_nothing(field):
    workshop = open_workshop(at=AT)
    setattr(workshop, field, AT if field == "closed_at" else None)
    with pytest.raises(NotASlot):
        take(work_of(workshop), datetime(2026, 11, 24, 8, 0, tzinfo=UTC))


def test_the_guard_turns_an_unlocked_writer_into_a_refusal(monkeypatch):
    """Whoever wrote behind our back between judging and writing is refused by the database, not by luck."""
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)
    monkeypatch.setattr("collective.timetable.derive.mark_taken", lambda periods, day: 0)
    with pytest.raises(SlotTaken):
        take(work, nine, reference="hold:2")


def test_work_of_another_workshop_is_refused():
    here, there = open_workshop(at=AT), open_workshop(at=AT)
    with pytest.raises(OffersOfAnother):
        work_at(workshop=here, offers=list(there.offers.select_related("intervention")), bike_type="city")
    with pytest.raises(NothingToDo):
        work_at(workshop=here, offers=[], bike_type="city")


def test_alternatives_are_near_in_time_and_one_is_elsewhere():
    here, there = open_workshop(at=AT), open_workshop(at=AT, lat=LILLE[0] + 0.01)
    work = work_of(here)
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)

    others = alternatives(work=work, starts_at=nine, at=AT, lat=LILLE[0], lon=LILLE[1])

    assert [(workshop, slot.starts_at - nine) for workshop, slot in others] == [
        (here, timedelta(minutes=30)),
        (there, timedelta(0)),
        (here, timedelta(minutes=45)),
    ]


def test_alternatives_stay_here_when_nobody_else_can():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    others = alternatives(work=work, starts_at=nine, at=AT, lat=LILLE[0], lon=LILLE[1])
    assert [slot.starts_at - nine for _workshop, slot in others] == [timedelta(minutes=15 * n) for n in (1, 2, 3)]
