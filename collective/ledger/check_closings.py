"""Look whether the counters' chains and closings are whole: every hash and total is made again."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Prefetch

from collective.ledger.close_period import Takings, said_of, takings_by_day
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.counter_chain import NOTHING, hash_of, said
from collective.ledger.counter_guards import GUARDS
from collective.ledger.models import Entity, Entry, Line

AT_ONCE = 500


def what_is_wrong_at_the_counters() -> list[str]:
    """Return a sentence for each fault; none when all is well. One changed byte of an entry is one."""
    faults = [f"the database's guard {name} is missing" for name in GUARDS.missing(connection)]
    loose = Entry.objects.filter(journal=Entry.Journal.COUNTER, counter_record=None)
    faults += [f"entry {entry.pk} ({entry.source}) of the counter is in no chain" for entry in loose]
    for entity in Entity.objects.order_by("pk"):
        links = list(_links(entity))
        faults += _chain(entity, links)
        faults += _closings(entity, {link.number: link.sha256 for link in links})
    return faults


def _links(entity: Entity) -> Iterator[CounterRecord]:
    lines = Prefetch("entry__lines", queryset=Line.objects.order_by("pk"))
    found = CounterRecord.objects.filter(entity=entity).select_related("entry").prefetch_related(lines)
    return found.order_by("number").iterator(AT_ONCE)


def _chain(entity: Entity, links: list[CounterRecord]) -> Iterator[str]:
    previous = NOTHING
    for place, link in enumerate(links, start=1):
        name = f"link {link.number} of the counter of {entity}"
        if link.number != place:
            yield f"{name} does not follow link {place - 1}"
            return
        if link.previous != previous:
            yield f"{name} does not carry the hash of the one before it"
        lines = [(line.account, line.amount, line.unit) for line in link.entry.lines.all()]
        if hash_of(said(link.entry, lines, number=link.number, previous=link.previous)) != link.sha256:
            yield f"{name} ({link.entry.source}) is not what was recorded"
        if link.entry.entity_id != entity.pk or link.entry.journal != Entry.Journal.COUNTER:
            yield f"{name} stands for an entry that is not of this counter"
        previous = link.sha256


def _closings(entity: Entity, hashes: dict[int, str]) -> Iterator[str]:
    previous, grand, days = NOTHING, 0, takings_by_day(entity, everything=True)
    for place, closing in enumerate(Closing.objects.filter(entity=entity).order_by("number"), start=1):
        name = f"closing {closing.number} ({closing.kind} {closing.first}) of {entity}"
        if (closing.number, closing.previous) != (place, previous):
            yield f"{name} does not follow the one before it"
        if hash_of(said_of(closing)) != closing.sha256:
            yield f"{name} is not what was closed"
        if closing.chain != hashes.get(closing.last_record or 0, NOTHING):
            yield f"{name} names another last link than the chain's"
        if closing.kind == Closing.Kind.DAY:
            grand += closing.taken_cents
            taken = days.get(closing.first) or Takings()
            said = (closing.records, closing.taken_cents, sum(closing.totals.values()))
            if said != (taken.records, taken.taken_cents, sum(taken.totals.values())):
                yield f"{name} says other totals than its entries"
        if closing.grand_total_cents != grand:
            yield f"{name}: the grand total is {closing.grand_total_cents} and should be {grand}"
        previous = closing.sha256
