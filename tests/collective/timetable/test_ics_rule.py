"""Rules asked day by day fall on the days on which a general engine, walking from the first, arrives."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from collective.timetable.ics_rule import WEEKDAYS, days_of, read_rule

FIRST, LAST = date(2026, 11, 22), date(2028, 11, 20)
starts = st.dates(date(2025, 1, 1), date(2027, 12, 31))
weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
nth = st.tuples(st.sampled_from(["1", "2", "-1", "4"]), st.sampled_from(WEEKDAYS)).map("".join)


@st.composite
def rules(draw) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if frequency == "MONTHLY":
        by = [f"BYDAY={draw(nth)}", f"BYMONTHDAY={draw(st.sampled_from([1, 15, 31, -1, -3]))}", ""]
        parts.append(draw(st.sampled_from(by)))
    elif frequency != "YEARLY":
        parts.append(draw(st.sampled_from([f"BYDAY={draw(weekdays)}", ""])))
    if frequency == "WEEKLY":
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    if frequency in ("DAILY", "YEARLY"):
        parts.append(draw(st.sampled_from([f"BYMONTH={draw(st.integers(1, 12))}", ""])))
    ends = [f"COUNT={draw(st.integers(1, 60))}", f"UNTIL={draw(st.dates(FIRST, LAST)):%Y%m%d}T235959Z", ""]
    return ";".join(filter(None, [*parts, draw(st.sampled_from(ends))]))


@settings(deadline=None, max_examples=150)
@given(text=rules(), start=starts)
def test_the_days_of_a_rule(text, start):
    rule = read_rule(text, start=start)
    ours = [day for day in days_of(rule, first=FIRST, last=LAST) if not rule.until or day <= rule.until.date()]
    begins = datetime.combine(start, time(9))
    walked = rrulestr(text.replace("Z", ""), dtstart=begins)
    theirs = walked.between(datetime.combine(FIRST, time.min), datetime.combine(LAST, time.max), inc=True)
    assert ours == [moment.date() for moment in theirs]


def test_a_rule_that_never_falls_is_asked_no_more_than_the_days_there_are():
    rule = read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start=date(2026, 1, 1))
    assert list(days_of(rule, first=FIRST, last=LAST)) == []


def test_a_count_counts_from_the_first_day_on():
    rule = read_rule("FREQ=WEEKLY;COUNT=3", start=FIRST - timedelta(days=7))
    assert list(days_of(rule, first=FIRST, last=LAST)) == [FIRST, FIRST + timedelta(days=7)]
