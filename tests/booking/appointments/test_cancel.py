"""Cancelling: by whom, until when, and what comes back."""

from datetime import timedelta

import pytest

from booking.appointments.cancel import cancel_appointment, what_is_refunded
from booking.appointments.models import Appointment
from booking.appointments.refuse import ReasonMissing
from booking.appointments.rights import Begun, Closed, NotPaidYet, NotYours
from collective.payments.models import Payment
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NINE,
    book_at,
    confirmed,
    kept_cents,
    mails,
    make_workshop,
    pass_sweeps,
    pay,
    references,
    staff_of,
)
from tests.collective.money import books
from tests.factories import UserFactory

Status = Appointment.Status
LATE = IN_A_MONTH - timedelta(hours=2)


def test_in_time_everything_comes_back_and_the_slot_is_free(workshop, provider):
    appointment = confirmed(workshop, provider)
    shown = what_is_refunded(appointment=appointment, at=AT + MINUTE)

    cancelled = cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)
    cancelled = pass_sweeps(cancelled, at=AT + MINUTE)

    assert cancelled.status == Status.CANCELLED
    assert (shown.refund_cents, shown.kept_cents) == (600, 0)
    assert provider.standing(cancelled.payment).refunded_cents == shown.refund_cents
    assert not references()
    assert len(mails()) == len(mails("atelier@example.org")) == 2


@pytest.mark.parametrize(("keeps_bp", "kept"), [(10000, 600), (5000, 300), (3333, 200), (0, 0)])
def test_late_the_policy_keeps_its_part_and_what_is_shown_is_what_is_done(db, provider, keeps_bp, kept):
    workshop = make_workshop(late_cancel_keeps_bp=keeps_bp)
    appointment = confirmed(workshop, provider, IN_A_MONTH)
    workshop.late_cancel_keeps_bp = 7777
    workshop.save()
    shown = what_is_refunded(appointment=appointment, at=LATE)

    cancelled = pass_sweeps(cancel_appointment(appointment=appointment, by=None, at=LATE), at=LATE)

    assert (shown.kept_cents, shown.refund_cents) == (kept, 600 - kept)
    assert kept_cents(cancelled) == cancelled.keeps_cents == kept
    assert books(workshop)["seller"].get("758", 0) == -kept
    assert "4191" not in books(workshop)["seller"]


def test_no_policy_keeps_anything_within_the_fourteen_days(workshop, provider):
    """The slot is tomorrow, the workshop's notice is over: the law is longer than the policy (C. conso L221-18)."""
    appointment = confirmed(workshop, provider)

    assert what_is_refunded(appointment=appointment, at=NINE - MINUTE).kept_cents == 0


def test_a_workshop_that_cancels_gives_all_back_and_says_why(workshop, provider):
    appointment = confirmed(workshop, provider, IN_A_MONTH)
    staff = staff_of(workshop)
    with pytest.raises(ReasonMissing):
        cancel_appointment(appointment=appointment, by=staff, at=LATE)

    cancelled = cancel_appointment(appointment=appointment, by=staff, reason="Flood", at=LATE)

    assert kept_cents(pass_sweeps(cancelled, at=LATE)) == 0
    assert cancelled.reason == "Flood"


def test_a_workshop_that_took_arrhes_and_cancels_is_told_that_it_owes_as_much_again(db, provider):
    workshop = make_workshop(deposit_kind="arrhes")
    appointment = confirmed(workshop, provider, IN_A_MONTH)

    shown = what_is_refunded(appointment=appointment, at=LATE, by_workshop=True)

    assert (shown.refund_cents, shown.owed_cents) == (600, 600)
    assert what_is_refunded(appointment=appointment, at=LATE).owed_cents == 0


def test_cancelling_a_request_releases_the_card(by_hand, provider):
    requested = pay(book_at(by_hand, IN_A_MONTH), provider)

    cancelled = pass_sweeps(cancel_appointment(appointment=requested, by=None, at=AT + MINUTE), at=AT + MINUTE)

    assert cancelled.payment.state == Payment.State.RELEASED


def test_strangers_and_other_accounts_do_not_cancel(counter, stranger):
    appointment = book_at(counter, cyclist=UserFactory())

    with pytest.raises(NotYours):
        cancel_appointment(appointment=appointment, by=stranger, at=AT)
    assert cancel_appointment(appointment=appointment, by=appointment.cyclist, at=AT).closed_at == AT


def test_unpaid_begun_and_closed_ones_are_not_cancelled(workshop, provider):
    with pytest.raises(NotPaidYet):
        cancel_appointment(appointment=book_at(workshop, IN_A_MONTH), by=None, at=AT)
    appointment = confirmed(workshop, provider)
    with pytest.raises(Begun):
        cancel_appointment(appointment=appointment, by=None, at=NINE)
    cancel_appointment(appointment=appointment, by=None, at=AT)
    with pytest.raises(Closed):
        cancel_appointment(appointment=appointment, by=None, at=AT)
    pass_sweeps(appointment)
    assert provider.calls.count("refund") == 1


def test_what_is_owed_twice_over_is_booked_once_beside_what_goes_back(db, provider):
    workshop = make_workshop(deposit_kind="arrhes")
    appointment = confirmed(workshop, provider, IN_A_MONTH)

    cancel_appointment(appointment=appointment, by=staff_of(workshop), reason="Panne", at=LATE)
    pass_sweeps(appointment, at=LATE)

    assert books(workshop)["seller"] == {"6581": 600, "4198": -600}
    assert kept_cents(appointment) == 0
