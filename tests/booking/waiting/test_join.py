"""Who may wait for what, how long, and what is said of their place."""

from datetime import date, timedelta

import pytest

from backend.lib.errors import BadInput
from booking.appointments.contact import BadEmail
from booking.appointments.hold import UnknownBikeType
from booking.availability.asked import BadPlace, PastDate, RangeBackwards
from booking.availability.needs import NothingToDo, UnknownIntervention
from booking.waiting.end import end_waits
from booking.waiting.erase import KEPT_FOR, erase_ended_waits
from booking.waiting.join import TooFarAhead, TooManyWaits
from booking.waiting.leave import leave_wait
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.queue import people_before, waiting_for
from tests.booking.appointments.scene import AT, MINUTE, NINE, book_at, confirmed, mails, references
from tests.booking.waiting.scene import TUESDAY, join, open_offers, pass_freed, say_freed
from tests.factories import VILLENEUVE_D_ASCQ, InterventionFactory, open_workshop

DAY = timedelta(days=1)
NOON = NINE + timedelta(hours=3)


def test_joining_is_written_down_and_told(counter):
    wait = join("ana", kinds=["fixed"], weekdays=[5, 1], from_hour=17)

    assert wait.state == Wait.State.WAITING
    assert wait.wishes == {"kinds": ["fixed"], "weekdays": [1, 5], "from_hour": 17}
    assert (wait.phone, wait.interventions) == ("+33612345678", ["PUNCTURE"])
    assert len(mails("ana@example.org")) == 1


def test_joining_twice_is_joining_once(counter):
    assert join("ana") == join("ana", at=AT + MINUTE)
    assert len(mails("ana@example.org")) == 1


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"email": "ana"}, BadEmail),
        ({"interventions": []}, NothingToDo),
        ({"interventions": ["NONE"]}, UnknownIntervention),
        ({"bike_type": "rocket"}, UnknownBikeType),
        ({"lat": 91.0}, BadPlace),
        ({"first": date(2026, 11, 22)}, PastDate),
        ({"last": TUESDAY - DAY}, RangeBackwards),
        ({"first": date(2027, 3, 1), "last": date(2027, 3, 2)}, TooFarAhead),
        ({"weekdays": [7]}, BadInput),
        ({"from_hour": 25}, BadInput),
    ],
)
def test_what_cannot_be_waited_for(counter, asked, refusal):
    with pytest.raises(refusal):
        join("ana", **asked)
    assert not Wait.objects.exists()
    assert not mails("ana@example.org")


def test_a_person_waits_for_five_things_at_most(counter):
    waits = [join("ana", radius_km=km) for km in range(1, 6)]
    with pytest.raises(TooManyWaits):
        join("Ana", radius_km=6)

    leave_wait(wait=waits[0], at=AT)
    join("Ana", radius_km=6)


def test_the_place_in_the_queue_counts_who_might_get_the_same_slot(counter):
    first = join("ana")
    join("ana", radius_km=9, at=AT + MINUTE)
    join("far", lat=48.85, lon=2.35, at=AT + 2 * MINUTE)
    join("later", first=TUESDAY + DAY, last=TUESDAY + DAY, at=AT + 3 * MINUTE)
    second = join("bob", at=AT + 4 * MINUTE)
    lat, lon = VILLENEUVE_D_ASCQ
    third = join("chloe", lat=lat, lon=lon, radius_km=2, at=AT + 5 * MINUTE)

    assert [people_before(wait) for wait in (first, second, third)] == [0, 1, 2]
    leave_wait(wait=first, at=AT + 6 * MINUTE)
    assert people_before(second) == 1  # the wider wait of the same person
    assert people_before(third) == 2


def test_a_workshop_sees_who_waits_for_what_it_sells(counter):
    InterventionFactory(code="OTHER")
    mine = join("ana")
    join("bob", interventions=["OTHER"])
    join("chloe", step_free=True)
    join("far", lat=48.85, lon=2.35)
    elsewhere = open_workshop(at=AT, offers={"OTHER": 30})

    assert waiting_for(counter, at=AT) == [mine]
    assert [wait.person for wait in waiting_for(elsewhere, at=AT)] == ["bob@example.org"]


def test_days_that_are_past_end_the_wait_and_are_told(counter):
    wait = join("ana")
    lasting = join("bob", last=TUESDAY + DAY)

    assert end_waits(at=AT + DAY) == 0  # it is Tuesday
    assert end_waits(at=AT + 2 * DAY) == 1
    assert end_waits(at=AT + 2 * DAY) == 0

    wait.refresh_from_db()
    lasting.refresh_from_db()
    assert (wait.state, wait.over_because) == (Wait.State.OVER, Wait.Why.PAST)
    assert lasting.is_waiting
    assert len(mails("ana@example.org")) == 2


def test_who_finds_the_same_work_by_themselves_waits_no_more(counter):
    wait, other = join("ana"), join("bob")
    say_freed(counter)
    pass_freed()
    assert len(open_offers()) == 2

    booked = book_at(counter, NOON, at=AT + MINUTE, email="Ana@example.org")
    assert end_waits(at=AT + 2 * MINUTE) == 1

    wait.refresh_from_db()
    other.refresh_from_db()
    assert wait.state == Wait.State.SERVED
    assert [offer.wait for offer in open_offers()] == [other]
    assert references() == {booked.reference, open_offers()[0].reference}


def test_who_books_other_work_goes_on_waiting(workshop, provider):
    InterventionFactory(code="OTHER")
    wait = join("ana", interventions=["OTHER"])
    confirmed(workshop, provider, at=AT + MINUTE, email="ana@example.org")

    assert end_waits(at=AT + 2 * MINUTE) == 0
    wait.refresh_from_db()
    assert wait.is_waiting


def test_ended_waits_are_erased_after_thirty_days(counter):
    ended, lasting = join("ana"), join("bob")
    say_freed(counter)
    pass_freed()
    leave_wait(wait=ended, at=AT)

    assert erase_ended_waits(at=AT + KEPT_FOR) == 0
    assert erase_ended_waits(at=AT + KEPT_FOR + MINUTE) == 1

    assert list(Wait.objects.all()) == [lasting]
    assert not SlotOffer.objects.filter(person="ana@example.org").exists()
