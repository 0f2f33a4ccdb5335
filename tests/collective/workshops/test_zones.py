"""Where a workshop that comes to people comes."""

import pytest

from collective.places.models import Commune
from collective.places.point import Point, city_of
from collective.workshops.zones import AreaCrossesItself, BadArea, check_area, serves
from tests.factories import LILLE, VILLENEUVE_D_ASCQ, WorkshopFactory

SQUARE = [[50.6, 3.0], [50.7, 3.0], [50.7, 3.1], [50.6, 3.1]]
HORSESHOE = [[0, 0], [0, 9], [9, 9], [9, 6], [3, 6], [3, 3], [9, 3], [9, 0]]


@pytest.fixture
def communes(db):
    for insee, name, lat, lon in (
        ("59350", "Lille", *LILLE),
        ("59009", "Villeneuve-d'Ascq", *VILLENEUVE_D_ASCQ),
        ("75056", "Paris", 48.8566, 2.3522),
        ("75120", "Paris 20e", 48.8647, 2.3984),
        ("93048", "Montreuil", 48.8638, 2.4485),
    ):
        Commune.objects.create(
            insee=insee, name=name, key=name.lower(), department=insee[:2], region="11", lat=lat, lon=lon
        )


def test_around_its_door():
    workshop = WorkshopFactory.build(itinerant=True, served_km=5, seller=None, collective=None)
    assert serves(workshop, Point(LILLE[0] + 0.04, LILLE[1]))  # 4.4 km
    assert not serves(workshop, Point(LILLE[0] + 0.05, LILLE[1]))  # 5.6 km


def test_inside_its_area_and_not_in_the_bay_of_it():
    workshop = WorkshopFactory.build(itinerant=True, served_area=HORSESHOE, seller=None, collective=None)
    assert serves(workshop, Point(1, 4.5))
    assert serves(workshop, Point(6, 1))
    assert not serves(workshop, Point(6, 4.5))  # between the two legs
    assert not serves(workshop, Point(10, 1))


def test_in_its_communes_asked_for_once(communes, django_assert_num_queries):
    workshop = WorkshopFactory.build(itinerant=True, served_communes=["59009"], seller=None, collective=None)
    other = WorkshopFactory.build(itinerant=True, served_communes=["59350"], seller=None, collective=None)
    point = Point(50.62, 3.14)
    with django_assert_num_queries(1):
        assert serves(workshop, point)
        assert not serves(other, point)
    assert not serves(workshop, Point(43.3, 5.4))  # no commune is known there


def test_an_arrondissement_is_in_its_city(communes):
    workshop = WorkshopFactory.build(itinerant=True, served_communes=["75056"], seller=None, collective=None)
    assert serves(workshop, Point(48.865, 2.40))
    assert not serves(workshop, Point(48.864, 2.44))
    assert [city_of(code) for code in ("75120", "69383", "13201", "13055", "59350")] == [
        *("75056", "69123", "13055", "13055", "59350"),
    ]


def test_an_area_is_kept_as_it_was_drawn():
    assert check_area(SQUARE) == SQUARE
    assert check_area(tuple(map(tuple, HORSESHOE))) == [list(map(float, corner)) for corner in HORSESHOE]


@pytest.mark.parametrize(
    "corners",
    [
        [],
        SQUARE[:2],
        [[50 + n / 1000, (n % 2) / 10] for n in range(201)],
        [[91, 3], *SQUARE[1:]],
        [[50.6, 181], *SQUARE[1:]],
        [[50.6, float("nan")], *SQUARE[1:]],
        [["50.6", 3.0], *SQUARE[1:]],
        [[True, 3.0], *SQUARE[1:]],
        [[50.6], *SQUARE[1:]],
        [50.6, 3.0, 50.7],
        "50.6, 3.0",
        [*SQUARE, SQUARE[0]],
        None,
    ],
)
def test_what_is_no_area_is_refused(corners):
    with pytest.raises(BadArea) as refusal:
        check_area(corners)
    assert refusal.value.code == "bad_area"


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0], [1, 1], [0, 1], [1, 0]],  # a bow tie
        [[0, 0], [0, 4], [4, 4], [4, 2], [0, 2], [-4, 2], [-4, 0]],  # a corner on a side
        [[0, 0], [0, 1], [0, 2]],  # a line
        [[0, 0], [0, 4], [0, 2], [4, 2]],  # back over itself
        [[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]],  # a corner touches the first side
    ],
)
def test_sides_that_meet_are_refused(corners):
    with pytest.raises(AreaCrossesItself):
        check_area(corners)
