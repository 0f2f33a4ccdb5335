"""Put later work in the database with what causes it, and sweep it: a crash loses nothing, two sweepers share it."""

import logging
import traceback
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from backend.lib.outbox_models import OutboxRow

logger = logging.getLogger(__name__)

Handler = Callable[..., None]

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 12
_handlers: dict[str, Handler] = {}
_wake: list[Callable[[], object]] = []


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register `handler(payload, *, at)` for rows of `kind`; it runs in one transaction with the row's completion."""

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise RuntimeError(f"two handlers for outbox rows of kind {kind}")
        return handler

    return register


def is_handled(kind: str) -> bool:
    """Tell whether anybody listens: who only announces something need not write a row that nobody would handle."""
    return kind in _handlers


def wake_with(waker: Callable[[], object]) -> None:
    """Have `waker` called after a commit that put rows: it only brings the next sweep forward."""
    _wake.append(waker)


def put(kind: str, payload: dict[str, Any], *, due_at: datetime, key: str | None = None) -> None:
    """
    Write a row to be handled at or after `due_at`. A row whose key stands already stays as it is.

    :raises RuntimeError: outside a transaction, where a crash could lose it or send it for nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an outbox row is put in the transaction that causes it")
    row = OutboxRow(kind=kind, payload=payload, due_at=due_at, key=key)
    OutboxRow.objects.bulk_create([row], ignore_conflicts=key is not None)
    for waker in _wake:
        transaction.on_commit(waker)


def forget(key: str) -> None:
    """Take back a waiting row (a reminder of a cancelled appointment); one already done stays as history."""
    OutboxRow.objects.filter(key=key, state=OutboxRow.State.WAITING).delete()


def sweep_outbox(
    *, at: datetime, kinds: Collection[str] | None = None, but: Collection[str] = (), limit: int = 100
) -> int:
    """Handle the rows due at `at` (of `kinds`, or of all `but` some), oldest first; return how many were done."""
    due = OutboxRow.objects.filter(state=OutboxRow.State.WAITING, due_at__lte=at)
    due = due.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=at))
    if kinds is not None:
        due = due.filter(kind__in=kinds)
    if but:
        due = due.exclude(kind__in=but)
    oldest = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_claim_and_handle(pk, at=at) for pk in oldest)


def _claim_and_handle(pk: int, *, at: datetime) -> bool:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    claimed = OutboxRow.objects.filter(free, pk=pk, state=OutboxRow.State.WAITING).update(claimed_until=at + LEASE)
    if not claimed:
        return False
    row = OutboxRow.objects.get(pk=pk)
    try:
        with transaction.atomic():
            _handlers[row.kind](row.payload, at=at)
            OutboxRow.objects.filter(pk=pk).update(
                state=OutboxRow.State.DONE, done_at=at, attempts=row.attempts + 1, claimed_until=None
            )
    except Exception:
        _try_again(row, at=at, error=traceback.format_exc(limit=-3))
        return False
    return True


def _try_again(row: OutboxRow, *, at: datetime, error: str) -> None:
    """Wait twice as long after each failure, from five seconds to an hour; after the last one, keep it for a person."""
    attempts = row.attempts + 1
    wait = min(timedelta(seconds=5 * 2 ** (attempts - 1)), timedelta(hours=1))
    state = OutboxRow.State.FAILED if attempts >= MOST_ATTEMPTS else OutboxRow.State.WAITING
    OutboxRow.objects.filter(pk=row.pk).update(
        attempts=attempts, last_error=error, state=state, due_at=at + wait, claimed_until=None
    )
    logger.warning("outbox row %s (%s) failed, attempt %s", row.pk, row.kind, attempts)
