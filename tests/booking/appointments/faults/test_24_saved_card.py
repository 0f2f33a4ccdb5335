"""Fault 24: at pick-up the bank refuses the saved card, or wants its holder there; and what a saved card is for."""

from datetime import timedelta

import pytest

from booking.appointments.balance import pay_balance
from booking.appointments.cancel import cancel_appointment, what_is_refunded
from booking.appointments.card_saved import NoCardSaved, forget_cards, forget_my_card
from booking.appointments.expire import expire_holds
from booking.appointments.models import Appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.payments_of import left_cents
from booking.appointments.rights import NotYours
from booking.jobs.finish import PaymentOnItsWay
from booking.jobs.pick_up import CardRefused, finish_at_pick_up
from collective.payments.charge_card import MoreThanAgreed, charge_card
from collective.payments.keep_card import open_card, sweep_cards
from collective.payments.models import KeptCard, Operation, Payment
from collective.payments.ports import ProviderUnavailable
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NEXT_WEEK,
    NINE,
    book_at,
    give_card,
    mails,
    pass_sweeps,
    press,
    staff_of,
)
from tests.collective.money import books

pytestmark = pytest.mark.django_db(transaction=True)
Status = Appointment.Status
DONE_AT = NINE + timedelta(hours=1)
Card = KeptCard.State


@pytest.fixture
def appointment(saves, provider) -> Appointment:
    return give_card(book_at(saves), provider)


def test_a_booking_waits_for_its_card_and_nothing_is_taken(saves, provider, taken):
    unpaid = book_at(saves)
    assert (unpaid.status, unpaid.pay_now, unpaid.card.state) == (Status.UNPAID, "later", Card.NEW)
    assert "20,00" in unpaid.card.consent
    assert "6,00" in unpaid.card.consent  # what a late cancellation takes

    appointment = give_card(unpaid, provider)

    assert (appointment.status, str(appointment.card), taken()) == (Status.CONFIRMED, "visa •••• 4242", 0)


def test_at_the_end_the_card_is_charged_and_forgotten(appointment, saves, provider, taken):
    done = finish_at_pick_up(appointment=appointment, by=staff_of(saves), at=DONE_AT)

    assert (done.status, taken(), left_cents(done)) == (Status.DONE, 2000, 0)
    assert "53" not in books(saves)["seller"]
    assert forget_cards(at=DONE_AT) == 1
    assert sweep_cards(at=DONE_AT) == 1
    card = KeptCard.objects.get()
    assert (card.state, card.method_id, provider.kept_cards) == (Card.FORGOTTEN, "", set())


@pytest.mark.parametrize("code", ["card_declined", "authentication_required", "expired_card"])
def test_fault_24_a_refused_card_is_asked_for_by_link_and_the_repair_stays_open(
    appointment, saves, provider, taken, code
):
    provider.declines = code
    staff = staff_of(saves)
    with pytest.raises(CardRefused):
        finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)
    appointment.refresh_from_db()
    assert (appointment.status, taken(), left_cents(appointment)) == (Status.CONFIRMED, 0, 2000)
    assert len([subject for subject in mails() if "refusée" in subject]) == 1

    appointment = press(pay_balance(appointment=appointment, at=DONE_AT), provider, at=DONE_AT)
    done = finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)

    assert (done.status, taken()) == (Status.DONE, 2000)


def test_fault_24_refused_the_counter_takes_it_and_the_card_is_not_tried_again(appointment, saves, provider, taken):
    provider.declines, staff = "card_declined", staff_of(saves)
    with pytest.raises(CardRefused):
        finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)
    provider.declines = ""

    finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)

    assert (taken(), books(saves)["seller"]["53"]) == (0, 2000)


def test_fault_24_a_lost_answer_is_asked_for_again_with_its_key_and_charges_once(appointment, saves, provider, taken):
    provider.is_away, staff = True, staff_of(saves)
    with pytest.raises(PaymentOnItsWay):
        finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)
    provider.is_away = False

    finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT + 2 * MINUTE)

    assert taken() == 2000
    assert Payment.objects.filter(card__isnull=False).count() == 1


@pytest.mark.parametrize("arrives", [True, False])
def test_fault_24_a_charge_whose_answer_was_lost_for_a_day_is_looked_for_and_made_once(
    appointment, saves, provider, taken, monkeypatch, arrives
):
    charge = provider.charge_saved_card

    def lost(**asked):
        if arrives:
            charge(**asked)
        raise ProviderUnavailable("the connection broke")

    monkeypatch.setattr(provider, "charge_saved_card", lost)
    with pytest.raises(PaymentOnItsWay):
        finish_at_pick_up(appointment=appointment, by=staff_of(saves), at=DONE_AT)
    monkeypatch.setattr(provider, "charge_saved_card", lambda **asked: charge(**asked | {"key": "forgotten"}))

    pass_sweeps(appointment, at=DONE_AT + timedelta(hours=21))

    payment = Payment.objects.get()
    assert (payment.state, payment.trouble, taken()) == (Payment.State.CAPTURED, "", 2000)
    assert len(provider.charged()) == 1


def test_never_more_than_was_agreed(appointment):
    with pytest.raises(MoreThanAgreed):
        charge_card(card=appointment.card, purpose="balance", label="x", amount_cents=2001, at=AT)
    charge_card(card=appointment.card, purpose="balance", label="x", amount_cents=1500, at=AT)
    with pytest.raises(MoreThanAgreed):
        charge_card(card=appointment.card, purpose="balance", label="x", amount_cents=501, at=AT)
    Operation.objects.all().delete()
    Payment.objects.all().delete()


def test_a_late_cancellation_charges_what_was_promised_and_shown_and_no_more(appointment, saves, provider, taken):
    Appointment.objects.filter(pk=appointment.pk).update(free_until=AT - MINUTE)
    appointment.refresh_from_db()
    shown = what_is_refunded(appointment=appointment, at=AT)

    pass_sweeps(cancel_appointment(appointment=appointment, by=None, at=AT))

    assert (shown.charged_cents, shown.kept_cents, shown.refund_cents) == (600, 0, 0)
    assert (taken(), books(saves)["seller"]["758"]) == (600, -600)


def test_cancelled_in_time_by_the_workshop_or_where_nothing_was_promised_nothing_is_charged(saves, provider, taken):
    in_time = give_card(book_at(saves), provider)
    cancel_appointment(appointment=in_time, by=None, at=AT)
    by_workshop = give_card(book_at(saves), provider)
    Appointment.objects.filter(pk=by_workshop.pk).update(free_until=AT - MINUTE)
    cancel_appointment(appointment=by_workshop, by=staff_of(saves), reason="Panne", at=AT)
    promised_nothing = give_card(book_at(saves), provider)
    Appointment.objects.filter(pk=promised_nothing.pk).update(late_charge_cents=0)
    mark_no_show(appointment=promised_nothing, by=staff_of(saves), at=DONE_AT)

    pass_sweeps(in_time, at=DONE_AT)

    assert taken() == 0


def test_its_person_has_it_forgotten_at_any_time_and_pays_at_the_counter(appointment, saves, stranger, taken):
    with pytest.raises(NotYours):
        forget_my_card(appointment=appointment, by=stranger, at=AT)
    forget_my_card(appointment=appointment, at=AT)
    with pytest.raises(NoCardSaved):
        forget_my_card(appointment=appointment, at=AT)

    done = finish_at_pick_up(appointment=appointment, by=staff_of(saves), at=DONE_AT)

    assert (done.status, taken(), books(saves)["seller"]["53"]) == (Status.DONE, 0, 2000)


def test_fault_18_its_person_never_returns_and_the_sweep_learns_of_the_card(saves, provider):
    unpaid = book_at(saves)
    open_card(card=unpaid.card, at=AT)
    provider.give_card(unpaid.card)

    sweep_cards(at=AT + 2 * MINUTE)

    assert pass_sweeps(unpaid, at=AT + 2 * MINUTE).status == Status.CONFIRMED


def test_fault_21_a_card_that_never_comes_frees_the_slot(saves):
    unpaid = book_at(saves)
    open_card(card=unpaid.card, at=AT)

    expire_holds(at=AT + 12 * MINUTE)

    unpaid.refresh_from_db()
    assert unpaid.status == Status.LAPSED


def test_fault_19_a_card_given_after_the_slot_was_lost_is_forgotten(saves, provider):
    unpaid = book_at(saves)
    open_card(card=unpaid.card, at=AT)
    expire_holds(at=AT + 12 * MINUTE)
    book_at(saves, at=AT + 12 * MINUTE)  # somebody else takes the slot

    appointment = give_card(unpaid, provider, at=AT + 13 * MINUTE)

    assert appointment.status == Status.LAPSED
    forget_cards(at=AT + 13 * MINUTE)
    sweep_cards(at=AT + 13 * MINUTE)
    assert KeptCard.objects.get(pk=unpaid.card_id).state == Card.FORGOTTEN


def test_a_week_ahead_the_same(saves, provider):
    assert give_card(book_at(saves, NEXT_WEEK), provider).status == Status.CONFIRMED
