"""What a workshop promises to who leaves a bike on a day: when it is taken in, and when it is given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.periods import Period
from collective.timetable.wall_clock import moments_of
from collective.workshops.models import DropOffTerms, Workshop

Days = Mapping[date, Sequence[Period]]  # a workshop's opening, by local day
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """The bike comes within `arrival`, stays until `leaves_on` and is ready at `ready_at`."""

    arrival: Period
    leaves_on: date
    ready_at: datetime


def terms_of(workshop: Workshop) -> DropOffTerms | None:
    """Give the terms on which the workshop sells days, if it does."""
    terms: DropOffTerms | None = getattr(workshop, "drop_off", None)
    return terms if terms and terms.is_on else None


def days_ahead(workshop: Workshop) -> int:
    """Count the days after one within which its bikes must have gone back: none when they go the same evening."""
    terms = terms_of(workshop)
    return 35 + 7 * terms.return_days if terms and terms.return_days else 0


def make_promises(workshop: Workshop, opening: Days, *, first: date, last: date) -> dict[date, Promise]:
    """
    Give what the workshop promises on each day from first to last, but for days on which it takes no bike in.

    Such are those on which it sells none, those on which it is closed all the hours in which bikes arrive, and those
    after which its return day is too far away. `opening` must reach `days_ahead` beyond `last`.
    """
    terms = terms_of(workshop)
    if terms is None:
        return {}
    zone, ahead = workshop.zone, days_ahead(workshop) * A_DAY
    open_days = sorted(day for day, periods in opening.items() if periods)
    found = {}
    for place, day in enumerate(open_days):
        back = open_days[place + terms.return_days] if place + terms.return_days < len(open_days) else None
        arrival = _arrival(day, opening[day], terms, zone)
        if first <= day <= last and arrival and back and back <= day + ahead:
            found[day] = Promise(arrival, back, _ready_at(back, opening[back], terms, zone))
    return found


def _arrival(day: date, periods: Sequence[Period], terms: DropOffTerms, zone: ZoneInfo) -> Period | None:
    since, until = moments_of(day, terms.arrives_from, terms.arrives_until, zone)
    if since >= until:  # clocks skip it
        return None
    parts = [part for period in periods if (part := period.within(Period(since, until)))]
    return Period(parts[0].starts_at, parts[-1].ends_at) if parts else None


def _ready_at(day: date, periods: Sequence[Period], terms: DropOffTerms, zone: ZoneInfo) -> datetime:
    """Nobody is called to a closed door: on a day that closes earlier, it is ready when it closes."""
    said, _same = moments_of(day, terms.returns_from, terms.returns_from, zone)
    return min(said, periods[-1].ends_at)


def read_promises(*, workshops: Iterable[Workshop], first: date, last: date) -> dict[tuple[int, date], Promise]:
    """Give the promises of these workshops, by id and day: two queries (four at most) when `drop_off` is at hand."""
    return promises_of(workshops, {}, first=first, last=last)


def promises_of(
    workshops: Iterable[Workshop], known: Mapping[int, Days], *, first: date, last: date
) -> dict[tuple[int, date], Promise]:
    """
    Give the promises of these workshops, by id and day; `known` is the opening from first to last of some, by id.

    Most bikes go back within days: all the time within which they must is looked at only where these days are closed.
    """
    selling = [workshop for workshop in workshops if terms_of(workshop)]
    opening = dict(known)
    for ahead in (_days_usual, days_ahead):
        lacking = [one for one in selling if _count_after(last, opening.get(one.pk)) < one.drop_off.return_days]
        if lacking:
            until = last + max(map(ahead, lacking)) * A_DAY
            found = opening_periods(owners=lacking, first=first, last=until)
            opening |= {one.pk: found[owner_key(one)] for one in lacking}
    return {
        (workshop.pk, day): promise
        for workshop in selling
        for day, promise in make_promises(workshop, opening[workshop.pk], first=first, last=last).items()
    }


def _days_usual(workshop: Workshop) -> int:
    return min(7 + 2 * workshop.drop_off.return_days, days_ahead(workshop))


def _count_after(last: date, days: Days | None) -> int:
    """Count the opening days known after the last one; -1 when nothing is known at all."""
    return -1 if days is None else sum(day > last and bool(periods) for day, periods in days.items())


def first_concerned(workshop: Workshop, day: date) -> date:
    """
    Give the first day whose bikes may still be there on `day`, or go back on it: what changes there counts for it too.

    That is as many opening days before as a bike stays; the same day when bikes go back in the evening.
    """
    ahead = days_ahead(workshop)
    terms = terms_of(workshop)
    if not ahead or terms is None:
        return day
    since = day - ahead * A_DAY
    opening = opening_periods(owners=[workshop], first=since, last=day - A_DAY)[owner_key(workshop)]
    open_days = [earlier for earlier, periods in opening.items() if periods]
    return open_days[-terms.return_days] if len(open_days) >= terms.return_days else since
