"""Everything that moves money, in any order, with a provider that fails: what is booked is what was charged."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta
from urllib.error import HTTPError

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.quote_models import Quote
from booking.appointments.refuse import refuse_appointment
from booking.jobs.answer_quote import agree_to_quote, refuse_quote
from booking.jobs.finish import finish_repair
from booking.jobs.quote import Wanted, write_quote
from booking.tenders.given import Given
from collective.members.models import User
from collective.payments.ask import PaymentClosed, PaymentUnavailable, open_payment
from collective.payments.models import Payment
from collective.payments.ports import ProviderError
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from tests.money.machine_world import World

INDEX = st.integers(0, 999)
CENTS = st.integers(0, 2500)


def in_cash(cents: int | None) -> list[Given] | None:
    """What a mechanic takes; None is all that is left, which the use case finds out."""
    return None if cents is None else [Given(means="cash", key=uuid.uuid4().hex, amount=cents)] if cents else []


FAULTS = ["lose_response", "error_before", "error_after", "rate_limit", "lock"]


class Money(World):
    """Every mover of money, in any order."""

    @initialize(heard=st.booleans(), then=st.sampled_from(["finish", "cancel", ""]))
    def begin_with_something_paid(self, heard: bool, then: str) -> None:
        """Each story has its part of the rules only: without this, many would move no money at all."""
        self.open_two_workshops()
        for index in range(len(self.workshops)):
            self.pay_for_a_slot(index, heard=heard)
        self.round()
        if then == "finish":
            self.pass_time(timedelta(days=5))
            self.finish(0, None)
        elif then == "cancel":
            self.cancel(0)

    # --- The cyclist -----------------------------------------------------------------------------------------

    @rule(index=INDEX)
    def book(self, index: int) -> None:
        if len(self.appointments) < 6:
            self.attempt(lambda: self.take_a_slot(index), done="booked")

    @rule(index=INDEX, heard=st.booleans())
    def book_and_pay(self, index: int, heard: bool) -> None:
        if len(self.appointments) < 6:
            self.pay_for_a_slot(index, heard=heard)

    def pay_for_a_slot(self, index: int, *, heard: bool) -> None:
        """What most people do; the page that they come back to tells us, or the webhook will."""
        if self.attempt(lambda: self.take_a_slot(index), done="booked"):
            last = len(self.appointments) - 1
            self.pay_on_the_page(last, "pay")
            if heard:
                self.look(last)

    @rule(index=INDEX, outcome=st.sampled_from(["pay", "pay", "pay", "decline", "authenticate", "fail", "abandon"]))
    def go_to_the_payment_page(self, index: int, outcome: str) -> None:
        self.pay_on_the_page(index, outcome)

    def pay_on_the_page(self, index: int, outcome: str) -> None:
        if (payment := self.payment(index)) is None:
            return
        try:
            open_payment(payment=payment, at=self.at)
        except (PaymentUnavailable, PaymentClosed):
            return
        self.stripe.press(payment.session_id, outcome)
        self.steps[f"pressed {outcome}"] += 1

    @rule(index=INDEX)
    def come_back_from_the_page(self, index: int) -> None:
        self.look(index)

    def look(self, index: int) -> None:
        if payment := self.payment(index):
            try:
                look_at_payment(payment=payment, at=self.at)
            except ProviderError:
                self.steps["no answer"] += 1

    @rule(index=INDEX)
    def cancel(self, index: int) -> None:
        if appointment := self.one(index):
            self.attempt(lambda: cancel_appointment(appointment=appointment, by=None, at=self.at), done="cancelled")

    # --- The workshop ----------------------------------------------------------------------------------------

    @rule(index=INDEX)
    def accept(self, index: int) -> None:
        if appointment := self.one(index):
            by = self.owner_of(appointment.workshop_id)
            self.attempt(lambda: accept_appointment(appointment=appointment, by=by, at=self.at), done="accepted")

    @rule(index=INDEX)
    def refuse(self, index: int) -> None:
        if appointment := self.one(index):
            by = self.owner_of(appointment.workshop_id)
            self.attempt(
                lambda: refuse_appointment(appointment=appointment, by=by, reason="Complet", at=self.at), done="refused"
            )

    @rule(index=INDEX, counter=st.none() | CENTS)
    def finish(self, index: int, counter: int | None) -> None:
        if appointment := self.one(index):
            by = self.owner_of(appointment.workshop_id)
            self.attempt(
                lambda: finish_repair(appointment=appointment, by=by, tenders=in_cash(counter), at=self.at),
                done="finished",
            )

    @rule(index=INDEX)
    def say_that_nobody_came(self, index: int) -> None:
        if appointment := self.one(index):
            by = self.owner_of(appointment.workshop_id)
            self.attempt(lambda: mark_no_show(appointment=appointment, by=by, at=self.at), done="no show")

    @rule(index=INDEX, cents=CENTS)
    def give_back_a_part(self, index: int, cents: int) -> None:
        payment = self.payment(index)
        appointment = self.one(index)
        if payment and appointment and appointment.closed_at:
            self.attempt(
                lambda: refund_payment(payment=payment, amount_cents=cents, reason="geste", at=self.at), done="refunded"
            )

    @rule(index=INDEX, labour=CENTS)
    def quote(self, index: int, labour: int) -> None:
        if appointment := self.one(index):
            by, line = self.owner_of(appointment.workshop_id), appointment.lines.order_by("pk").first()
            wanted = [Wanted(line=line.pk, labour_cents=labour, parts_cents=line.parts_cents)]
            self.attempt(
                lambda: write_quote(appointment=appointment, lines=wanted, reason="Plus usé", by=by, at=self.at),
                done="quoted",
            )

    @rule(which=INDEX, agrees=st.booleans())
    def answer_a_quote(self, which: int, agrees: bool) -> None:
        if quotes := list(Quote.objects.order_by("pk")):
            quote, answer = quotes[which % len(quotes)], agree_to_quote if agrees else refuse_quote
            self.attempt(lambda: answer(quote=quote, at=self.at), done="answered")

    # --- The bank --------------------------------------------------------------------------------------------------

    @rule(index=INDEX)
    def contest(self, index: int) -> None:
        payment = self.payment(index)
        if payment and payment.charge_id and not payment.refunded_cents:
            with suppress(HTTPError):  # contested before, or nothing left to contest
                self.stripe.dispute(charge=payment.charge_id, reason="fraudulent")
                self.steps["contested"] += 1

    @rule(which=INDEX, do=st.sampled_from(["win", "lose"]))
    def decide(self, which: int, do: str) -> None:
        if disputes := self.stripe.objects("dispute"):
            with suppress(HTTPError):
                self.stripe.dispute(dispute=disputes[which % len(disputes)]["id"], do=do)
                self.steps["decided"] += 1

    @rule(cents=CENTS)
    def spend_what_was_sent(self, cents: int) -> None:
        """The seller's account holds less than is to be taken back from it."""
        for account in self.accounts:
            with suppress(HTTPError):
                self.stripe.set_account(account, spend=min(cents, self.stripe.balance_of(account)))

    # --- The provider, the network, time -----------------------------------------------------------------------

    @rule(which=INDEX)
    def deliver_an_event(self, which: int) -> None:
        if events := self.stripe.objects("event"):
            self.deliver(events[-1 - which % len(events)])
            self.steps["delivered"] += 1

    @rule(do=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def let_the_provider_fail(self, do: str, times: int) -> None:
        self.stripe.fault(on="api", do=do, match="POST *", times=times)

    @rule()
    def make_a_round(self) -> None:
        self.round()

    @rule(minutes=st.sampled_from([1, 3, 12, 40, 600, 2000]))
    def let_time_pass(self, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))

    def payment(self, index: int) -> Payment | None:
        appointment = self.one(index)
        return appointment.payment if appointment else None

    def owner_of(self, workshop: int) -> User:
        return self.staff[[each.pk for each in self.workshops].index(workshop)]
