"""Take back a part of a finished sale and of its shares, exactly backwards: the last part takes what is left."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from backend.lib.money import split
from collective.ledger.accounts import ADVANCES, LABOUR, PARTS, VAT_COLLECTED
from collective.ledger.entities import books_of
from collective.ledger.models import Entry, Line
from collective.ledger.record import record
from collective.workshops.models import Workshop

SOLD = (LABOUR, PARTS, VAT_COLLECTED)


def sale_source(reference: str) -> str:
    return f"sale:{reference}"


def shares_source(reference: str) -> str:
    return f"shares:{reference}"


def take_back_sale(*, workshop: Workshop, reference: str, cents: int, source: str, at: datetime) -> None:
    """
    Mirror `cents` of the sale booked under `reference`, and of its shares in every entity's books.

    Nothing is done when nothing was sold yet: the money was only an advance, and its own mirror is all there is. Revenue
    and VAT give back `cents` in the proportions that still stand; each share gives back its standing amount x `cents` /
    what stands of the sale, rounded down, so that the cent left over comes with the last refund. What is given back of a
    sale is owed to the customer as an advance, which the refund itself settles.
    """
    seller = books_of(workshop.seller)
    # The lock makes two refunds of one sale wait for each other: each must see what the other left standing.
    sale = Entry.objects.select_for_update(of=("self",)).filter(entity=seller, source=sale_source(reference)).first()
    if sale is None:
        return
    standing = {account: -amount for account, amount in _standing(sale).items() if account in SOLD}
    still_sold = sum(standing.values())
    back = min(cents, still_sold)
    if back:
        _mirror(sale, {**split(back, standing), ADVANCES: -back}, source=f"{source}:sale", at=at)
        for shares in Entry.objects.filter(source=shares_source(reference), workshop=workshop).order_by("pk"):
            _take_back_shares(shares, part=back, whole=still_sold, source=f"{source}:shares", at=at)


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
