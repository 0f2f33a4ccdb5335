"""The days on which workshops are closed unless they say otherwise."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

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


def is_public_holiday(day: date, *, postcode: str) -> bool:
    """Tell whether the day is a public holiday where the French postcode is."""
    region = REGION_OF_POSTCODE.get(postcode[:3]) or REGION_OF_POSTCODE.get(postcode[:2])
    return day in _holidays_of(day.year, region)
