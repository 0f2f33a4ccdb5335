"""Weekly hours as text: read, refused, shown."""

import pytest
from django.utils.translation import override

from collective.timetable.weekly import (
    HoursNotWeekly,
    HoursUnreadable,
    WeeklyRange,
    WeekRefused,
    check_week,
    describe_week,
    faults_of_week,
    read_week,
    read_weekly_hours,
    write_week,
)


def test_several_ranges_a_day_are_read():
    assert read_weekly_hours("Tu,We 09:00-12:30,14:00-18:00; PH off") == [
        WeeklyRange(1, 540, 750),
        WeeklyRange(1, 840, 1080),
        WeeklyRange(2, 540, 750),
        WeeklyRange(2, 840, 1080),
    ]


def test_a_night_is_cut_at_midnight_even_from_sunday_to_monday():
    assert read_weekly_hours("Su 22:00-02:00") == [WeeklyRange(0, 0, 120), WeeklyRange(6, 1320, 1440)]


def test_closed_all_week_is_a_week_too():
    assert read_weekly_hours("off") == []


@pytest.mark.parametrize("text", ["", "   ", "mardi 9h-12h", "Tu 25:00-26:00-27", "Tu 9h", "Mo 09:00-" + "1" * 500])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(HoursUnreadable):
        read_weekly_hours(text)


@pytest.mark.parametrize(
    "text",
    ["Apr-Sep Mo-Fr 09:00-18:00", "PH 10:00-12:00", "Mo-Fr,PH 09:00-18:00", "week 1-53/2 Mo 09:00-12:00", "SH off"],
)
def test_hours_that_differ_from_week_to_week_are_refused(text):
    with pytest.raises(HoursNotWeekly):
        read_weekly_hours(text)


def test_people_read_days_with_the_same_hours_on_one_line():
    with override("en"):
        lines = describe_week(read_weekly_hours("Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00"))
    assert lines == ["Tue – Fri 9:00 – 12:30, 14:00 – 18:00", "Sat 10:00 – 16:00"]


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        ([(1, 540, 540)], "hours_empty"),
        ([(1, 1080, 540)], "hours_inverted"),
        ([(1, 1200, 1500)], "hours_past_midnight"),
        ([(1, 540, 750), (1, 720, 1080)], "hours_overlap"),
        ([(1, 540, 1080), (1, 600, 660)], "hours_overlap"),
        ([(1, 60 * hour, 60 * hour + 30) for hour in range(8, 15)], "too_many_ranges"),
    ],
)
def test_a_week_that_cannot_be_is_refused_and_the_day_is_named(ranges, code):
    with pytest.raises(WeekRefused) as refused, override("en"):
        check_week(WeeklyRange(*each) for each in ranges)
    assert refused.value.code == code
    assert refused.value.params["weekday"] == 1
    assert str(refused.value).startswith("Tuesday: ")


def test_ranges_that_touch_and_a_whole_day_are_fine():
    check_week([WeeklyRange(0, 540, 720), WeeklyRange(0, 720, 1080), WeeklyRange(6, 0, 1440)])


def test_every_fault_is_told_at_once():
    week = [WeeklyRange(0, 600, 540), WeeklyRange(2, 540, 720), WeeklyRange(2, 700, 800)]
    assert [(fault.code, fault.params["weekday"]) for fault in faults_of_week(week)] == [
        ("hours_inverted", 0),
        ("hours_overlap", 2),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Tu 18:00-09:00", "hours_inverted"),
        ("Tu 22:00-26:00", "hours_past_midnight"),
        ("Tu 09:00-12:00,11:00-14:00", "hours_overlap"),
        ("Tu 09:00-09:00", "hours_empty"),
        ("Tu 09:00-10:00,10:30-11:00,11:30-12:00,13:00-14:00,14:30-15:00,15:30-16:00,17:00-18:00", "too_many_ranges"),
    ],
)
def test_a_text_is_judged_as_the_form_is(text, code):
    with pytest.raises(WeekRefused) as refused:
        read_week(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00", "Mo 09:00-24:00", "off"])
def test_a_week_is_written_as_it_is_read(text):
    assert write_week(read_week(text)) == text


def test_an_end_at_midnight_may_be_written_as_clocks_show_it():
    assert read_week("Tu 12:00-00:00") == [WeeklyRange(1, 720, 1440)]


def test_what_differs_is_written_apart():
    week = [WeeklyRange(0, 540, 720), WeeklyRange(1, 540, 720), WeeklyRange(3, 540, 720), WeeklyRange(6, 0, 1440)]
    assert write_week(week) == "Mo-Tu 09:00-12:00; Th 09:00-12:00; Su 00:00-24:00"
    assert read_week(write_week(week)) == week
