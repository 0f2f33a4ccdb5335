"""
Book what leaves for those it belongs to: transfers, what comes back of them, and one repair's due paying another's.

The platform owes a beneficiary under the reference of a repair (467, see advances.py); what is sent extinguishes that
debt in both books. A netting moves a debt from one repair to another: an entry has one reference, so it takes two in
each book, with the netting account between them, which is at zero after each netting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from collective.ledger.accounts import ADVANCES, NETTING, owed_with
from collective.ledger.entities import platform_of
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import Draft, record_all
from collective.workshops.models import Workshop

Journal = Entry.Journal


@dataclass(frozen=True)
class Owed:
    """Whose it is, and for which repair."""

    entity: Entity
    reference: str
    workshop: Workshop

    @property
    def platform(self) -> Entity:
        return platform_of(self.entity.collective)


def owed_cents(owed: Owed) -> int:
    """
    Return what the platform's books owe `owed.entity` for that repair and may send; below zero, what it owes them.

    Money that is still an advance is owed to the customer first: it stays where it is until the work is done or the
    advance is kept.
    """
    across = Line.objects.filter(
        entry__entity=owed.platform, entry__reference=owed.reference, account=owed_with(owed.entity)
    )
    standing = across.aggregate(total=Sum("amount", default=0))["total"]
    return int(-standing) - _advance(Line.objects.filter(entry__entity=owed.entity, entry__reference=owed.reference))


def advance_cents(reference: str) -> int:
    """Return what of a repair is still the customer's: the work is not done, as far as the books know."""
    return _advance(Line.objects.filter(entry__reference=reference))


def _advance(lines: QuerySet[Line]) -> int:
    return -min(0, int(lines.filter(account=ADVANCES).aggregate(total=Sum("amount", default=0))["total"]))


def book_sent(owed: Owed, *, cents: int, account: str, source: str, at: datetime) -> None:
    """Book `cents` sent from the platform's `account` (517 or 512) to the beneficiary's own."""
    record_all(draft_sent(owed, cents=cents, account=account, source=source, at=at))


def draft_sent(
    owed: Owed, *, cents: int, account: str, source: str, at: datetime, mirrors: Mapping[int, Entry] | None = None
) -> list[Draft]:
    platform = owed.platform
    sides = {
        platform: {owed_with(owed.entity): cents, account: -cents},
        owed.entity: {account: cents, owed_with(platform): -cents},
    }
    return [
        _draft(owed, entity, Journal.BANK, source, lines, at, (mirrors or {}).get(entity.pk))
        for entity, lines in sides.items()
    ]


def book_back(owed: Owed, *, cents: int, account: str, source: str, sent: str, at: datetime) -> None:
    """Book `cents` taken back of what was booked under the source `sent`: its mirror, in part or in whole."""
    mirrors = {entry.entity_id: entry for entry in Entry.objects.filter(source=sent)}
    record_all(draft_sent(owed, cents=-cents, account=account, source=source, at=at, mirrors=mirrors))


def book_netting(*, due: Owed, paid_with: Owed, cents: int, source: str, at: datetime) -> None:
    """Book that `cents` owed to the entity for `paid_with` pay what it owes for `due`."""
    record_all(draft_netting(due=due, paid_with=paid_with, cents=cents, source=source, at=at))


def draft_netting(*, due: Owed, paid_with: Owed, cents: int, source: str, at: datetime) -> list[Draft]:
    drafts: list[Draft] = []
    platform = due.platform
    for owed, amount in ((paid_with, cents), (due, -cents)):
        owes = {owed_with(owed.entity): amount, NETTING: -amount}
        is_owed = {owed_with(platform): -amount, NETTING: amount}
        name = f"{source}:{'from' if amount > 0 else 'to'}"
        drafts.append(_draft(owed, platform, Journal.MISC, name, owes, at))
        drafts.append(_draft(owed, owed.entity, Journal.MISC, name, is_owed, at))
    return drafts


def _draft(
    owed: Owed,
    entity: Entity,
    journal: str,
    source: str,
    lines: Mapping[str, int],
    at: datetime,
    mirrors: Entry | None = None,
) -> Draft:
    return Draft(
        entity=entity,
        journal=journal,
        source=source,
        label=owed.workshop.name,
        lines=lines,
        occurred_at=at,
        reference=owed.reference,
        workshop=owed.workshop,
        mirrors=mirrors,
    )
