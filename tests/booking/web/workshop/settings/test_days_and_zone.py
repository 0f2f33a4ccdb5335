"""Drop-off days and zones: bounds, corners and names are read; what cannot be is said and changes nothing."""

import pytest

from collective.places.models import Commune, CommunePostcode
from collective.timetable.models import FreeDay
from collective.workshops.models import DropOffTerms, Staff, Workshop
from tests.booking.web.workshop.conftest import browser
from tests.booking.web.workshop.settings.test_settings import door
from tests.factories import StaffFactory

TERMS = {
    "is_on": "on", "share": "75", "storage_places": "3", "return_days": "1",
    "arrives_from": "08:30", "arrives_until": "10:00", "returns_from": "17:00",
}  # fmt: skip
SQUARE = "50.6, 3.0\n50.6, 3.1\n50.7, 3.1\n50.7, 3.0"
CROSSED = "50.6, 3.0\n50.7, 3.1\n50.6, 3.1\n50.7, 3.0"


@pytest.fixture
def lou(make) -> Workshop:
    return make(slug="lou", kind=Workshop.Kind.ITINERANT, served_km=8)


@pytest.fixture
def driver(lou):
    return browser(StaffFactory(workshop=lou, role=Staff.Role.OWNER).user)


@pytest.fixture
def lille(db) -> Commune:
    commune = Commune.objects.create(
        insee="59350", name="Lille", key="lille", department="59", region="32", postcode="59000", lat=50.63, lon=3.06
    )
    CommunePostcode.objects.create(code="59000", commune=commune)
    return commune


def test_days_are_sold_once_switched_on(workshop, owner, inside):
    assert not owner.get(door("drop_off", workshop)).context["form"]["is_on"].value()
    assert inside.post(door("drop_off", workshop), TERMS).status_code == 403
    assert owner.post(door("drop_off", workshop), TERMS).status_code == 302
    terms = DropOffTerms.objects.get()
    assert (terms.is_on, terms.share_bp, terms.arrives_from, terms.arrives_until) == (True, 7500, 510, 600)
    assert FreeDay.objects.filter(resource__kind="drop_off", longest__gt=0).exists()
    owner.post(door("drop_off", workshop), {name: value for name, value in TERMS.items() if name != "is_on"})
    assert not DropOffTerms.objects.get().is_on
    assert not FreeDay.objects.filter(resource__kind="drop_off", longest__gt=0).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"share": "101"}, {"share": "-1"}, {"storage_places": "NaN"}, {"return_days": "31"}, {"arrives_from": "25:00"}],
)
def test_terms_that_cannot_be_are_shown_again(workshop, owner, wrong):
    assert owner.post(door("drop_off", workshop), TERMS | wrong).status_code == 400
    assert not DropOffTerms.objects.exists()


def test_hours_that_contradict_each_other_are_refused(workshop, owner):
    answer = owner.post(door("drop_off", workshop), TERMS | {"arrives_from": "11:00"})
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()
    assert answer.context["form"]["arrives_from"].value() == "11:00"  # nothing typed is lost
    assert not DropOffTerms.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"way": "km", "km": "12"}, (12, [], [])),
        ({"way": "communes", "communes": "Lille\n59000"}, (None, ["59350"], [])),
        ({"way": "area", "area": SQUARE}, (None, [], [[50.6, 3.0], [50.6, 3.1], [50.7, 3.1], [50.7, 3.0]])),
    ],
)
def test_a_zone_is_told_in_one_way_of_three(lou, driver, lille, typed, kept):
    assert driver.post(door("zone", lou), typed).status_code == 302
    lou.refresh_from_db()
    assert (lou.served_km, lou.served_communes, lou.served_area) == kept
    assert driver.get(door("zone", lou)).context["form"]["way"].value() == typed["way"]


@pytest.mark.parametrize(
    "typed",
    [
        {"way": "km", "km": ""},
        {"way": "km", "km": "0"},
        {"way": "km", "km": "1e9"},
        {"way": "moon"},
        {"way": "communes", "communes": ""},
        {"way": "communes", "communes": "Atlantis"},
        {"way": "area", "area": ""},
        {"way": "area", "area": "50.6, 3.0\n50.6, 3.1"},
        {"way": "area", "area": CROSSED},
        {"way": "area", "area": "nan, inf\n1, 2\n3, 4"},
        {"way": "area", "area": "95, 3.0\n50.6, 3.1\n50.7, 3.1"},
    ],
    ids=str,
)
def test_a_zone_that_cannot_be_changes_nothing(lou, driver, lille, typed):
    assert driver.post(door("zone", lou), typed).status_code == 400
    lou.refresh_from_db()
    assert (lou.served_km, lou.served_communes, lou.served_area) == (8, [], [])


def test_a_workshop_that_stays_has_no_zone(workshop, owner):
    assert "zone-data" not in owner.get(door("zone", workshop)).content.decode()
    assert owner.post(door("zone", workshop), {"way": "km", "km": "5"}).status_code == 400
    workshop.refresh_from_db()
    assert workshop.served_km is None
