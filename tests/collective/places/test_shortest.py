"""The shortest round, against trying every order; and beyond what can be tried, never longer than as asked."""

from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective.places.shortest import MOST_EXACT, round_km, shortest_round


@dataclass(frozen=True)
class Spot:
    lat: float
    lon: float


BASE = Spot(50.6335, 3.0425)
SPOTS = st.builds(Spot, st.floats(50.5, 50.8), st.floats(2.9, 3.3))


def in_order(points, order):
    return [points[place] for place in order]


@given(st.lists(SPOTS, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_order_is_shorter(points):
    order = shortest_round(BASE, points)
    assert sorted(order) == list(range(len(points)))
    shortest = min(round_km(BASE, list(one)) for one in permutations(points))
    assert round_km(BASE, in_order(points, order)) == pytest.approx(shortest)


@given(st.lists(SPOTS, min_size=MOST_EXACT + 1, max_size=MOST_EXACT + 6))
@settings(max_examples=20, deadline=None)
def test_many_points_make_a_round_that_no_turned_stretch_shortens(points):
    order = shortest_round(BASE, points)
    assert sorted(order) == list(range(len(points)))
    found = round_km(BASE, in_order(points, order))
    for i in range(len(order)):
        for j in range(i + 1, len(order)):
            turned = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
            assert round_km(BASE, in_order(points, turned)) >= found - 1e-6


def test_a_line_of_points_is_followed():
    line = [Spot(50.6335, 3.05 + 0.01 * n) for n in range(12)]
    mixed = line[::2] + line[1::2]
    assert in_order(mixed, shortest_round(BASE, mixed)) in (line, line[::-1])
