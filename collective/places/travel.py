"""
How long it takes to go from one point to another: a port, and the model used when no routing service is behind it.

The model is the straight line times a detour factor, at a steady speed: what planners use where no road network is at
hand. (R. H. Ballou, H. Rahardja, N. Sakai, Selected country circuity factors for road travel distance estimation,
Transportation Research Part A 36, 2002)
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from collective.places.distance import Located, distance_km


class Router(Protocol):
    """Anything that knows how long a way takes: `settings.MOYEU_ROUTER` names the class of the one in use."""

    def minutes(self, a: Located, b: Located, *, speed_kmh: int, detour_percent: int) -> int:
        """Give whole minutes, never fewer than it takes; a service may pay no heed to the detour."""
        ...


class StraightLine:
    """The straight line times the detour, at that speed, rounded up to a minute."""

    def minutes(self, a: Located, b: Located, *, speed_kmh: int, detour_percent: int) -> int:
        minutes = distance_km(a, b) * detour_percent / 100 / speed_kmh * 60
        # Both ways take the same: what the last digits of a float say is no minute more.
        return max(ceil(round(minutes, 6)), 1)


def router() -> Router:
    """Give the router that the settings name; one for the whole process."""
    return _made(settings.MOYEU_ROUTER)


@lru_cache(maxsize=4)
def _made(path: str) -> Router:
    return cast(Router, import_string(path)())


def travel_minutes(a: Located, b: Located, *, speed_kmh: int, detour_percent: int) -> int:
    """
    Give the minutes from `a` to `b`, rounded up; 0 when they are the same point.

    :param speed_kmh: of whoever travels, in kilometres an hour.
    :param detour_percent: how much longer the way is than the straight line; 130 is 30 % longer.
    """
    if (a.lat, a.lon) == (b.lat, b.lon):
        return 0
    return router().minutes(a, b, speed_kmh=speed_kmh, detour_percent=detour_percent)
