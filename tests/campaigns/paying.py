"""The world of the payments campaign: a workshop that never closes, people who pay, and the emulator beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings

from backend.lib.clock import database_now
from backend.lib.outbox_models import OutboxRow
from backend.setup.demo import HOST, free_port
from booking.appointments.book import book
from booking.appointments.hold import hold_slot
from booking.appointments.models import Appointment
from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from booking.tasks import ROUND, sweep
from collective.members.models import User
from collective.payments.models import Operation, Payment
from collective.payments.receive import receive_event
from collective.timetable.free_days import rebuild_timetable
from collective.timetable.hours import set_weekly_hours
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import WHO, make_workshop
from tests.factories import MechanicTimeFactory, StaffFactory
from tests.stripe_emulator.envelope import sign
from tests.stripe_emulator.running import RunningEmulator

SECRET = "whsec_campaign"
DAYS, BENCHES = 60, 1
ROUNDS = tuple(name for name in ROUND if name not in ("night", "audit"))  # the log is chained when it is judged


class EmulatorBeside(RunningEmulator):
    """An emulator in a process of its own, which survives who speaks to it."""

    def __init__(self, url: str) -> None:
        self.url, self.webhook_secret = url, SECRET

    def give_back(self, intent_id: str, *, cents: int) -> None:
        """Refund on the provider's own pages, where we do nothing."""
        asked = requests.post(
            f"{self.url}/v1/refunds",
            data={"payment_intent": intent_id, "amount": cents},
            headers={"Authorization": "Bearer sk_test_emulated"},
            timeout=10,
        )
        asked.raise_for_status()


@contextmanager
def emulator_beside() -> Iterator[EmulatorBeside]:
    """Run it, and have the product speak to it."""
    from django.test import override_settings

    port = free_port(12300)
    command = [sys.executable, "-m", "tests.stripe_emulator", "--port", str(port), "--webhook-secret", SECRET]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert "emulator on" in process.stdout.readline()
            stripe = EmulatorBeside(f"http://{HOST}:{port}")
            with override_settings(
                STRIPE_API_BASE=stripe.url, STRIPE_SECRET_KEY="sk_test_emulated", STRIPE_WEBHOOK_SECRETS=[SECRET]
            ):
                yield stripe
        finally:
            process.terminate()


class Paying:
    """What people do about money, one after the other; `at` is the emulator's time too."""

    def __init__(self, stripe: EmulatorBeside) -> None:
        self.stripe = stripe
        self.ahead = timedelta(0)
        self.workshops = {way: self._open(way, **fields) for way, fields in WAYS.items()}
        self.staff = {each.pk: StaffFactory(workshop=each).user for each in self.workshops.values()}
        self.slots = {way: self._slots(each) for way, each in self.workshops.items()}

    @property
    def at(self) -> datetime:
        return database_now() + self.ahead

    def _open(self, way: str, **fields: Any) -> Workshop:
        workshop = make_workshop(
            slug=f"atelier-{way.replace(chr(32), chr(45))}", horizon_days=DAYS, notice_minutes=0, **fields
        )
        MechanicTimeFactory(mechanic__workshop=workshop, mechanic__name="M2", mechanic__skill_level=4)
        today = self.at.astimezone(workshop.zone).date()
        set_weekly_hours(owner=workshop, hours="24/7", from_on=today)
        rebuild_timetable(workshops=[workshop], first=today, last=today + timedelta(days=DAYS), at=self.at)
        return workshop

    def _slots(self, workshop: Workshop) -> Iterator[datetime]:
        """The times of the second week and later: time passes while they are used up."""
        offers = list(workshop.offers.select_related("intervention", "workshop"))
        work = work_at(workshop=workshop, offers=offers, bike_type="city")
        first = self.at.astimezone(workshop.zone).date() + timedelta(days=8)
        found = slots_of(work=work, first=first, last=first + timedelta(days=DAYS - 10), at=self.at, limit=4000)
        starts = sorted({slot.starts_at for slot in found})
        return iter(start for start in starts if start.minute in (0, 30))

    def owner_of(self, appointment: Appointment) -> User:
        return self.staff[appointment.workshop_id]

    def book(self, way: str) -> Appointment:
        workshop = self.workshops[way]
        offers = list(workshop.offers.select_related("intervention", "workshop"))
        hold = hold_slot(offers=offers, starts_at=next(self.slots[way]), bike_type="city", at=self.at)
        return book(hold=hold, at=self.at, **WHO | {"pay": workshop.pay_now, "work_may_begin_early": True})

    def again(self, appointment: Appointment) -> Appointment:
        return Appointment.objects.get(pk=appointment.pk)

    def payment(self, appointment: Appointment) -> Payment:
        return Payment.objects.get(pk=appointment.payment_id)

    def press(self, appointment: Appointment, outcome: str = "pay") -> None:
        self.stripe.press(self.payment(appointment).session_id, outcome)

    def intent_of(self, appointment: Appointment) -> str:
        session = self.payment(appointment).session_id
        [found] = [one for one in self.stripe.objects("checkout.session") if one["id"] == session]
        return str(found["payment_intent"])

    def events_of(self, appointment: Appointment) -> list[dict[str, Any]]:
        """Every event that the emulator has of this payment, oldest first; none of a page that was never opened."""
        if not (session := self.payment(appointment).session_id):
            return []
        about = {session, self.intent_of(appointment)}
        told = [(event, event["data"]["object"]) for event in self.stripe.objects("event")]
        return [event for event, it in told if about & {it.get("id"), it.get("payment_intent")}]

    def deliver(self, event: dict[str, Any]) -> None:
        payload = json.dumps(event).encode()
        receive_event(payload=payload, signature=sign(payload, SECRET, at=int(time.time())), at=self.at)

    def pass_time(self, by: timedelta) -> None:
        self.ahead += by
        self.stripe.advance(int(by.total_seconds()))

    def round(self) -> list[str]:
        """Make one round; return the sweeps that broke."""
        return [name for name, done in sweep(at=self.at, names=ROUNDS).items() if done is None]

    def let_leases_run_out(self) -> None:
        """What a dead sweeper had claimed comes back after ninety seconds: they pass at once."""
        Operation.objects.filter(state=Operation.State.PENDING).update(claimed_until=None, due_at=self.at)
        OutboxRow.objects.filter(state=OutboxRow.State.WAITING).update(claimed_until=None)

    def work_off(self, *, rounds: int = 8) -> list[str]:
        """Make rounds until nothing is left to do; return what is left all the same, or broke."""
        broke: list[str] = []
        for _again in range(rounds):
            self.let_leases_run_out()
            broke += self.round()
            left = Operation.objects.filter(state=Operation.State.PENDING)
            if not left.exists():
                break
        broke += self.round()
        return [
            *broke,
            *(f"still to do: {key}: {error}" for key, error in left.values_list("key", "last_error")),
        ]


WAYS: dict[str, dict[str, Any]] = {
    "deposit": {"pay_now": "deposit", "deposit_bp": 3333},
    "full": {"pay_now": "full"},
    "by hand": {"pay_now": "full", "confirms": Workshop.Confirms.BY_HAND, "answer_hours": 96},
}
