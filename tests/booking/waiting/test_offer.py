"""Time is freed: the first who waits for it is offered it, one at a time, and nobody else can book it meanwhile."""

from datetime import timedelta

import pytest

from backend.lib.outbox_models import OutboxRow
from booking.appointments.book import EarlyStartNotAsked
from booking.appointments.contact import AddressMissing
from booking.appointments.expire import expire_holds
from booking.appointments.models import Appointment
from booking.availability.search import slots_of
from booking.availability.take import SlotTaken
from booking.waiting.accept import OfferAccepted, OfferOver, PriceChanged, accept_offer
from booking.waiting.decline import decline_offer
from booking.waiting.lapse import lapse_offers
from booking.waiting.leave import leave_wait
from booking.waiting.matching import work_for
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.offer_freed import APART, offer_freed
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    hold_at,
    mails,
    pass_sweeps,
    pay,
    references,
)
from tests.booking.waiting.scene import (
    FULL,
    TUESDAY,
    join,
    leave_half_an_hour,
    offered_to,
    open_offers,
    pass_freed,
    say_freed,
)
from tests.factories import InterventionFactory, OfferFactory

HOUR = timedelta(hours=1)


@pytest.fixture
def full(counter):
    """Nothing is free on Tuesday but, from 9:00, half an hour that has just been given back."""
    leave_half_an_hour(counter)
    return counter


def free(workshop: Workshop, *, at=AT) -> None:
    say_freed(workshop, at=at)
    pass_freed(at=at)


def test_the_first_who_joined_is_offered_the_slot_and_nobody_else_can_take_it(full):
    join("ana")
    join("bob", at=AT + MINUTE)

    free(full, at=AT + 2 * MINUTE)

    (offer,) = open_offers()
    assert offered_to() == ["ana"]
    assert (offer.starts_at, offer.ends_at, offer.workshop) == (NINE, NINE + 30 * MINUTE, full)
    assert offer.expires_at == AT + 2 * MINUTE + 2 * HOUR
    assert references() == {FULL, offer.reference}
    with pytest.raises(SlotTaken):
        hold_at(full, at=AT + 3 * MINUTE)
    assert "9 h" in mails("ana@example.org")[-1]
    assert len(mails("bob@example.org")) == 1  # that he is on the list


def test_declined_it_goes_to_the_next_and_never_back(full):
    join("ana")
    join("bob", at=AT + MINUTE)
    free(full, at=AT + 2 * MINUTE)

    decline_offer(offer=open_offers()[0], at=AT + 5 * MINUTE)
    free(full, at=AT + 5 * MINUTE)
    assert offered_to() == ["bob"]

    decline_offer(offer=open_offers()[0], at=AT + 6 * MINUTE)
    free(full, at=AT + 6 * MINUTE)
    assert not open_offers()
    hold_at(full, at=AT + 6 * MINUTE)  # back on sale


def test_silence_passes_it_on_by_the_databases_time_whether_a_sweep_passes_or_not(full):
    join("ana")
    join("bob", at=AT + MINUTE)
    free(full, at=AT + 2 * MINUTE)
    (offer,) = open_offers()

    with pytest.raises(SlotTaken):
        hold_at(full, at=offer.expires_at - MINUTE)
    assert lapse_offers(at=offer.expires_at - MINUTE) == 0
    with pytest.raises(OfferOver):
        accept_offer(offer=offer, work_may_begin_early=True, at=offer.expires_at)
    assert lapse_offers(at=offer.expires_at) == 1
    free(full, at=offer.expires_at)

    offer.refresh_from_db()
    assert offer.state == SlotOffer.State.LAPSED
    assert offered_to() == ["bob"]
    assert offer.wait.state == Wait.State.WAITING
    assert len(mails("ana@example.org")) == 3  # joined, offered, lapsed


def test_an_expired_offer_hides_the_slot_from_nobody(full):
    join("ana")
    free(full)
    (offer,) = open_offers()

    held = hold_at(full, at=offer.expires_at)  # no sweep has passed

    assert offer.reference not in references()
    with pytest.raises(OfferOver):
        accept_offer(offer=offer, work_may_begin_early=True, at=offer.expires_at)
    lapse_offers(at=offer.expires_at)
    assert held.reference in references()


def test_a_slot_that_nobody_waits_for_stays_on_sale(full):
    join("ana", first=TUESDAY + timedelta(days=1), last=TUESDAY + timedelta(days=1))

    free(full)

    assert not open_offers()
    hold_at(full)


def test_accepting_books_it_at_once_where_nothing_is_due(full):
    wait = join("ana")
    free(full)

    appointment = accept_offer(offer=open_offers()[0], work_may_begin_early=True, at=AT + 5 * MINUTE)

    assert (appointment.status, appointment.starts_at) == (Appointment.Status.CONFIRMED, NINE)
    assert (appointment.email, appointment.name, appointment.phone) == ("ana@example.org", "Ana", "+33612345678")
    assert references() == {FULL, appointment.reference}
    wait.refresh_from_db()
    assert wait.state == Wait.State.SERVED
    assert accept_offer(offer=SlotOffer.objects.get(), at=AT + 6 * MINUTE) == appointment
    assert Appointment.objects.count() == 1
    with pytest.raises(OfferAccepted):
        decline_offer(offer=SlotOffer.objects.get(), at=AT + 6 * MINUTE)


def test_accepting_goes_to_the_payment_within_ten_minutes(workshop, provider):
    leave_half_an_hour(workshop)
    join("ana")
    free(workshop)
    (offer,) = open_offers()
    late = offer.expires_at - MINUTE

    unpaid = accept_offer(offer=offer, work_may_begin_early=True, at=late)
    assert (unpaid.status, unpaid.due_now_cents) == (Appointment.Status.UNPAID, 600)
    assert unpaid.hold.expires_at == late + 10 * MINUTE
    paid = pay(unpaid, provider, at=late + 9 * MINUTE)

    assert paid.status == Appointment.Status.CONFIRMED
    assert references() == {FULL, paid.reference}


def test_accepted_and_never_paid_it_is_the_next_persons(workshop, provider):
    leave_half_an_hour(workshop)
    join("ana")
    join("bob", at=AT + MINUTE)
    free(workshop, at=AT + 2 * MINUTE)
    unpaid = accept_offer(offer=open_offers()[0], work_may_begin_early=True, at=AT + 3 * MINUTE)

    expire_holds(at=AT + 14 * MINUTE)
    free(workshop, at=AT + 14 * MINUTE)

    assert pass_sweeps(unpaid, at=AT + 14 * MINUTE).status == Appointment.Status.LAPSED
    assert offered_to() == ["bob"]


def test_what_the_law_asks_is_asked_and_the_slot_stays_kept(full):
    join("ana")
    free(full)
    (offer,) = open_offers()

    with pytest.raises(EarlyStartNotAsked):
        accept_offer(offer=offer, at=AT + MINUTE)

    assert references() == {FULL, offer.reference}
    accept_offer(offer=offer, work_may_begin_early=True, at=AT + MINUTE)


def test_another_price_than_the_one_seen_is_refused(full):
    join("ana")
    free(full)
    (offer,) = open_offers()
    full.offers.update(labour_cents=9900)

    with pytest.raises(PriceChanged):
        accept_offer(offer=offer, total_cents=2000, work_may_begin_early=True, at=AT + MINUTE)

    assert not Appointment.objects.exists()
    assert accept_offer(offer=offer, total_cents=10400, work_may_begin_early=True, at=AT + MINUTE)


def test_the_same_row_handled_twice_offers_the_slot_once(full):
    join("ana")
    join("bob", at=AT + MINUTE)
    say_freed(full, at=AT + 2 * MINUTE)
    pass_freed(at=AT + 2 * MINUTE)
    OutboxRow.objects.filter(kind="timetable.freed").update(state=OutboxRow.State.WAITING)
    pass_freed(at=AT + 2 * MINUTE)

    assert offered_to() == ["ana"]


def test_hours_opened_for_a_whole_day_are_offered_to_as_many_as_wait_in_order(counter):
    for place, who in enumerate(("ana", "bob", "chloe")):
        join(who, at=AT + place * MINUTE)

    free(counter, at=AT + 5 * MINUTE)

    assert offered_to() == ["ana", "bob", "chloe"]
    starts = [offer.starts_at for offer in open_offers()]
    assert starts == sorted(starts)
    assert len(set(starts)) == 3


def test_one_person_has_one_open_offer_whatever_they_wait_for(counter):
    join("ana")
    join("ana", radius_km=10)
    join("ANA", first=TUESDAY + timedelta(days=1), last=TUESDAY + timedelta(days=1))

    say_freed(counter, TUESDAY, TUESDAY + timedelta(days=1))
    pass_freed()

    assert offered_to() == ["ana"]


def test_who_said_no_to_nine_is_not_asked_about_a_quarter_past(counter):
    join("ana")
    free(counter)
    decline_offer(offer=open_offers()[0], at=AT + MINUTE)

    free(counter, at=AT + MINUTE)

    (offer,) = open_offers()
    assert offer.starts_at - NINE >= APART


def test_leaving_gives_the_offered_slot_to_the_next(full):
    ana = join("ana")
    join("bob", at=AT + MINUTE)
    free(full, at=AT + 2 * MINUTE)

    leave_wait(wait=ana, at=AT + 3 * MINUTE)
    assert leave_wait(wait=ana, at=AT + 4 * MINUTE).ended_at == AT + 3 * MINUTE
    free(full, at=AT + 4 * MINUTE)

    assert offered_to() == ["bob"]


def test_who_never_answers_is_asked_three_times(counter):
    wait = join("ana", last=TUESDAY + timedelta(days=10))
    at = AT
    for _time in range(3):
        say_freed(counter, TUESDAY, TUESDAY + timedelta(days=10), at=at)
        pass_freed(at=at)
        (offer,) = open_offers()
        at = offer.expires_at
        lapse_offers(at=at)

    wait.refresh_from_db()
    assert (wait.state, wait.over_because) == (Wait.State.OVER, Wait.Why.SILENT)
    assert len(mails("ana@example.org")) == 1 + 3 + 2 + 1  # joined, offered, lapsed, over


@pytest.mark.parametrize(
    "wish",
    [
        {"lat": 50.0},
        {"radius_km": 0.01, "lat": 50.64},
        {"kinds": ["itinerant"]},
        {"step_free": True},
        {"weekdays": [5]},
        {"from_hour": 17},
        {"to_hour": 9},
        {"interventions": ["PUNCTURE", "OTHER"]},
    ],
)
def test_a_slot_that_is_not_what_was_wished_is_not_offered(full, wish):
    InterventionFactory(code="OTHER")
    join("ana", **wish)

    free(full)

    assert not open_offers()


@pytest.mark.parametrize("wish", [{"kinds": ["fixed"]}, {"weekdays": [1]}, {"from_hour": 9, "to_hour": 10}])
def test_a_slot_that_is_as_wished_is_offered(full, wish):
    join("ana", **wish)
    free(full)
    assert offered_to() == ["ana"]


def test_who_waits_for_one_workshop_is_offered_nothing_of_another(full):
    join("ana", workshop=OfferFactory().workshop)
    free(full)
    assert not open_offers()


def test_an_itinerant_workshop_is_offered_where_it_comes(counter):
    counter.kind, counter.served_km = Workshop.Kind.ITINERANT, 10
    counter.save()
    counter.benches.update(kind="van")
    join("far", lat=50.63 + 0.2, radius_km=50)
    join("near", lat=50.63 + 0.05, radius_km=1, at=AT + MINUTE)

    free(counter, at=AT + 2 * MINUTE)

    (offer,) = open_offers()
    assert offered_to() == ["near"]
    with pytest.raises(AddressMissing):
        accept_offer(offer=offer, work_may_begin_early=True, at=AT + 3 * MINUTE)
    booked = accept_offer(offer=offer, work_may_begin_early=True, address="1 rue du Bois", at=AT + 3 * MINUTE)
    assert (booked.address, booked.lat, booked.lon) == ("1 rue du Bois", offer.wait.lat, offer.wait.lon)


def test_no_offer_when_nobody_could_answer_in_time(full):
    join("ana")
    late = NINE - HOUR - 20 * MINUTE  # notice begins in twenty minutes, before eight in the morning

    free(full, at=late)

    assert not open_offers()
    hold_at(full, at=late)


def test_looking_is_bounded_and_goes_on_where_it_stopped(full, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("booking.waiting.offer_freed.MOST_WAITS", 3)
    for number in range(7):
        join(f"early{number}", from_hour=17, at=AT + number * MINUTE)
    join("ana", at=AT + 8 * MINUTE)
    payload = {"workshop": full.pk, "first": str(TUESDAY), "last": str(TUESDAY)}

    with django_assert_max_num_queries(14):
        offer_freed(payload, at=AT + 9 * MINUTE)
    assert not open_offers()
    pass_freed(at=AT + 9 * MINUTE)

    assert offered_to() == ["ana"]


def test_many_who_wait_for_the_same_cost_one_search(full, django_assert_max_num_queries):
    for number in range(50):
        join(f"early{number}", from_hour=17, at=AT + number * MINUTE)
    with django_assert_max_num_queries(14):
        offer_freed({"workshop": full.pk, "first": str(TUESDAY), "last": str(TUESDAY)}, at=AT + HOUR)


def test_no_wait_costs_two_queries(full, django_assert_num_queries):
    with django_assert_num_queries(2):
        offer_freed({"workshop": full.pk, "first": str(TUESDAY), "last": str(TUESDAY)}, at=AT)


def test_days_that_are_past_and_closed_workshops_are_left_alone(full):
    join("ana")
    offer_freed({"workshop": full.pk, "first": "2026-11-01", "last": "2026-11-02"}, at=AT)
    Workshop.objects.update(closed_at=AT)
    offer_freed({"workshop": full.pk, "first": str(TUESDAY), "last": str(TUESDAY)}, at=AT)
    assert not open_offers()


def test_what_is_offered_is_what_search_would_show(counter):
    wait = join("ana")
    work = work_for(wait, counter)
    first = slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT)[0]

    free(counter)

    (offer,) = open_offers()
    assert (offer.starts_at, offer.ends_at) == (first.starts_at, first.ends_at)
