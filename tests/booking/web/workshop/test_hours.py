"""The pages on which a workshop says when it is there."""

from datetime import date, timedelta

import pytest

from booking.web.workshop.hours_typed import ClockUnreadable, read_clock
from collective.timetable.change_hours import change_weekly_hours, make_exception
from collective.timetable.models import HoursChange
from collective.timetable.ticks import local_midnight
from collective.workshops.models import Staff
from tests.booking.web.workshop.conftest import browser
from tests.booking.web.workshop.hours_scene import closed_on, door, of, rows, slots_on, week_on
from tests.factories import StaffFactory

EDITED = ("hours_week", "hours_exception")
PRESSED = ("hours_season_back", "hours_holidays", "hours_holiday_open")


@pytest.fixture
def today(workshop, at) -> date:
    return at.astimezone(workshop.zone).date()


@pytest.fixture
def mechanic(workshop):
    return workshop.resources.get(kind="mechanic")


# ---- Who ----


def test_the_overview_is_for_the_inside_and_only_the_staff_find_buttons(
    workshop, inside, coordinator, stranger, client
):
    address = door("hours", workshop)
    assert door("hours_week", workshop) in inside.get(address).content.decode()
    looked = coordinator.get(address)
    assert looked.status_code == 200
    assert door("hours_week", workshop) not in looked.content.decode()
    assert stranger.get(address).status_code == 404
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("name", EDITED)
def test_the_forms_are_for_the_staff(workshop, mechanic, inside, coordinator, stranger, client, today, name):
    for more in ((), (mechanic.pk,)):
        address = door(name, workshop, *more)
        typed = rows("off") if name == "hours_week" else closed_on(today)
        assert inside.get(address).status_code == 200
        for visitor, status in ((coordinator, 403), (stranger, 404), (client, 302)):
            assert visitor.get(address).status_code == status
            assert visitor.post(address, typed).status_code == status
    assert not HoursChange.objects.exists()


@pytest.mark.parametrize("name", PRESSED)
def test_what_one_press_changes_is_for_the_staff(workshop, coordinator, stranger, client, inside, today, name):
    change_weekly_hours(
        owner=workshop, hours="off", from_on=today + timedelta(days=9), at=local_midnight(today, workshop.zone)
    )
    HoursChange.objects.all().delete()
    given = {"des": str(today + timedelta(days=9)), "jour": str(today), "ferme": "0"}
    for visitor, status in ((coordinator, 403), (stranger, 404), (client, 302)):
        assert visitor.post(door(name, workshop), given).status_code == status
    assert inside.get(door(name, workshop)).status_code == 405
    assert not HoursChange.objects.exists()


def test_the_hours_of_another_workshop_s_mechanic_are_not_here(workshop, make, inside):
    elsewhere = make(slug="loin", lat=45.0).resources.get(kind="mechanic")
    for name in EDITED:
        assert inside.get(door(name, workshop, elsewhere.pk)).status_code == 404
    bench = workshop.resources.get(kind="bench")
    assert inside.get(door("hours_week", workshop, bench.pk)).status_code == 404


def test_a_helper_says_when_they_are_away_and_nothing_else(workshop, mechanic, today, at):
    helper = StaffFactory(workshop=workshop, role=Staff.Role.HELPER).user
    mechanic.mechanic.user = helper
    mechanic.mechanic.save()
    visitor, tomorrow = browser(helper), today + timedelta(days=1)
    assert slots_on(workshop, tomorrow, at) > 0

    assert visitor.post(door("hours_exception", workshop, mechanic.pk), closed_on(tomorrow)).status_code == 302

    assert slots_on(workshop, tomorrow, at) == 0
    assert visitor.get(door("hours_exception", workshop)).status_code == 403
    assert visitor.get(door("hours_week", workshop, mechanic.pk)).status_code == 403
    overview = visitor.get(door("hours", workshop)).content.decode()
    assert door("hours_exception", workshop, mechanic.pk) in overview
    assert door("hours_week", workshop) not in overview


# ---- The overview ----


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_overview_shows_the_week_what_differs_and_who_did_it(
    workshop, mechanic, inside, moussa, today, at, language
):
    midnight = local_midnight(today + timedelta(days=20), workshop.zone)
    away = {"starts_at": midnight, "ends_at": midnight + timedelta(hours=12), "is_open": False, "at": at, "by": moussa}
    make_exception(owner=workshop, label="Bourse aux vélos", **away)
    make_exception(owner=mechanic, label="dentiste", **away)
    change_weekly_hours(owner=workshop, hours="Mo 09:00-10:00", from_on=today + timedelta(days=30), at=at, by=moussa)
    change_weekly_hours(owner=mechanic, hours="Mo-We 09:00-17:00", from_on=today, at=at, by=moussa)

    page = inside.get(language + door("hours", workshop))

    body = page.content.decode()
    assert body.count("Bourse aux vélos") == 2  # to come, and who said it
    assert "dentiste" in body
    assert "Moussa Diallo" in body
    assert len(page.context["week"].days) == 7
    assert [len(one.seasons) for one in page.context["mechanics"]] == [0]
    assert page.context["mechanics"][0].week.days[3].bars == ()
    assert [season.from_on for season in page.context["seasons"]] == [today + timedelta(days=30)]
    assert len(page.context["changes"]) == 4


def test_a_bar_is_as_long_as_the_range_it_draws(workshop, inside):
    week = inside.get(door("hours", workshop)).context["week"]
    assert {(bar.x, bar.width) for day in week.days for bar in day.bars} == {(8 * 60 - 6 * 60, 12 * 60)}
    assert week.span == 16 * 60


# ---- The week ----


def test_the_week_in_force_is_in_the_form_and_in_the_text(workshop, inside, today):
    page = inside.get(door("hours_week", workshop))
    assert page.context["typed"].text == "Mo-Su 08:00-20:00"
    assert 'name="de-6-0" value="08:00"' in page.content.decode()
    assert page.context["typed"].from_on == today.isoformat()


def test_a_season_is_said_from_a_day(workshop, inside, moussa, today):
    begins = today + timedelta(days=25)
    answer = inside.post(door("hours_week", workshop), rows("Mo-Fr 07:30-12:00,13:00-16:00", des=begins.isoformat()))
    assert answer.status_code == 302
    assert week_on(workshop, begins) == of("Mo-Fr 07:30-12:00,13:00-16:00")
    assert week_on(workshop, today) == of("Mo-Su 08:00-20:00")
    assert HoursChange.objects.get().by == moussa


def test_the_same_week_as_a_text(workshop, inside, today):
    typed = {"faire": "texte", "texte": "Tu-Fr 09:00-12:30,14:00-18:00", "des": "", "jusque": ""}
    assert inside.post(door("hours_week", workshop), typed).status_code == 302
    assert week_on(workshop, today) == of("Tu-Fr 09:00-12:30,14:00-18:00")


def test_buttons_arrange_the_rows_and_change_nothing(workshop, inside):
    def press(button, text="Mo 09:00-12:00,14:00-18:00", **more):
        page = inside.post(door("hours_week", workshop), rows(text, press=button, **more))
        return {
            row.index: [(one.since, one.until) for one in row.ranges]
            for row in page.context["typed"].rows
            if row.ranges
        }

    monday = [("09:00", "12:00"), ("14:00", "18:00")]
    assert press("copier") == dict.fromkeys(range(5), monday)
    assert press("veille-1") == {0: monday, 1: monday}
    assert press("ajouter-6") == {0: monday, 6: [("", "")]}
    assert press("retirer-0-0") == {0: monday[1:]}
    assert press("montrer", texte="Su 10:00-12:00") == {6: [("10:00", "12:00")]}
    for nonsense in ("ajouter-9", "retirer-0-7", "veille-0", "sauter", "", "ajouter-x"):
        assert press(nonsense) == {0: monday}
    assert press("ajouter-0", "Mo 08:00-09:00,10:00-11:00,12:00-13:00,14:00-15:00,16:00-17:00,18:00-19:00")[0][-1] == (
        "18:00",
        "19:00",
    )
    assert not HoursChange.objects.exists()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ({"de-1-0": "12:00", "a-1-0": "09:00"}, 1),
        ({"de-1-0": "12:00", "a-1-0": "12:00"}, 1),
        ({"de-2-0": "09:00", "a-2-0": "12:30", "de-2-1": "12:00", "a-2-1": "18:00"}, 2),
        ({"de-3-0": "09:00", "a-3-0": ""}, 3),
        ({"de-3-0": "neuf", "a-3-0": "12:00"}, 3),
        ({"de-4-0": "09:00", "a-4-0": "25:00"}, 4),
        ({f"{side}-5-{n}": f"{8 + n}:{m}" for n in range(7) for side, m in (("de", "00"), ("a", "30"))}, 5),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_day_and_kept(workshop, inside, today, typed, day):
    page = inside.post(door("hours_week", workshop), {"faire": "semaine", "des": "", "jusque": ""} | typed)
    assert page.status_code == 400
    body = page.content.decode()
    assert f'id="day-{day}-error"' in body
    assert all(f'name="{name}" value="{value}"' in body for name, value in typed.items())
    assert [row.index for row in page.context["typed"].rows if row.errors] == [day]
    assert week_on(workshop, today) == of("Mo-Su 08:00-20:00")
    assert not HoursChange.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"des": "2026-02-30"}, "des"),
        ({"des": "2020-01-01"}, "des"),
        ({"des": "2099-01-01"}, "des"),
        ({"jusque": "2020-01-01"}, "jusque"),
        ({"jusque": "demain"}, "jusque"),
        ({"texte": "mardi matin", "faire": "texte"}, "texte"),
        ({"texte": "Tu 18:00-09:00", "faire": "texte"}, "texte"),
        ({"texte": "", "faire": "texte"}, "texte"),
        ({"texte": "Apr-Sep Tu 09:00-12:00", "faire": "texte"}, "texte"),
        ({"texte": "x" * 4000, "faire": "texte"}, "texte"),
    ],
)
def test_days_and_texts_that_cannot_be_are_refused_at_their_field(workshop, inside, typed, field):
    page = inside.post(door("hours_week", workshop), rows("Tu 09:00-12:00") | typed)
    assert page.status_code == 400
    assert list(page.context["typed"].errors) == [field]
    assert f'id="{field}-error"' in page.content.decode()
    assert not HoursChange.objects.exists()


def test_a_form_that_says_nothing_closes_nothing(workshop, inside, today):
    assert inside.post(door("hours_week", workshop)).status_code == 200
    assert week_on(workshop, today) == of("Mo-Su 08:00-20:00")


def test_a_mechanic_has_own_hours_then_the_workshop_s_again(workshop, mechanic, inside, today, at):
    address, tomorrow = door("hours_week", workshop, mechanic.pk), today + timedelta(days=1)
    assert inside.get(address).context["typed"].text == "Mo-Su 08:00-20:00"  # the workshop's, to begin with
    before = slots_on(workshop, tomorrow, at)

    inside.post(address, rows("Mo-Su 09:00-10:00"))
    assert slots_on(workshop, tomorrow, at) < before

    inside.post(address, {"faire": "atelier"})
    assert slots_on(workshop, tomorrow, at) == before
    assert inside.get(door("hours", workshop)).context["mechanics"][0].week is None


@pytest.mark.parametrize(
    ("typed", "minutes"), [("9", 540), ("9h", 540), ("9h30", 570), ("9 h 30", 570), ("09:05", 545), ("24:00", 1440)]
)
def test_an_hour_is_read_as_people_type_it(typed, minutes):
    assert read_clock(typed) == minutes


@pytest.mark.parametrize("typed", ["", "neuf", "9:60", "24:01", "25", "-1", "9:3", "٩:٠٠", "1" * 50])
def test_what_is_no_hour_is_not_read(typed):
    with pytest.raises(ClockUnreadable):
        read_clock(typed)
