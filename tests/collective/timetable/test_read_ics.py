"""Calendars become weeks, seasons and exceptions: zones, floating times, dates left out, moved or added."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from collective.timetable.hours_plan import clocks_of, plan_of
from collective.timetable.read_ics import Meaning, TooManyDates, read_ics

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 11, 22), date(2028, 11, 20)
TUESDAY = date(2026, 12, 1)
NINE_TO_NOON = ((540, 720),)
WORKDAYS = "RRULE:FREQ=WEEKLY;BYDAY=TU,WE,TH,FR"
WEEKLY = "RRULE:FREQ=WEEKLY;BYDAY=TU,WE"
IN_PARIS = ("DTSTART;TZID=Europe/Paris:20261124T090000", "DTEND;TZID=Europe/Paris:20261124T120000")


def calendar(*events: tuple[str, ...], head: tuple[str, ...] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head]
    for number, event in enumerate(events):
        uid = () if any(line.startswith("UID") for line in event) else (f"UID:{number}",)
        lines += ["BEGIN:VEVENT", *uid, *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: tuple[str, ...], meaning: Meaning = Meaning.OPENINGS, head: tuple[str, ...] = ()):
    return read_ics(calendar(*events, head=head), meaning=meaning, zone=PARIS, first=FIRST, last=LAST)


def on(hours, day: date):
    return clocks_of(hours.days[day], PARIS)


def test_a_weekly_event_is_an_ordinary_week():
    hours = read((*IN_PARIS, WEEKLY))
    plan = plan_of(hours.days, zone=PARIS)
    assert [planned.from_on for planned in plan.weeks] == [FIRST]
    assert plan.weeks[0].week == ((), NINE_TO_NOON, NINE_TO_NOON, (), (), (), ())
    assert plan.otherwise == {}


@pytest.mark.parametrize(
    "start",
    [
        ("DTSTART:20261201T090000", "DTEND:20261201T120000"),  # floating: the workshop's own clock
        ("DTSTART:20261201T080000Z", "DTEND:20261201T110000Z"),
        ("DTSTART;TZID=America/New_York:20261201T030000", "DURATION:PT3H"),
        ("DTSTART;TZID=Romance Standard Time:20261201T090000", "DURATION:P0DT3H"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20261201T090000", "DURATION:PT180M"),
        ('DTSTART;TZID="Europe/Paris";X-A="b;c:d":20261201T0\r\n 90000', "DTEND:20261201T110000Z"),
    ],
)
def test_the_same_moment_said_in_many_ways(start):
    assert on(read(start), TUESDAY) == NINE_TO_NOON


def test_what_the_file_says_of_a_zone_is_not_believed():
    """A VTIMEZONE that puts Paris elsewhere changes nothing."""
    moved = ("BEGIN:VTIMEZONE", "TZID:Europe/Paris", "BEGIN:STANDARD", "DTSTART:19700101T000000")
    moved += ("TZOFFSETFROM:+0900", "TZOFFSETTO:+0900", "END:STANDARD", "END:VTIMEZONE")
    assert on(read((*IN_PARIS, WEEKLY), head=moved), TUESDAY) == NINE_TO_NOON


def test_wall_times_hold_on_both_sides_of_a_change_of_clocks():
    hours = read((*IN_PARIS, WEEKLY))
    for day in (date(2027, 3, 24), date(2027, 3, 30), date(2027, 10, 27), date(2027, 11, 2)):
        assert on(hours, day) == NINE_TO_NOON


def test_dates_left_out_added_and_moved():
    series = ("UID:a", *IN_PARIS, WEEKLY, "EXDATE;TZID=Europe/Paris:20261201T090000,20261202T090000")
    added = "RDATE;TZID=Europe/Paris:20261207T090000"
    moved = ("UID:a", "RECURRENCE-ID;TZID=Europe/Paris:20261208T090000")
    moved += ("DTSTART;TZID=Europe/Paris:20261208T140000", "DTEND;TZID=Europe/Paris:20261208T150000")
    cancelled = ("UID:a", "RECURRENCE-ID;TZID=Europe/Paris:20261209T090000", "STATUS:CANCELLED", *IN_PARIS)
    hours = read((*series, added), moved, cancelled)
    assert on(hours, TUESDAY) == on(hours, date(2026, 12, 2)) == ()
    assert on(hours, date(2026, 12, 7)) == NINE_TO_NOON
    assert on(hours, date(2026, 12, 8)) == ((840, 900),)
    assert on(hours, date(2026, 12, 9)) == ()
    assert on(hours, date(2026, 12, 15)) == NINE_TO_NOON


def test_a_period_among_the_dates_has_its_own_length():
    more = "RDATE;VALUE=PERIOD:20261207T080000Z/PT2H,20261207T130000Z/20261207T140000Z"
    assert on(read((*IN_PARIS, more)), date(2026, 12, 7)) == ((540, 660), (840, 900))


def test_a_season_ends_when_its_rule_does():
    summer = ("DTSTART;TZID=Europe/Paris:20270706T080000", "DTEND;TZID=Europe/Paris:20270706T140000")
    hours = read(
        (*IN_PARIS, f"{WORKDAYS};UNTIL=20270705T215959Z"),
        (*summer, f"{WORKDAYS};UNTIL=20270905T215959Z"),
        ("DTSTART;TZID=Europe/Paris:20270907T090000", "DURATION:PT3H", WORKDAYS),
    )
    plan = plan_of(hours.days, zone=PARIS, seasons=hours.seasons)
    assert [planned.on(TUESDAY) for planned in plan.weeks] == [NINE_TO_NOON, ((480, 840),), NINE_TO_NOON]
    assert plan.otherwise == {}


def test_free_time_is_open_and_busy_time_closed_when_they_are_marked():
    leave = ("DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270101", "SUMMARY:Cong\\,és\\nde Noël")
    hours = read((*IN_PARIS, WEEKLY, "TRANSP:TRANSPARENT"), leave, meaning=Meaning.MARKED)
    assert on(hours, date(2026, 12, 22)) == ()
    assert on(hours, date(2027, 1, 5)) == NINE_TO_NOON
    assert hours.labels[date(2026, 12, 21)] == "Cong,és de Noël"


def test_closures_leave_the_week_alone():
    hours = read(("DTSTART;VALUE=DATE:20261221", "SUMMARY:Fermé"), meaning=Meaning.CLOSURES)
    assert hours.days is None
    ((closure),) = hours.closures
    assert (closure.period.ends_at - closure.period.starts_at).days == 1
    assert closure.label == "Fermé"


def test_what_is_over_is_left_out_and_told():
    old = ("DTSTART:20200107T090000Z", "DTEND:20200107T120000Z")
    hours = read((*IN_PARIS, WEEKLY), old)
    (note,) = hours.notes
    assert "1" in note


def test_alarms_within_events_are_passed_over():
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT10M", "DURATION:PT1H", "END:VALARM")
    assert on(read((*IN_PARIS, WEEKLY, *alarm)), TUESDAY) == NINE_TO_NOON


def test_forty_one_rules_are_refused_before_any_is_asked():
    with pytest.raises(TooManyDates):
        read(*[(*IN_PARIS, WEEKLY)] * 45)
