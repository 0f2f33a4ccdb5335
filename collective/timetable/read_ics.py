"""
Hours out of a calendar file (RFC 5545): repeated openings are the ordinary week and its seasons, the rest exceptions.

Nothing is fetched, no zone that the file defines is believed, and the work is bounded before it begins: 1 MB, 400
events, 400 dates, two years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.lib.errors import BadInput
from collective.timetable.hours import LONGEST_EXCEPTION
from collective.timetable.hours_plan import Closure, HoursRead
from collective.timetable.ics_lines import (
    EventUnreadable,
    Line,
    RawEvent,
    WallMoment,
    is_from_here,
    read_duration,
    read_events,
    read_moment,
)
from collective.timetable.ics_rule import RepeatRule, days_of, read_rule
from collective.timetable.periods import Period, subtract, unite
from collective.timetable.ticks import by_local_day, local_midnight

MOST_DATES = 400
MOST_DAYS_LOOKED_AT = 30_000  # all rules together: 40 that never end
NOTHING = timedelta()


class Meaning(StrEnum):
    """What the events of a file are."""

    OPENINGS = "openings"
    CLOSURES = "closures"
    MARKED = "marked"  # free (TRANSPARENT) means open, busy (OPAQUE) means closed: as we write them


class EventInverted(BadInput):
    code = "event_inverted"
    message = gettext_lazy("“%(event)s” does not end after it begins.")


class EventTooLong(BadInput):
    code = "event_too_long"
    message = gettext_lazy("“%(event)s” lasts more than a year.")


class RepeatNeverEnds(BadInput):
    code = "rule_never_ends"
    message = gettext_lazy("“%(event)s” repeats for ever, and is no ordinary week: %(why)s")


class TooManyDates(BadInput):
    code = "too_many_dates"
    message = gettext_lazy("This calendar has too many dates: %(most)d at most, apart from the ordinary week.")


class NothingInIt(BadInput):
    code = "nothing_in_it"
    message = gettext_lazy("Nothing in this calendar is between %(first)s and %(last)s.")


@dataclass(frozen=True, slots=True)
class _Event:
    """One event, understood. Its end is so many days of the wall clock and so much elapsed time after its start."""

    raw: RawEvent
    start: WallMoment
    days: timedelta
    elapsed: timedelta
    rule: RepeatRule | None
    more: tuple[tuple[WallMoment, Period | None], ...]  # RDATE: another start, or a period of its own
    without: frozenset[datetime]  # EXDATE and moved occurrences, by their moment
    without_days: frozenset[date]
    is_free: bool

    def zone(self, here: ZoneInfo) -> ZoneInfo:
        return self.start.zone or here

    def period_at(self, wall: datetime, here: ZoneInfo) -> Period | None:
        """Give the occurrence that starts at this wall clock; None when clocks skip the whole of it."""
        zone = self.zone(here)
        starts_at = WallMoment(wall, zone, is_day=False).at(here)
        ends_at = WallMoment(wall + self.days, zone, is_day=False).at(here) + self.elapsed
        return Period(starts_at, ends_at) if starts_at < ends_at else None


@dataclass
class _Reading:
    here: ZoneInfo
    first: date
    last: date
    meaning: Meaning
    dates: int = 0
    left_out: int = 0
    opened: list[Period] = field(default_factory=list)
    closed: list[Closure] = field(default_factory=list)
    seasons: set[date] = field(default_factory=set)
    labels: dict[date, str] = field(default_factory=dict)

    @property
    def window(self) -> Period:
        return Period(local_midnight(self.first, self.here), local_midnight(self.last + timedelta(days=1), self.here))

    def opens(self, event: _Event) -> bool:
        return self.meaning == Meaning.OPENINGS or (self.meaning == Meaning.MARKED and event.is_free)


def read_ics(raw: bytes, *, meaning: Meaning, zone: ZoneInfo, first: date, last: date) -> HoursRead:
    """
    Read the local days from first to last; what is over, or comes after, is left out, and a note says so.

    A file that we wrote says itself what its events mean, unless they are to be closures.

    :raises BadInput: with its reason, for what cannot be read, kept or believed; see the subclasses.
    """
    if meaning == Meaning.OPENINGS and is_from_here(raw):
        meaning = Meaning.MARKED
    reading = _Reading(zone, first, last, Meaning(meaning))
    events = _understood(list(read_events(raw)), zone)
    if sum(_days_to_look_at(event, reading) for event in events) > MOST_DAYS_LOOKED_AT:
        raise TooManyDates(most=MOST_DATES)
    for event in events:
        _take(event, reading)
    found = reading.closed if meaning == Meaning.CLOSURES else reading.opened
    if not found and not is_from_here(raw):  # ours may be of a workshop that never opens
        raise NothingInIt(first=date_format(first, "DATE_FORMAT"), last=date_format(last, "DATE_FORMAT"))
    return HoursRead(
        first=first,
        last=last,
        days=_days(reading) if meaning != Meaning.CLOSURES else None,
        closures=tuple(reading.closed) if meaning == Meaning.CLOSURES else (),
        seasons=frozenset(reading.seasons),
        labels=reading.labels,
        notes=tuple(_notes(reading)),
    )


def _days_to_look_at(event: _Event, reading: _Reading) -> int:
    """How many days its rule will be asked about, told without asking it."""
    rule = event.rule
    if rule is None:
        return 0
    begins = rule.start if rule.times else max(rule.start, reading.first)
    ends = min(reading.last, rule.until.date()) if rule.until else reading.last
    return max((ends - begins).days, 0)


def _days(reading: _Reading) -> dict[date, list[Period]]:
    periods = subtract(unite(reading.opened), [closure.period for closure in reading.closed])
    return by_local_day(periods, reading.first, reading.last, reading.here)


def _notes(reading: _Reading) -> Iterator[str]:
    if reading.left_out:
        yield _("Left out: %(count)d dates before %(first)s or after %(last)s.") % {
            "count": reading.left_out,
            "first": date_format(reading.first, "DATE_FORMAT"),
            "last": date_format(reading.last, "DATE_FORMAT"),
        }


# --- Understanding events -------------------------------------------------------------------------------------------


def _understood(raw: list[RawEvent], here: ZoneInfo) -> list[_Event]:
    """Read the events; one occurrence that was moved is taken out of its series, and is an event of its own."""
    moved: dict[str, list[Line]] = {}
    for event in raw:
        if line := event.first("RECURRENCE-ID"):
            if "RANGE" in line.parameters:
                raise EventUnreadable(event=event.name, written="RECURRENCE-ID;RANGE")
            moved.setdefault(event.text("UID"), []).append(line)
    kept = [event for event in raw if event.text("STATUS").upper() != "CANCELLED"]
    return [
        _understand(event, [] if event.first("RECURRENCE-ID") else moved.get(event.text("UID"), []), here)
        for event in kept
    ]


def _understand(event: RawEvent, moved: list[Line], here: ZoneInfo) -> _Event:
    line = event.first("DTSTART")
    if line is None:
        raise EventUnreadable(event=event.name, written="DTSTART")
    start = read_moment(line, line.value, event)
    days, elapsed = _length(event, start, here)
    if days + elapsed <= NOTHING:
        raise EventInverted(event=event.name)
    if days + elapsed > LONGEST_EXCEPTION:
        raise EventTooLong(event=event.name)
    rules = event.all("RRULE")
    if len(rules) > 1 or event.first("EXRULE"):
        raise EventUnreadable(event=event.name, written="RRULE, EXRULE")
    left_out = [read_moment(line, value, event) for line in [*event.all("EXDATE"), *moved] for value in _values(line)]
    return _Event(
        raw=event,
        start=start,
        days=days,
        elapsed=elapsed,
        rule=read_rule(rules[0].value, start=start.wall.date()) if rules else None,
        more=tuple(_more(event, here)),
        without=frozenset(moment.at(here) for moment in left_out if not moment.is_day),
        without_days=frozenset(moment.wall.date() for moment in left_out if moment.is_day),
        is_free=event.text("TRANSP").upper() == "TRANSPARENT",
    )


def _length(event: RawEvent, start: WallMoment, here: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Give the length as days of the wall clock, and elapsed time; an end is a time of the wall clock."""
    end, duration = event.first("DTEND"), event.first("DURATION")
    if duration:
        return read_duration(duration.value, event)
    if not end:
        return (timedelta(days=1), NOTHING) if start.is_day else (NOTHING, NOTHING)
    ends = read_moment(end, end.value, event)
    if ends.is_day != start.is_day:
        raise EventUnreadable(event=event.name, written=f"DTEND:{end.value[:40]}")
    wall = ends.wall if ends.zone == start.zone else ends.at(here).astimezone(start.zone or here).replace(tzinfo=None)
    return wall - start.wall, NOTHING


def _more(event: RawEvent, here: ZoneInfo) -> Iterator[tuple[WallMoment, Period | None]]:
    for line in event.all("RDATE"):
        for value in _values(line):
            begins, _slash, ends = value.partition("/")
            start = read_moment(line, begins, event)
            yield start, _own_period(start, line, ends, event, here) if ends else None


def _own_period(start: WallMoment, line: Line, ends: str, event: RawEvent, here: ZoneInfo) -> Period:
    if ends.startswith(("P", "+P")):
        days, elapsed = read_duration(ends, event)
        ends_at = WallMoment(start.wall + days, start.zone, is_day=False).at(here) + elapsed
    else:
        ends_at = read_moment(line, ends, event).at(here)
    starts_at = start.at(here)
    if not starts_at < ends_at <= starts_at + LONGEST_EXCEPTION:
        raise EventInverted(event=event.name)
    return Period(starts_at, ends_at)


def _values(line: Line) -> list[str]:
    return [value for value in line.value.split(",") if value.strip()]


# --- Taking their occurrences ---------------------------------------------------------------------------------------


def _take(event: _Event, reading: _Reading) -> None:
    rule = event.rule
    if rule and rule.is_endless:
        _check_endless(event, rule, reading)
    is_week = rule is not None and rule.is_every_week and reading.opens(event)
    if is_week and rule:
        reading.seasons.add(event.start.at(reading.here).astimezone(reading.here).date())
        if rule.until:
            reading.seasons.add(rule.until.date() + timedelta(days=1))
    for period in _occurrences(event, reading):
        if not period.overlaps(reading.window):
            reading.left_out += 1
            continue
        if not is_week:
            reading.dates += 1
            if reading.dates > MOST_DATES:
                raise TooManyDates(most=MOST_DATES)
        _note(event, period, reading, is_week=is_week)


def _note(event: _Event, period: Period, reading: _Reading, *, is_week: bool) -> None:
    inside = period.within(reading.window)
    if inside is None:
        return
    if reading.opens(event):
        reading.opened.append(inside)
    else:
        reading.closed.append(Closure(inside, event.raw.label))
    if event.raw.label and not is_week:
        day = inside.starts_at.astimezone(reading.here).date()
        reading.labels.setdefault(day, event.raw.label)


def _check_endless(event: _Event, rule: RepeatRule, reading: _Reading) -> None:
    if not reading.opens(event):
        why = _("change the ordinary week instead, or give it an end.")
    elif not rule.is_every_week:
        why = _("give it an end.")
    elif event.zone(reading.here).key != reading.here.key and not _keeps_its_hour(event, reading):
        why = _("in %(zone)s clocks change otherwise than here. Give it an end, or the zone %(here)s.") % {
            "zone": event.zone(reading.here).key,
            "here": reading.here.key,
        }
    else:
        return
    raise RepeatNeverEnds(event=event.raw.name, why=why)


def _keeps_its_hour(event: _Event, reading: _Reading) -> bool:
    noon = datetime.combine(reading.first, datetime.min.time()) + timedelta(hours=12)
    offsets = {
        noon.replace(tzinfo=event.zone(reading.here)).astimezone(reading.here).replace(tzinfo=None) - noon
        for noon in (noon + timedelta(days=n) for n in range(366))
    }
    return len(offsets) == 1


def _occurrences(event: _Event, reading: _Reading) -> Iterator[Period]:
    """Yield the occurrences; of a rule, those whose days may touch the window."""
    here = reading.here
    if event.rule:
        yield from _repeated(event, event.rule, reading)
    else:
        yield from _single(event, event.start.wall, here)
    for start, own in event.more:
        if own:
            yield own
        else:
            wall = start.at(here).astimezone(event.zone(here)).replace(tzinfo=None)
            yield from _single(event, wall, here)


def _repeated(event: _Event, rule: RepeatRule, reading: _Reading) -> Iterator[Period]:
    time_of_day = event.start.wall.time()
    around = event.days + event.elapsed + timedelta(days=2)  # zones lie up to a day apart
    for day in days_of(rule, first=reading.first - around, last=reading.last + timedelta(days=2)):
        wall = datetime.combine(day, time_of_day)
        if rule.is_over(wall, event.zone(reading.here)):
            return
        for period in _single(event, wall, reading.here):
            if period.overlaps(reading.window):  # the days around it are no loss to speak of
                yield period


def _single(event: _Event, wall: datetime, here: ZoneInfo) -> Iterator[Period]:
    period = event.period_at(wall, here) if _is_kept(event, wall, here) else None
    if period:
        yield period


def _is_kept(event: _Event, wall: datetime, here: ZoneInfo) -> bool:
    moment = WallMoment(wall, event.zone(here), is_day=False).at(here)
    return moment not in event.without and wall.date() not in event.without_days
