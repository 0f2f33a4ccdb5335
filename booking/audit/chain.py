"""
Chain the audit log: each row's digest covers the digest before it, so that a row changed, left out or put in between
later no longer fits what follows. (Haber and Stornetta, How to time-stamp a digital document, 1991.)

Triggers cannot chain by themselves without making every booking wait for every other; a sweep does it, in one row after
the other, and what waits is seconds old.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, connection, transaction

from booking.audit.models import AuditRow

LOOSE_FOR = timedelta(minutes=15)  # a row that was not chained for longer is a fault


def chain_audit_rows(*, at: datetime, limit: int = 2000) -> int:
    """Chain the loose rows, oldest first; return how many. Two sweepers at once: one does it, the other nothing."""
    try:
        with transaction.atomic():
            return _chain(limit)
    except IntegrityError:  # the other was faster: the number stands
        return 0


def _chain(limit: int) -> int:
    last = AuditRow.objects.select_for_update().chained().last()
    number, digest = (last.number or 0, last.digest) if last else (0, "")
    chained: list[tuple[int, str, int]] = []
    for row in AuditRow.objects.loose()[:limit]:
        number += 1
        digest = digest_of(row, number=number, before=digest)
        chained.append((number, digest, row.pk))
    # By hand: who writes keeps other writers waiting, and updating rows of models takes ten times as long.
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE booking_auditrow SET number = %s, digest = %s WHERE id = %s", chained)
    return len(chained)


def digest_of(row: AuditRow, *, number: int, before: str) -> str:
    """Return the SHA-256 of the digest before it and of the row's facts, as JSON without spaces."""
    moment = row.happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    facts = [before, number, row.watched, row.row_id, row.was, row.became, moment]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def what_breaks_the_chain(*, at: datetime) -> Iterator[str]:
    """Yield a sentence for the first row that does not fit, and for rows that nobody chained. Reads the whole log."""
    digest = ""
    for number, row in enumerate(AuditRow.objects.chained().iterator(chunk_size=5000), start=1):
        if row.number != number:
            yield f"the audit log goes from {number - 1} to {row.number}"
            return
        digest = digest_of(row, number=number, before=digest)
        if row.digest != digest:
            yield f"row {number} of the audit log ({row}) is not as it was written"
            return
    if late := AuditRow.objects.loose().filter(happened_at__lt=at - LOOSE_FOR).count():
        yield f"{late} rows of the audit log wait for their digest for more than {LOOSE_FOR}"
