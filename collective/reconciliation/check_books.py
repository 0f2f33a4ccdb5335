"""Check everything: our own rows, and what the provider says of its balance; keep the result."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collective.ledger.models import Entry
from collective.members.models import Collective
from collective.payments.ports import ProviderError
from collective.reconciliation.catch_up import hear_what_was_missed
from collective.reconciliation.checks import run_checks
from collective.reconciliation.find import Found, found_at_provider, found_by_checks
from collective.reconciliation.keep_findings import AT_PROVIDER, keep_findings
from collective.reconciliation.look_closer import look_closer
from collective.reconciliation.models import BalanceMovement, BooksCheck, Disagreement, Opening
from collective.reconciliation.opening import books_cents, standing_opening
from collective.reconciliation.read import Reading, read_provider, takes_money_online
from collective.reconciliation.take_reading import house, match_movements, take_reading

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
STRANGE_AFTER = timedelta(days=2)
KEPT = timedelta(days=30)
Provider, Kind = BooksCheck.Provider, Disagreement.Kind


@dataclass
class Compared:
    """What came of asking the provider."""

    provider: str
    found: list[Found] = field(default_factory=list)
    looked_for: set[str] = field(default_factory=set)
    provider_cents: int | None = None


def check_when_due(*, at: datetime) -> int:
    """Check once in each ten minutes, whoever makes the rounds; return whether this was the time."""
    slot = at - timedelta(minutes=at.minute % 10, seconds=at.second, microseconds=at.microsecond)
    if BooksCheck.objects.filter(slot=slot).exists() or not Collective.objects.exists():
        return 0
    # Of two processes, the one whose row stands makes the check; one that dies leaves the next ten minutes to others.
    claimed = BooksCheck.objects.bulk_create([BooksCheck(slot=slot, at=at)], ignore_conflicts=True)
    mine = BooksCheck.objects.filter(slot=slot, at=at, finished_at=None).first() if claimed else None
    if mine is None:
        return 0
    _run(mine, at=at, with_provider=True)
    BooksCheck.objects.filter(at__lt=at - KEPT).delete()
    return 1


def check_books(*, at: datetime, with_provider: bool = True) -> tuple[BooksCheck, dict[str, list[str]]]:
    """
    Check now, keep the result, and return it with what our own checks said. Call it outside any transaction.

    What is open then stands in `Disagreement.objects.open()`.
    """
    check, _is_new = BooksCheck.objects.get_or_create(slot=at, defaults={"at": at})
    return check, _run(check, at=at, with_provider=with_provider)


def _run(check: BooksCheck, *, at: datetime, with_provider: bool) -> dict[str, list[str]]:
    began = time.monotonic()
    compared = compare(at=at) if with_provider else Compared(Provider.QUICK)
    said = run_checks(at=at)
    found = [*found_by_checks(said), *compared.found]
    if Collective.objects.exists():
        check.open_count = keep_findings(found, looked_for={Kind.BOOKS, *compared.looked_for}, house=house(), at=at)
    check.provider, check.provider_cents = compared.provider, compared.provider_cents
    check.counts = {name: len(sentences) for name, sentences in said.items()} | {"provider": len(compared.found)}
    check.entries, check.books_cents = Entry.objects.count(), books_cents()
    check.took_ms, check.finished_at = round((time.monotonic() - began) * 1000), at
    check.save()
    return said


def compare(*, at: datetime) -> Compared:
    """Ask the provider and take what it says; silent, it leaves what was open as it was."""
    if not takes_money_online() or not Collective.objects.exists():
        return Compared(Provider.NONE)
    opening = standing_opening(at=at)
    try:
        reading = read_provider(since=opening.at, at=at)
        take_reading(reading)
        _look_closer_at_what_stands_alone(at=at)
    except ProviderError as silence:
        logger.warning("the books were not compared with the provider: %s", silence)
        return Compared(Provider.SILENT)
    _carry_the_opening(opening, reading)
    is_still = reading.balance_cents is not None
    looked_for: set[str] = {*AT_PROVIDER, *([Kind.BALANCE] if is_still else [])}
    found = list(found_at_provider(reading, opening))
    return Compared(Provider.COMPARED if is_still else Provider.MOVING, found, looked_for, reading.said_cents)


def _look_closer_at_what_stands_alone(*, at: datetime) -> None:
    """
    A movement that nothing answers may be news that was lost on its way: hear it now, look, and match again.

    For two days; what is strange after that waits for a person.
    """
    young = BalanceMovement.objects.filter(matched_at=None, created_at__gte=at - STRANGE_AFTER)
    alone = young.order_by("created_at")
    oldest = alone.first()
    if oldest is None:
        return
    hear_what_was_missed(since=oldest.created_at - timedelta(minutes=5), at=at)
    for movement in alone:
        look_closer(movement, at=at)
    match_movements(at=at)


def _carry_the_opening(opening: Opening, reading: Reading) -> None:
    """What the provider held before the first movement we compare: known from its first answer."""
    if opening.provider_cents is None and reading.balance_cents is not None:
        moved = sum(BalanceMovement.objects.filter(created_at__gte=opening.at).values_list("net_cents", flat=True))
        opening.provider_cents = reading.balance_cents - moved
        opening.save(update_fields=["provider_cents"])
