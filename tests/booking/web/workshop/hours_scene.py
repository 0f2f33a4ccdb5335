"""What the tests of the pages of hours share: the forms as browsers send them, and what came of them."""

from django.contrib.messages import get_messages
from django.urls import reverse

from booking.availability.scan import slots_of
from collective.timetable.hours import weekly_ranges
from collective.timetable.weekly import read_weekly_hours
from tests.booking.web.conftest import work_of


def door(name, workshop, *more) -> str:
    return reverse(f"web:{name}", args=[workshop.slug, *more])


def rows(text, *, press="semaine", **more) -> dict[str, str]:
    """The form as a browser sends it: a week, given as a text, typed in rows."""
    typed = {"faire": press, "des": "", "jusque": "", "texte": ""}
    for weekday in range(7):
        ranges = [one for one in read_weekly_hours(text) if one.weekday == weekday]
        for place, one in enumerate(ranges):
            typed[f"de-{weekday}-{place}"] = f"{one.since // 60:02d}:{one.since % 60:02d}"
            typed[f"a-{weekday}-{place}"] = f"{one.until // 60 % 24:02d}:{one.until % 60:02d}"
    return typed | more


def closed_on(day, **more) -> dict[str, str]:
    return {"sens": "ferme", "du": day.isoformat(), "au": "", "quand": "jour", "motif": ""} | more


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def week_on(owner, day) -> list[tuple[int, int, int]]:
    return [(one.weekday, one.since, one.until) for one in weekly_ranges(owner=owner, on=day)]


def of(text) -> list[tuple[int, int, int]]:
    return [(one.weekday, one.since, one.until) for one in read_weekly_hours(text)]


def slots_on(workshop, day, at) -> int:
    return len(slots_of(work=work_of(workshop), first=day, last=day, at=at))
