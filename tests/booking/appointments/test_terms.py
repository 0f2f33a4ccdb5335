"""What is said before paying."""

from datetime import timedelta

from django.utils import translation

from booking.appointments.terms import (
    cancel_sentence,
    cancel_words,
    deposit_sentence,
    mediator_sentence,
    ranking_sentence,
    seller_lines,
    withdrawal_sentence,
)
from tests.booking.appointments.scene import AT, IN_A_MONTH, book_at


def test_the_seller_is_named_with_the_number_in_threes(counter):
    said = seller_lines(counter.seller)

    assert said[0] == f"{counter.seller.legal_name}, SCOP SARL"
    assert "\u202f".join([counter.seller.siren[:3], counter.seller.siren[3:6], counter.seller.siren[6:]]) in said[1]
    assert counter.seller.address in said


def test_a_mediator_is_named_when_there_is_one(counter):
    assert mediator_sentence(counter.collective) == ""
    counter.collective.mediator = "CM2C, Paris"
    assert "CM2C, Paris" in mediator_sentence(counter.collective)


def test_the_policy_says_the_moment_and_the_share(counter):
    with translation.override("en"):
        appointment = book_at(counter, IN_A_MONTH)
        assert "Monday 28\xa0December" in cancel_sentence(appointment)
        assert "100%" in cancel_sentence(appointment)
        assert "%" not in cancel_words(free_until=AT + timedelta(days=1), keeps_bp=0, zone="Europe/Paris")


def test_the_other_sentences_say_what_they_are_about():
    with translation.override("en"):
        assert "twice" in deposit_sentence("arrhes")
        assert deposit_sentence("acompte") != deposit_sentence("arrhes")
        assert "14" in withdrawal_sentence()
        assert "distance" in ranking_sentence()
