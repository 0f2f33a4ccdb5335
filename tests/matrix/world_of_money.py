"""The rows about money of the world of the doors: given, invoiced, sent, come back, or astray."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from booking.appointments.models import Appointment
from booking.jobs.finish import finish_repair
from booking.tenders.given import Given
from booking.tenders.models import Receipt, Tender
from booking.tenders.receipts import record_receipt
from collective.invoices.models import Invoice
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Entry
from collective.ledger.record import record
from collective.members.models import User
from collective.payments.distribution.models import Transfer
from collective.payments.models import Payment, Refund
from collective.reconciliation.models import Disagreement
from collective.workshops.models import Workshop


def begun(appointment: Appointment, *, at: datetime) -> Appointment:
    """Nothing can be booked in the past: put it there by hand, confirmed."""
    appointment.status, appointment.answer_by = Appointment.Status.CONFIRMED, None
    appointment.starts_at, appointment.ends_at = at - timedelta(minutes=60), at - timedelta(minutes=30)
    appointment.save()
    return appointment


def a_receipt(workshop: Workshop, by: User, *, at: datetime) -> Receipt:
    said = {"payer": "MARTIN", "note": "", "received_on": at.date() - timedelta(days=1), "key": "world-receipt"}
    return record_receipt(workshop=workshop, cents=1000, by=by, at=at, **said)


def paid_in_parts(appointment: Appointment, by: User, *, at: datetime) -> tuple[Any, ...]:
    """Finish it with one euro in cash, one by cheque and one from the town hall; four more are announced."""
    cash = Given(means="cash", amount=100, key="world-cash")
    announced = Given(means="transfer", amount=400, key="world-transfer", is_promise=True)
    cheque = Given(means="cheque", amount=100, key="world-cheque", evidence={"number": "0001234"})
    town = Given(means="third_party", amount=100, key="world-town", payer_kind="town_hall", payer="Lille")
    tenders = [cash, announced, cheque, town]
    done = finish_repair(appointment=begun(appointment, at=at), by=by, tenders=tenders, at=at)
    first, second, third, fourth = Tender.objects.of(done.number)
    return done, first, second, third, fourth


def an_invoice(appointment: Appointment, by: User, *, at: datetime) -> Invoice:
    finish_repair(appointment=appointment, by=by, at=at)
    return Invoice.objects.get(reference=appointment.number)


def a_disagreement(workshop: Workshop, *, at: datetime) -> Disagreement:
    return Disagreement.objects.create(
        collective=workshop.collective, kind="unknown", key="movement:1", theirs_cents=-700, since=at, seen_at=at
    )


def a_payment(workshop: Workshop, subject: str, *, at: datetime, **fields: object) -> Payment:
    """Of something that is no appointment."""
    return Payment.objects.create(
        purpose="other",
        subject=subject,
        workshop=workshop,
        label="Révision",
        email="owner@example.org",
        amount_cents=5000,
        capture=Payment.Capture.NOW,
        created_at=at,
        **fields,
    )


def a_refund_that_came_back(workshop: Workshop, *, at: datetime) -> Refund:
    """A refund that its bank sent back."""
    payment = a_payment(workshop, "came back", at=at, state=Payment.State.CAPTURED, captured_cents=5000)
    return Refund.objects.create(payment=payment, provider_id="re_1", amount_cents=1000, refunded_at=at, failed_at=at)


def a_transfer(workshop: Workshop, *, at: datetime) -> Transfer:
    return Transfer.objects.create(
        entity=books_of(workshop.seller),
        reference="M00001",
        workshop=workshop,
        amount_cents=4200,
        reason=Transfer.Reason.NO_IBAN,
        created_at=at,
    )


def an_entry(workshop: Workshop, *, at: datetime) -> Entry:
    entity, fund = books_of(workshop.seller), fund_of(workshop.collective)
    return record(
        entity=entity,
        journal=Entry.Journal.SHARING,
        source="test:1",
        label="Contribution",
        lines={"6281": 100, f"467.{fund.pk}": -100},
        occurred_at=at,
        reference="M00001",
        workshop=workshop,
    )
