"""Another time, proposed and answered: nothing moves until the customer says so."""

from datetime import timedelta

import pytest

from backend.lib.errors import NotAllowed
from booking.appointments.answer_proposal import ProposalAnswered, ProposalOver, accept_proposal, decline_proposal
from booking.appointments.cancel import cancel_appointment
from booking.appointments.lapse import lapse_unanswered
from booking.appointments.models import Appointment, Proposal
from booking.appointments.move import SameTime
from booking.appointments.propose import TooLateToPropose, propose_time
from booking.availability.take import SlotTaken
from collective.payments.models import Payment
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    TEN,
    book_at,
    confirmed,
    hold_at,
    mails,
    pass_sweeps,
    pay,
    references,
    staff_of,
)

Status = Appointment.Status


@pytest.fixture
def requested(by_hand, provider):
    return pay(book_at(by_hand), provider)


def propose(appointment, starts_at=TEN, *, at=AT + MINUTE):
    return propose_time(appointment=appointment, starts_at=starts_at, by=staff_of(appointment.workshop), at=at)


def test_a_proposal_keeps_the_time_and_moves_nothing(workshop, provider):
    appointment = confirmed(workshop, provider)

    proposal = propose(appointment)

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE
    assert references() == {appointment.reference, proposal.reference}
    with pytest.raises(SlotTaken):
        hold_at(workshop, TEN, at=AT + MINUTE)
    assert len(mails()) == 2


def test_accepting_moves_the_appointment(workshop, provider):
    proposal = propose(confirmed(workshop, provider))

    moved = accept_proposal(proposal=proposal, at=AT + 5 * MINUTE)

    assert (moved.status, moved.starts_at) == (Status.CONFIRMED, TEN)
    assert references() == {moved.reference}
    hold_at(workshop, NINE, at=AT + 5 * MINUTE)


def test_accepting_what_the_workshop_proposed_confirms_a_request_and_charges_the_card(requested):
    moved = accept_proposal(proposal=propose(requested), at=AT + 5 * MINUTE)
    moved = pass_sweeps(moved, at=AT + 5 * MINUTE)

    assert (moved.status, moved.starts_at) == (Status.CONFIRMED, TEN)
    assert moved.payment.state == Payment.State.CAPTURED


def test_a_time_that_overlaps_the_present_one_can_be_proposed_and_taken(workshop, provider):
    appointment = confirmed(workshop, provider)
    proposal = propose(appointment, NINE + 15 * MINUTE)
    assert references() == {appointment.reference}

    moved = accept_proposal(proposal=proposal, at=AT + 5 * MINUTE)

    assert moved.starts_at == NINE + 15 * MINUTE
    assert references() == {appointment.reference}


def test_an_overlapping_time_that_somebody_took_meanwhile_leaves_the_appointment(workshop, provider):
    appointment = confirmed(workshop, provider)
    proposal = propose(appointment, NINE + 15 * MINUTE)
    hold_at(workshop, NINE + 30 * MINUTE, at=AT + 2 * MINUTE)

    with pytest.raises(SlotTaken):
        accept_proposal(proposal=proposal, at=AT + 5 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE
    assert appointment.reference in references()


def test_declining_leaves_everything_and_frees_the_time(workshop, provider):
    appointment = confirmed(workshop, provider)
    proposal = propose(appointment)

    declined = decline_proposal(proposal=proposal, at=AT + 5 * MINUTE)

    assert declined.starts_at == NINE
    assert references() == {appointment.reference}
    with pytest.raises(ProposalAnswered):
        accept_proposal(proposal=proposal, at=AT + 6 * MINUTE)


def test_a_second_proposal_takes_the_first_back(workshop, provider):
    appointment = confirmed(workshop, provider)
    first = propose(appointment)

    second = propose_time(
        appointment=appointment, starts_at=TEN + timedelta(hours=1), by=first.proposed_by, at=AT + 2 * MINUTE
    )

    assert references() == {appointment.reference, second.reference}
    with pytest.raises(ProposalAnswered):
        accept_proposal(proposal=first, at=AT + 3 * MINUTE)


def test_an_overdue_proposal_cannot_be_accepted_and_is_swept(workshop, provider):
    appointment = confirmed(workshop, provider, NINE + timedelta(days=7))
    proposal = propose(appointment, NINE + timedelta(days=8))

    with pytest.raises(ProposalOver):
        accept_proposal(proposal=proposal, at=proposal.expires_at)
    assert lapse_unanswered(at=proposal.expires_at) == 1

    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.LAPSED
    assert references() == {appointment.reference}


def test_a_request_waits_as_long_as_its_proposal(requested):
    proposal = propose(requested)

    requested.refresh_from_db()
    assert requested.answer_by >= proposal.expires_at


def test_a_cancelled_appointment_takes_its_proposal_along(workshop, provider):
    appointment = confirmed(workshop, provider)
    propose(appointment)

    cancel_appointment(appointment=appointment, by=None, at=AT + 5 * MINUTE)

    assert not references()
    assert not Proposal.objects.open_().exists()


def test_what_cannot_be_proposed(workshop, provider, stranger):
    appointment = confirmed(workshop, provider)
    taken = hold_at(workshop, TEN, at=AT)

    with pytest.raises(NotAllowed):
        propose_time(appointment=appointment, starts_at=TEN, by=stranger, at=AT)
    staff = staff_of(workshop)
    for starts_at, at, refusal in (
        (NINE, AT, SameTime),
        (taken.starts_at, AT + MINUTE, SlotTaken),
        (TEN, NINE - timedelta(hours=1), TooLateToPropose),
    ):
        with pytest.raises(refusal):
            propose_time(appointment=appointment, starts_at=starts_at, by=staff, at=at)
    assert not Proposal.objects.exists()
