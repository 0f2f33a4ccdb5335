from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective.places.distance import EARTH_RADIUS_KM, bounding_box, distance_km
from collective.places.find import resolve_place


@dataclass(frozen=True)
class Point:
    lat: float
    lon: float


LILLE = Point(50.63172, 3.04783)
latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.mark.usefixtures("some_places")
def test_lille_to_villeneuve_d_ascq_is_seven_and_a_half_km():
    assert distance_km(resolve_place("Lille"), resolve_place("Villeneuve d'Ascq")) == pytest.approx(7.5, abs=0.05)


@pytest.mark.parametrize(
    ("town", "km"),
    [  # by the inverse geodesic on WGS 84 (Vincenty), which no sphere is further than 0.5 % from
        (Point(51.03072, 2.33752), 66.9),  # Dunkerque, north-west
        (Point(50.2899, 2.76587), 42.9),  # Arras, south
        (Point(50.63244, 3.15353), 7.48),  # Villeneuve-d'Ascq, east
        (Point(50.64358, 2.98715), 4.50),  # Lomme, west
        (Point(50.72310, 3.15878), 12.8),  # Tourcoing, north
    ],
)
def test_known_pairs_in_all_directions(town, km):
    assert distance_km(LILLE, town) == pytest.approx(km, rel=0.006)
    assert distance_km(town, LILLE) == distance_km(LILLE, town)


def test_latitude_and_longitude_are_not_swapped():
    """A degree of longitude at Lille's latitude is 70.5 km, a degree of latitude 111.2 km."""
    assert distance_km(LILLE, Point(LILLE.lat + 1, LILLE.lon)) == pytest.approx(111.2, abs=0.1)
    assert distance_km(LILLE, Point(LILLE.lat, LILLE.lon + 1)) == pytest.approx(70.5, abs=0.1)


def test_the_antimeridian_is_no_wall():
    assert distance_km(Point(0, 179.9), Point(0, -179.9)) == pytest.approx(22.2, abs=0.1)


@given(latitudes, longitudes, latitudes, longitudes)
def test_no_two_points_are_further_apart_than_half_the_earth(lat_a, lon_a, lat_b, lon_b):
    distance = distance_km(Point(lat_a, lon_a), Point(lat_b, lon_b))
    assert 0 <= distance <= 3.1416 * EARTH_RADIUS_KM


@given(latitudes, longitudes, st.floats(0, 500), latitudes, longitudes, st.floats(0, 1))
def test_the_box_holds_every_point_of_the_circle(lat, lon, km, other_lat, other_lon, share):
    """Points are drawn everywhere and, since few of those are near, on the way from the centre too."""
    box = bounding_box(lat, lon, km)
    nearby = Point(lat + (other_lat - lat) * share * km / 20000, lon + (other_lon - lon) * share * km / 20000)
    for point in (Point(other_lat, other_lon), nearby):
        if distance_km(Point(lat, lon), point) <= km:
            assert box.south - 1e-9 <= point.lat <= box.north + 1e-9
            assert box.west - 1e-9 <= point.lon <= box.east + 1e-9


def test_the_box_is_no_larger_than_it_must_be():
    box = bounding_box(LILLE.lat, LILLE.lon, 10)
    assert box.north - box.south == pytest.approx(2 * 10 / 111.2, rel=0.001)
    assert box.east - box.west == pytest.approx(2 * 10 / 70.5, rel=0.001)


def test_a_negative_distance_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="negative"):
        bounding_box(50, 3, -1)
