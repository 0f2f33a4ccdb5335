"""Days as bitmaps: against counting by hand, one tick at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective.timetable.periods import Period, intersect, subtract, unite
from collective.timetable.ticks import (
    TICK,
    at_bits,
    begin_and_ticks,
    each_bit,
    from_bytes,
    local_day,
    longest_run,
    lowest_bit,
    mark_open,
    mark_steps,
    mark_taken,
    starts_of_runs,
    to_bytes,
)

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
TUESDAY = local_day(date(2026, 11, 24), PARIS)
MINUTES = st.integers(-300, 1800)
PERIODS = st.lists(
    st.tuples(MINUTES, st.integers(1, 700)).map(
        lambda pair: Period(
            MIDNIGHT + timedelta(minutes=pair[0]), MIDNIGHT + timedelta(minutes=pair[0]) + timedelta(minutes=pair[1])
        )
    ),
    max_size=6,
)


def minutes_of(periods) -> set[int]:
    minute = timedelta(minutes=1)
    spans = [range((p.starts_at - MIDNIGHT) // minute, (p.ends_at - MIDNIGHT) // minute) for p in periods]
    return set().union(*spans)


@pytest.mark.parametrize(
    ("zone", "day", "ticks"),
    [
        ("Europe/Paris", date(2026, 10, 25), 300),
        ("Europe/Paris", date(2027, 3, 28), 276),
        ("Europe/Paris", date(2026, 11, 24), 288),
        ("Asia/Kathmandu", date(2026, 10, 25), 288),
        ("America/St_Johns", date(2026, 11, 1), 300),
        ("America/St_Johns", date(2027, 3, 14), 276),
        ("America/Havana", date(2027, 3, 14), 276),  # clocks skip midnight itself
    ],
)
def test_a_local_day_has_23_24_or_25_hours(zone, day, ticks):
    whole = local_day(day, ZoneInfo(zone))
    assert (whole.ends_at - whole.starts_at) // TICK == ticks


@settings(deadline=None)
@given(bits=st.integers(0, 2**288 - 1), length=st.integers(1, 40))
def test_runs_start_where_enough_free_ticks_follow(bits, length):
    text = bin(bits)[:1:-1]
    expected = [at for at in range(len(text)) if text[at : at + length] == "1" * length]
    assert list(each_bit(starts_of_runs(bits, length))) == expected


@settings(deadline=None)
@given(bits=st.integers(0, 2**301 - 1))
def test_bits_are_found_one_by_one_or_all_at_once(bits):
    places = list(each_bit(bits))
    assert places == [at for at in range(301) if bits >> at & 1]
    assert list(at_bits(bits, range(301))) == places
    assert lowest_bit(bits) == min(places, default=-1)


@pytest.mark.parametrize("timezone", ["Europe/Paris", "America/Havana", "Australia/Lord_Howe"])
def test_a_day_known_begins_when_it_begins_and_has_its_ticks(timezone):
    for day in (date(2026, 3, 29), date(2027, 3, 14), date(2026, 10, 4), date(2026, 10, 25)):
        whole = local_day(day, ZoneInfo(timezone))
        assert begin_and_ticks(day, timezone) == (whole.starts_at, (whole.ends_at - whole.starts_at) // TICK)


@settings(deadline=None)
@given(bits=st.integers(0, 2**300 - 1))
def test_the_longest_run_is_the_longest_string_of_ones(bits):
    assert longest_run(bits) == max(len(run) for run in bin(bits)[2:].split("0"))


@settings(deadline=None)
@given(bits=st.integers(0, 2**288 - 1))
def test_bits_come_back_from_the_database_as_they_went(bits):
    assert from_bytes(to_bytes(bits, 288)) == bits


@settings(deadline=None)
@given(periods=PERIODS)
def test_open_ticks_lie_wholly_inside_and_taken_ones_touch(periods):
    minutes = minutes_of(unite(periods))
    whole = {tick for tick in range(288) if all(tick * 5 + n in minutes for n in range(5))}
    touched = {tick for tick in range(288) if any(tick * 5 + n in minutes for n in range(5))}
    assert set(each_bit(mark_open(unite(periods), TUESDAY))) == whole
    assert set(each_bit(mark_taken(periods, TUESDAY))) == touched


@settings(deadline=None)
@given(some=PERIODS, others=PERIODS)
def test_period_arithmetic_is_that_of_sets_of_minutes(some, others):
    assert minutes_of(subtract(some, others)) == minutes_of(some) - minutes_of(others)
    assert minutes_of(intersect(some, others)) == minutes_of(some) & minutes_of(others)
    assert minutes_of(unite([*some, *others])) == minutes_of(some) | minutes_of(others)


def test_steps_begin_at_each_opening():
    def at(hour, minute=0):
        return MIDNIGHT + timedelta(hours=hour, minutes=minute)

    steps = mark_steps([Period(at(9, 15), at(10)), Period(at(14), at(15))], TUESDAY, 20)

    assert [divmod(tick * 5, 60) for tick in each_bit(steps)] == [
        (9, 15),
        (9, 35),
        (9, 55),
        (14, 0),
        (14, 20),
        (14, 40),
    ]


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(MIDNIGHT, MIDNIGHT)
