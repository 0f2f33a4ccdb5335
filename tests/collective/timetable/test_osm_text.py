"""opening_hours of OpenStreetMap, both ways; what cannot be kept is refused by name."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backend.lib.errors import BadInput
from collective.timetable.hours_plan import clocks_of, plan_of
from collective.timetable.osm_text import read_osm, write_osm

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 11, 22), date(2028, 11, 20)
SAMPLE = Path(__file__).with_name("osm_hours_sample.tsv")


def read(text: str):
    return read_osm(text, zone=PARIS, postcode="59000", first=FIRST, last=LAST)


def rewritten(text: str) -> str:
    hours = read(text)
    assert hours.days is not None
    unsaid = [day for day in hours.days if hours.closed_on_holidays and not hours.days[day]]
    plan = plan_of(hours.days, zone=PARIS, seasons=hours.seasons, unsaid=unsaid)
    return write_osm(plan, closed_on_holidays=bool(hours.closed_on_holidays), zone=PARIS)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00", None),
        ("24/7", "Mo-Su 00:00-24:00"),
        ("off", None),
        ("Tu-Sa 09:00-18:00; 2027 Jul 05-2027 Aug 28 Mo-Fr 08:00-14:00; 2027 Jul 05-2027 Aug 28 Sa off",
         "Tu-Sa 09:00-18:00; 2027 Jul 05-2027 Aug 28 off; 2027 Jul 05-2027 Aug 28 Mo-Fr 08:00-14:00"),
        ("Tu-Sa 09:00-18:00; 2026 Dec 24-2027 Jan 02 off", None),
        ("Tu-Sa 09:00-18:00; 2026 Dec 06 10:00-12:00", None),
        ("Tu-Sa 09:00-18:00; 2026 Dec 08 14:00-18:00 off", "Tu-Sa 09:00-18:00; 2026 Dec 08 09:00-14:00"),
        ("Mo-Fr 09:00-12:00; Nov 23-Dec 05 Sa 09:00-12:00;", None),
    ],
)  # fmt: skip
def test_what_is_written_says_the_same(text, written):
    again = rewritten(text)
    assert read(again).days == read(text).days
    if "Nov" not in text:
        assert again == (written or text)


def test_holidays_are_closed_whatever_stands_around_them():
    for text in ("Mo-Fr 09:00-12:00; PH off", "PH,Su off; Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00, PH closed"):
        hours = read(text)
        assert hours.closed_on_holidays is True
        assert hours.days[date(2026, 12, 25)] == []


def test_a_holiday_that_is_opened_by_its_date_is_open():
    hours = read("Mo-Fr 09:00-12:00; PH off; 2026 Dec 25 10:00-11:00")
    assert clocks_of(hours.days[date(2026, 12, 25)], PARIS) == ((600, 660),)


def test_holidays_may_be_days_as_any_other_or_have_their_own_hours():
    assert read("Mo-Fr 09:00-12:00; PH open").closed_on_holidays is False
    own = read("Mo-Fr 09:00-12:00; PH 10:00-11:00")
    assert own.closed_on_holidays is None
    assert date(2026, 12, 25) in own.exact
    assert clocks_of(own.days[date(2026, 12, 25)], PARIS) == ((600, 660),)


def test_alsace_has_holidays_of_its_own():
    hours = read_osm("Mo-Sa 09:00-12:00; PH off", zone=PARIS, postcode="67000", first=FIRST, last=LAST)
    assert hours.days[date(2026, 12, 26)] == []


def test_months_of_every_year_are_seasons_and_a_note_says_until_when():
    hours = read("Tu-Sa 09:00-18:00; Jul-Aug Mo-Fr 08:00-14:00; Jul-Aug Sa off; 2026 Dec 06-Dec 06 10:00-18:00")
    plan = plan_of(hours.days, zone=PARIS, seasons=hours.seasons)
    begins = [planned.from_on for planned in plan.weeks]
    assert begins == [FIRST, date(2027, 7, 1), date(2027, 9, 1), date(2028, 7, 1), date(2028, 9, 1)]
    assert list(plan.otherwise) == [date(2026, 12, 6)]
    assert len(hours.notes) == 1
    assert read("Tu-Sa 09:00-18:00; 2026 Dec 24-Dec 31 off").notes == ()


def test_hours_as_shops_write_them_are_taken_or_refused_with_a_sentence():
    """A sample of OpenStreetMap (NOTICE.md): what each comes to stands beside it."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    outcomes = [outcome(text) for text, _expected in rows]
    assert [code for code, _sentence in outcomes] == [expected for _text, expected in rows]
    assert [text for text in outcomes if text[0] != "taken" and len(text[1].split()) < 5] == []
    assert len({code for code, _sentence in outcomes}) > 5


def outcome(text: str) -> tuple[str, str]:
    try:
        rewritten(text)
    except BadInput as refused:
        return refused.code, str(refused)
    return "taken", ""
