"""How long a way takes, and who says so."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective.places.travel import StraightLine, router, travel_minutes


@dataclass(frozen=True)
class Spot:
    lat: float
    lon: float


LILLE = Spot(50.6311, 3.0586)
VILLENEUVE = Spot(50.6232, 3.1442)  # 6.1 km east of it
SPOTS = st.builds(Spot, st.floats(-90, 90), st.floats(-180, 180))


class Teleport:
    def minutes(self, a, b, *, speed_kmh, detour_percent) -> int:
        return 3


def test_it_is_the_straight_line_with_a_detour_at_a_speed():
    assert travel_minutes(LILLE, VILLENEUVE, speed_kmh=15, detour_percent=100) == 25  # 24.4 minutes
    assert travel_minutes(LILLE, VILLENEUVE, speed_kmh=15, detour_percent=130) == 32
    assert travel_minutes(LILLE, VILLENEUVE, speed_kmh=60, detour_percent=130) == 8


def test_nobody_travels_to_where_they_are():
    assert travel_minutes(LILLE, Spot(LILLE.lat, LILLE.lon), speed_kmh=1, detour_percent=400) == 0
    assert travel_minutes(LILLE, Spot(LILLE.lat + 1e-9, LILLE.lon), speed_kmh=130, detour_percent=100) == 1


@given(SPOTS, SPOTS, st.integers(1, 130), st.integers(100, 400))
def test_both_ways_take_the_same(a, b, speed_kmh, detour_percent):
    there = travel_minutes(a, b, speed_kmh=speed_kmh, detour_percent=detour_percent)
    assert there == travel_minutes(b, a, speed_kmh=speed_kmh, detour_percent=detour_percent)


def test_a_routing_service_takes_the_models_place(settings):
    assert isinstance(router(), StraightLine)
    settings.MOYEU_ROUTER = f"{__name__}.Teleport"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collective.places.travel.import_string", lambda path: {f"{__name__}.Teleport": Teleport}[path])
        assert travel_minutes(LILLE, VILLENEUVE, speed_kmh=15, detour_percent=130) == 3
    assert travel_minutes(LILLE, LILLE, speed_kmh=15, detour_percent=130) == 0
