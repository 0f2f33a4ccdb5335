"""Look whether payments and books are one to one: each capture, fee and refund booked once, for its amount."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Q, Sum

from collective.ledger.accounts import ADVANCES, PAYMENT_FEES, PROVIDER
from collective.ledger.models import Line
from collective.payments.models import Payment, Refund


def what_disagrees_with_the_payments() -> list[str]:
    """Return a sentence for each fault; none when all is well. A fixed number of queries."""
    return [*_sums(), *_entries(), *_in_trouble()]


def _in_trouble() -> Iterator[str]:
    for payment in Payment.objects.in_trouble():
        yield f"payment {payment.reference} waits for a person: {payment.trouble}"


def _sums() -> Iterator[str]:
    rows = Payment.objects.annotate(given=Sum("refunds__amount_cents", default=0)).exclude(given=F("refunded_cents"))
    for reference, said, given in rows.values_list("reference", "refunded_cents", "given"):
        yield f"payment {reference} says {said} given back, its refunds {given}"


def _entries() -> Iterator[str]:
    """Every movement that must stand in the books, against every one that stands there."""
    due, booked = _due(), _booked()
    for source, account in sorted(due.keys() | booked.keys()):
        should, stands = due.get((source, account)), booked.get((source, account))
        if should != stands:
            yield f"{source} on {account}: the books say {stands}, the payments {should}"


def _due() -> dict[tuple[str, str], int]:
    due: dict[tuple[str, str], int] = {}
    for payment in Payment.objects.filter(Q(captured_cents__gt=0) | Q(fee_cents__gt=0)):
        due[f"capture:{payment.reference}", PROVIDER] = payment.captured_cents
        due[f"capture:{payment.reference}", ADVANCES] = -payment.captured_cents
        if payment.fee_cents:
            due[f"fee:{payment.reference}", PROVIDER] = -payment.fee_cents
            due[f"fee:{payment.reference}", PAYMENT_FEES] = payment.fee_cents
    for provider_id, cents in Refund.objects.values_list("provider_id", "amount_cents"):
        due[f"refund:{provider_id}", PROVIDER] = -cents
        due[f"refund:{provider_id}", ADVANCES] = cents
    return due


def _booked() -> dict[tuple[str, str], int]:
    sources = Q(entry__source__startswith="capture:") | Q(entry__source__startswith="fee:")
    refunds = Q(entry__source__startswith="refund:") & ~Q(entry__source__endswith=":income")
    lines = Line.objects.filter(sources | refunds, account__in=(PROVIDER, ADVANCES, PAYMENT_FEES))
    booked: Counter[tuple[str, str]] = Counter()
    for source, account, amount in lines.exclude(entry__source__endswith=":shares").values_list(
        "entry__source", "account", "amount"
    ):
        booked[source, account] += amount
    return dict(booked)
