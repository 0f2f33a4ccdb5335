"""A repair at a solidarity price, the whole way: booked, paid, finished, refunded; and what the workshop sees of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from booking.appointments.balance import pay_balance
from booking.appointments.book import book
from booking.appointments.cancel import cancel_appointment, what_is_refunded
from booking.appointments.models import Appointment
from booking.appointments.pay_plan import PaidOnlineOnly
from booking.appointments.payments_of import left_cents, to_pay_cents
from booking.jobs.answer_quote import agree_to_quote
from booking.jobs.finish import finish_repair
from booking.jobs.pick_up import finish_at_pick_up
from booking.jobs.quote import Wanted, write_quote
from collective.ledger.check import what_is_wrong_in_the_books
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.models import Payment
from collective.payments.refund import refund_payment
from collective.sharing.models import PriceChoice
from collective.sharing.solidarity import fund_has_cents
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    WHO,
    book_at,
    confirmed,
    make_workshop,
    pass_sweeps,
    pay,
    press,
    staff_of,
)
from tests.collective.money import books
from tests.collective.sharing.test_solidarity import give_to_the_fund

DONE_AT = NINE + timedelta(hours=1)


@pytest.fixture
def solidary(db, provider) -> Workshop:
    """Reduced, reference and supporter prices; everything now; a fund of 100 euros."""
    workshop = make_workshop(pay_now="full", prices=Workshop.Prices.LEVELS)
    give_to_the_fund(workshop, 10_000)
    return workshop


def agrees() -> bool:
    return not what_is_wrong_in_the_books() and not what_disagrees_with_the_payments()


def done(solidary, provider, price: str) -> Appointment:
    return finish_repair(appointment=confirmed(solidary, provider, price=price), by=staff_of(solidary), at=DONE_AT)


def test_reduced_the_fund_pays_the_rest_and_vat_is_of_the_whole_price(solidary, provider):
    finished = done(solidary, provider, "reduced")

    assert Payment.objects.get().captured_cents == 1400
    seller, fund = books(solidary)["seller"], books(solidary)["fund"]
    assert (seller["467.fund"], seller["44571"]) == (600, -333)
    assert "411" not in seller
    assert "53" not in seller
    assert (fund["657"], fund["467.seller"]) == (600, -600)
    assert left_cents(finished) == 0
    assert agrees()


def test_a_supporters_surplus_is_a_gift_on_its_own_line(solidary, provider):
    done(solidary, provider, "supporter")

    seller, fund = books(solidary)["seller"], books(solidary)["fund"]
    assert seller["467.fund"] == -400
    assert "4191" not in seller
    assert (fund["754"], fund["467.seller"]) == (-400, 400)
    assert agrees()


@pytest.mark.parametrize("price", ["reduced", "supporter"])
@pytest.mark.parametrize("parts", [[1], [1, 1, 2], [700, 333], [1399], [500, 500, 399]])
def test_refunds_take_the_funds_part_back_to_the_last_cent(solidary, provider, price, parts):
    appointment = done(solidary, provider, price)
    payment = Payment.objects.get()
    for cents in [*parts, payment.captured_cents - sum(parts)]:
        refund_payment(payment=payment, amount_cents=cents, reason="geste", at=DONE_AT)
        pass_sweeps(appointment, at=DONE_AT)
        assert agrees()

    seller, fund = books(solidary)["seller"], books(solidary)["fund"]
    assert not {"4191", "411", "467.fund", "706", "707", "44571"} & seller.keys()
    assert not {"657", "754", "467.seller"} & fund.keys()


def test_a_cancellation_frees_what_the_fund_had_promised(solidary, provider):
    appointment = confirmed(solidary, provider, price="reduced")
    assert fund_has_cents(solidary.collective) == 9400

    pass_sweeps(cancel_appointment(appointment=appointment, by=None, at=AT))

    assert fund_has_cents(solidary.collective) == 10_000
    assert PriceChoice.objects.get().state == PriceChoice.State.ENDED
    assert agrees()


def test_a_late_cancellation_gives_the_gift_back_whole(solidary, provider):
    appointment = confirmed(solidary, provider, price="supporter")
    Appointment.objects.filter(pk=appointment.pk).update(free_until=AT - MINUTE, late_cancel_keeps_bp=5000)
    appointment.refresh_from_db()

    assert what_is_refunded(appointment=appointment, at=AT).kept_cents == 1000


def test_a_price_of_ones_own_is_paid_online_so_that_it_stays_private(db, provider):
    workshop = make_workshop(prices=Workshop.Prices.LEVELS)  # asks for a deposit
    give_to_the_fund(workshop, 10_000)
    with pytest.raises(PaidOnlineOnly):
        book_at(workshop, price="reduced")
    assert book_at(workshop, NINE + timedelta(hours=2), price="reduced", pay="full").payment.amount_cents == 1400


def test_changed_before_paying_the_first_page_is_closed(solidary, provider):
    first = book_at(solidary, price="reduced")
    again = book(hold=first.hold, pay="full", price="reference", work_may_begin_early=True, at=AT, **WHO)

    assert (to_pay_cents(again), again.payment.amount_cents) == (2000, 2000)
    assert not PriceChoice.objects.exists()
    assert pay(again, provider).status == Appointment.Status.CONFIRMED


def test_with_a_quote_the_proportion_stays(solidary, provider):
    appointment, staff = confirmed(solidary, provider, price="reduced"), staff_of(solidary)
    chain = Wanted(name="Chaîne", labour_cents=1000, parts_cents=1000)
    quote = write_quote(appointment=appointment, lines=[chain], reason="Usée", by=staff, at=NINE)
    appointment = agree_to_quote(quote=quote, at=NINE)
    assert (to_pay_cents(appointment), left_cents(appointment)) == (2800, 1400)

    appointment = press(pay_balance(appointment=appointment, at=NINE), provider, at=NINE)
    finish_repair(appointment=appointment, by=staff, at=DONE_AT)

    assert books(solidary)["fund"]["657"] == 1200
    assert agrees()


@pytest.mark.django_db(transaction=True)
def test_held_on_the_card_it_is_taken_at_the_chosen_price(provider):
    workshop = make_workshop(pay_now="hold", prices=Workshop.Prices.LEVELS)
    give_to_the_fund(workshop, 10_000)
    appointment = pay(book_at(workshop, price="reduced"), provider, capture_before=AT + timedelta(days=7))

    finish_at_pick_up(appointment=appointment, by=staff_of(workshop), at=DONE_AT)

    assert Payment.objects.get().captured_cents == 1400
    assert "53" not in books(workshop)["seller"]
    assert agrees()


def test_the_workshop_sees_the_full_price_and_that_it_is_settled(solidary, provider):
    appointment, staff = confirmed(solidary, provider, price="reduced"), staff_of(solidary)
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("web:visit", args=[appointment.pk]))
    told = client.get(f"/api/v1/appointments/{appointment.number}/").json()

    assert (page.context["visit"].paid_cents, page.context["visit"].left_cents) == (2000, 0)
    assert "14,00" not in page.content.decode()
    assert (told["payment"]["amount_cents"], told["payment"]["captured_cents"]) == (2000, 2000)
    assert client.get(f"/api/v1/appointments/{appointment.number}/bill/").status_code == 403
    assert client.get(f"/api/v1/appointments/{appointment.number}/refund/").json()["refund_cents"] == 2000
    assert not any(
        entry["reference"] == appointment.number for entry in client.get("/api/v1/ledger-entries/").json()["results"]
    )
