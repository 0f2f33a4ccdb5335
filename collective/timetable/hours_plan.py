"""
Hours as a plan: the ordinary week of each season, and the days that are otherwise.

Every import first becomes what is open on each day, every export begins there: what a text means is compared by its
days, so that no two ways of writing the same hours differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from collective.timetable.periods import Period, unite
from collective.timetable.wall_clock import moments_of, wall_minutes
from collective.timetable.weekly import WeeklyRange

Clocks = tuple[tuple[int, int], ...]  # one day's opening, in minutes of the wall clock
Week = tuple[Clocks, ...]  # seven of them, Monday first

A_WEEK = 7
A_SEASON_COSTS, A_SAID_SEASON_COSTS = 10, 9  # as much as that many days told apart: a shorter change is no season
HOLIDAYS_OF_A_WORKSHOP = range(7, 63)  # days closed in a row that are an exception, not a season
MOST_CUTS = 150

CLOSED: Clocks = ()
CLOSED_WEEK: Week = (CLOSED,) * A_WEEK


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """An ordinary week and the local day from which it holds."""

    from_on: date
    week: Week

    @property
    def ranges(self) -> list[WeeklyRange]:
        return [WeeklyRange(day, *clocks) for day, opening in enumerate(self.week) for clocks in opening]

    def on(self, day: date) -> Clocks:
        return self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What holds from `first` to `last`, both included: `weeks` in order, the first from `first`; `otherwise` is the whole
    opening, in UTC, of the days that no week shows. On the days `unsaid` the plan says nothing.
    """

    first: date
    last: date
    weeks: tuple[PlannedWeek, ...]
    otherwise: Mapping[date, list[Period]]
    unsaid: frozenset[date] = frozenset()

    def week_on(self, day: date) -> PlannedWeek:
        return [planned for planned in self.weeks if planned.from_on <= day][-1]


@dataclass(frozen=True, slots=True)
class Closure:
    period: Period
    label: str


@dataclass(frozen=True, slots=True)
class HoursRead:
    """
    What a text or a file says of the hours from `first` to `last`.

    `days` is what is open on each local day, none when it speaks of closures only. `seasons` are days on which a season
    may begin; on the days `exact` it holds even where the ordinary week says the same; `labels` are the names given to
    days. `closed_on_holidays` is None when it says nothing about them. `notes` are sentences about what was left out.
    """

    first: date
    last: date
    days: Mapping[date, list[Period]] | None
    closures: tuple[Closure, ...] = ()
    seasons: frozenset[date] = frozenset()
    exact: frozenset[date] = frozenset()
    closed_on_holidays: bool | None = None
    labels: Mapping[date, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def plan_of(
    days: Mapping[date, list[Period]],
    *,
    zone: ZoneInfo,
    seasons: Collection[date] = (),
    unsaid: Collection[date] = (),
) -> Plan:
    """
    Find the seasons in what is open on each local day (in UTC, in order, no day left out), and the days apart.

    `seasons` are days on which one is said to begin; without a word, a change that lasts is found by itself. On days
    `unsaid` (public holidays) anything may be open.
    """
    order = sorted(days)
    said = [None if day in unsaid else clocks_of(days[day], zone) for day in order]
    shown = _without_long_closures(said)
    cuts = _cuts(order, shown, seasons)
    weeks = _weeks(order, shown, cuts, frozenset(seasons))
    plan = Plan(order[0], order[-1], tuple(weeks), {}, frozenset(unsaid))
    return replace(plan, otherwise={day: days[day] for day in _apart(plan, days, zone)})


def clocks_of(periods: Iterable[Period], zone: ZoneInfo) -> Clocks:
    return tuple(wall_minutes(period.starts_at, period.ends_at, zone) for period in periods)


def periods_of(day: date, clocks: Clocks, zone: ZoneInfo) -> list[Period]:
    """Give the moments of wall-clock ranges on a local day; what clocks skip whole is left out."""
    moments = (moments_of(day, since, until, zone) for since, until in clocks)
    return unite(Period(starts_at, ends_at) for starts_at, ends_at in moments if starts_at < ends_at)


def closed_runs(plan: Plan) -> list[tuple[date, date]]:
    """Give the first and last day of each closure of whole days; days closed anyway join those around them."""
    runs: list[tuple[date, date]] = []
    since: date | None = None
    until = plan.first
    for day in _each_day(plan.first, plan.last):
        closed_here = day in plan.otherwise and not plan.otherwise[day]
        if closed_here:
            since, until = since or day, day
        elif since and (plan.otherwise.get(day) or (day not in plan.unsaid and plan.week_on(day).on(day))):
            runs.append((since, until))
            since = None
    return [*runs, (since, until)] if since else runs


def _each_day(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _without_long_closures(said: Sequence[Clocks | None]) -> list[Clocks | None]:
    """Leave out weeks closed in a row, which are holidays of the workshop, so that they do not pass for a season."""
    shown: list[Clocks | None] = []
    for is_closed, run in groupby(said, key=lambda clocks: not clocks):
        held = list(run)
        is_long = is_closed and len(held) in HOLIDAYS_OF_A_WORKSHOP
        shown += [None] * len(held) if is_long else held
    return shown


def _cuts(order: Sequence[date], shown: Sequence[Clocks | None], seasons: Collection[date]) -> list[int]:
    """Give where a season may begin: where one is said to, and where a weekday changes for two weeks at least."""
    at = {day: place for place, day in enumerate(order)}
    said = {at[day] for day in seasons if day in at}
    found = [place for place in range(A_WEEK, len(shown)) if _changes_for_long(shown, place)]
    return sorted({0, *sorted(said)[:MOST_CUTS], *found[:MOST_CUTS]})


def _changes_for_long(shown: Sequence[Clocks | None], place: int) -> bool:
    before, here = shown[place - A_WEEK], shown[place]
    if here is None or before is None or here == before:
        return False
    earlier = shown[place - 2 * A_WEEK] if place >= 2 * A_WEEK else before
    later = shown[place + A_WEEK] if place + A_WEEK < len(shown) else here
    return earlier in (before, None) and later in (here, None)


def _weeks(
    order: Sequence[date], shown: Sequence[Clocks | None], cuts: Sequence[int], said: frozenset[date]
) -> list[PlannedWeek]:
    """Choose the seasons that leave the fewest days apart, each season counted as several: shortest path over cuts."""
    ends = [*cuts[1:], len(shown)]
    cheapest: dict[int, tuple[int, list[int]]] = {0: (0, [])}  # by end: what it costs, where its seasons begin
    for number, begins in enumerate(cuts):
        paid, starts = cheapest[begins]
        paid += A_SAID_SEASON_COSTS if order[begins] in said else A_SEASON_COSTS
        tally = _Tally()
        for place, end in zip(cuts[number:], ends[number:], strict=True):
            tally.add(order[place].weekday(), shown[place:end])
            cost = paid + tally.apart
            if end not in cheapest or cost < cheapest[end][0]:
                cheapest[end] = (cost, [*starts, begins])
    starts = cheapest[len(shown)][1]
    weeks: list[PlannedWeek] = []
    for begins, end in zip(starts, [*starts[1:], len(shown)], strict=True):
        tally = _Tally()
        tally.add(order[begins].weekday(), shown[begins:end])
        week = tally.week(weeks[-1].week if weeks else CLOSED_WEEK)
        if not weeks or week != weeks[-1].week:
            weeks.append(PlannedWeek(order[begins], week))
    return weeks


class _Tally:
    """Counts what each weekday shows; `apart` is how many days differ from what their weekday shows most."""

    def __init__(self) -> None:
        self._counts: dict[int, Counter[Clocks]] = defaultdict(Counter)
        self._most = [0] * A_WEEK
        self.apart = 0

    def add(self, weekday: int, shown: Sequence[Clocks | None]) -> None:
        for place, clocks in enumerate(shown):
            if clocks is not None:
                self._add((weekday + place) % A_WEEK, clocks)

    def _add(self, weekday: int, clocks: Clocks) -> None:
        counts = self._counts[weekday]
        counts[clocks] += 1
        if counts[clocks] > self._most[weekday]:
            self._most[weekday] += 1
        else:
            self.apart += 1

    def week(self, before: Week) -> Week:
        """Give the most usual week; of a weekday never seen, what it was before."""
        return tuple(
            self._counts[day].most_common(1)[0][0] if self._counts[day] else before[day] for day in range(A_WEEK)
        )


def _apart(plan: Plan, days: Mapping[date, list[Period]], zone: ZoneInfo) -> list[date]:
    apart = []
    starts = {planned.from_on: planned for planned in plan.weeks}
    week = plan.weeks[0]
    for day in _each_day(plan.first, plan.last):
        week = starts.get(day, week)
        if day not in plan.unsaid and periods_of(day, week.on(day), zone) != days[day]:
            apart.append(day)
    return apart
