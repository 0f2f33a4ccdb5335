"""Weekly hours as text: read, refused, shown."""

import pytest
from django.utils.translation import override

from collective.timetable.weekly import HoursNotWeekly, HoursUnreadable, WeeklyRange, describe_week, read_weekly_hours


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
