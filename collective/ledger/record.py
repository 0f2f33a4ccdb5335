"""Record an event in one entity's books: written, sealed and from then on fixed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from collective.ledger.accounts import is_account
from collective.ledger.models import Entity, Entry, Line
from collective.workshops.models import Workshop


class CannotBeBooked(Exception):
    """The entry would make the books wrong. A bug in who asked, not something a person can run into."""


@transaction.atomic
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
    """
    Write one sealed entry and return it. `lines` maps account to cents (minutes for MIN): debits positive.

    `source` names the cause: booking the same cause again in the same books returns the entry that stands, when it says
    the same. Lines of zero are left out. The database refuses by itself what this function refuses with a reason.

    :raises CannotBeBooked: unbalanced or empty lines, an account not in the plan, or the cause booked otherwise before.
    """
    amounts = {account: amount for account, amount in lines.items() if amount}
    _judge(source, amounts)
    standing = Entry.objects.filter(entity=entity, source=source).first()
    if standing is not None:
        return _same(standing, {(account, unit): amount for account, amount in amounts.items()})
    # No get_or_create: an entry without its lines is nothing to compare with. Two writers at once meet the unique
    # constraint, which waits for the first to commit; callers hold the payment's lock, so this stays a rare crash.
    entry = Entry.objects.create(
        entity=entity,
        journal=journal,
        source=source,
        label=label[:200],
        reference=reference,
        workshop=workshop,
        occurred_at=occurred_at,
        mirrors=mirrors,
    )
    _write_and_seal(entry, amounts, unit=unit)
    return entry


def _write_and_seal(entry: Entry, amounts: Mapping[str, int], *, unit: str) -> None:
    Line.objects.bulk_create(
        Line(entry=entry, account=account, amount=amount, unit=unit) for account, amount in amounts.items()
    )
    Entry.objects.filter(pk=entry.pk).update(sealed_at=Now())
    entry.refresh_from_db(fields=["sealed_at"])


def _same(standing: Entry, wanted: Mapping[tuple[str, str], int]) -> Entry:
    if {(line.account, line.unit): line.amount for line in standing.lines.all()} != wanted:
        raise CannotBeBooked(f"{standing.source} stands in the books of {standing.entity} with other lines")
    return standing


def _judge(source: str, amounts: Mapping[str, int]) -> None:
    if not amounts:
        raise CannotBeBooked(f"{source} has no lines")
    if off := sum(amounts.values()):
        raise CannotBeBooked(f"{source} is out of balance by {off}")
    if unknown := [account for account in amounts if not is_account(account)]:
        raise CannotBeBooked(f"{source} names accounts outside the plan: {', '.join(unknown)}")
