"""What is near, in one query written out: the very same as the ORM would read."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from booking.availability.near import Point, workshops_near
from booking.services.offers import Offer
from collective.workshops.models import DropOffTerms, Workshop
from tests.factories import LILLE, InterventionFactory, OfferFactory, WorkshopFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def near(*codes: str):
    return workshops_near(Point(*LILLE), radius_km=10, interventions=codes)


def values_of(row) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def street():
    """Two workshops with all sorts of fields, one of them selling days; one that closed, one far away."""
    plain = WorkshopFactory(served_communes=["59350"], served_area=[[50.0, 3.0]], ebike_certified=True)
    selling = WorkshopFactory(open_per_person=2)
    DropOffTerms.objects.create(workshop=selling, storage_places=3)
    WorkshopFactory(closed_at=AT)
    WorkshopFactory(accepted_at=None)
    WorkshopFactory(lat=LILLE[0] + 1)
    return plain, selling


def test_every_field_is_as_the_orm_reads_it(street, django_assert_num_queries):
    code = InterventionFactory().code
    OfferFactory(workshop=street[0], intervention__code=code, minutes_for={"cargo": 55})
    expected = [values_of(Workshop.objects.get(pk=workshop.pk)) for workshop in street]
    offer = values_of(Offer.objects.get())
    with django_assert_num_queries(1):
        found = near(code)
        assert [values_of(workshop) for workshop, _km in found.serving] == expected
        assert [values_of(one) for one in found.offers[street[0].pk]] == [offer]
        assert found.offers[street[0].pk][0].workshop == street[0]
        assert found.offers[street[0].pk][0].intervention.code == code
        assert found.offers[street[1].pk] == []


def test_terms_are_at_hand_where_days_are_sold(street, django_assert_num_queries):
    with django_assert_num_queries(1):
        plain, selling = (workshop for workshop, _km in near("NOTHING").serving)
        assert getattr(plain, "drop_off", None) is None
        assert selling.drop_off.storage_places == 3
        assert selling.drop_off.workshop == selling


def test_what_is_found_can_be_changed_and_saved(street):
    workshop = near("NOTHING").serving[0][0]
    workshop.phone = "0320000000"
    workshop.save()
    assert Workshop.objects.get(pk=workshop.pk).phone == "0320000000"
    workshop.refresh_from_db()
    assert workshop == street[0]


def test_only_what_is_asked_and_on_sale_is_among_the_offers(street):
    asked, retired, other = (InterventionFactory() for _ in range(3))
    wanted = OfferFactory(workshop=street[0], intervention=asked)
    OfferFactory(workshop=street[1], intervention=asked, withdrawn_at=AT)
    OfferFactory(workshop=street[0], intervention=retired)
    OfferFactory(workshop=street[0], intervention=other)
    retired.retired_at = timezone.now()
    retired.save()
    assert near(asked.code, retired.code).offers == {street[0].pk: [wanted], street[1].pk: []}


def test_what_the_search_does_not_read_of_an_intervention_is_read_when_asked(street, django_assert_num_queries):
    intervention = InterventionFactory()
    OfferFactory(workshop=street[0], intervention=intervention)
    one = near(intervention.code).offers[street[0].pk][0].intervention
    with django_assert_num_queries(1):
        assert one.minutes_median == intervention.minutes_median
