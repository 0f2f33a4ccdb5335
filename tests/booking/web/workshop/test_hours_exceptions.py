"""Exceptions by the hour, public holidays, and who falls outside the hours."""

import html
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from booking.appointments.models import Appointment
from collective.timetable.change_hours import make_exception
from collective.timetable.hours import exceptions, seasons
from collective.timetable.models import HoursChange
from collective.timetable.ticks import local_midnight
from collective.workshops.models import Workshop
from tests.booking.web.workshop.hours_scene import closed_on, door, of, rows, said, week_on


@pytest.fixture
def today(workshop, at) -> date:
    return at.astimezone(workshop.zone).date()


@pytest.fixture
def mechanic(workshop):
    return workshop.resources.get(kind="mechanic")


# ---- Exceptions ----


def the_exception(owner, today):
    [one] = exceptions(owner, first=today, last=today + timedelta(days=730))
    return one


def test_a_sunday_is_opened_by_the_hour_and_taken_back(workshop, inside, today):
    inside.post(door("hours_week", workshop), rows("Mo-Fr 09:00-12:00"))
    sunday = today + timedelta(days=(6 - today.weekday()) % 7 + 7)
    typed = closed_on(sunday, sens="ouvert", quand="heures", de="10:00", a="12:00", motif="Bourse")
    assert inside.post(door("hours_exception", workshop), typed).status_code == 302
    one = the_exception(workshop, today)
    assert (one.is_open, one.label) == (True, "Bourse")
    wall = one.period.starts_at.astimezone(workshop.zone), one.period.ends_at.astimezone(workshop.zone)
    assert [(moment.date(), moment.hour) for moment in wall] == [(sunday, 10), (sunday, 12)]

    assert inside.post(door("hours_exception_back", workshop, one.id)).status_code == 302
    assert exceptions(workshop, first=today, last=sunday) == []
    assert inside.post(door("hours_exception_back", workshop, one.id)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        ({"quand": "jour"}, (0, 0), (1, 0)),
        ({"quand": "matin"}, (0, 0), (0, 13)),
        ({"quand": "apres-midi"}, (0, 13), (1, 0)),
        ({"quand": "heures", "de": "14:00", "a": "00:00"}, (0, 14), (1, 0)),
        ({"quand": "jour", "au": 13}, (0, 0), (14, 0)),
        ({"quand": "apres-midi", "au": 2}, (0, 13), (3, 0)),
    ],
)
def test_a_closure_is_said_by_day_half_day_or_hour(workshop, inside, today, typed, begins, ends):
    day = today + timedelta(days=20)
    if "au" in typed:
        typed = typed | {"au": (day + timedelta(days=typed["au"])).isoformat()}
    inside.post(door("hours_exception", workshop), closed_on(day, **typed))
    period = the_exception(workshop, today).period

    def moment(days, hour):
        there = day + timedelta(days=days)
        return datetime(there.year, there.month, there.day, hour, tzinfo=workshop.zone)

    assert (period.starts_at, period.ends_at) == (moment(*begins), moment(*ends))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"du": "2026-02-30"}, "du"),
        ({"du": ""}, "du"),
        ({"du": "2020-01-01"}, "du"),
        ({"du": "2099-01-01"}, "du"),
        ({"au": "2020-01-01"}, "au"),
        ({"au": "2099-01-01"}, "au"),
        ({"quand": "heures", "de": "12:00", "a": "09:00"}, "a"),
        ({"quand": "heures", "de": "", "a": "09:00"}, "de"),
        ({"quand": "heures", "de": "09:00", "a": "neuf"}, "a"),
        ({"quand": "demain"}, "quand"),
        ({"sens": "peut-être"}, "sens"),
        ({"motif": "x" * 121}, "motif"),
    ],
)
def test_an_exception_that_cannot_be_is_refused_at_its_field_and_kept(workshop, inside, today, typed, field):
    sent = closed_on(today + timedelta(days=3)) | typed
    page = inside.post(door("hours_exception", workshop), sent)
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["motif"].value() == sent["motif"]
    assert not HoursChange.objects.exists()


def test_an_hour_that_clocks_skip_is_refused(workshop, inside, today):
    spring = next(day for day in (today + timedelta(days=n) for n in range(400)) if is_short(day, workshop))
    sent = closed_on(spring, quand="heures", de="02:30", a="04:00")
    page = inside.post(door("hours_exception", workshop), sent)
    assert list(page.context["form"].errors) == ["de"]


def is_short(day, workshop) -> bool:
    ends = local_midnight(day + timedelta(days=1), workshop.zone)
    return ends - local_midnight(day, workshop.zone) == timedelta(hours=23)


def test_an_opening_stays_within_one_day(workshop, inside, today):
    day = today + timedelta(days=3)
    sent = closed_on(day, sens="ouvert", quand="heures", de="10:00", a="12:00", au=str(day + timedelta(days=1)))
    assert list(inside.post(door("hours_exception", workshop), sent).context["form"].errors) == ["au"]


def test_a_link_begins_the_form(workshop, inside, today):
    day = today + timedelta(days=5)
    form = inside.get(door("hours_exception", workshop) + f"?sens=ouvert&jour={day}").context["form"]
    assert (form["sens"].value(), form["quand"].value(), form["du"].value()) == ("ouvert", "heures", str(day))
    assert inside.get(door("hours_exception", workshop) + "?jour=hier").status_code == 200


# ---- Public holidays, and a week taken back ----


def test_a_public_holiday_is_opened_by_one_press(workshop, inside):
    Workshop.objects.update(horizon_days=366)
    shown = inside.get(door("hours", workshop)).context["holidays"]
    closed = [holiday for holiday in shown if not holiday.opening]
    assert closed
    inside.post(door("hours_holiday_open", workshop), {"jour": str(closed[0].day)})
    now = {holiday.day: holiday.opening for holiday in inside.get(door("hours", workshop)).context["holidays"]}
    assert now[closed[0].day]
    for nonsense in ("", "hier"):
        assert inside.post(door("hours_holiday_open", workshop), {"jour": nonsense}).status_code == 404


def test_an_ordinary_day_is_not_opened_as_a_holiday(workshop, inside):
    answer = inside.post(door("hours_holiday_open", workshop), {"jour": "2027-01-05"})
    assert answer.status_code == 302
    assert said(answer)
    assert not HoursChange.objects.exists()


def test_all_public_holidays_are_switched_at_once(workshop, inside):
    for value, closed in (("0", False), ("1", True)):
        inside.post(door("hours_holidays", workshop), {"ferme": value})
        assert Workshop.objects.get(pk=workshop.pk).closed_on_holidays is closed


def test_a_week_to_come_is_taken_back(workshop, inside, today):
    begins = today + timedelta(days=25)
    inside.post(door("hours_week", workshop), rows("Mo 09:00-10:00", des=begins.isoformat()))
    assert inside.post(door("hours_season_back", workshop), {"des": str(begins)}).status_code == 302
    assert [season.from_on for season in seasons(workshop) if season.from_on > today] == []
    for nonsense in ("hier", str(begins)):
        assert inside.post(door("hours_season_back", workshop), {"des": nonsense}).status_code == 404


# ---- Appointments outside ----


def test_a_change_says_whom_it_puts_outside_and_asks(workshop, booked, inside, today):
    address = door("hours_week", workshop)
    asked = inside.post(address, rows("off"))
    assert asked.status_code == 200
    assert [one.appointment for one in asked.context["fallen"]] == [booked]
    body = asked.content.decode()
    assert reverse("web:visit", args=[booked.pk]) in body
    assert week_on(workshop, today) == of("Mo-Su 08:00-20:00")
    assert not HoursChange.objects.exists()

    confirmed = dict(asked.context["fields"])
    answer = inside.post(address, confirmed | {"faire": "texte", "connus": asked.context["known"]})

    assert answer.status_code == 302
    assert week_on(workshop, today) == []
    booked.refresh_from_db()
    assert booked.status == Appointment.Status.CONFIRMED
    overview = inside.get(door("hours", workshop))
    assert [one.appointment for one in overview.context["outside"]] == [booked]


def test_correcting_brings_back_what_was_typed(workshop, booked, inside):
    asked = inside.post(door("hours_week", workshop), rows("Mo 21:00-22:00", jusque=""))
    back = inside.post(door("hours_week", workshop), dict(asked.context["fields"]) | {"faire": asked.context["edit"]})
    assert [(one.since, one.until) for one in back.context["typed"].rows[0].ranges] == [("21:00", "22:00")]
    day = booked.starts_at.astimezone(workshop.zone).date()
    sent = closed_on(day, motif="Congés")
    asked = inside.post(door("hours_exception", workshop), sent)
    back = inside.post(door("hours_exception", workshop), dict(asked.context["fields"]) | {"faire": "reprendre"})
    assert back.context["form"]["motif"].value() == "Congés"
    assert not HoursChange.objects.exists()


def test_who_was_booked_meanwhile_is_asked_about_too(workshop, booked, inside):
    """The page names whom it showed; a change that would put anybody else outside asks again."""
    day = booked.starts_at.astimezone(workshop.zone).date()
    for known in ("", "0", f"{booked.pk + 1}", "x,-1,٣", "9" * 30):
        asked = inside.post(door("hours_exception", workshop), closed_on(day, connus=known))
        assert asked.context["known"] == str(booked.pk)
    assert not HoursChange.objects.exists()
    assert inside.post(door("hours_exception", workshop), closed_on(day, connus=str(booked.pk))).status_code == 302


def test_one_press_asks_too(workshop, booked, inside, today, at, moussa):
    """The opening that makes an appointment possible is taken back."""
    day = booked.starts_at.astimezone(workshop.zone).date()
    make_exception(
        owner=workshop,
        starts_at=local_midnight(day, workshop.zone),
        ends_at=local_midnight(day + timedelta(days=1), workshop.zone),
        is_open=True,
        label="",
        at=at,
    )
    inside.post(door("hours_week", workshop), rows("off"))
    [one] = exceptions(workshop, first=day, last=day)
    address = door("hours_exception_back", workshop, one.id)

    asked = inside.post(address)
    assert [one.appointment for one in asked.context["fallen"]] == [booked]
    assert len(exceptions(workshop, first=day, last=day)) == 1

    assert inside.post(address, {"connus": asked.context["known"]}).status_code == 302
    assert exceptions(workshop, first=day, last=day) == []


def test_the_day_marks_who_is_outside_the_hours(workshop, booked, inside, at):
    day = booked.starts_at.astimezone(workshop.zone).date()
    address = reverse("web:day", args=[workshop.slug]) + f"?jour={day}"
    [before] = inside.get(address).context["expected"]
    assert before.outside == ""
    inside.post(door("hours_exception", workshop), closed_on(day, connus=str(booked.pk)))
    page = inside.get(address)
    [after] = page.context["expected"]
    assert after.outside
    for shown in (page, inside.get(reverse("web:visit", args=[booked.pk]))):
        assert after.outside in html.unescape(shown.content.decode())
