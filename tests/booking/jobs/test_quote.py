"""Another price after the diagnosis: written by the workshop, agreed by its customer, or nothing changes."""

from datetime import timedelta

import pytest

from backend.lib.errors import BadInput
from backend.lib.tokens import ForgedLink, sign
from booking.appointments.links import QUOTE, quote_by_link, quote_url
from booking.appointments.models import Appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.payments_of import left_cents, paid_cents
from booking.appointments.quote_models import Quote
from booking.appointments.rights import NotConfirmed, NotYours, NotYourWorkshop
from booking.jobs.answer_quote import QuoteAnswered, QuoteOver, agree_to_quote, refuse_quote
from booking.jobs.finish import finish_repair
from booking.jobs.quote import BadLines, NoReason, NotAPrice, SamePrice, Wanted, write_quote
from collective.activity.models import FinishedWork
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    MINUTE,
    NINE,
    TEN,
    confirmed,
    mails,
    make_workshop,
    pass_sweeps,
    staff_of,
)
from tests.collective.money import books

CHAIN = Wanted(name="Chaîne", labour_cents=1000, parts_cents=2500)
DONE_AT = NINE + timedelta(hours=1)


@pytest.fixture
def appointment(workshop, provider):
    return confirmed(workshop, provider)


@pytest.fixture
def staff(workshop):
    return staff_of(workshop)


def quote(appointment: Appointment, by, *lines: Wanted, at=NINE) -> Quote:
    return write_quote(appointment=appointment, lines=lines or [CHAIN], reason="Chaîne usée", by=by, at=at)


def test_nothing_changes_before_the_customer_agrees(appointment, staff):
    quote(appointment, staff)

    appointment.refresh_from_db()
    assert appointment.total_cents == 2000
    assert "35,00" not in mails()[-1]
    assert "55,00" in mails()[-1]


def test_agreed_it_is_the_promised_price_and_what_the_repair_is_sold_for(appointment, staff, workshop):
    agreed = agree_to_quote(quote=quote(appointment, staff), at=TEN)

    assert (agreed.labour_cents, agreed.parts_cents) == (2500, 3000)
    assert left_cents(agreed) == 4900
    assert agreed.lines.order_by("pk").last().name == "Chaîne"
    finish_repair(appointment=agreed, by=staff, at=DONE_AT)
    assert books(workshop)["seller"]["53"] == 4900
    assert FinishedWork.objects.get().interventions == ["PUNCTURE"]


def test_refused_everything_stays(appointment, staff):
    refused = refuse_quote(quote=quote(appointment, staff), at=TEN)

    assert (refused.total_cents, refused.lines.count()) == (2000, 1)


def test_a_lower_one_gives_back_what_was_paid_above_it(db, provider):
    workshop = make_workshop(pay_now=Workshop.PayNow.FULL)
    appointment = confirmed(workshop, provider)
    line = appointment.lines.get()
    lower = quote(appointment, staff_of(workshop), Wanted(line=line.pk, labour_cents=1001, parts_cents=0))

    agree_to_quote(quote=lower, at=TEN)

    appointment = pass_sweeps(appointment, at=TEN)
    assert (appointment.total_cents, paid_cents(appointment), left_cents(appointment)) == (1001, 1001, 0)
    assert provider.standing(appointment.payment).refunded_cents == 999


def test_it_is_answered_once_and_in_time(appointment, staff):
    first = quote(appointment, staff)
    with pytest.raises(QuoteOver):
        agree_to_quote(quote=first, at=first.expires_at)
    refuse_quote(quote=first, at=TEN)

    with pytest.raises(QuoteAnswered):
        agree_to_quote(quote=first, at=TEN + MINUTE)


def test_a_newer_one_replaces_it(appointment, staff):
    first = quote(appointment, staff)
    quote(appointment, staff, Wanted(name="Selle", labour_cents=0, parts_cents=2000))

    with pytest.raises(QuoteAnswered):
        agree_to_quote(quote=first, at=TEN)


def test_it_lapses_with_its_appointment(appointment, staff):
    asked = quote(appointment, staff)
    mark_no_show(appointment=appointment, by=staff, at=TEN)

    asked.refresh_from_db()
    assert asked.state == Quote.State.LAPSED
    with pytest.raises(QuoteAnswered):
        agree_to_quote(quote=asked, at=TEN)


def test_strangers_neither_write_nor_answer(appointment, staff, stranger):
    with pytest.raises(NotYourWorkshop):
        quote(appointment, stranger)
    with pytest.raises(NotYours):
        agree_to_quote(quote=quote(appointment, staff), by=stranger, at=TEN)


def test_only_a_confirmed_appointment_is_quoted(appointment, staff):
    finish_repair(appointment=appointment, by=staff, at=DONE_AT)

    with pytest.raises(NotConfirmed):
        quote(appointment, staff)


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([], BadLines),
        ([Wanted(name="", labour_cents=1, parts_cents=0)], BadLines),
        ([Wanted(line=999_999, labour_cents=1, parts_cents=0)], BadLines),  # another appointment's
        ([Wanted(name="x", labour_cents=-1, parts_cents=0)], NotAPrice),
        ([Wanted(name="x", labour_cents=10**12, parts_cents=0)], NotAPrice),
        ([Wanted(name="x", labour_cents=10.5, parts_cents=0)], NotAPrice),
        ([Wanted(name="x", labour_cents=float("nan"), parts_cents=0)], NotAPrice),
        ([Wanted(name="x", labour_cents=True, parts_cents=0)], NotAPrice),
        ([Wanted(name="x", labour_cents=0, parts_cents=0)], SamePrice),
    ],
)
def test_prices_that_cannot_be_are_refused_and_nothing_moves(appointment, staff, lines, refusal):
    with pytest.raises(refusal) as raised:
        write_quote(appointment=appointment, lines=lines, reason="Chaîne usée", by=staff, at=NINE)

    assert isinstance(raised.value, BadInput)
    assert not Quote.objects.exists()


def test_it_says_why(appointment, staff):
    with pytest.raises(NoReason):
        write_quote(appointment=appointment, lines=[CHAIN], reason=" \0", by=staff, at=NINE)


def test_its_link_names_it_and_no_other(appointment, staff):
    asked = quote(appointment, staff)
    token = quote_url(asked).rstrip("/").rpartition("/")[2]

    assert quote_by_link(token) == asked
    for forged in (token[:-1], sign("appointment", asked.token.hex), sign(QUOTE, "none")):
        with pytest.raises(ForgedLink):
            quote_by_link(forged)
