"""The little world of the money machine: two workshops, a payment provider with faults, and a clock."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.book import book
from booking.appointments.hold import hold_slot
from booking.appointments.models import Appointment
from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from booking.tasks import ROUND, sweep
from collective.ledger.entities import books_of
from collective.payments import gateway
from collective.payments.distribution.distribute import account_of
from collective.payments.models import Operation, Payment
from collective.payments.receive import receive_event, sweep_events
from collective.timetable.free_days import rebuild_timetable
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import WHO, make_workshop
from tests.factories import StaffFactory
from tests.money.judge import faults
from tests.stripe_emulator.envelope import sign
from tests.stripe_emulator.running import RunningEmulator

LONG = timedelta(minutes=35)  # longer than a lease, a wait between two tries, a page
A_DAY = timedelta(hours=24)  # longer than a key is good for, under which an error was stored
WAYS: tuple[dict[str, Any], ...] = (
    {"pay_now": "deposit", "deposit_bp": 3333},
    {"pay_now": "full", "confirms": Workshop.Confirms.BY_HAND},
)
# The log is chained and the books are checked when a story is judged; papers have their own tests.
ROUNDS = tuple(name for name in ROUND if name not in ("night", "audit", "books", "papers"))


class World(RuleBasedStateMachine):
    """Two workshops: one takes a deposit and confirms by itself, one reserves the card and confirms by hand."""

    stripe: ClassVar[RunningEmulator]  # the campaign and the test name it, and point the settings to it
    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer._from_testcase = True  # as TestCase does: what is durable in production may be inside of it
        self.outer.__enter__()
        self.ahead = timedelta(0)
        self.appointments: list[int] = []

    @property
    def at(self) -> datetime:
        return database_now() + self.ahead

    def open_two_workshops(self) -> None:
        self.stripe.reset()
        self.workshops = [make_open(number, **way) for number, way in enumerate(WAYS)]
        self.staff = [StaffFactory(workshop=workshop).user for workshop in self.workshops]
        self.accounts = [self.open_account(workshop) for workshop in self.workshops[:1]]  # the other has none

    @invariant()
    def nothing_is_given_back_that_was_not_taken(self) -> None:
        self.steps["steps"] += 1
        for payment in Payment.objects.all():
            assert 0 <= payment.refunded_cents <= payment.captured_cents <= payment.amount_cents

    def teardown(self) -> None:
        try:
            if self.appointments:
                self.work_off()
                found = faults(self.stripe, at=self.at)
                assert not found, "\n".join(found)
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    # --- What the rules are made of ---

    def attempt(self, act: Callable[[], Any], *, done: str) -> Any:
        """Try what a person tries, at any moment; a refusal moves nothing."""
        with suppress(RuleBroken), transaction.atomic():
            result = act()
            self.steps[done] += 1
            return result

    def one(self, index: int) -> Appointment | None:
        """One of the appointments, read anew."""
        if not self.appointments:
            return None
        return Appointment.objects.get(pk=self.appointments[index % len(self.appointments)])

    def take_a_slot(self, index: int, **given: Any) -> Appointment | None:
        workshop = self.workshops[index % len(self.workshops)]
        offers = list(workshop.offers.select_related("intervention", "workshop"))
        today = self.at.astimezone(workshop.zone).date()
        work = work_at(workshop=workshop, offers=offers, bike_type="city")
        [slot] = slots_of(work=work, first=today, last=today + timedelta(days=30), at=self.at, limit=1)
        hold = hold_slot(offers=offers, starts_at=slot.starts_at, bike_type="city", at=self.at)
        appointment = book(
            hold=hold, at=self.at, **WHO | {"pay": workshop.pay_now, "work_may_begin_early": True} | given
        )
        self.appointments.append(appointment.pk)
        return appointment

    def open_account(self, workshop: Workshop) -> str:
        """Give the seller an account to which money may be sent."""
        account = account_of(books_of(workshop.seller))
        made = gateway.provider().create_account(
            reference=str(account.reference), legal_name="Atelier", email="a@example.org", key=str(account.reference)
        )
        self.stripe.set_account(made.account_id, status="active")
        account.account_id, account.status = made.account_id, "active"
        account.save()
        return made.account_id

    def deliver(self, event: dict[str, Any]) -> None:
        """One delivery of an event, signed, whatever was delivered before."""
        payload = json.dumps(event).encode()
        signature = sign(payload, self.stripe.webhook_secret, at=int(time.time()))
        receive_event(payload=payload, signature=signature, at=self.at)
        sweep_events(at=self.at)

    def pass_time(self, by: timedelta) -> None:
        self.ahead += by
        self.stripe.advance(int(by.total_seconds()))

    def round(self) -> None:
        done = sweep(at=self.at, names=ROUNDS)
        assert None not in done.values(), f"a sweep failed: {done}"

    def work_off(self) -> None:
        """The provider is well again, time passes, the rounds are made until nothing is left."""
        self.stripe.fault(do="clear")
        for wait in (LONG, A_DAY, LONG, LONG):
            self.pass_time(wait)
            self.round()
            self.round()
        left = Operation.objects.filter(state=Operation.State.PENDING)
        assert not left, f"still to do: {list(left.values_list('key', 'last_error'))}"


def make_open(number: int, **fields: Any) -> Workshop:
    workshop = make_workshop(slug=f"atelier-{number}", name=f"Atelier {number}", notice_minutes=0, **fields)
    today = database_now().astimezone(workshop.zone).date()
    rebuild_timetable(workshops=[workshop], first=today, last=today + timedelta(days=40), at=database_now())
    return workshop
