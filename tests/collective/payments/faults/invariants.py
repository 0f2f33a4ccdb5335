"""What holds after every fault: nothing twice, nothing lost, our totals those of the provider."""

from io import StringIO

from django.core.management import call_command
from django.db.models import Count, Sum
from django.test import override_settings

from collective.ledger.models import Entry, Line
from collective.payments.models import Operation, Payment, Refund
from tests.stripe_emulator import RunningEmulator


def hold(stripe: RunningEmulator) -> None:
    """:raises AssertionError: for the first that does not."""
    with override_settings(STRIPE_SECRET_KEY=""):  # the books alone: what the provider holds is added up below
        call_command("check_ledger", stdout=StringIO())
    for row in Line.objects.values("entry__entity", "unit").annotate(left=Sum("amount")):
        assert row["left"] == 0, row
    sources = Entry.objects.values("source", "entity").annotate(times=Count("pk"))
    assert all(row["times"] == 1 for row in sources)
    assert not Operation.objects.filter(state=Operation.State.PENDING).exists()
    ours = Payment.objects.aggregate(taken=Sum("captured_cents", default=0), given=Sum("refunded_cents", default=0))
    theirs = stripe.objects("payment_intent")
    assert ours["taken"] == sum(intent["amount_received"] for intent in theirs)
    refunds = [row for row in stripe.objects("refund") if row["status"] in ("succeeded", "pending")]
    assert ours["given"] == sum(row["amount"] for row in refunds)
    assert set(Refund.objects.values_list("provider_id", flat=True)) == {row["id"] for row in refunds}
    fees = [row["fee"] for row in stripe.objects("balance_transaction") if row["type"] == "charge"]
    assert sum(Payment.objects.values_list("fee_cents", flat=True).exclude(fee_cents=None)) == sum(fees)
