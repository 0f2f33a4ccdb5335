"""A bicycle left for the day, the whole way: held, booked, paid, moved, proposed, given back."""

from datetime import UTC, date, datetime

import pytest

from booking.appointments.answer_proposal import accept_proposal, decline_proposal
from booking.appointments.cancel import cancel_appointment
from booking.appointments.expire import expire_holds
from booking.appointments.extend import extend_hold
from booking.appointments.give_back import give_back_hold
from booking.appointments.models import Appointment
from booking.appointments.move import SameTime, move_appointment
from booking.appointments.propose import propose_time
from booking.appointments.seat import SayWhen
from booking.availability.take import SlotTaken
from collective.timetable.check import find_faults
from collective.timetable.drop_off import DayFull, NotADropOffDay
from collective.timetable.models import Claim
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    TEN,
    book_at,
    book_hold,
    hear_of,
    hold_at,
    hold_day_at,
    mails,
    make_selling_days,
    open_page,
    pass_sweeps,
    references,
    staff_of,
)

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (23, 24, 25, 26, 27))
LATER = AT + MINUTE


@pytest.fixture
def selling(db, provider) -> Workshop:
    return make_selling_days()


@pytest.fixture
def one_place(db, provider) -> Workshop:
    """Stores one bicycle, until five in the afternoon of the same day."""
    return make_selling_days(storage_places=1, return_days=0)


def left_on(workshop: Workshop, day: date = TUESDAY, **given) -> Appointment:
    return book_hold(hold_day_at(workshop, day), **given)


def nothing_is_wrong() -> None:
    assert list(find_faults(at=LATER)) == []


def claimed() -> set[tuple[str, date]]:
    return set(Claim.objects.values_list("reference", "day"))


def test_a_hold_keeps_minutes_and_says_when_to_come_and_when_it_is_ready(selling):
    hold = hold_day_at(selling, TUESDAY)

    assert (hold.mechanic, hold.minutes, hold.is_drop_off) == (None, 30, True)
    assert (hold.starts_at, hold.ends_at) == (NINE, datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    assert hold.ready_at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert claimed() == {(hold.reference, TUESDAY)}
    nothing_is_wrong()


def test_a_day_that_is_full_or_that_is_none_is_refused(one_place):
    hold_day_at(one_place, TUESDAY)

    with pytest.raises(DayFull):
        hold_day_at(one_place, TUESDAY)
    with pytest.raises(NotADropOffDay):
        hold_day_at(one_place, MONDAY)
    assert hold_day_at(one_place, TUESDAY, at=AT + 10 * MINUTE).is_drop_off  # the first has expired


def test_minutes_sold_by_the_day_are_no_exact_slots_any_more(db, provider):
    short = make_selling_days(offers={"LONG": 180})
    for day in (TUESDAY, TUESDAY):
        hold_day_at(short, day)

    with pytest.raises(SlotTaken):
        hold_at(short)
    with pytest.raises(DayFull):
        hold_day_at(short, TUESDAY)


def test_it_is_extended_given_back_and_swept_like_a_slot(selling):
    first, second = hold_day_at(selling, TUESDAY), hold_day_at(selling, TUESDAY)

    assert extend_hold(hold=first, at=LATER).expires_at == AT + 20 * MINUTE
    assert Claim.objects.get(reference=first.reference).expires_at == AT + 20 * MINUTE
    give_back_hold(hold=second, at=LATER)
    assert references() == {first.reference}
    assert expire_holds(at=AT + 21 * MINUTE) == 1
    assert references() == set()
    nothing_is_wrong()


def test_another_hold_of_the_same_person_takes_its_place_whatever_its_kind(one_place):
    day = hold_day_at(one_place, TUESDAY)
    slot = hold_at(one_place, instead_of=day)
    again = hold_day_at(one_place, TUESDAY, instead_of=slot)

    assert references() == {again.reference}
    nothing_is_wrong()


def test_booked_it_is_nobodys_in_particular_and_both_sides_read_the_promise(selling):
    appointment = left_on(selling)

    assert (appointment.status, appointment.mechanic, appointment.minutes) == ("confirmed", None, 30)
    assert claimed() == {(appointment.reference, TUESDAY)}
    [subject] = mails()
    assert "entre" in subject or "between" in subject
    cancel_appointment(appointment=appointment, by=None, at=LATER)
    assert references() == set()
    nothing_is_wrong()


def test_money_that_comes_late_takes_the_day_again_while_it_is_free(db, provider):
    selling = make_selling_days(pay_now="deposit", storage_places=1, return_days=0)
    late = left_on(selling)
    open_page(late)
    provider.pay(late.payment)
    over = AT + 11 * MINUTE

    appointment = pass_sweeps(hear_of(late, at=over), at=over)

    assert (appointment.status, appointment.drop_off_minutes) == ("confirmed", 30)
    assert references() == {appointment.reference}


def test_money_that_comes_when_the_day_is_full_goes_back(db, provider):
    selling = make_selling_days(pay_now="deposit", storage_places=1, return_days=0)
    late = left_on(selling)
    open_page(late)
    provider.pay(late.payment)
    over = AT + 11 * MINUTE
    other = hold_day_at(selling, TUESDAY, at=over)

    appointment = pass_sweeps(hear_of(late, at=over), at=over)

    assert appointment.status == Appointment.Status.LAPSED
    expire_holds(at=over)
    assert references() == {other.reference}


def test_it_moves_to_another_day_to_a_time_and_back(selling):
    appointment = left_on(selling)

    for start in ({"day": WEDNESDAY}, {"starts_at": TEN}, {"day": THURSDAY}):
        appointment = move_appointment(appointment=appointment, by=None, at=LATER, **start)
        assert references() == {appointment.reference}
        assert appointment.is_drop_off == ("day" in start)
        assert (appointment.mechanic is None) == appointment.is_drop_off
    assert claimed() == {(appointment.reference, THURSDAY)}
    assert appointment.ready_at == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    nothing_is_wrong()


def test_a_move_says_a_time_or_a_day_and_another_than_now(selling):
    appointment = left_on(selling)

    with pytest.raises(SayWhen):
        move_appointment(appointment=appointment, by=None, at=LATER)
    with pytest.raises(SayWhen):
        move_appointment(appointment=appointment, starts_at=TEN, day=WEDNESDAY, by=None, at=LATER)
    with pytest.raises(SameTime):
        move_appointment(appointment=appointment, day=TUESDAY, by=None, at=LATER)
    with pytest.raises(NotADropOffDay):
        move_appointment(appointment=appointment, day=MONDAY, by=None, at=LATER)
    assert claimed() == {(appointment.reference, TUESDAY)}


def test_a_move_to_a_full_day_leaves_it_where_it_is(one_place):
    appointment, other = left_on(one_place), left_on(one_place, WEDNESDAY)

    with pytest.raises(DayFull):
        move_appointment(appointment=appointment, day=WEDNESDAY, by=None, at=LATER)
    assert claimed() == {(appointment.reference, TUESDAY), (other.reference, WEDNESDAY)}


def test_a_proposed_day_is_kept_until_it_is_answered(selling):
    staff, exact = staff_of(selling), book_at(selling)
    proposal = propose_time(appointment=exact, day=WEDNESDAY, by=staff, at=LATER)
    assert claimed() == {(proposal.reference, WEDNESDAY)}
    nothing_is_wrong()

    decline_proposal(proposal=proposal, at=LATER)
    assert claimed() == set()

    proposal = propose_time(appointment=exact, day=THURSDAY, by=staff, at=LATER)
    moved = accept_proposal(proposal=proposal, at=LATER)
    assert (moved.is_drop_off, moved.mechanic) == (True, None)
    assert references() == {moved.reference}
    assert claimed() == {(moved.reference, THURSDAY)}
    nothing_is_wrong()


def test_a_proposed_day_that_only_its_own_bicycle_is_in_the_way_of(db, provider):
    overnight = make_selling_days(storage_places=1, return_days=1)
    appointment = left_on(overnight)

    proposal = propose_time(appointment=appointment, day=WEDNESDAY, by=staff_of(overnight), at=LATER)
    assert claimed() == {(appointment.reference, TUESDAY)}

    moved = accept_proposal(proposal=proposal, at=LATER)
    assert claimed() == {(moved.reference, WEDNESDAY)}
