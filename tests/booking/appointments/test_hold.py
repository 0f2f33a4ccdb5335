"""Holding a slot, ten minutes more, giving it back."""

from datetime import timedelta

import pytest

from booking.appointments.extend import ExtendedAlready, HoldExpired, extend_hold
from booking.appointments.give_back import BookedAlready, give_back_hold
from booking.appointments.hold import OfferWithdrawn, UnknownBikeType, hold_slot
from booking.appointments.models import Appointment, Hold
from booking.availability.needs import NothingToDo, OffersOfAnother
from booking.availability.take import NotASlot, SlotTaken
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    TEN,
    book_at,
    book_hold,
    hold_at,
    make_workshop,
    references,
)


def test_a_hold_keeps_the_slot_for_ten_minutes_at_the_prices_shown(workshop):
    hold = hold_at(workshop)

    assert hold.expires_at == AT + 10 * MINUTE
    assert [(line.labour_cents, line.parts_cents) for line in hold.lines.all()] == [(1500, 500)]
    with pytest.raises(SlotTaken):
        hold_at(workshop, at=AT + 9 * MINUTE)


def test_an_expired_hold_is_in_nobodys_way(workshop):
    hold_at(workshop)

    second = hold_at(workshop, at=AT + 10 * MINUTE)

    assert references() == {second.reference}


def test_a_second_hold_of_the_same_person_replaces_the_first_even_on_the_same_slot(workshop):
    first = hold_at(workshop)

    second = hold_at(workshop, instead_of=first, at=AT + MINUTE)

    first.refresh_from_db()
    assert first.ended_at == AT + MINUTE
    assert references() == {second.reference}


def test_a_hold_stays_when_the_one_that_should_replace_it_fails(workshop):
    first = hold_at(workshop)
    other = hold_at(workshop, TEN)

    with pytest.raises(SlotTaken):
        hold_at(workshop, TEN, instead_of=first)

    first.refresh_from_db()
    assert first.ended_at is None
    assert references() == {first.reference, other.reference}


def test_replacing_a_hold_gives_up_the_unpaid_booking_made_of_it(workshop):
    first = hold_at(workshop)
    unpaid = book_hold(first)

    hold_at(workshop, TEN, instead_of=first)

    unpaid.refresh_from_db()
    assert unpaid.status == Appointment.Status.CANCELLED


@pytest.mark.parametrize("minutes", [-24 * 60, -60, 7])
def test_a_past_slot_one_outside_hours_and_one_off_the_steps_are_refused(workshop, minutes):
    with pytest.raises(NotASlot):
        hold_at(workshop, NINE + timedelta(minutes=minutes))
    assert not Hold.objects.exists()


def test_offers_of_another_workshop_withdrawn_or_none_are_refused(workshop):
    other = make_workshop(name="Other")
    offers = [*workshop.offers.all(), *other.offers.all()]
    with pytest.raises(OffersOfAnother):
        hold_slot(offers=offers, starts_at=NINE, bike_type="city", at=AT)
    with pytest.raises(NothingToDo):
        hold_slot(offers=[], starts_at=NINE, bike_type="city", at=AT)
    workshop.offers.update(withdrawn_at=AT)
    with pytest.raises(OfferWithdrawn):
        hold_at(workshop)


def test_a_bicycle_of_no_known_type_is_refused(workshop):
    with pytest.raises(UnknownBikeType):
        hold_at(workshop, bike_type="rocket")


def test_a_hold_is_extended_once(workshop):
    hold = extend_hold(hold=hold_at(workshop), at=AT + 9 * MINUTE)

    assert hold.expires_at == AT + 20 * MINUTE
    with pytest.raises(SlotTaken):
        hold_at(workshop, at=AT + 19 * MINUTE)
    with pytest.raises(ExtendedAlready):
        extend_hold(hold=hold, at=AT + 15 * MINUTE)


def test_an_expired_hold_is_not_extended(workshop):
    with pytest.raises(HoldExpired):
        extend_hold(hold=hold_at(workshop), at=AT + 10 * MINUTE)


def test_a_hold_given_back_frees_the_slot_and_giving_back_twice_changes_nothing(workshop):
    hold = hold_at(workshop)

    give_back_hold(hold=hold, at=AT + MINUTE)
    give_back_hold(hold=hold, at=AT + 2 * MINUTE)

    hold.refresh_from_db()
    assert hold.ended_at == AT + MINUTE
    assert not references()


def test_a_booked_hold_is_not_given_back(counter):
    appointment = book_at(counter)

    with pytest.raises(BookedAlready):
        give_back_hold(hold=appointment.hold, at=AT)
    assert references() == {appointment.reference}
