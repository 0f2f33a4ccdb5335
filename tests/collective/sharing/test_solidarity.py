"""Solidarity prices: the fund makes the price whole, never beyond what it has, and the sums are exact."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.entities import fund_of, platform_of
from collective.ledger.models import Entry, PrivateReference
from collective.ledger.record import record
from collective.sharing.models import PriceChoice, SharingKey
from collective.sharing.solidarity import (
    BelowTheFloor,
    FundIsShort,
    NotAPriceOffered,
    choose_again,
    choose_price,
    end_choice,
    fund_has_cents,
    prices_offered,
)
from collective.workshops.models import Workshop
from tests.collective.money import a_workshop
from tests.factories import MembershipFactory

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LEVELS, FREE = Workshop.Prices.LEVELS, Workshop.Prices.FREE


def a_solidary_workshop(*, has: int = 10_000, cap: int = 3000, **fields) -> Workshop:
    workshop = a_workshop(**{"prices": LEVELS} | fields)
    SharingKey.objects.create(
        collective=workshop.collective,
        name="2026",
        valid_from=date(2026, 1, 1),
        fund_bp=600,
        platform_bp=300,
        solidarity_cap_cents=cap,
    )
    give_to_the_fund(workshop, has)
    return workshop


def give_to_the_fund(workshop: Workshop, cents: int) -> None:
    """What the fund has got of repairs before."""
    fund, platform = fund_of(workshop.collective), platform_of(workshop.collective)
    by_entity = {
        fund: {f"467.{platform.pk}": cents, "756": -cents},
        platform: {"517": cents, f"467.{fund.pk}": -cents},
    }
    for entity, lines in by_entity.items() if cents else ():
        record(
            entity=entity,
            journal=Entry.Journal.MISC,
            source="test:given",
            label="Given",
            lines=lines,
            occurred_at=AT,
            reference="given",
        )


def choose(workshop: Workshop, level: str, price: int = 5000, *, reference: str = "M1", own=None):
    return choose_price(workshop=workshop, reference=reference, price_cents=price, level=level, own_cents=own, at=AT)


@pytest.mark.django_db
class TestPrices:
    def test_three_levels_are_offered_while_the_fund_can(self):
        offered = prices_offered(workshop=a_solidary_workshop(), price_cents=5000, at=AT)
        assert offered.levels == {"reduced": 3500, "reference": 5000, "supporter": 6000}

    @pytest.mark.parametrize("limits", [{"has": 1499}, {"cap": 1499}, {"has": 0}])
    def test_not_above_what_the_fund_has_nor_above_the_voted_cap(self, limits):
        workshop = a_solidary_workshop(**limits)
        offered = prices_offered(workshop=workshop, price_cents=5000, at=AT)
        assert (offered.levels, offered.fund_is_short) == ({"reference": 5000, "supporter": 6000}, True)
        with pytest.raises(FundIsShort):
            choose(workshop, "reduced")
        assert not PriceChoice.objects.exists()

    def test_what_is_promised_is_promised_once(self):
        workshop = a_solidary_workshop(has=2000)
        choose(workshop, "reduced")
        assert fund_has_cents(workshop.collective) == 500
        with pytest.raises(FundIsShort):
            choose(workshop, "reduced", reference="M2")
        choose(workshop, "reduced")  # chosen again by the same person: in place of the first
        end_choice("M1")
        assert fund_has_cents(workshop.collective) == 2000
        choose(workshop, "reduced", reference="M2")

    def test_the_reference_price_is_no_choice_and_nothing_private(self):
        assert choose(a_solidary_workshop(), "reference") is None
        assert not PrivateReference.objects.exists()

    @pytest.mark.parametrize("own", [-1, 0, 2499, 15_001, 10**12, 2600.0, float("nan"), True, None, "2600"])
    def test_an_amount_that_cannot_be_is_refused_and_nothing_is_kept(self, own):
        workshop = a_solidary_workshop(prices=FREE)
        with pytest.raises((BelowTheFloor, NotAPriceOffered)):
            choose(workshop, "own", own=own)
        assert not PriceChoice.objects.exists()

    def test_the_floor_rises_when_the_fund_is_low(self):
        workshop = a_solidary_workshop(prices=FREE, has=1000)
        assert prices_offered(workshop=workshop, price_cents=5000, at=AT).floor_cents == 4000
        with pytest.raises(FundIsShort):
            choose(workshop, "own", own=3999)
        assert choose(workshop, "own", own=4000).aid_cents == 1000

    @pytest.mark.parametrize("level", ["own", "free", "", "reduced"])
    def test_a_level_of_another_workshop_is_none_here(self, level):
        with pytest.raises(NotAPriceOffered):
            choose(a_solidary_workshop(prices=Workshop.Prices.ONE), level)

    def test_a_quote_keeps_the_proportion_within_what_the_fund_may(self):
        workshop = a_solidary_workshop(cap=2000, has=2000)
        choose(workshop, "reduced")
        choose_again(workshop=workshop, reference="M1", price_cents=10_000, at=AT)
        choice = PriceChoice.objects.get()
        assert (choice.price_cents, choice.aid_cents, choice.pays_cents) == (10_000, 2000, 8000)

    def test_only_treasurers_read_entries_that_tell(self):
        workshop = a_solidary_workshop()
        member = MembershipFactory(collective=workshop.collective).user
        treasurer = MembershipFactory(collective=workshop.collective, role="treasurer").user
        entry = Entry.objects.filter(entity=fund_of(workshop.collective)).get()
        assert entry in Entry.objects.visible_to(member)
        PrivateReference.objects.create(reference=entry.reference)
        assert entry not in Entry.objects.visible_to(member)
        assert entry in Entry.objects.visible_to(treasurer)


class TestSums(TestCase):
    # Each example makes a collective with its books: slow on a busy machine, and no fault.
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        price=st.integers(100, 20_000),
        reduced=st.integers(0, 10_000),
        supporter=st.integers(10_000, 30_000),
        has=st.integers(0, 20_000),
    )
    def test_customer_and_fund_make_the_price_and_a_supporter_the_price_and_a_gift(
        self, price, reduced, supporter, has
    ):
        workshop = a_solidary_workshop(has=has, cap=20_000, reduced_bp=reduced, supporter_bp=supporter)
        offered = prices_offered(workshop=workshop, price_cents=price, at=AT)
        for level, pays in offered.levels.items():
            choice = choose(workshop, level, price)
            if choice is None:
                assert pays == price
                continue
            assert choice.pays_cents == pays
            assert choice.pays_cents + choice.aid_cents - choice.gift_cents == price
            assert choice.aid_cents <= has
        assert what_is_wrong_in_the_books() == []
