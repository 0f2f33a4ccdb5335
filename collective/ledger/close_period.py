"""
Close a day, a month or a year of a counter: what is in it is summed, chained, and nothing more is dated in it.

The sweep of the night closes what is over; a person closes a day by hand, having counted the till (CGI art. 286 I
3° bis: daily, monthly and yearly closings, with a grand total since the beginning).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
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
AT_ONCE = 200
MOST_DAYS = 800  # looked at for months and years to close
DIFFERENCE = "till:"
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
    difference = None
    if counted_cents is not None:
        last_second = midnight_after(day, zone_of(entity)) - timedelta(seconds=1)
        difference = _book_difference(entity, day, counted_cents, at=min(at, last_second))
    book = _Book(entity, at=at)
    days = takings_by_day(entity, until=midnight_after(day, book.zone))
    book.close_days(days, before=day)
    closing = book.close_one_day(
        day, days.get(day) or Takings(), closed_by=by, counted_cents=counted_cents, difference_cents=difference
    )
    book.save()
    return closing


def close_counters(*, at: datetime) -> int:
    """Close what is over of every counter: days with something in them, then months, then years; return how many."""
    seen = Entity.objects.filter(counter_records__isnull=False).distinct().select_related("collective", "seller")
    return sum(_close_all(entity, at=at) for entity in seen.order_by("pk"))


@transaction.atomic
def _close_all(entity: Entity, *, at: datetime) -> int:
    lock_counter(entity)
    book = _Book(entity, at=at)
    today = at.astimezone(book.zone).date()
    book.close_days(takings_by_day(entity, until=datetime.combine(today, time.min, book.zone)), before=today)
    return book.save()


@dataclass
class Takings:
    """What was taken on one day: how many links, from which number to which, and what they moved by account."""

    records: int = 0
    first: int | None = None
    last: int | None = None
    chain: str = NOTHING  # the hash of the last link
    totals: Counter[str] = field(default_factory=Counter)

    def add(self, link: CounterRecord) -> None:
        self.records += 1
        self.first = min(self.first or link.number, link.number)
        if self.last is None or link.number > self.last:
            self.last, self.chain = link.number, link.sha256
        if link.entry.source.startswith(DIFFERENCE):
            return  # what counting found is no taking
        for line in link.entry.lines.all():
            if line.unit == Line.Unit.EUR:
                self.totals[line.account] += line.amount

    @property
    def taken_cents(self) -> int:
        """What came into class 5: till, cheques, terminal."""
        return sum(cents for account, cents in self.totals.items() if account.startswith("5"))


def takings_by_day(entity: Entity, *, until: datetime | None = None, everything: bool = False) -> dict[date, Takings]:
    """Return what was taken before `until` and is not closed yet (or ever, with `everything`), by the local day."""
    links = CounterRecord.objects.filter(entity=entity).select_related("entry").prefetch_related("entry__lines")
    if until:
        links = links.filter(entry__occurred_at__lt=until)
    if not everything and (closed := closed_until(entity)):
        links = links.filter(entry__occurred_at__gte=closed)
    zone = zone_of(entity)
    days: dict[date, Takings] = {}
    for link in links.order_by("number").iterator(AT_ONCE):
        days.setdefault(link.entry.occurred_at.astimezone(zone).date(), Takings()).add(link)
    return days


class _Book:
    """The closings of one counter, under its lock: what stands, and what is added in one go."""

    def __init__(self, entity: Entity, *, at: datetime) -> None:
        self.entity, self.at, self.zone = entity, at, zone_of(entity)
        standing = list(Closing.objects.filter(entity=entity).order_by("number"))
        self.last = standing[-1] if standing else None
        self.days = [closing for closing in standing if closing.kind == Kind.DAY]
        self.done = {(closing.kind, closing.first) for closing in standing}
        self.fresh: list[Closing] = []

    def close_days(self, days: Mapping[date, Takings], *, before: date) -> None:
        """Each day, then the month and the year that ended with it."""
        for day in sorted(day for day in days if day < before):
            self.close_spans(before=day)
            self.close_one_day(day, days[day])
        self.close_spans(before=before)

    def close_one_day(self, day: date, taken: Takings, **fields: Any) -> Closing:
        grand = self.days[-1].grand_total_cents if self.days else 0
        closing = self._add(
            Kind.DAY,
            (day, day),
            chain=taken.chain,
            first_record=taken.first,
            last_record=taken.last,
            records=taken.records,
            taken_cents=taken.taken_cents,
            grand_total_cents=grand + taken.taken_cents,
            totals=_not_zero(taken.totals),
            **fields,
        )
        self.days.append(closing)
        return closing

    def close_spans(self, *, before: date) -> None:
        for kind in (Kind.MONTH, Kind.YEAR):
            spans: dict[date, list[Closing]] = {}
            for day in self.days[-MOST_DAYS:]:
                first = day.first.replace(day=1) if kind == Kind.MONTH else day.first.replace(month=1, day=1)
                spans.setdefault(first, []).append(day)
            for first, days in sorted(spans.items()):
                if (kind, first) not in self.done and _end_of(kind, first) < before:
                    self._close_span(kind, first, days)

    def _close_span(self, kind: str, first: date, days: Sequence[Closing]) -> None:
        totals: Counter[str] = Counter()
        for day in days:
            totals.update(day.totals)
        last = max(days, key=lambda day: day.last_record or 0)
        self._add(
            kind,
            (first, _end_of(kind, first)),
            chain=last.chain,
            first_record=min((day.first_record for day in days if day.first_record), default=None),
            last_record=last.last_record,
            records=sum(day.records for day in days),
            taken_cents=sum(day.taken_cents for day in days),
            grand_total_cents=days[-1].grand_total_cents,
            totals=_not_zero(totals),
        )

    def _add(self, kind: str, span: tuple[date, date], **fields: Any) -> Closing:
        last = self.last
        closing = Closing(
            entity=self.entity,
            kind=kind,
            number=last.number + 1 if last else 1,
            first=span[0],
            last=span[1],
            ends_at=midnight_after(span[1], self.zone),
            previous=last.sha256 if last else NOTHING,
            closed_at=self.at,
            **fields,
        )
        closing.sha256 = hash_of(said_of(closing))
        self.done.add((kind, closing.first))
        self.fresh.append(closing)
        self.last = closing
        return closing

    def save(self) -> int:
        """Write what was added; return how many."""
        Closing.objects.bulk_create(self.fresh, batch_size=AT_ONCE)
        return len(self.fresh)


def _book_difference(entity: Entity, day: date, counted_cents: int, *, at: datetime) -> int:
    difference = counted_cents - till_cents(entity)
    if difference:
        record(
            entity=entity,
            journal=Entry.Journal.COUNTER,
            source=f"{DIFFERENCE}{day}",
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


def _not_zero(totals: Mapping[str, int]) -> dict[str, int]:
    return {account: cents for account, cents in sorted(totals.items()) if cents}


def _end_of(kind: str, first: date) -> date:
    if kind == Kind.YEAR:
        return first.replace(month=12, day=31)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, zone)


def said_of(closing: Closing) -> dict[str, Any]:
    """What a closing says; its hash is over this. `chain` is the hash of its last link."""
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
        "chain": closing.chain,
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
