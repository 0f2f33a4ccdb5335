"""Killed at every point of a call, then started again: one effect at the provider, one in the books."""

import os
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, transaction

from collective.ledger.models import Entry
from collective.payments.capture import capture_payment
from collective.payments.models import Operation, Payment, Refund
from collective.payments.operations import LEASE, run_operations
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.crash import POINTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def database_url():
    name = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{name['NAME']}"
    return f"postgres://{name['USER']}:{name['PASSWORD']}@{name['HOST']}:{name['PORT']}/{name['NAME']}"


def crash(stripe, point, at):
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "STRIPE_API_BASE": stripe.url,
        "STRIPE_SECRET_KEY": "sk_test_emulated",
        "MOYEU_DEBUG": "",
        "MOYEU_DEMO": "",
    }
    command = [sys.executable, "-m", "tests.collective.payments.crash", point, at.isoformat()]
    died = subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


def recover(at):
    """Another sweeper, once the dead one's claim has run out; and once more, for nothing."""
    later = at + LEASE
    run_operations(at=later)
    assert run_operations(at=later) == 0
    assert not Operation.objects.filter(state=Operation.State.PENDING).exists()
    call_command("check_ledger", stdout=StringIO())


@pytest.mark.parametrize("point", POINTS)
def test_fault_08_and_09_a_capture_is_made_once_wherever_its_worker_was_killed(paid, stripe, at, point):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    capture_payment(payment=payment, amount_cents=9600, at=at)
    crash(stripe, point, at)
    assert Entry.objects.filter(source__startswith="capture:").count() == (2 if point == "after_commit" else 0)
    recover(at)
    (intent,) = stripe.objects("payment_intent")
    assert intent["amount_received"] == 9600
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents) == (Payment.State.CAPTURED, 9600)
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}


@pytest.mark.parametrize("point", ["before_call", "before_commit", "after_commit"])
def test_fault_08_and_09_a_refund_is_made_once(paid, stripe, at, point):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    crash(stripe, point, at)
    assert Refund.objects.count() == (point == "after_commit")
    recover(at)
    assert [refund["amount"] for refund in stripe.objects("refund")] == [4000]
    assert Refund.objects.get().operation.state == Operation.State.DONE
    assert books(payment.workshop)["seller"] == {"467.platform": 5600, "4191": -5600}


def test_a_page_is_opened_once(asked, stripe, at):
    payment = asked()
    crash(stripe, "after_call", at)
    recover(at)
    (session,) = stripe.objects("checkout.session")
    payment.refresh_from_db()
    assert (payment.state, payment.session_id) == (Payment.State.OPEN, session["id"])


def test_an_operation_planned_in_a_transaction_that_fails_is_never_made(paid, stripe, at):
    payment = look_at_payment(payment=paid(), at=at)
    with transaction.atomic():
        refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
        transaction.set_rollback(True)
    recover(at)
    assert stripe.objects("refund") == []
