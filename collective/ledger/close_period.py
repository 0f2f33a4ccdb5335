"""
Close a day, a month or a year of a counter: what is in it is summed, chained, and nothing more is dated in it.

The sweep of the night closes what is over; a person closes a day by hand, having counted the till (CGI art. 286 I
3° bis: daily, monthly and yearly closings, with a grand total since the beginning).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Min, Sum
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, NotAllowed, RuleBroken
from collective.ledger.accounts import COUNTER, TILL_OVER, TILL_SHORT
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.counter_chain import NOTHING, PeriodClosed, closed_until, hash_of, lock_counter
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import record
from collective.members.models import User
from collective.workshops.models import Staff

Kind = Closing.Kind
MOST_CENTS = 10_000_000  # no till holds more than 100,000 €


class NotTheCounter(NotAllowed):
    code = "not_the_counter"
    message = _("Only the people of this workshop close its counter.")


class TooEarlyToClose(RuleBroken):
    code = "too_early_to_close"
    message = _("This day has not come yet.")


class BadCount(BadInput):
    code = "bad_count"
    message = _("The cash counted is an amount in euros between nothing and 100,000.")


def zone_of(entity: Entity) -> ZoneInfo:
    """The zone of the seller's workshops: its days begin at their midnight."""
    workshop = entity.seller.workshops.order_by("pk").first() if entity.seller else None
    return workshop.zone if workshop else ZoneInfo(entity.collective.timezone)


def what_forbids_closing(entity: Entity, *, by: User, day: date, at: datetime) -> RuleBroken | None:
    """A day is closed once, by who works there, when it has come; the days before it close with it."""
    staffed = Staff.objects.live().filter(user=by, workshop__seller=entity.seller_id)
    if entity.seller_id is None or not staffed.exists():
        return NotTheCounter()
    zone = zone_of(entity)
    if day > at.astimezone(zone).date():
        return TooEarlyToClose()
    until = closed_until(entity)
    return PeriodClosed() if until and midnight_after(day, zone) <= until else None


@transaction.atomic
def close_day(*, entity: Entity, day: date, by: User, counted_cents: int | None = None, at: datetime) -> Closing:
    """
    Close `day` of the counter by hand; a till that holds more or less than the books say has the difference booked.

    :raises BadCount: for cash that no till holds.
    :raises NotTheCounter: for who does not work there.
    :raises TooEarlyToClose: for a day to come.
    :raises PeriodClosed: when it is closed.
    """
    if counted_cents is not None and not 0 <= counted_cents <= MOST_CENTS:
        raise BadCount
    lock_counter(entity)
    if forbidden := what_forbids_closing(entity, by=by, day=day, at=at):
        raise forbidden
    _close_days(entity, before=day, at=at)
    return _close_one_day(entity, day, by=by, counted_cents=counted_cents, at=at)


def close_counters(*, at: datetime) -> int:
    """Close what is over of every counter: days with something in them, then months, then years; return how many."""
    seen = Entity.objects.filter(counter_records__isnull=False).distinct().select_related("collective", "seller")
    return sum(_close_all(entity, at=at) for entity in seen.order_by("pk"))


@transaction.atomic
def _close_all(entity: Entity, *, at: datetime) -> int:
    lock_counter(entity)
    before = Closing.objects.filter(entity=entity).count()
    _close_days(entity, before=at.astimezone(zone_of(entity)).date(), at=at)
    return Closing.objects.filter(entity=entity).count() - before


def _close_days(entity: Entity, *, before: date, at: datetime) -> None:
    """The days before `before` in which something was taken, each followed by the month and year that it ends."""
    zone, until = zone_of(entity), closed_until(entity)
    taken = Entry.objects.sealed().filter(entity=entity, journal=Entry.Journal.COUNTER)
    taken = taken.filter(occurred_at__lt=datetime.combine(before, time.min, zone))
    if until:
        taken = taken.filter(occurred_at__gte=until)
    for day in sorted({moment.astimezone(zone).date() for moment in taken.values_list("occurred_at", flat=True)}):
        _close_spans(entity, before=day, at=at)
        _close_one_day(entity, day, by=None, counted_cents=None, at=at)
    _close_spans(entity, before=before, at=at)


def _close_one_day(entity: Entity, day: date, *, by: User | None, counted_cents: int | None, at: datetime) -> Closing:
    zone, difference = zone_of(entity), None
    begins_at, ends_at = datetime.combine(day, time.min, zone), midnight_after(day, zone)
    if counted_cents is not None:
        difference = _book_difference(entity, day, counted_cents, at=min(at, ends_at - timedelta(seconds=1)))
    links = CounterRecord.objects.filter(entity=entity, entry__occurred_at__lt=ends_at)
    links = links.filter(entry__occurred_at__gte=begins_at)
    numbers = links.aggregate(first=Min("number"), last=Max("number"))
    totals = takings_of(links)
    last = Closing.objects.filter(entity=entity, kind=Kind.DAY).order_by("-number").first()
    taken = sum(cents for account, cents in totals.items() if account.startswith("5"))
    return _write(
        entity,
        Kind.DAY,
        (day, day),
        ends_at=ends_at,
        first_record=numbers["first"],
        last_record=numbers["last"],
        records=links.count(),
        taken_cents=taken,
        grand_total_cents=(last.grand_total_cents if last else 0) + taken,
        totals=totals,
        counted_cents=counted_cents,
        difference_cents=difference,
        closed_by=by,
        closed_at=at,
    )


def takings_of(links: Any) -> dict[str, int]:
    """What the entries of these links moved, in cents by account; differences of the till are apart, as they are."""
    entries = links.exclude(entry__source__startswith="till:").values("entry")
    lines = Line.objects.filter(entry__in=entries, unit=Line.Unit.EUR)
    return {
        account: total
        for account, total in lines.values_list("account").annotate(Sum("amount")).order_by("account")
        if total
    }


def _book_difference(entity: Entity, day: date, counted_cents: int, *, at: datetime) -> int:
    difference = counted_cents - till_cents(entity)
    if difference:
        record(
            entity=entity,
            journal=Entry.Journal.COUNTER,
            source=f"till:{day}",
            label="Écart de caisse",
            lines={COUNTER: difference, TILL_OVER if difference > 0 else TILL_SHORT: -difference},
            occurred_at=at,
        )
    return difference


def till_cents(entity: Entity) -> int:
    """Return what the books say lies in the till."""
    lines = Line.objects.filter(entry__entity=entity, account=COUNTER, unit=Line.Unit.EUR)
    total: int = lines.aggregate(total=Sum("amount", default=0))["total"]
    return total


def _close_spans(entity: Entity, *, before: date, at: datetime) -> None:
    """The months and years that were over on `before` and have days closed in them."""
    for kind in (Kind.MONTH, Kind.YEAR):
        done = {one.first for one in Closing.objects.filter(entity=entity, kind=kind)}
        days = Closing.objects.filter(entity=entity, kind=Kind.DAY).order_by("number")
        spans: dict[date, list[Closing]] = {}
        for day in days.exclude(first__gte=before):
            first = day.first.replace(day=1) if kind == Kind.MONTH else day.first.replace(month=1, day=1)
            spans.setdefault(first, []).append(day)
        for first, of_span in sorted(spans.items()):
            if first not in done and _end_of(kind, first) < before:
                _close_span(entity, kind, first, of_span, at=at)


def _close_span(entity: Entity, kind: str, first: date, days: list[Closing], *, at: datetime) -> None:
    totals: Counter[str] = Counter()
    for day in days:
        totals.update(day.totals)
    numbers = [number for day in days for number in (day.first_record, day.last_record) if number]
    last = _end_of(kind, first)
    _write(
        entity,
        kind,
        (first, last),
        ends_at=midnight_after(last, zone_of(entity)),
        first_record=min(numbers, default=None),
        last_record=max(numbers, default=None),
        records=sum(day.records for day in days),
        taken_cents=sum(day.taken_cents for day in days),
        grand_total_cents=days[-1].grand_total_cents,
        totals={account: cents for account, cents in sorted(totals.items()) if cents},
        counted_cents=None,
        difference_cents=None,
        closed_by=None,
        closed_at=at,
    )


def _end_of(kind: str, first: date) -> date:
    if kind == Kind.YEAR:
        return first.replace(month=12, day=31)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, zone)


def _write(entity: Entity, kind: str, span: tuple[date, date], **fields: Any) -> Closing:
    last = Closing.objects.filter(entity=entity).order_by("-number").first()
    closing = Closing(
        entity=entity,
        kind=kind,
        number=last.number + 1 if last else 1,
        first=span[0],
        last=span[1],
        previous=last.sha256 if last else NOTHING,
        **fields,
    )
    closing.sha256 = hash_of(said_of(closing, links={closing.last_record: _link(closing)}))
    closing.save(force_insert=True)
    return closing


def _link(closing: Closing) -> str:
    found = CounterRecord.objects.filter(entity=closing.entity_id, number=closing.last_record or 0).first()
    return found.sha256 if found else NOTHING


def said_of(closing: Closing, *, links: Mapping[int | None, str]) -> dict[str, Any]:
    """What a closing says; its hash is over this. `links` gives the hash of its last link, by number."""
    return {
        "number": closing.number,
        "previous": closing.previous,
        "entity": closing.entity_id,
        "kind": str(closing.kind),
        "first": closing.first.isoformat(),
        "last": closing.last.isoformat(),
        "ends_at": closing.ends_at.astimezone(UTC).isoformat(),
        "first_record": closing.first_record,
        "last_record": closing.last_record,
        "records": closing.records,
        "chain": links.get(closing.last_record, NOTHING),
        "taken_cents": closing.taken_cents,
        "grand_total_cents": closing.grand_total_cents,
        "totals": dict(closing.totals),
        "counted_cents": closing.counted_cents,
        "difference_cents": closing.difference_cents,
        "closed_at": closing.closed_at.astimezone(UTC).isoformat(),
        "closed_by": closing.closed_by_id,
    }


def first_open(entity: Entity, moments: Iterable[datetime]) -> datetime:
    """Return the latest of these moments and of when the counter's last closed day ended."""
    until = closed_until(entity)
    return max([*moments, *([until] if until else [])])
