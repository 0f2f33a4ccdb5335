"""A mechanic who comes: to the place that was searched, and to an address that lies there."""

from __future__ import annotations

import pytest

from booking.appointments.contact import TooLong
from booking.appointments.models import Hold
from booking.appointments.move import move_appointment
from booking.appointments.where import AddressElsewhere, WhereMissing, where_at, where_named
from booking.availability.asked import BadPlace
from booking.availability.take import NotServed
from collective.places.find import UnknownPlace
from collective.places.models import Commune
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import AT, MINUTE, NINE, TEN, book_hold, hold_at, make_workshop

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> None:
    Commune.objects.bulk_create(
        Commune(insee=insee, name=name, key=name.lower(), department="59", region="32", postcode=codes[0], **point)
        for insee, name, codes, point in COMMUNES
    )
    codes = [(insee, code) for insee, _name, all_codes, _point in COMMUNES for code in all_codes]
    for insee, code in codes:
        Commune.objects.get(pk=insee).postcodes.create(code=code)


COMMUNES = [
    ("59350", "Lille", ["59000", "59800"], {"lat": 50.6329, "lon": 3.0582}),
    ("59368", "Madeleine", ["59110"], {"lat": 50.6537, "lon": 3.0707}),
    ("59328", "Lambersart", ["59130"], {"lat": 50.6511, "lon": 3.0247}),
    ("59009", "Ascq", ["59650"], {"lat": 50.6324, "lon": 3.1535}),
    ("59512", "Roubaix", ["59100"], {"lat": 50.6879, "lon": 3.1763}),
]


@pytest.fixture
def lou(places, provider) -> Workshop:
    """Comes within 6 km of Lille."""
    return make_workshop(itinerant=True, served_km=6, benches=("van",), pay_now="counter")


def hold_for(lou: Workshop, place: str = "59000 Lille", starts_at=NINE) -> Hold:
    where = where_named(place)
    return hold_at(lou, starts_at, where=where.point, place=where.name)


def test_a_hold_and_its_appointment_know_the_place_and_so_does_the_time_they_take(lou):
    hold = hold_for(lou)
    appointment = book_hold(hold, address="3 rue Nationale")

    for row in (hold, appointment):
        assert (row.lat, row.lon, row.place) == (50.6329, 3.0582, "59000 Lille")
    mechanic = Occupancy.objects.get(reference=appointment.reference, resource__mechanic__isnull=False)
    assert (mechanic.lat, mechanic.lon) == (50.6329, 3.0582)


def test_without_a_place_or_too_far_nothing_is_kept(lou):
    with pytest.raises(WhereMissing):
        hold_at(lou, where=None)
    with pytest.raises(NotServed):
        hold_for(lou, "Roubaix")
    assert not Hold.objects.exists()


def test_where_people_come_to_the_workshop_no_place_is_kept(places, counter):
    where = where_named("Lille")
    hold = hold_at(counter, where=where.point, place=where.name)

    assert (hold.lat, hold.lon, hold.place) == (None, None, "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 rue Nationale", "3 rue Nationale, 59000 Lille"),
        ("3 rue Nationale, 59000 Lille", "3 rue Nationale, 59000 Lille"),
        ("3 rue Nationale, 59800 Lille", "3 rue Nationale, 59800 Lille"),  # another postcode of the same commune
        ("12345 rue Nationale, 59000 Lille", "12345 rue Nationale, 59000 Lille"),
    ],
)
def test_the_address_lies_in_the_place_or_is_completed_by_it(lou, typed, kept):
    assert book_hold(hold_for(lou), address=typed).address == kept


def test_an_address_elsewhere_is_refused_by_both_names_and_nothing_is_booked(lou):
    hold = hold_for(lou)

    with pytest.raises(AddressElsewhere) as refused:
        book_hold(hold, address="3 rue de Paris, 59110 La Madeleine")

    assert "59000 Lille" in str(refused.value)
    assert "59110" in str(refused.value)
    assert refused.value.params["field"] == "address"
    assert book_hold(hold, address="3 rue de Paris").is_open


def test_an_address_too_long_to_be_completed_is_refused(lou):
    with pytest.raises(TooLong):
        book_hold(hold_for(lou), address="x" * 235)


def test_a_position_is_named_by_its_commune_and_its_neighbours_postcodes_are_let_through(lou):
    where = where_at(50.645, 3.066)  # between Lille and La Madeleine
    assert where.name == "59110 Madeleine"

    for moment, code in ((NINE, "59000"), (TEN, "59110")):
        hold = hold_at(lou, moment, where=where.point, place=where.name)
        assert book_hold(hold, address=f"3 rue de Paris, {code}").is_open
    far = hold_at(lou, NINE.replace(hour=13), where=where.point, place=where.name)
    with pytest.raises(AddressElsewhere):
        book_hold(far, address="3 rue de Paris, 59100 Roubaix")


def test_a_position_far_from_any_commune_has_no_name_and_one_off_the_earth_is_none(places):
    assert where_at(0.0, 0.0).name == ""
    with pytest.raises(BadPlace):
        where_at(91.0, 3.0)
    with pytest.raises(UnknownPlace):
        where_named("Nulle-Part-sur-Rien")


def test_moved_the_mechanic_still_comes_to_the_same_place(lou):
    appointment = book_hold(hold_for(lou), address="3 rue Nationale")

    move_appointment(appointment=appointment, starts_at=TEN, by=None, at=AT + MINUTE)

    mechanic = Occupancy.objects.get(reference=appointment.reference, resource__mechanic__isnull=False)
    assert (mechanic.lat, mechanic.starts_at <= TEN) == (50.6329, True)
