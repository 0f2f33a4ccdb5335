"""Workshops that are paid at the end: a card held, or a card saved; and what must hold after each fault."""

from collections.abc import Callable, Iterator

import pytest

from collective.ledger.check import what_is_wrong_in_the_books
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.models import Payment
from collective.workshops.models import Workshop
from tests.booking.appointments.provider import MemoryProvider
from tests.booking.appointments.scene import make_workshop


@pytest.fixture
def holds(db, provider) -> Workshop:
    """Holds the whole price on the card, takes it when the bicycle is ready."""
    return make_workshop(pay_now=Workshop.PayNow.HOLD)


@pytest.fixture
def saves(db, provider) -> Workshop:
    """Saves the card, charges it when the bicycle is ready."""
    return make_workshop(pay_now=Workshop.PayNow.LATER)


@pytest.fixture(autouse=True)
def _books_agree(db, provider) -> Iterator[None]:
    """After every fault the books hold together, agree with the payments, and the payments with the provider."""
    yield
    assert what_is_wrong_in_the_books() == []
    assert what_disagrees_with_the_payments() == []
    for payment in Payment.objects.exclude(intent_id=""):
        said = provider.standing(payment)
        assert (payment.captured_cents, payment.refunded_cents) == (said.received_cents, said.refunded_cents)


@pytest.fixture
def taken(provider: MemoryProvider) -> Callable[[], int]:
    """What the provider took from cards and did not give back, in all."""
    return lambda: sum(
        provider.standing(payment).received_cents - provider.standing(payment).refunded_cents
        for payment in Payment.objects.exclude(intent_id="")
    )
