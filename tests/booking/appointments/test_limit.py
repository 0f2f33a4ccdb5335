"""At most so many open appointments of one person at one workshop."""

import pytest

from booking.appointments.book import book
from booking.appointments.cancel import cancel_appointment
from booking.appointments.limit import TooManyOpen
from booking.appointments.models import Appointment
from collective.payments.models import Payment
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NEXT_WEEK,
    NINE,
    TEN,
    WHO,
    book_at,
    book_hold,
    hear_of,
    hold_at,
    make_workshop,
    open_page,
    pass_sweeps,
    references,
)
from tests.booking.appointments.test_race import at_once
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("english")
SOMEONE_ELSE = {"email": "moussa@example.org", "phone": "06 98 76 54 32"}
AFTERNOON = NINE.replace(hour=13)


@pytest.fixture
def two_each(db, provider) -> Workshop:
    return make_workshop(pay_now="counter", open_per_person=2)


def test_the_last_one_is_taken_and_one_more_refused_with_what_to_do(two_each):
    for moment in (NINE, TEN):
        book_at(two_each, moment)

    with pytest.raises(TooManyOpen) as refused:
        book_at(two_each, NEXT_WEEK)

    assert refused.value.code == "too_many_open"
    assert "takes 2 open appointments" in str(refused.value)
    assert Appointment.objects.count() == 2


def test_what_is_closed_counts_no_more_and_elsewhere_never_did(two_each):
    first = book_at(two_each)
    book_at(two_each, TEN)
    book_at(make_workshop(pay_now="counter", open_per_person=1, name="Elsewhere"))
    cancel_appointment(appointment=first, by=None, at=AT)

    assert book_at(two_each, NEXT_WEEK).is_open


@pytest.mark.parametrize(
    ("known_by", "is_refused"),
    [
        ({"email": "CAMILLE@Example.org", "phone": "06 98 76 54 32"}, True),
        ({"email": "other@example.org", "phone": "+33 6 12 34 56 78"}, True),
        (SOMEONE_ELSE, False),
    ],
)
def test_a_person_is_an_address_whatever_its_case_or_a_number_however_written(two_each, known_by, is_refused):
    for moment in (NINE, TEN):
        book_at(two_each, moment)

    if is_refused:
        with pytest.raises(TooManyOpen):
            book_at(two_each, NEXT_WEEK, **known_by)
    else:
        assert book_at(two_each, NEXT_WEEK, **known_by).is_open


def test_a_person_is_an_account_whatever_it_types(two_each):
    camille = UserFactory()
    for moment in (NINE, TEN):
        book_at(two_each, moment, cyclist=camille)

    with pytest.raises(TooManyOpen):
        book_at(two_each, NEXT_WEEK, cyclist=camille, **SOMEONE_ELSE)


def test_what_has_neither_account_nor_address_is_nobody_in_particular(two_each):
    for moment in (NINE, TEN):
        book_at(two_each, moment, **SOMEONE_ELSE)
    Appointment.objects.update(email="", phone="")

    assert book_at(two_each, NEXT_WEEK).is_open


def test_an_unpaid_one_counts_while_it_may_be_paid_and_may_be_corrected(db, provider):
    one_each = make_workshop(open_per_person=1)
    hold = hold_at(one_each)
    unpaid = book_hold(hold)

    with pytest.raises(TooManyOpen):
        book_at(one_each, TEN)
    assert book_hold(hold, name="Camille M.") == unpaid
    assert book_at(one_each, TEN, at=AT + 11 * MINUTE).pk != unpaid.pk


def test_money_that_comes_late_seats_nobody_beyond_the_limit(db, provider):
    one_each = make_workshop(open_per_person=1)
    late = book_at(one_each)
    open_page(late)
    provider.pay(late.payment)
    in_time = book_at(one_each, TEN, at=AT + 11 * MINUTE)

    appointment = pass_sweeps(hear_of(late, at=AT + 12 * MINUTE), at=AT + 12 * MINUTE)

    assert appointment.status == Appointment.Status.LAPSED
    assert Payment.objects.get(pk=late.payment_id).kept_cents == 0
    assert late.reference not in references()
    assert in_time.status == Appointment.Status.UNPAID


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_tabs_are_judged_one_after_the_other(transactional_db, provider):
    one_each = make_workshop(pay_now="counter", open_per_person=1)
    holds = [hold_at(one_each, moment) for moment in (NINE, TEN, AFTERNOON, NEXT_WEEK)]
    known = WHO | {"pay": "counter", "work_may_begin_early": True}

    gave = at_once(*[lambda hold=hold: book(hold=hold, at=AT, **known) for hold in holds])

    assert sum(isinstance(one, Appointment) for one in gave) == 1
    assert sum(isinstance(one, TooManyOpen) for one in gave) == 3
