"""Money, moments, lengths and distances, as each language writes them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from backend.bicycle import PARTS, list_parts, place_parts
from backend.templatetags import moyeu

PARIS = "Europe/Paris"
MONDAY = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
FIRST = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # already 1 December in Lille


@dataclass
class Exact:
    starts_at: datetime
    ready_at: datetime | None = None
    ends_at: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


LEFT = Exact(MONDAY, ready_at=FIRST)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("word", "arguments", "french", "english"),
    [
        (moyeu.euros, (2300,), "23,00 €", "€23.00"),
        (moyeu.euros, (-50,), "−0,50 €", "−€0.50"),
        (moyeu.euros, (2316220,), "23 162,20 €", "€23,162.20"),
        (moyeu.round_euros, (2300,), "23 €", "€23"),
        (moyeu.round_euros, (2350,), "23,50 €", "€23.50"),
        (moyeu.percent, (0.674,), "67 %", "67%"),
        (moyeu.minutes, (15,), "15 min", "15 min"),
        (moyeu.minutes, (60,), "1 h", "1 h"),
        (moyeu.minutes, (65,), "1 h 05", "1 h 05 min"),
        (moyeu.distance, (0.34,), "300 m", "300 m"),
        (moyeu.distance, (0.01,), "100 m", "100 m"),
        (moyeu.distance, (0.97,), "1 km", "1 km"),
        (moyeu.distance, (1.24,), "1,2 km", "1.2 km"),
        (moyeu.distance, (12.4,), "12 km", "12 km"),
        (moyeu.moment, (MONDAY, PARIS), "lundi 23 novembre, 9 h 40", "Monday 23 November, 9:40"),
        (moyeu.day, (FIRST, PARIS), "mardi 1er décembre", "Tuesday 1 December"),
        (moyeu.day_and_year, (MONDAY, PARIS), "lundi 23 novembre 2026", "Monday 23 November 2026"),
        (moyeu.clock, (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), PARIS), "9 h", "9:00"),
        (moyeu.clock, (FIRST, PARIS), "0 h 30", "0:30"),
        (moyeu.clock, (datetime(2026, 11, 23, 11, 5, tzinfo=UTC), PARIS), "12 h 05", "12:05"),
        (moyeu.short_clock, (MONDAY, PARIS), "9:40", "9:40"),
        (moyeu.when, (Exact(MONDAY), PARIS), "lundi 23 novembre, 9 h 40", "Monday 23 November, 9:40"),
        (moyeu.short_day, (MONDAY, PARIS), "Lun. 23 nov.", "Mon 23 Nov."),
    ],
)
def test_a_word_in_each_language(word, arguments, french, english):
    with override("fr"):
        assert plain(word(*arguments)) == french
    with override("en"):
        assert plain(word(*arguments)) == english


def test_a_bicycle_to_leave_is_awaited_between_two_hours():
    with override("en"):
        assert plain(moyeu.when(LEFT, PARIS)) == "Monday 23 November, between 9:40 and 11:00"
        assert plain(moyeu.hours(LEFT, PARIS)) == "between 9:40 and 11:00"
        assert plain(moyeu.hours(Exact(MONDAY), PARIS)) == "9:40"


def test_a_range_of_prices_names_its_unit_once_where_one_price_is_enough():
    with override("en"):
        assert plain(moyeu.euros_to(1100, 3500)) == "€11 to €35"
        assert plain(moyeu.euros_to(1100, 1100)) == "€11"


def test_today_is_today_at_the_workshop():
    with override("en"):
        assert plain(moyeu.near_day(FIRST, PARIS, FIRST.replace(hour=23, minute=5))) == "Today 1 Dec."
        assert plain(moyeu.near_day(FIRST, PARIS, FIRST.replace(hour=22))) == "Tomorrow 1 Dec."
        assert plain(moyeu.near_day(MONDAY, PARIS, FIRST)) == "Mon 23 Nov."


def test_a_bar_is_never_wider_than_whole():
    assert [moyeu.hundredths(share) for share in (-0.1, 0.674, 1.2)] == ["0.0", "67.4", "100.0"]


def test_every_part_is_drawn_and_listed_once_inside_the_drawing():
    links = {part.id: f"/{part.id}" for part in PARTS}
    placed = place_parts(links, current="saddle")
    listed = [entry for row in list_parts(links) for entry in row.entries]
    assert {part.id for part in placed.values()} == {entry.id for entry in listed} == set(links)
    assert [part.id for part in placed.values() if part.current] == ["saddle"]
    assert all(part.tag.x + part.tag.left >= 0 and part.tag.x - part.tag.left <= 900 for part in placed.values())


def test_a_part_without_an_address_is_a_fault():
    with pytest.raises(KeyError):
        place_parts({"saddle": "/selle"})


def test_a_telephone_number_is_written_as_people_dial_it():
    assert plain(moyeu.telephone("+33612345678")) == "06 12 34 56 78"
    assert plain(moyeu.telephone("+32470123456")) == "+32 470 12 34 56"
    assert moyeu.telephone("ask at the bar") == "ask at the bar"
