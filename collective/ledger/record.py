"""Record events in the books of legal persons: written, sealed and from then on fixed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from collective.ledger.accounts import is_account
from collective.ledger.counter_chain import chain, lock_counter, what_forbids_counting
from collective.ledger.models import Entity, Entry, Line
from collective.workshops.models import Workshop

AT_ONCE = 200


class CannotBeBooked(Exception):
    """The entry would make the books wrong. A bug in who asked, not something a person can run into."""


@dataclass(frozen=True)
class Draft:
    """
    An entry not yet written. `lines` maps account to cents (minutes for MIN): debits positive; zeros are left out.

    `source` names the cause, once in each entity's books.
    """

    entity: Entity
    journal: str
    source: str
    label: str
    lines: Mapping[str, int]
    occurred_at: datetime
    reference: str = ""
    workshop: Workshop | None = None
    unit: str = Line.Unit.EUR
    mirrors: Entry | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.entity.pk, self.source

    @property
    def amounts(self) -> dict[str, int]:
        return {account: amount for account, amount in self.lines.items() if amount}


def record(
    *,
    entity: Entity,
    journal: str,
    source: str,
    label: str,
    lines: Mapping[str, int],
    occurred_at: datetime,
    reference: str = "",
    workshop: Workshop | None = None,
    unit: str = Line.Unit.EUR,
    mirrors: Entry | None = None,
) -> Entry:
    """Write one sealed entry and return it, as `record_all` does with its draft."""
    draft = Draft(entity, journal, source, label, lines, occurred_at, reference, workshop, unit, mirrors)
    [entry] = record_all([draft])
    entry.refresh_from_db(fields=["sealed_at"])
    return entry


@transaction.atomic
def record_all(drafts: Sequence[Draft]) -> list[Entry]:
    """
    Write sealed entries and return them, in the order of their drafts; four queries, whatever their number.

    Booking the same cause again in the same books returns the entry that stands, when it says the same. The database
    refuses by itself what this function refuses with a reason.

    :raises CannotBeBooked: unbalanced or empty lines, an account not in the plan, or the cause booked otherwise before.
    """
    for draft in drafts:
        _judge(draft.source, draft.amounts)
    standing = _standing(drafts)
    for draft in drafts:
        if draft.key in standing:
            _compare(draft, standing[draft.key])
    # No get_or_create: an entry without its lines is nothing to compare with. Two writers at once meet the unique
    # constraint, which waits for the first to commit; callers hold the payment's lock, so this stays a rare crash.
    missing = {draft.key: draft for draft in drafts if draft.key not in standing}
    _judge_counters(missing.values())
    written = dict(zip(missing, _write(list(missing.values())), strict=True))
    return [written.get(draft.key) or standing[draft.key] for draft in drafts]


def _standing(drafts: Sequence[Draft]) -> dict[tuple[int, str], Entry]:
    found: dict[tuple[int, str], Entry] = {}
    for begin in range(0, len(drafts), AT_ONCE):
        some = drafts[begin : begin + AT_ONCE]
        entries = Entry.objects.filter(
            entity__in={draft.entity.pk for draft in some}, source__in=[draft.source for draft in some]
        )
        found |= {(entry.entity_id, entry.source): entry for entry in entries.prefetch_related("lines")}
    return found


def _compare(draft: Draft, standing: Entry) -> None:
    written = {(line.account, line.unit): line.amount for line in standing.lines.all()}
    if written != {(account, draft.unit): amount for account, amount in draft.amounts.items()}:
        raise CannotBeBooked(f"{draft.source} stands in the books of {draft.entity} with other lines")


def _write(drafts: Sequence[Draft]) -> list[Entry]:
    entries = Entry.objects.bulk_create(
        [
            Entry(
                entity=draft.entity,
                journal=draft.journal,
                source=draft.source,
                label=draft.label[:200],
                reference=draft.reference,
                workshop=draft.workshop,
                occurred_at=draft.occurred_at,
                mirrors=draft.mirrors,
            )
            for draft in drafts
        ],
        batch_size=AT_ONCE,
    )
    _write_lines(
        (entry.pk, account, amount, draft.unit)
        for entry, draft in zip(entries, drafts, strict=True)
        for account, amount in draft.amounts.items()
    )
    _chain_counters(entries, drafts)
    for begin in range(0, len(entries), AT_ONCE):
        sealing = [entry.pk for entry in entries[begin : begin + AT_ONCE]]
        Entry.objects.filter(pk__in=sealing).update(sealed_at=Now())
    return entries


def _judge_counters(drafts: Iterable[Draft]) -> None:
    """
    A day of a counter that is closed takes nothing more. The lock keeps whoever closes it from passing in between.

    :raises PeriodClosed: for an entry of the counter dated in such a day.
    """
    earliest: dict[int, datetime] = {}
    for draft in drafts:
        if draft.journal == Entry.Journal.COUNTER:
            known = earliest.get(draft.entity.pk, draft.occurred_at)
            earliest[draft.entity.pk] = min(known, draft.occurred_at)
    for entity, occurred_at in sorted(earliest.items()):
        lock_counter(Entity(pk=entity))
        if forbidden := what_forbids_counting(Entity(pk=entity), at=occurred_at):
            raise forbidden


def _chain_counters(entries: Sequence[Entry], drafts: Sequence[Draft]) -> None:
    """What is taken at a counter joins its chain before it is sealed; nothing of that journal escapes it."""
    taken = [pair for pair in zip(entries, drafts, strict=True) if pair[1].journal == Entry.Journal.COUNTER]
    if taken:
        lines = {
            entry.pk: [(account, amount, draft.unit) for account, amount in draft.amounts.items()]
            for entry, draft in taken
        }
        chain([entry for entry, _draft in taken], lines)


def _write_lines(rows: Iterable[tuple[int, str, int, str]]) -> None:
    """By hand: years of books have ten times as many lines as anything else, and a model of each takes seconds."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO collective_line (entry_id, account, amount, unit) VALUES (%s, %s, %s, %s)", list(rows)
        )


def _judge(source: str, amounts: Mapping[str, int]) -> None:
    if not amounts:
        raise CannotBeBooked(f"{source} has no lines")
    if off := sum(amounts.values()):
        raise CannotBeBooked(f"{source} is out of balance by {off}")
    if unknown := [account for account in amounts if not is_account(account)]:
        raise CannotBeBooked(f"{source} names accounts outside the plan: {', '.join(unknown)}")
