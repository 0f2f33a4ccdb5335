"""Look whether payments and books are one to one: each capture, fee, refund and dispute booked once, for its amount."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Q, Sum

from collective.ledger.accounts import ADVANCES, BANK, DISPUTED, PAYMENT_FEES, PROVIDER
from collective.ledger.models import Line
from collective.payments.dispute_models import Dispute
from collective.payments.models import Payment, Refund

PREFIXES = ("capture:", "fee:", "refund:", "undone:refund:", "lost:", "undone:lost:")
FOLLOWERS = (":income", ":shares")  # of a money-back: what take_back mirrors beyond the advance
Sums = dict[tuple[str, str], int]  # cents by source and account


def what_disagrees_with_the_payments() -> list[str]:
    """Return a sentence for each fault; none when all is well. A fixed number of queries."""
    return [*_sums(), *_entries(), *_contested()]


def what_waits_for_a_person() -> list[str]:
    """Return a sentence for each payment or refund that somebody must settle."""
    return [*_in_trouble(), *_came_back()]


def _in_trouble() -> Iterator[str]:
    for payment in Payment.objects.in_trouble():
        yield f"payment {payment.reference} waits for a person: {payment.trouble}"


def _came_back() -> Iterator[str]:
    for refund in Refund.objects.waiting().select_related("payment"):
        yield f"refund {refund.provider_id} of payment {refund.payment.reference} came back and waits for a person"


def _sums() -> Iterator[str]:
    given = Sum("refunds__amount_cents", filter=Q(refunds__failed_at__isnull=True), default=0)
    rows = Payment.objects.annotate(given=given).exclude(given=F("refunded_cents"))
    for reference, said, total in rows.values_list("reference", "refunded_cents", "given"):
        yield f"payment {reference} says {said} given back, its refunds {total}"
    lost = Payment.objects.annotate(lost=Sum("disputes__lost_cents", default=0)).exclude(lost=F("lost_cents"))
    for reference, said, total in lost.values_list("reference", "lost_cents", "lost"):
        yield f"payment {reference} says {said} lost in disputes, its disputes {total}"


def _contested() -> Iterator[str]:
    """What stands contested in the books is what the banks have of the disputes that are not over."""
    said = dict(
        Dispute.objects.values_list("payment__subject").annotate(
            total=Sum(F("taken_cents") - F("lost_cents") - F("twice_cents"))
        )
    )
    rows = Line.objects.filter(account=DISPUTED).values_list("entry__reference").annotate(total=Sum("amount"))
    booked = dict(rows)
    for subject in sorted(said.keys() | booked.keys()):
        if said.get(subject, 0) != booked.get(subject, 0):
            yield f"{subject} contested: the books say {booked.get(subject, 0)}, its disputes {said.get(subject, 0)}"


def _entries() -> Iterator[str]:
    """Every movement that must stand in the books, against every one that stands there."""
    due, booked = _due(), _booked()
    for source, account in sorted(due.keys() | booked.keys()):
        should, stands = due.get((source, account)), booked.get((source, account))
        if should != stands:
            yield f"{source} on {account}: the books say {stands}, the payments {should}"


def _due() -> Sums:
    due: Sums = {}
    for payment in Payment.objects.filter(Q(captured_cents__gt=0) | Q(fee_cents__gt=0)):
        due[f"capture:{payment.reference}", PROVIDER] = payment.captured_cents
        due[f"capture:{payment.reference}", ADVANCES] = -payment.captured_cents
        if payment.fee_cents:
            due[f"fee:{payment.reference}", PROVIDER] = -payment.fee_cents
            due[f"fee:{payment.reference}", PAYMENT_FEES] = payment.fee_cents
    for provider_id, means, cents, failed_at in Refund.objects.values_list(
        "provider_id", "means", "amount_cents", "failed_at"
    ):
        account = BANK if means == Refund.Means.BANK else PROVIDER
        due |= _given_back(f"refund:{provider_id}", account, cents)
        if failed_at:
            due |= _given_back(f"undone:refund:{provider_id}", account, -cents)
    for provider_id, cents in Dispute.objects.filter(lost_cents__gt=0).values_list("provider_id", "lost_cents"):
        due[f"lost:{provider_id}", ADVANCES] = cents
    return due


def _given_back(source: str, account: str, cents: int) -> Sums:
    return {(source, account): -cents, (source, ADVANCES): cents}


def _booked() -> Sums:
    sources = Q()
    for prefix in PREFIXES:
        sources |= Q(entry__source__startswith=prefix)
    lines = Line.objects.filter(sources, account__in=(PROVIDER, ADVANCES, PAYMENT_FEES, BANK))
    booked: Counter[tuple[str, str]] = Counter()
    for source, account, amount in lines.values_list("entry__source", "account", "amount"):
        if not source.endswith(FOLLOWERS):
            booked[_cause(source), account] += amount
    return {key: amount for key, amount in booked.items() if amount or not key[0].startswith("lost:")}


def _cause(source: str) -> str:
    """A fee corrected later is one fee; a lost dispute that was won after all is none."""
    if source.startswith("fee:"):
        return ":".join(source.split(":")[:2])
    return source.removeprefix("undone:") if source.startswith("undone:lost:") else source
