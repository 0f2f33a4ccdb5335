"""Two workers at once: one slot is one person's, a person has one offer, and nothing is lost. On both databases."""

import pytest
from django.db import transaction
from django.db.models import Count

from backend.lib.errors import RuleBroken
from backend.lib.outbox import sweep_outbox
from booking.appointments.expire import expire_holds
from booking.appointments.models import Appointment, Hold
from booking.waiting.accept import accept_offer
from booking.waiting.ask_earlier import ask_earlier
from booking.waiting.decline import decline_offer
from booking.waiting.lapse import lapse_offers
from booking.waiting.leave import leave_wait
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.offer_freed import offer_freed
from collective.timetable.freed import KIND as FREED
from collective.timetable.models import Occupancy
from collective.timetable.retry import again_when_busy
from tests.booking.appointments.scene import AT, MINUTE, NEXT_WEEK, NINE, book_at, hold_at, references
from tests.booking.appointments.test_race import SECOND, at_once
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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def full(counter):
    leave_half_an_hour(counter)
    return counter


def sweep_again(at):
    """A sweep that loses a race for locks tries its row again later, as in life."""
    for round_ in range(5):
        sweep_outbox(at=at + round_ * 10 * MINUTE, kinds=[FREED])


def handle(workshop, *, at):
    with transaction.atomic():
        offer_freed({"workshop": workshop.pk, "first": str(TUESDAY), "last": str(TUESDAY)}, at=at)


def test_two_handlers_offer_one_slot_to_one_person(full):
    join("ana")
    join("bob", at=AT + MINUTE)
    act = again_when_busy(lambda: handle(full, at=AT + 2 * MINUTE))

    at_once(*[act] * 4)

    (offer,) = open_offers()
    assert offered_to() == ["ana"]
    assert references() == {FULL, offer.reference}


def test_two_sweepers_share_the_rows_and_offer_in_order(counter):
    for place, who in enumerate(("ana", "bob", "chloe", "dan")):
        join(who, at=AT + place * MINUTE)
    for _row in range(3):
        say_freed(counter, at=AT + 5 * MINUTE)

    at_once(lambda: sweep_again(AT + 5 * MINUTE), lambda: sweep_again(AT + 5 * MINUTE))
    pass_freed(at=AT + 60 * MINUTE)

    assert sorted(offered_to()) == ["ana", "bob", "chloe", "dan"]
    starts = SlotOffer.objects.values("workshop", "starts_at").annotate(count=Count("pk"))
    assert {one["count"] for one in starts} == {1}
    assert Occupancy.objects.filter(reason="offer").count() == 8  # a mechanic and a stand each


def test_a_person_with_two_waits_is_offered_one_slot(counter):
    join("ana")
    join("Ana", radius_km=10)
    act = again_when_busy(lambda: handle(counter, at=AT + 2 * MINUTE))

    at_once(act, act, act)

    assert offered_to() == ["ana"]
    assert Occupancy.objects.count() == 2


def test_a_slot_offered_and_held_at_once_is_one_persons(full):
    join("ana")
    act = again_when_busy(lambda: handle(full, at=AT + 2 * MINUTE))

    at_once(act, lambda: hold_at(full, at=AT + 2 * MINUTE))

    assert Hold.objects.count() + len(open_offers()) == 1
    assert len(references() - {FULL}) == 1


def offered(workshop, *, at=AT + 2 * MINUTE):
    say_freed(workshop, at=at)
    pass_freed(at=at)
    (offer,) = open_offers()
    return offer


def test_accepted_twice_at_once_it_is_one_appointment(full):
    join("ana")
    offer = offered(full)

    gave = at_once(*[lambda: accept_offer(offer=offer, work_may_begin_early=True, at=AT + 3 * MINUTE)] * 4)

    assert {one.pk for one in gave} == {Appointment.objects.get().pk}
    assert references() == {FULL, Appointment.objects.get().reference}


@pytest.mark.parametrize("other", ["lapse", "decline", "leave"])
def test_accepted_while_it_ends_it_is_one_or_the_other(full, other):
    wait = join("ana")
    offer = offered(full)
    last = offer.expires_at - SECOND
    acts = {
        "lapse": lambda: lapse_offers(at=offer.expires_at),
        "decline": again_when_busy(lambda: decline_offer(offer=offer, at=last)),
        "leave": again_when_busy(lambda: leave_wait(wait=wait, at=last)),
    }

    gave = at_once(lambda: accept_offer(offer=offer, work_may_begin_early=True, at=last), acts[other])

    offer.refresh_from_db()
    wait.refresh_from_db()
    if offer.state == SlotOffer.State.ACCEPTED:
        assert references() == {FULL, Appointment.objects.get().reference}
        assert wait.state == Wait.State.SERVED
    else:
        assert isinstance(gave[0], RuleBroken)
        assert references() == {FULL}
        assert not Appointment.objects.exists()


def test_an_appointment_moved_up_while_its_old_place_is_searched_for(counter):
    appointment = book_at(counter, NEXT_WEEK)
    ask_earlier(appointment=appointment, by=None, at=AT)
    offer = offered(counter)

    gave = at_once(
        lambda: accept_offer(offer=offer, at=AT + 3 * MINUTE),
        lambda: hold_at(counter, NEXT_WEEK, at=AT + 3 * MINUTE),
        lambda: hold_at(counter, NINE, at=AT + 3 * MINUTE),
    )

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE
    assert isinstance(gave[2], RuleBroken)
    held = set(Hold.objects.filter(ended_at=None).values_list("starts_at", flat=True))
    assert held <= {NEXT_WEEK}
    assert references() == {appointment.reference} | {one.reference for one in Hold.objects.filter(ended_at=None)}


def test_the_end_of_a_hold_and_an_offer_of_it(full):
    """The slot that a hold gives up is offered, or still the hold's: never both."""
    join("ana")
    held = hold_at(full, at=AT + MINUTE)
    over = held.expires_at
    act = again_when_busy(lambda: handle(full, at=over))

    at_once(act, lambda: expire_holds(at=over))
    handle(full, at=over)

    (offer,) = open_offers()
    assert references() == {FULL, offer.reference}
