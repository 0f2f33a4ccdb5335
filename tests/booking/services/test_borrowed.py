"""What is sold with a tool of the collective, as its keeper learns before taking it away."""

import pytest

from backend.lib.clock import database_now
from collective.tools.borrowers import Borrowed, sold_no_more_without
from tests.factories import CollectiveFactory, OfferFactory, ToolTimeFactory, WorkshopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    return ToolTimeFactory(tool__home__name="Le Pavé").tool


@pytest.fixture
def offer(kit):
    return OfferFactory(workshop=kit.home, borrows=kit.kind)


def test_the_last_of_its_kind_is_what_offers_need(kit, offer):
    assert sold_no_more_without(kit) == [Borrowed("Le Pavé", offer.intervention.name)]


def test_another_of_its_kind_serves_as_well(kit, offer):
    ToolTimeFactory(tool__home=kit.home, tool__kind=kit.kind)
    assert sold_no_more_without(kit) == []


def test_what_is_withdrawn_borrows_nothing_or_is_sold_elsewhere_does_not_need_it(kit):
    OfferFactory(workshop=kit.home)
    OfferFactory(workshop=kit.home, borrows=kit.kind, withdrawn_at=database_now(), intervention__code="WITHDRAWN")
    elsewhere = WorkshopFactory(seller__collective=CollectiveFactory(slug="ailleurs"), slug="elsewhere")
    OfferFactory(workshop=elsewhere, borrows=kit.kind)
    assert sold_no_more_without(kit) == []
