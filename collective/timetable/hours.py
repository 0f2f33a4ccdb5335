"""
Opening hours and their exceptions, kept as django-scheduler events: the only door to that package.

An owner is a workshop, or a resource that has hours of its own. Each has a Calendar whose events are told apart by
their title:

- `season`: no rule; begins at the local midnight from which a weekly text holds, its description is that text;
- `weekly`: one wall-clock range with a weekly Rule, inside one season;
- `open` / `closed`: an exception, by the hour; it stands apart from the series, so it survives a change of hours.

The package's faults that this module works around (0.12.0): series are expanded in the zone of the `start` given,
so it is always the workshop's; weekdays are named in rules, since numbers collapse to one day; cancelled occurrences
come back and are left out; ends are counted in elapsed time, so days on which clocks change are rebuilt from the wall
clock; a deleted Rule would end its series in silence, so it is refused loudly; a series is walked from its beginning,
so old ones are anchored again (`anchor_again`), and those with nothing but their rule are expanded here.

Nothing here touches free days: `change_hours.py` does both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from schedule.models import Calendar, Event, Occurrence, Rule

from backend.lib.errors import BadInput
from collective.timetable.models import Resource
from collective.timetable.periods import Period, intersect, subtract, unite
from collective.timetable.public_holidays import is_public_holiday
from collective.timetable.ticks import by_local_day, local_midnight
from collective.timetable.wall_clock import moments_of, wall_minutes
from collective.timetable.weekly import WeeklyRange, describe_week, read_weekly_hours
from collective.workshops.models import Workshop

Owner = Workshop | Resource
OwnerKey = tuple[str, int]
Moments = tuple[datetime, datetime]
Opening = dict[OwnerKey, dict[date, list[Period]]]

SEASON, WEEKLY, OPEN, CLOSED = "season", "weekly", "open", "closed"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TOUCHED = Exists(Occurrence.objects.filter(event=OuterRef("pk")))
LONGEST_EXCEPTION = timedelta(days=366)
OLD = timedelta(days=180)


class ExceptionUnreadable(BadInput):
    code = "bad_exception"
    message = _("An exception to the hours must end after it starts, and last a year at most.")


class ExceptionInverted(ExceptionUnreadable):
    code = "exception_inverted"
    message = _("This ends before it begins. Give a later end.")


class ExceptionTooLong(ExceptionUnreadable):
    code = "exception_too_long"
    message = _("This lasts more than a year. Change the ordinary week instead.")


class HoursDamaged(Exception):
    """A weekly series has lost its Rule: what it meant cannot be known."""


@dataclass(frozen=True, slots=True)
class Season:
    """An ordinary week, as an OpenStreetMap text, and the local day from which it holds."""

    from_on: date
    text: str


@dataclass(frozen=True, slots=True)
class HoursException:
    """Open or closed for a while, whatever the week says; `label` says why, when somebody said."""

    id: int
    period: Period
    is_open: bool
    label: str


def owner_key(owner: Owner) -> OwnerKey:
    return ("workshop" if isinstance(owner, Workshop) else "resource", owner.pk)


# --- Saying hours ---------------------------------------------------------------------------------------------------


@transaction.atomic
def set_weekly_hours(*, owner: Owner, hours: str, from_on: date) -> None:
    """
    Let these hours (an OpenStreetMap text, same every week) hold from a local day until the next season already set.

    A season that begins the same day is replaced. For a resource they are the part of its workshop's opening it works.

    :raises HoursUnreadable: when the text cannot be read.
    :raises HoursNotWeekly: when its weeks differ.
    """
    ranges = read_weekly_hours(hours)
    calendar, zone = _calendar(owner), _zone(owner)
    since = local_midnight(from_on, zone)
    later = Event.objects.filter(calendar=calendar, title=SEASON, start__gt=since).order_by("start").first()
    until = later.start if later else None
    held = Q(title=SEASON, start=since) | Q(title=WEEKLY, start__gte=since)
    before_next = Q(start__lt=until) if until else Q()
    Event.objects.filter(held & before_next, calendar=calendar).delete()
    running = Event.objects.filter(calendar=calendar, title=WEEKLY, start__lt=since)
    running.filter(Q(end_recurring_period=None) | Q(end_recurring_period__gt=since)).update(end_recurring_period=since)
    Event.objects.create(calendar=calendar, title=SEASON, description=hours, start=since, end=since + timedelta(days=1))
    for (begins, ends), weekdays in _by_times(ranges).items():
        _add_series(calendar, zone, from_on, until, begins, ends, ",".join(WEEKDAYS[day] for day in weekdays))


@transaction.atomic
def add_exception(*, owner: Owner, starts_at: datetime, ends_at: datetime, is_open: bool, label: str = "") -> int:
    """
    Open or close between two moments, whatever the week or holiday says; where exceptions cross, the last said holds.

    A resource cannot be open while its workshop is closed. Returns the exception's id, for `remove_exception`.

    :raises ExceptionUnreadable: when it does not end after it starts, or lasts more than a year.
    """
    if ends_at <= starts_at:
        raise ExceptionInverted
    if ends_at > starts_at + LONGEST_EXCEPTION:
        raise ExceptionTooLong
    title = OPEN if is_open else CLOSED
    event = Event.objects.create(
        calendar=_calendar(owner), title=title, description=label, start=starts_at, end=ends_at
    )
    return event.pk


def remove_exception(*, owner: Owner, exception: int) -> HoursException | None:
    """Take an exception back; give what it was, or None when this owner has none by that id."""
    event = Event.objects.filter(calendar_id=owner.calendar_id, title__in=(OPEN, CLOSED), pk=exception).first()
    if event is None or owner.calendar_id is None:
        return None
    removed = _as_exception(event)
    event.delete()
    return removed


@transaction.atomic
def remove_season(*, owner: Owner, from_on: date) -> bool:
    """Let the week in force before a season hold on through it; False when no season begins that local day."""
    calendar, since = owner.calendar_id, local_midnight(from_on, _zone(owner))
    season = Event.objects.filter(calendar_id=calendar, title=SEASON, start=since).first()
    if season is None or calendar is None:
        return False
    said = seasons(owner)
    later = [local_midnight(one.from_on, _zone(owner)) for one in said if one.from_on > from_on]
    series = Event.objects.filter(calendar_id=calendar, title=WEEKLY, start__gte=since)
    (series.filter(start__lt=later[0]) if later else series).delete()
    season.delete()
    if before := [one for one in said if one.from_on < from_on]:
        set_weekly_hours(owner=owner, hours=before[-1].text, from_on=before[-1].from_on)
    return True


def anchor_again(*, at: datetime) -> int:
    """Cut series that began long ago in two, so that no expansion walks through the past; give how many."""
    long_ago = at - OLD
    resources = Resource.objects.filter(calendar__isnull=False).select_related("workshop")
    owners: dict[int | None, Owner] = {owner.calendar_id: owner for owner in Workshop.objects.exclude(calendar=None)}
    owners |= {owner.calendar_id: owner for owner in resources}
    running = Q(end_recurring_period=None) | Q(end_recurring_period__gt=at)
    series = Event.objects.filter(running, title=WEEKLY, start__lt=long_ago, calendar__in=owners)
    old = list(series.select_related("rule", "calendar"))
    for event in old:
        _split(event, _zone(owners[event.calendar_id]), at)
    return len(old)


@transaction.atomic
def _split(event: Event, zone: ZoneInfo, at: datetime) -> None:
    begins, ends = _wall_minutes(event, zone)
    cut_on = at.astimezone(zone).date() - timedelta(days=7)
    _add_series(event.calendar, zone, cut_on, event.end_recurring_period, begins, ends, _weekdays(event))
    event.end_recurring_period = local_midnight(cut_on, zone)
    event.save(update_fields=["end_recurring_period"])


def _add_series(
    calendar: Calendar, zone: ZoneInfo, from_on: date, until: datetime | None, begins: int, ends: int, weekdays: str
) -> None:
    anchor = from_on
    # The series keeps its times as this day's moments: the day must have them (clocks may skip 02:30). One that has not
    # is said apart, by the times that its clocks show.
    while wall_minutes(*(moments := moments_of(anchor, begins, ends, zone)), zone) != (begins, ends):
        weekday, anchor = WEEKDAYS[anchor.weekday()], anchor + timedelta(days=1)
        if weekday in weekdays and moments[0] < moments[1]:
            _write_series(calendar, moments, weekday, local_midnight(anchor, zone))
    _write_series(calendar, moments, weekdays, until)


def _write_series(
    calendar: Calendar, moments: tuple[datetime, datetime], weekdays: str, until: datetime | None
) -> None:
    weekly = {"frequency": "WEEKLY", "params": f"byweekday:{weekdays}"}
    rule = Rule.objects.filter(**weekly).order_by("pk").first() or Rule.objects.create(name=weekdays, **weekly)
    Event.objects.create(
        calendar=calendar, title=WEEKLY, start=moments[0], end=moments[1], rule=rule, end_recurring_period=until
    )


def _calendar(owner: Owner) -> Calendar:
    if owner.calendar is None:
        kind, pk = owner_key(owner)
        owner.calendar, _made = Calendar.objects.get_or_create(slug=f"{kind}-{pk}", defaults={"name": str(owner)[:200]})
        owner.save(update_fields=["calendar"])
    return owner.calendar


def _zone(owner: Owner) -> ZoneInfo:
    return owner.zone if isinstance(owner, Workshop) else owner.workshop.zone


def _by_times(ranges: Iterable[WeeklyRange]) -> dict[tuple[int, int], list[int]]:
    grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
    for weekly in ranges:
        grouped[weekly.since, weekly.until].append(weekly.weekday)
    return grouped


def _wall_minutes(event: Event, zone: ZoneInfo) -> tuple[int, int]:
    return wall_minutes(event.start, event.end, zone)


def _weekdays(event: Event) -> str:
    if event.rule is None:
        raise HoursDamaged(f"event {event.pk} of calendar {event.calendar_id} has no rule")
    return str(event.rule.params).removeprefix("byweekday:")


# --- Reading hours --------------------------------------------------------------------------------------------------


def opening_periods(*, owners: Sequence[Owner], first: date, last: date) -> Opening:
    """
    Give when each owner is open on each local day from first to last, in UTC, in order; a closed day has an empty list.

    A resource is open when its workshop is and its own hours, if it has any, say so. Takes two queries whatever the
    number of owners, whose `workshop` should be at hand.
    """
    workshops = {w.pk: w for w in (o if isinstance(o, Workshop) else o.workshop for o in owners)}
    resources = [owner for owner in owners if isinstance(owner, Resource)]
    # A day more on each side: local days lie up to 14 hours from UTC ones.
    window = Period(
        datetime.combine(first, time.min, UTC) - timedelta(days=1),
        datetime.combine(last, time.max, UTC) + timedelta(days=1),
    )
    calendars = {w.calendar_id for w in workshops.values()} | {resource.calendar_id for resource in resources}
    events = _events_in(calendars - {None}, window)
    open_workshops = {pk: _workshop_opening(w, events[w.calendar_id], window) for pk, w in workshops.items()}
    found = {}
    for owner in owners:
        workshop = owner if isinstance(owner, Workshop) else owner.workshop
        periods = open_workshops[workshop.pk]
        if isinstance(owner, Resource) and owner.calendar_id:
            periods = intersect(periods, _resource_hours(workshop.zone, events[owner.calendar_id], window))
        found[owner_key(owner)] = by_local_day(periods, first, last, workshop.zone)
    return found


def _events_in(calendars: set[int | None], window: Period) -> dict[int | None, list[Event]]:
    running = Q(title=WEEKLY) & (Q(end_recurring_period=None) | Q(end_recurring_period__gt=window.starts_at))
    crossing = Q(title__in=(OPEN, CLOSED), end__gt=window.starts_at)
    found = Event.objects.filter(running | crossing | Q(title=SEASON), calendar__in=calendars, start__lt=window.ends_at)
    events = list(found.select_related("rule").annotate(is_touched=TOUCHED).order_by("pk"))
    _fetch_occurrences(events)
    by_calendar: dict[int | None, list[Event]] = defaultdict(list)
    for event in events:
        by_calendar[event.calendar_id].append(event)
    return by_calendar


def _fetch_occurrences(events: Iterable[Event]) -> None:
    """Put at hand the days of a series that were moved or cancelled one by one; hardly any series has some."""
    touched = [event for event in events if event.is_touched]
    if touched:
        prefetch_related_objects(touched, "occurrence_set")


def _workshop_opening(workshop: Workshop, events: list[Event], window: Period) -> list[Period]:
    weekly = [
        period
        for day, period in _expand(events, workshop.zone, window)
        if not (workshop.closed_on_holidays and is_public_holiday(day, postcode=workshop.postcode))
    ]
    return _with_exceptions(weekly, events)


def _resource_hours(zone: ZoneInfo, events: list[Event], window: Period) -> list[Period]:
    own = [period for _day, period in _expand(events, zone, window)]
    seasons = [event.start for event in events if event.title == SEASON]
    until = min(seasons, default=window.ends_at)
    if window.starts_at < until:  # before it has hours of its own, it is there whenever the workshop is open
        own.append(Period(window.starts_at, until))
    return _with_exceptions(own, events)


def _expand(events: list[Event], zone: ZoneInfo, window: Period) -> Iterable[tuple[date, Period]]:
    """Yield each weekly opening with its local day."""
    for event in events:
        if event.title != WEEKLY:
            continue
        expand = _expand_touched if event.is_touched else _expand_plain
        for day, moments in expand(event, zone, window):
            if moments[0] < moments[1]:  # else clocks skip the whole of it that day
                yield day, Period(moments[0].astimezone(UTC), moments[1].astimezone(UTC))


def _expand_touched(event: Event, zone: ZoneInfo, window: Period) -> Iterable[tuple[date, Moments]]:
    """Let the package expand a series some of whose days were moved or cancelled one by one."""
    _weekdays(event)
    begins, ends = _wall_minutes(event, zone)
    # The package expands in the zone of the moment it is given.
    starts_at, ends_at = window.starts_at.astimezone(zone), window.ends_at.astimezone(zone)
    for occurrence in event.get_occurrences(starts_at, ends_at, clear_prefetch=False):
        if occurrence.cancelled:
            continue
        # Its wall clock is right; its offset is pytz's, whose data may be of another year than zoneinfo's.
        day = occurrence.start.astimezone(zone).date() if occurrence.pk else occurrence.start.date()
        yield day, (occurrence.start, occurrence.end) if occurrence.pk else moments_of(day, begins, ends, zone)


def _expand_plain(event: Event, zone: ZoneInfo, window: Period) -> Iterable[tuple[date, Moments]]:
    """
    Do the same for a series with nothing but its rule, day by day: the package's own way makes a model of each day,
    and compares each with all before it.
    """
    weekdays = {WEEKDAYS.index(name) for name in _weekdays(event).split(",")}
    begins, ends = _wall_minutes(event, zone)
    day = max(window.starts_at - timedelta(days=1), event.start).astimezone(zone).date()  # one may run past midnight
    until = min(window.ends_at, event.end_recurring_period or window.ends_at).astimezone(zone).replace(tzinfo=None)
    while datetime.combine(day, time.min) + timedelta(minutes=begins) < until:
        if day.weekday() in weekdays:
            yield day, moments_of(day, begins, ends, zone)
        day += timedelta(days=1)


def _with_exceptions(periods: list[Period], events: list[Event]) -> list[Period]:
    for event in events:
        if event.title == OPEN:
            periods = [*periods, Period(event.start, event.end)]
        elif event.title == CLOSED:
            periods = subtract(periods, [Period(event.start, event.end)])
    return unite(periods)


def weekly_ranges(*, owner: Owner, on: date) -> list[WeeklyRange]:
    """Give the ordinary week in force on a local day, exceptions and holidays apart."""
    zone = _zone(owner)
    midnight = local_midnight(on, zone)
    running = Q(end_recurring_period=None) | Q(end_recurring_period__gt=midnight)
    tomorrow = local_midnight(on + timedelta(days=1), zone)
    events = Event.objects.filter(running, calendar_id=owner.calendar_id, title=WEEKLY, start__lt=tomorrow)
    ranges = set()
    for event in events.select_related("rule"):
        begins, ends = _wall_minutes(event, zone)
        ranges |= {WeeklyRange(WEEKDAYS.index(name), begins, ends) for name in _weekdays(event).split(",")}
    return sorted(ranges)


def weekly_hours_text(owner: Owner, *, on: date) -> list[str]:
    """Give the ordinary week as lines for people, in their language: "mar. – ven. 9 h – 12 h 30, 14 h – 18 h"."""
    return describe_week(weekly_ranges(owner=owner, on=on))


def seasons(owner: Owner) -> list[Season]:
    """Give all the ordinary weeks said, in order of the day from which they hold; before the first nothing is said."""
    zone = _zone(owner)
    events = Event.objects.filter(calendar_id=owner.calendar_id, title=SEASON).exclude(calendar=None).order_by("start")
    return [Season(event.start.astimezone(zone).date(), event.description) for event in events]


def exceptions(owner: Owner, *, first: date, last: date) -> list[HoursException]:
    """Give the exceptions that touch the local days from first to last, in order of time."""
    zone = _zone(owner)
    begins, ends = local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone)
    said = Event.objects.filter(calendar_id=owner.calendar_id, title__in=(OPEN, CLOSED), start__lt=ends, end__gt=begins)
    return [_as_exception(event) for event in said.exclude(calendar=None).order_by("start", "pk")]


def _as_exception(event: Event) -> HoursException:
    return HoursException(event.pk, Period(event.start, event.end), event.title == OPEN, event.description or "")
