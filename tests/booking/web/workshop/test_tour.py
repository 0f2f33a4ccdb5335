"""The page of a tour: in order, marked where it is too tight, one visit thought elsewhen and proposed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from booking.appointments.models import Appointment, Proposal
from collective.workshops.models import Bench, Workshop
from tests.booking.appointments import scene
from tests.booking.web.conftest import some_slots
from tests.booking.web.workshop.conftest import browser
from tests.factories import StaffFactory


@pytest.fixture
def lou(make) -> Workshop:
    workshop = make(slug="lou", kind=Workshop.Kind.ITINERANT, served_km=10, pay_now="counter", benches=("van",))
    assert workshop.benches.get().kind == Bench.Kind.VAN
    return workshop


@pytest.fixture
def on_the_road(lou):
    return browser(StaffFactory(workshop=lou).user)


@pytest.fixture
def visits(lou, at, provider) -> list[Appointment]:
    """Two visits tomorrow, three kilometres and more from the base."""
    slots = some_slots(lou, at)
    made = [scene.book_at(lou, slots[place].starts_at, at=at, address="5 rue de Paris") for place in (0, 8)]
    for visit, lat in zip(made, (50.66, 50.70), strict=True):
        visit.lat, visit.lon, visit.name = lat, 3.06, f"Amel {lat}"
        visit.save()
    return made


def door(workshop, visit, **more):
    day = visit.starts_at.astimezone(workshop.zone).date()
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('web:tour', args=[workshop.slug])}?jour={day}{asked}"


def test_the_visits_stand_in_order_with_their_ways(lou, on_the_road, visits):
    answer = on_the_road.get(door(lou, visits[0]))
    (tour,) = answer.context["tours"]
    assert [one.stop.appointment for one in tour.stops] == visits
    assert all(one.leg.minutes for one in tour.stops)
    page = answer.content.decode()
    assert page.index("Amel 50.66") < page.index("Amel 50.7")
    drawn = answer.context["map"]["tours"][0]
    assert [pin["number"] for pin in drawn] == [1, 2]


def test_an_empty_day_and_a_workshop_that_stays_say_so(lou, on_the_road, visits, workshop, inside):
    empty = on_the_road.get(f"{reverse('web:tour', args=['lou'])}?jour=2030-01-01")
    stays = inside.get(reverse("web:tour", args=[workshop.slug]))
    for answer in (empty, stays):
        assert answer.status_code == 200
        assert answer.context["tours"] == []
        assert "tour-data" not in answer.content.decode()


def test_strangers_find_no_tour(lou, visits, stranger, client):
    assert stranger.get(door(lou, visits[0])).status_code == 404
    assert client.get(door(lou, visits[0])).status_code == 302


def test_a_visit_thought_elsewhen_changes_the_ways_and_nothing_else(lou, on_the_road, visits):
    first, last = visits
    later = (last.ends_at + timedelta(hours=2)).astimezone(lou.zone)
    answer = on_the_road.get(door(lou, first, deplacer=first.pk, a=f"{later:%H:%M}"))
    (tour,) = answer.context["tours"]
    assert [(one.stop.appointment.pk, one.is_moved) for one in tour.stops] == [(last.pk, False), (first.pk, True)]
    assert tour.stops[0].before
    assert tour.stops[0].before.leave_at != tour.stops[0].leg.leave_at
    assert later.isoformat() in answer.content.decode()
    first.refresh_from_db()
    assert first.starts_at == visits[0].starts_at
    assert not Proposal.objects.exists()


def test_the_free_times_of_the_day_can_be_tried_and_one_is_proposed(lou, on_the_road, visits):
    first, _last = visits
    answer = on_the_road.get(door(lou, first, deplacer=first.pk))
    slot, address = answer.context["times"][-1]
    shown = on_the_road.get(address.partition("#")[0])
    assert shown.context["moved"].starts_at == slot.starts_at
    here = shown.context["here"]
    sent = {"debut": shown.context["moved"].starts_at.isoformat(), "back": here}
    done = on_the_road.post(reverse("web:visit_propose", args=[first.pk]), sent)
    assert done["Location"] == here
    assert Proposal.objects.get().starts_at == slot.starts_at


@pytest.mark.parametrize("typed", ["25:00", "noon", "NaN", "-1", "9" * 50])
def test_a_time_that_is_none_is_said(lou, on_the_road, visits, typed):
    answer = on_the_road.get(door(lou, visits[0], deplacer=visits[0].pk, a=typed))
    assert answer.status_code == 200
    assert answer.context["problem"]
    assert answer.context["moved"] is None


@pytest.mark.parametrize("asked", ["0", "-1", "1e9", "99999999999999999999", "x"])
def test_a_visit_that_is_none_or_elsewhere_is_nowhere(lou, on_the_road, visits, asked, booked):
    assert on_the_road.get(door(lou, visits[0], deplacer=asked)).status_code == 404
    assert on_the_road.get(door(lou, visits[0], deplacer=booked.pk)).status_code == 404
