"""The days on which workshops are closed unless they say otherwise."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays
from django.utils.translation import get_language

# Departments and territories with public holidays of their own: the codes that the holidays package gives them.
REGION_OF_POSTCODE = {
    "57": "Moselle",
    "67": "Alsace",
    "68": "Alsace",
    "971": "GP",
    "972": "MQ",
    "973": "GY",
    "974": "RE",
    "975": "PM",
    "976": "YT",
}


@lru_cache(maxsize=256)
def _holidays_of(year: int, region: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=region, years=year))


@lru_cache(maxsize=64)
def _names_of(year: int, region: str | None, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("FR", subdiv=region, years=year, language=language))


def is_public_holiday(day: date, *, postcode: str) -> bool:
    """Tell whether the day is a public holiday where the French postcode is."""
    return day in _holidays_of(day.year, _region(postcode))


def public_holidays(*, first: date, last: date, postcode: str) -> dict[date, str]:
    """Give the public holidays from first to last where the postcode is, in order, named in the reader's language."""
    language = "fr" if (get_language() or "fr").startswith("fr") else "en_US"
    named: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        named |= _names_of(year, _region(postcode), language)
    return {day: name for day, name in sorted(named.items()) if first <= day <= last}


def _region(postcode: str) -> str | None:
    return REGION_OF_POSTCODE.get(postcode[:3]) or REGION_OF_POSTCODE.get(postcode[:2])
