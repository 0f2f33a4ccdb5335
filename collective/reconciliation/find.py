"""Say what does not agree, from the rows that stand: our own checks, movements, payouts, the balance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Sum

from collective.ledger.accounts import PROVIDER
from collective.ledger.models import Entity, Entry, Line
from collective.payments.models import Payment
from collective.reconciliation.match import booked_cents, payment_of
from collective.reconciliation.models import BalanceMovement, Disagreement, Opening, Payout
from collective.reconciliation.opening import books_cents
from collective.reconciliation.read import Reading

GRACE = timedelta(minutes=15)  # news of a payment takes a minute, ten where an event was lost
Kind = Disagreement.Kind


@dataclass(frozen=True)
class Found:
    """One thing that does not agree; `key` names it from one check to the next."""

    kind: str
    key: str
    about: str = ""
    said: str = ""
    ours_cents: int | None = None
    theirs_cents: int | None = None
    payment: Payment | None = None


def found_by_checks(said: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    for name, sentences in said.items():
        for sentence in sentences:
            mark = hashlib.sha256(sentence.encode()).hexdigest()[:24]
            yield Found(Kind.BOOKS, f"{name}:{mark}", about=name, said=sentence)


def found_at_provider(reading: Reading, opening: Opening) -> Iterator[Found]:
    """Once the reading is taken. What is younger than `GRACE` may still be on its way to us, and is left in peace."""
    yield from _movements(at=reading.at)
    yield from _missing(opening, at=reading.at)
    yield from _payouts()
    if reading.balance_cents is not None:
        yield from _balance(reading.balance_cents, opening)


def _movements(*, at: datetime) -> Iterator[Found]:
    for movement in BalanceMovement.objects.filter(matched_at=None, created_at__lt=at - GRACE).order_by("created_at"):
        booked = booked_cents(movement.cause) if movement.cause else None
        yield Found(
            Kind.UNKNOWN if booked is None else Kind.DIFFERS,
            f"movement:{movement.provider_id}",
            about=f"{movement.kind} {movement.source_id or movement.provider_id}",
            ours_cents=booked,
            theirs_cents=movement.net_cents,
            payment=payment_of(movement),
        )


def _missing(opening: Opening, *, at: datetime) -> Iterator[Found]:
    for entry, cents in missing_entries(opening).filter(occurred_at__lt=at - GRACE).values_list("source", "moved"):
        reference = entry.partition(":")[2]
        payment = Payment.objects.filter(reference=reference).first() if entry.startswith("capture:") else None
        yield Found(Kind.MISSING, f"entry:{entry}", about=entry, ours_cents=cents, payment=payment)


def missing_entries(opening: Opening):  # type: ignore[no-untyped-def]  # an annotated queryset has no type to write
    """
    The platform's entries since the opening that moved money at the provider, and that no movement of its answers.

    A fee goes with its capture, whose movement holds both.
    """
    answered = BalanceMovement.objects.filter(cause=OuterRef("source"))
    entries = Entry.objects.sealed().filter(
        entity__kind=Entity.Kind.PLATFORM, lines__account=PROVIDER, occurred_at__gte=opening.at
    )
    entries = entries.exclude(source__startswith="fee:").filter(~Exists(answered))
    return entries.annotate(moved=Sum("lines__amount")).order_by("occurred_at", "pk")


def _payouts() -> Iterator[Found]:
    for payout in Payout.objects.filter(status=Payout.Status.FAILED):
        yield _of_payout(payout, Kind.PAYOUT_FAILED)
    for payout in Payout.objects.filter(is_automatic=False):
        yield _of_payout(payout, Kind.PAYOUT_MANUAL)
    for payout in Payout.objects.filter(itemised_at__isnull=False):
        if payout.listed_cents != payout.amount_cents:
            yield _of_payout(payout, Kind.PAYOUT_SUM, ours=payout.listed_cents)


def _of_payout(payout: Payout, kind: str, *, ours: int | None = None) -> Found:
    name = payout.provider_id
    return Found(kind, f"{kind}:{name}", about=name, ours_cents=ours, theirs_cents=payout.amount_cents)


def _balance(said: int, opening: Opening) -> Iterator[Found]:
    """
    What the books say the provider holds, against what it says, each since the opening.

    What one side knows and the other does not yet is set off here: it is named apart, once it is old enough.
    """
    alone = BalanceMovement.objects.filter(matched_at=None).values_list("net_cents", "cause")
    unmatched = sum(net - ((booked_cents(cause) or 0) if cause else 0) for net, cause in alone)
    missing = sum(cents for _source, cents in missing_entries(opening).values_list("source", "moved"))
    ours = books_cents() - opening.books_cents + unmatched - missing - _fees_alone(opening)
    theirs = said - (opening.provider_cents or 0)
    if ours != theirs:
        yield Found(Kind.BALANCE, "balance", ours_cents=ours, theirs_cents=theirs)


def _fees_alone(opening: Opening) -> int:
    """The fees of captures that no movement answers: they go with their capture."""
    captures = list(missing_entries(opening).values_list("source", flat=True))
    fees = [f"fee:{source.partition(':')[2]}" for source in captures if source.startswith("capture:")]
    lines = Line.objects.filter(account=PROVIDER, entry__source__in=fees)
    return int(lines.aggregate(total=Sum("amount", default=0))["total"])
