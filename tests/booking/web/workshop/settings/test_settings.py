"""The pages of a workshop's settings: the owner changes, the inside looks, strangers find nothing."""

import pytest
from django.urls import reverse

from booking.services.offers import Offer
from collective.timetable.models import FreeDay, Resource
from collective.workshops.models import Bench, Mechanic, Workshop
from tests.booking.web.workshop.test_visit import said
from tests.factories import InterventionFactory

LISTS = ("settings", "team", "benches", "offers")
RULES = {
    "slot_step_minutes": "30", "notice_minutes": "120", "horizon_days": "20", "open_per_person": "",
    "buffer_before_minutes": "5", "buffer_minutes": "10", "setup_minutes": "5", "two_mechanics": "on",
}  # fmt: skip


def door(name, workshop, *more):
    return reverse(f"web:{name}", args=[workshop.slug, *more])


@pytest.fixture
def mechanic(workshop) -> Mechanic:
    return workshop.mechanics.get()


@pytest.fixture
def second(workshop) -> Mechanic:
    made = Mechanic.objects.create(workshop=workshop, name="Aïcha", skill_level=3)
    Resource.objects.create(workshop=workshop, kind="mechanic", mechanic=made)
    return made


@pytest.mark.parametrize("name", LISTS)
def test_the_inside_looks_and_strangers_find_nothing(name, workshop, owner, inside, coordinator, stranger, client):
    assert owner.get(door(name, workshop)).context["may_change"]
    for who in (inside, coordinator):
        answer = who.get(door(name, workshop))
        assert answer.status_code == 200
        assert not answer.context["may_change"]
    assert stranger.get(door(name, workshop)).status_code == 404
    assert client.get(door(name, workshop)).status_code == 302


def test_the_owner_changes_the_rules_and_the_free_days_follow(workshop, owner):
    before = bytes(FreeDay.objects.filter(workshop=workshop).earliest("day").steps)
    answer = owner.post(door("settings", workshop), RULES)
    assert answer.status_code == 302
    workshop.refresh_from_db()
    assert (workshop.slot_step_minutes, workshop.setup_minutes, workshop.two_mechanics) == (30, 5, True)
    assert bytes(FreeDay.objects.filter(workshop=workshop).earliest("day").steps) != before


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("slot_step_minutes", "0"), ("slot_step_minutes", "7"), ("slot_step_minutes", "-15"),
        ("slot_step_minutes", "1000000000"), ("slot_step_minutes", "NaN"), ("notice_minutes", "-1"),
        ("horizon_days", "0"), ("horizon_days", "1e9"), ("open_per_person", "0"), ("buffer_minutes", ""),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_changes_nothing(workshop, owner, name, typed):
    answer = owner.post(door("settings", workshop), RULES | {name: typed})
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {name}
    assert Workshop.objects.get(pk=workshop.pk).slot_step_minutes == workshop.slot_step_minutes


@pytest.mark.parametrize("name", LISTS[:3])
def test_nobody_but_the_owner_changes(name, workshop, inside, coordinator, stranger):
    for who, status in ((inside, 403), (coordinator, 403), (stranger, 404)):
        assert who.post(door(name, workshop), RULES).status_code == status


def test_a_mechanic_is_added_and_can_be_booked(workshop, owner):
    typed = {"name": "Aïcha", "skill_level": "3", "daily_limit": "4", "certifications": ["bosch"]}
    assert owner.post(door("team", workshop), typed).status_code == 302
    added = Mechanic.objects.get(name="Aïcha")
    assert (added.workshop, added.daily_limit, added.certifications) == (workshop, 4, ["bosch"])
    assert FreeDay.objects.filter(resource=added.resource, longest__gt=0).exists()
    assert "Aïcha" in owner.get(door("team", workshop)).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"skill_level": "6"}, {"name": " "}, {"certifications": ["acme"]}, {"daily_limit": "0"}]
)
def test_a_mechanic_who_cannot_be_is_refused(workshop, owner, mechanic, wrong):
    typed = {"name": "Moussa", "skill_level": "3"} | wrong
    assert owner.post(door("team", workshop), typed).status_code == 400
    assert owner.post(door("mechanic", workshop, mechanic.pk), typed).status_code == 400
    assert Mechanic.objects.get().name == mechanic.name


def test_a_mechanic_is_changed(workshop, owner, mechanic):
    assert (
        owner.post(door("mechanic", workshop, mechanic.pk), {"name": "Moussa D.", "skill_level": "2"}).status_code
        == 302
    )
    mechanic.refresh_from_db()
    assert (mechanic.name, mechanic.skill_level) == ("Moussa D.", 2)


def test_another_workshops_mechanic_and_bench_are_nowhere(workshop, owner, make):
    other = make(slug="ailleurs", lat=45.0)
    elsewhere, bench = other.mechanics.get(), other.benches.get()
    for name, pk in (("mechanic", elsewhere.pk), ("bench", bench.pk)):
        assert owner.get(door(name, workshop, pk)).status_code == 404
        assert owner.post(door(name, workshop, pk), {"name": "x"}).status_code == 404
        assert owner.post(door(f"{name}_retire", workshop, pk)).status_code == 404


def test_who_is_counted_on_stays_and_the_page_says_for_what(booked, owner, second):
    workshop, busy = booked.workshop, booked.mechanic
    page = owner.get(door("mechanic", workshop, busy.pk))
    assert page.context["booked"] == [booked]
    assert page.context["forbidden"].code == "still_counted_on"
    refused = owner.post(door("mechanic_retire", workshop, busy.pk))
    assert busy.name in said(refused)
    assert Resource.objects.get(mechanic=busy).retired_at is None


def test_who_is_free_goes(workshop, owner, second, at):
    assert owner.post(door("mechanic_retire", workshop, second.pk)).status_code == 302
    resource = Resource.objects.get(mechanic=second)
    assert resource.retired_at
    assert not FreeDay.objects.filter(resource=resource, day__gte=at.date()).exists()
    assert owner.get(door("mechanic", workshop, second.pk)).status_code == 404


def test_the_last_one_stays(workshop, owner, mechanic):
    assert owner.get(door("mechanic", workshop, mechanic.pk)).context["forbidden"].code == "last_of_its_kind"
    owner.post(door("mechanic_retire", workshop, mechanic.pk))
    assert Resource.objects.get(mechanic=mechanic).retired_at is None


def test_a_bench_is_added_changed_and_taken_out_of_use(workshop, owner):
    typed = {"name": "Élévateur", "kind": "lift", "cleaning_minutes": "10"}
    assert owner.post(door("benches", workshop), typed).status_code == 302
    bench = Bench.objects.get(name="Élévateur")
    assert owner.post(door("bench", workshop, bench.pk), typed | {"cleaning_minutes": "5"}).status_code == 302
    bench.refresh_from_db()
    assert (bench.kind, bench.cleaning_minutes) == ("lift", 5)
    owner.post(door("bench_retire", workshop, bench.pk))
    assert Resource.objects.get(bench=bench).retired_at


@pytest.mark.parametrize(
    "wrong", [{"kind": "sofa"}, {"cleaning_minutes": "-5"}, {"cleaning_minutes": "1000"}, {"name": ""}]
)
def test_a_bench_that_cannot_be_is_refused(workshop, owner, wrong):
    typed = {"name": "Pied 9", "kind": "stand", "cleaning_minutes": "0"} | wrong
    assert owner.post(door("benches", workshop), typed).status_code == 400
    assert Bench.objects.count() == 1


def test_an_offer_changes_its_price_and_lengths(workshop, owner):
    typed = {"labour": "18,50", "parts": "", "minutes": "35", "minutes_cargo": "55"}
    assert owner.post(door("offer", workshop, "PUNCTURE"), typed).status_code == 302
    offer = Offer.objects.get()
    assert (offer.labour_cents, offer.parts_cents, offer.minutes, offer.minutes_for) == (1850, 0, 35, {"cargo": 55})


@pytest.mark.parametrize(
    "wrong", [{"labour": "-1"}, {"labour": "9999999"}, {"minutes": "0"}, {"minutes_cargo": "601"}, {"borrows": "lathe"}]
)
def test_an_offer_that_cannot_be_is_refused(workshop, owner, wrong):
    typed = {"labour": "18", "parts": "0", "minutes": "35"} | wrong
    assert owner.post(door("offer", workshop, "PUNCTURE"), typed).status_code == 400
    assert Offer.objects.get().minutes == 30


def test_an_offer_is_added_withdrawn_and_resumed(workshop, owner, inside):
    InterventionFactory(code="CHAIN", name_fr="Chaîne")
    assert inside.get(door("offer_new", workshop)).status_code == 403
    assert "Chaîne" in owner.get(door("offer_new", workshop)).content.decode()
    typed = {"intervention": "CHAIN", "labour": "20", "parts": "15", "minutes": "40"}
    assert owner.post(door("offer_new", workshop), typed).status_code == 302
    assert owner.post(door("offer_new", workshop), typed).status_code == 400
    offer = Offer.objects.get(intervention__code="CHAIN")
    for name, is_on_sale in (("withdraw", False), ("resume", True)):
        assert inside.post(door(f"offer_{name}", workshop, "CHAIN")).status_code == 403
        owner.post(door(f"offer_{name}", workshop, "CHAIN"))
        offer.refresh_from_db()
        assert (offer.withdrawn_at is None) == is_on_sale
    assert owner.get(door("offer", workshop, "NOTHING")).status_code == 404
