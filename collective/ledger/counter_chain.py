"""
Chain what is taken at a counter: each entry carries the hash of the one before it.

The hash is SHA-256 over canonical JSON (UTF-8, keys sorted, no spaces) of what `said` returns, `previous` included; an
archive says how to make it again (see archive.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.models import Entity, Entry

NOTHING = "0" * 64  # stands before the first
AT_ONCE = 200
Line = tuple[str, int, str]


class PeriodClosed(RuleBroken):
    code = "period_closed"
    message = _("The counter of that day is closed: nothing more is dated in it. Record it on an open day.")


def lock_counter(entity: Entity) -> None:
    """Whoever adds to a counter's chain, or closes a day of it, waits for who is at it."""
    Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity.pk)


def closed_until(entity: Entity) -> datetime | None:
    """Return the moment before which this counter is closed; None when nothing ever was."""
    days = Closing.objects.filter(entity=entity, kind=Closing.Kind.DAY)
    moment: datetime | None = days.aggregate(last=Max("ends_at"))["last"]
    return moment


def what_forbids_counting(entity: Entity, *, at: datetime) -> RuleBroken | None:
    until = closed_until(entity)
    return PeriodClosed() if until and at < until else None


def chain(entries: Sequence[Entry], lines: Mapping[int, Iterable[Line]]) -> None:
    """
    Add entries of the counter to the chains of their books, in their order, before they are sealed.

    `lines` holds (account, amount, unit) by the entry's pk. The entities are locked in the order of their pks.
    """
    by_entity: dict[int, list[Entry]] = {}
    for entry in entries:
        by_entity.setdefault(entry.entity_id, []).append(entry)
    records = []
    for entity in sorted(by_entity):
        lock_counter(Entity(pk=entity))
        last = CounterRecord.objects.filter(entity=entity).order_by("-number").first()
        number, previous = (last.number, last.sha256) if last else (0, NOTHING)
        for entry in by_entity[entity]:
            number += 1
            sha256 = hash_of(said(entry, lines[entry.pk], number=number, previous=previous))
            records.append(
                CounterRecord(entity_id=entity, number=number, entry=entry, previous=previous, sha256=sha256)
            )
            previous = sha256
    CounterRecord.objects.bulk_create(records, batch_size=AT_ONCE)


def said(entry: Entry, lines: Iterable[Line], *, number: int, previous: str) -> dict[str, Any]:
    """What a link says: cents (EUR) or minutes (MIN), the moment in UTC."""
    return {
        "number": number,
        "previous": previous,
        "entity": entry.entity_id,
        "source": entry.source,
        "label": entry.label,
        "reference": entry.reference,
        "occurred_at": entry.occurred_at.astimezone(UTC).isoformat(),
        "mirrors": entry.mirrors_id,
        "lines": sorted([account, amount, unit] for account, amount, unit in lines),
    }


def hash_of(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(facts)).hexdigest()


def canonical(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
