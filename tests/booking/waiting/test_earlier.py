"""Who has an appointment asks to be moved up: the old slot is given up only once the new one is theirs."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from backend.lib.errors import NotAllowed
from backend.lib.outbox_models import OutboxRow
from booking.appointments.book import EarlyStartNotAsked
from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.move import move_appointment
from booking.appointments.rights import Closed
from booking.waiting.accept import OfferOver, SoonerAlready, accept_offer
from booking.waiting.ask_earlier import LeftForADay, NoAddressToWrite, NothingEarlier, ask_earlier
from booking.waiting.decline import decline_offer
from booking.waiting.end import end_waits
from booking.waiting.lapse import lapse_offers
from booking.waiting.models import Wait
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NEXT_WEEK,
    NINE,
    TEN,
    book_at,
    confirmed,
    hold_at,
    references,
)
from tests.booking.waiting.scene import (
    FULL,
    join,
    leave_half_an_hour,
    offered_to,
    open_offers,
    pass_freed,
    say_freed,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WHO = "camille@example.org"


@pytest.fixture
def full(workshop):
    """Half an hour is free on Tuesday at 9:00; the days after are empty."""
    leave_half_an_hour(workshop)
    return workshop


def ask(appointment, *, at=AT + MINUTE):
    return ask_earlier(appointment=appointment, by=None, at=at)


def free(workshop, *, at=AT + 5 * MINUTE):
    say_freed(workshop, at=at)
    pass_freed(at=at)


def test_an_earlier_slot_is_kept_beside_the_appointment_until_it_is_answered(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    wait = ask(appointment)
    assert ask(appointment) == wait

    free(full)

    (offer,) = open_offers()
    assert (offer.starts_at, offer.wait) == (NINE, wait)
    assert references() == {FULL, appointment.reference, offer.reference}
    appointment.refresh_from_db()
    assert appointment.starts_at == NEXT_WEEK


def test_accepting_moves_the_appointment_and_frees_the_old_slot(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    wait = ask(appointment)
    free(full)
    sequence = Appointment.objects.get().sequence

    moved = accept_offer(offer=open_offers()[0], at=AT + 10 * MINUTE)

    assert moved.pk == appointment.pk
    assert (moved.status, moved.starts_at, moved.ends_at) == (Appointment.Status.CONFIRMED, NINE, NINE + 30 * MINUTE)
    assert references() == {FULL, moved.reference}
    hold_at(full, NEXT_WEEK, at=AT + 11 * MINUTE)
    wait.refresh_from_db()
    assert wait.state == Wait.State.SERVED
    assert moved.sequence == sequence + 1
    assert moved.payment.captured_cents == 600  # what was paid stays paid, and nothing more is asked
    assert accept_offer(offer=wait.offers.get(), at=AT + 11 * MINUTE) == moved


def test_both_hear_of_it_with_a_calendar_file_of_the_same_appointment(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    ask(appointment)
    free(full)
    accept_offer(offer=open_offers()[0], at=AT + 10 * MINUTE)

    last = {to: OutboxRow.objects.filter(kind="mail", payload__to=to).latest("pk").payload for to in (WHO, SHOP)}
    for payload in last.values():
        (event,) = Calendar.from_ical(payload["attachments"][0]["content"]).walk("VEVENT")
        assert str(event["UID"]).startswith(str(appointment.token))
        assert event["DTSTART"].dt == NINE
    assert "camille" in last[SHOP]["text"].lower()
    assert last[SHOP]["subject"] != last[WHO]["subject"]


SHOP = "atelier@example.org"


def test_declined_or_silent_the_appointment_stays(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    ask(appointment)
    free(full)
    (offer,) = open_offers()

    decline_offer(offer=offer, at=AT + 6 * MINUTE)

    assert references() == {FULL, appointment.reference}
    free(full, at=AT + 7 * MINUTE)
    assert not open_offers()  # never the same slot twice

    other = confirmed(full, provider, NEXT_WEEK + HOUR, at=AT + 8 * MINUTE, email="bob@example.org")
    ask(other, at=AT + 8 * MINUTE)
    free(full, at=AT + 8 * MINUTE)
    (second,) = open_offers()
    assert lapse_offers(at=second.expires_at) == 1
    assert references() == {FULL, appointment.reference, other.reference}
    with pytest.raises(OfferOver):
        accept_offer(offer=second, at=second.expires_at)


def test_whoever_asked_first_is_offered_first_whatever_they_wait_for(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    join("ana", at=AT + MINUTE)
    ask(appointment, at=AT + 2 * MINUTE)

    free(full)

    assert offered_to() == ["ana"]
    decline_offer(offer=open_offers()[0], at=AT + 6 * MINUTE)
    free(full, at=AT + 6 * MINUTE)
    assert offered_to() == ["camille"]


def test_nothing_later_and_nothing_a_little_sooner_is_offered(workshop, provider):
    appointment = confirmed(workshop, provider, NINE + 15 * MINUTE)
    ask(appointment)

    free(workshop)

    assert not open_offers()


def test_who_moves_by_themselves_goes_on_waiting_for_what_is_sooner(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    wait = ask(appointment)
    move_appointment(appointment=appointment, starts_at=NEXT_WEEK + 2 * DAY, by=None, at=AT + 2 * MINUTE)

    assert end_waits(at=AT + 3 * MINUTE) == 0
    say_freed(full, NEXT_WEEK.date(), at=AT + 4 * MINUTE)  # after what they had first
    pass_freed(at=AT + 4 * MINUTE)

    (offer,) = open_offers()
    assert offer.wait == wait
    assert offer.starts_at.date() == NEXT_WEEK.date()


def test_an_offer_taken_after_the_appointment_was_moved_sooner_moves_nothing_later(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    ask(appointment)
    say_freed(full, NEXT_WEEK.date() - 4 * DAY, at=AT + 4 * MINUTE)
    pass_freed(at=AT + 4 * MINUTE)
    (offer,) = open_offers()
    move_appointment(appointment=appointment, starts_at=NINE, by=None, at=AT + 5 * MINUTE)

    with pytest.raises(SoonerAlready):
        accept_offer(offer=offer, at=AT + 6 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE


def test_a_closed_appointment_ends_the_wait_and_gives_its_offer_back(full, provider):
    appointment = confirmed(full, provider, NEXT_WEEK)
    wait = ask(appointment)
    free(full)
    (offer,) = open_offers()
    cancel_appointment(appointment=appointment, by=None, at=AT + 6 * MINUTE)

    with pytest.raises(Closed):
        accept_offer(offer=offer, at=AT + 7 * MINUTE)
    assert end_waits(at=AT + 7 * MINUTE) == 1

    wait.refresh_from_db()
    assert (wait.state, wait.over_because) == (Wait.State.OVER, Wait.Why.CLOSED)
    assert references() == {FULL}
    free(full, at=AT + 8 * MINUTE)
    assert not open_offers()


def test_an_appointment_that_begins_ends_the_wait(full, provider):
    wait = ask(confirmed(full, provider, NEXT_WEEK))

    assert end_waits(at=NEXT_WEEK - MINUTE) == 0
    assert end_waits(at=NEXT_WEEK) == 1
    wait.refresh_from_db()
    assert wait.state == Wait.State.OVER


def test_a_request_is_moved_up_too_and_still_waits_for_the_workshop(full, provider):
    full.confirms, full.pay_now = "by_hand", "counter"
    full.save()
    requested = book_at(full, NEXT_WEEK)
    ask(requested)
    free(full)

    moved = accept_offer(offer=open_offers()[0], at=AT + 10 * MINUTE)

    assert (moved.status, moved.starts_at) == (Appointment.Status.REQUESTED, NINE)
    assert moved.answer_by <= NINE


def test_work_before_the_end_of_the_right_to_withdraw_is_asked_for(full, provider):
    appointment = confirmed(full, provider, IN_A_MONTH, work_may_begin_early=False)
    ask(appointment)
    free(full)
    (offer,) = open_offers()

    with pytest.raises(EarlyStartNotAsked):
        accept_offer(offer=offer, at=AT + 10 * MINUTE)
    moved = accept_offer(offer=offer, work_may_begin_early=True, at=AT + 10 * MINUTE)

    assert Appointment.objects.get(pk=moved.pk).work_may_begin_early


def test_who_cannot_be_moved_up(full, provider, stranger):
    appointment = confirmed(full, provider, NEXT_WEEK)
    with pytest.raises(NotAllowed):
        ask_earlier(appointment=appointment, by=stranger, at=AT)
    with pytest.raises(NothingEarlier):
        ask(confirmed(full, provider, TEN + DAY), at=TEN + DAY - 75 * MINUTE)
    left_for_a_day = {"drop_off_minutes": 30, "ready_at": NEXT_WEEK + HOUR, "mechanic": None}
    as_booked = {"drop_off_minutes": None, "ready_at": None, "mechanic": appointment.mechanic, "email": WHO}
    for fields, refusal in ((left_for_a_day, LeftForADay), ({"email": ""}, NoAddressToWrite)):
        Appointment.objects.filter(pk=appointment.pk).update(**fields)
        with pytest.raises(refusal):
            ask(appointment)
        Appointment.objects.filter(pk=appointment.pk).update(**as_booked)
    cancel_appointment(appointment=appointment, by=None, at=AT)
    with pytest.raises(Closed):
        ask(appointment)
    assert not Wait.objects.exists()
