"""What differs from the ordinary week at the demonstration's workshops, around the day it is loaded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from collective.members.models import Collective, User
from collective.timetable.change_hours import change_weekly_hours, make_exception
from collective.timetable.hours import Owner
from collective.timetable.hours_rules import workshop_of
from collective.timetable.models import Resource
from collective.timetable.wall_clock import moment_at
from collective.workshops.models import Staff, Workshop

SUMMER = "Tu-Fr 08:00-13:00,15:30-19:00; Sa 09:00-13:00"
TUESDAY, SUNDAY = 1, 6


def tell_openings(collective: Collective, *, at: datetime) -> None:
    """Open the Pavé one Sunday and give it summer hours; close the Cliquet one afternoon. Before anybody books."""
    pave, cliquet = (collective.workshops.get(slug=slug) for slug in ("atelier-du-pave", "le-cliquet"))
    today = at.astimezone(pave.zone).date()
    begins = first_of_july_after(today)
    change_weekly_hours(
        owner=pave, hours=SUMMER, from_on=begins, until=begins + timedelta(days=61), by=owner_of(pave), at=at
    )
    sunday, tuesday = next_weekday(today + timedelta(days=7), SUNDAY), next_weekday(today + timedelta(days=7), TUESDAY)
    except_for(pave, sunday, 10, 12, is_open=True, label="Bourse aux vélos", at=at)
    except_for(cliquet, tuesday, 14, 19, is_open=False, label="Inventaire", at=at)


def tell_absence(collective: Collective, *, at: datetime) -> None:
    """Let Aïcha be away one morning, after people have booked with her: they stay, outside the hours."""
    aicha = Resource.objects.select_related("workshop", "mechanic").get(
        workshop__collective=collective, workshop__slug="atelier-du-pave", mechanic__name="Aïcha"
    )
    busy = aicha.occupancies.filter(reason="appointment", starts_at__gt=at + timedelta(days=5)).order_by("starts_at")
    first = busy.first()
    if first:
        day = first.starts_at.astimezone(aicha.workshop.zone).date()
        except_for(aicha, day, 8, 13, is_open=False, label="Formation", at=at)


def except_for(owner: Owner, day: date, since: int, until: int, *, is_open: bool, label: str, at: datetime) -> None:
    workshop = workshop_of(owner)
    starts_at, ends_at = (moment_at(day, hour * 60, workshop.zone) for hour in (since, until))
    by = owner_of(workshop)
    make_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label=label, by=by, at=at)


def owner_of(workshop: Workshop) -> User:
    return Staff.objects.live().select_related("user").get(workshop=workshop, role=Staff.Role.OWNER).user


def next_weekday(day: date, weekday: int) -> date:
    """Give the first such weekday from `day` on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def first_of_july_after(day: date) -> date:
    this_year = date(day.year, 7, 1)
    return this_year if this_year > day else date(day.year + 1, 7, 1)
