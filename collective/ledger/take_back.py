"""Take back a part of what was sold and of its shares, exactly backwards: the last part takes what is left."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q, Sum

from backend.lib.money import split
from collective.ledger.accounts import ADVANCES, KEPT_OF_CANCELLATIONS, LABOUR, PARTS, VAT_COLLECTED
from collective.ledger.entities import books_of
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import record
from collective.workshops.models import Workshop

INCOME = (LABOUR, PARTS, VAT_COLLECTED, KEPT_OF_CANCELLATIONS)


def sale_source(reference: str) -> str:
    return f"sale:{reference}"


def shares_source(reference: str) -> str:
    return f"shares:{reference}"


def kept_source(reference: str) -> str:
    return f"kept:{reference}"


def take_back(*, workshop: Workshop, reference: str, source: str, at: datetime) -> None:
    """
    Mirror what a refund took beyond the advance: of the sale and its shares, or of what was kept of a cancellation.

    Nothing is done while the advance covers it: its own mirror is all there is. Revenue and VAT give the amount back in
    the proportions that still stand; each share gives back its standing amount x the amount / what stands of the sale,
    rounded down, so that the cent left over comes with the last refund.
    """
    seller = books_of(workshop.seller)
    # The lock makes two refunds of one sale wait for each other: each must see what the other left standing.
    used = Entry.objects.select_for_update(of=("self",)).filter(
        entity=seller, source__in=(sale_source(reference), kept_source(reference))
    )
    for entry in used.order_by("pk"):
        standing = {account: -amount for account, amount in _standing(entry).items() if account in INCOME}
        still_income = sum(standing.values())
        back = min(overdrawn_cents(seller, reference), still_income)
        if back <= 0:
            continue
        _mirror(entry, {**split(back, standing), ADVANCES: -back}, source=f"{source}:income", at=at)
        if entry.source == sale_source(reference):
            for shares in Entry.objects.filter(source=shares_source(reference), workshop=workshop).order_by("pk"):
                _take_back_shares(shares, part=back, whole=still_income, source=f"{source}:shares", at=at)


def sold_cents(seller: Entity, reference: str) -> int:
    """Return what stands of the sale of `reference`, VAT included, after what refunds took back."""
    sale = Q(entry__source=sale_source(reference)) | Q(entry__mirrors__source=sale_source(reference))
    lines = Line.objects.filter(sale, entry__entity=seller, account__in=INCOME)
    return -int(lines.aggregate(total=Sum("amount", default=0))["total"])


def overdrawn_cents(seller: Entity, reference: str) -> int:
    """Return how far the advance of `reference` is overdrawn; below zero, what stands of it."""
    advance = Line.objects.filter(entry__entity=seller, entry__reference=reference, account=ADVANCES)
    return advance.aggregate(total=Sum("amount", default=0))["total"]


def _take_back_shares(shares: Entry, *, part: int, whole: int, source: str, at: datetime) -> None:
    """One line of shares is the total of the others: it follows them, so that the mirror is balanced."""
    total = max(shares.lines.all(), key=lambda line: (abs(line.amount), line.account.startswith("467"))).account
    standing = _standing(shares)
    lines = {
        account: -(amount * part // whole if amount > 0 else -(-amount * part // whole))
        for account, amount in standing.items()
        if account != total
    }
    lines[total] = -sum(lines.values())
    if any(lines.values()):
        _mirror(shares, lines, source=source, at=at)


def _standing(entry: Entry) -> dict[str, int]:
    """The entry's lines less what its mirrors took back."""
    left: Counter[str] = Counter()
    for line in Line.objects.filter(Q(entry=entry) | Q(entry__mirrors=entry)):
        left[line.account] += line.amount
    return dict(left)


def _mirror(entry: Entry, lines: Mapping[str, int], *, source: str, at: datetime) -> None:
    record(
        entity=entry.entity,
        journal=entry.journal,
        source=source,
        label=entry.label,
        lines=lines,
        occurred_at=at,
        reference=entry.reference,
        workshop=entry.workshop,
        mirrors=entry,
    )
