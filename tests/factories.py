"""
People and things for tests: a factory a model, and a few functions that set a scene.

A factory makes one valid row and takes any field; traits name the variants (`WorkshopFactory(itinerant=True)`).
`open_workshop` makes what a slot needs: a workshop in Lille with a mechanic, a stand, hours and free days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.members.models import Collective, Membership, User
from collective.timetable.free_days import rebuild_timetable
from collective.timetable.hours import set_weekly_hours
from collective.timetable.models import Resource
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Bench, Mechanic, Seller, Staff, Workshop

LILLE = (50.6311, 3.0586)  # latitude, longitude
VILLENEUVE_D_ASCQ = (50.6232, 3.1442)
A_YEAR_AGO = datetime(2025, 11, 21, 9, 0, tzinfo=UTC)
HOURS = "Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00; PH off"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"camille{n}@example.org")
    name = "Camille Martin"


class CollectiveFactory(DjangoModelFactory):
    class Meta:
        model = Collective
        django_get_or_create = ("slug",)

    name = "La Roue commune"
    slug = "la-roue-commune"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    collective = factory.SubFactory(CollectiveFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.MECHANIC
    status = Membership.Status.EMPLOYEE
    joined_at = A_YEAR_AGO


class SellerFactory(DjangoModelFactory):
    class Meta:
        model = Seller

    collective = factory.SubFactory(CollectiveFactory)
    legal_name = factory.Sequence(lambda n: f"Vélo {n} SCOP")
    legal_form = "SCOP SARL"
    siren = factory.Sequence(lambda n: f"{900000000 + n}")
    address = "1 place du Vélo, 59000 Lille"
    vat_regime = Seller.VatRegime.STANDARD


class WorkshopFactory(DjangoModelFactory):
    class Meta:
        model = Workshop

    class Params:
        itinerant = factory.Trait(kind=Workshop.Kind.ITINERANT, served_km=10)
        self_repair = factory.Trait(kind=Workshop.Kind.SELF_REPAIR, solidarity_price=True)
        by_hand = factory.Trait(confirms=Workshop.Confirms.BY_HAND)

    seller = factory.SubFactory(SellerFactory)
    collective = factory.SelfAttribute("seller.collective")
    name = factory.Sequence(lambda n: f"Atelier {n}")
    slug = factory.Sequence(lambda n: f"atelier-{n}")
    kind = Workshop.Kind.FIXED
    street = "12 rue des Postes"
    postcode = "59000"
    city = "Lille"
    lat, lon = LILLE
    notice_minutes = 60
    accepted_at = A_YEAR_AGO


class StaffFactory(DjangoModelFactory):
    class Meta:
        model = Staff

    workshop = factory.SubFactory(WorkshopFactory)
    user = factory.SubFactory(UserFactory)
    role = Staff.Role.MECHANIC
    since = A_YEAR_AGO


class MechanicFactory(DjangoModelFactory):
    class Meta:
        model = Mechanic

    workshop = factory.SubFactory(WorkshopFactory)
    name = "Moussa"
    skill_level = 4


class BenchFactory(DjangoModelFactory):
    class Meta:
        model = Bench

    class Params:
        cargo = factory.Trait(kind=Bench.Kind.CARGO)
        lift = factory.Trait(kind=Bench.Kind.LIFT)
        van = factory.Trait(kind=Bench.Kind.VAN)

    workshop = factory.SubFactory(WorkshopFactory)
    name = "Pied 1"
    kind = Bench.Kind.STAND


class MechanicTimeFactory(DjangoModelFactory):
    """The resource of a mechanic: made with one."""

    class Meta:
        model = Resource

    kind = Resource.Kind.MECHANIC
    mechanic = factory.SubFactory(MechanicFactory)
    workshop = factory.SelfAttribute("mechanic.workshop")


class BenchTimeFactory(DjangoModelFactory):
    """The resource of a bench: made with one."""

    class Meta:
        model = Resource

    kind = Resource.Kind.BENCH
    bench = factory.SubFactory(BenchFactory)
    workshop = factory.SelfAttribute("bench.workshop")


class ToolKindFactory(DjangoModelFactory):
    class Meta:
        model = ToolKind
        django_get_or_create = ("code",)

    code = "hydraulic-bleed-kit"
    name_fr = "Kit de purge hydraulique"
    name_en = "Hydraulic bleed kit"
    shareable = True
    price_cents = 9000


class ToolFactory(DjangoModelFactory):
    class Meta:
        model = Tool

    home = factory.SubFactory(WorkshopFactory)
    collective = factory.SelfAttribute("home.collective")
    kind = factory.SubFactory(ToolKindFactory)
    name = "Purge 1"


class ToolTimeFactory(DjangoModelFactory):
    """The resource of a shared tool: made with one."""

    class Meta:
        model = Resource

    kind = Resource.Kind.TOOL
    tool = factory.SubFactory(ToolFactory)
    workshop = factory.SelfAttribute("tool.home")


class InterventionFactory(DjangoModelFactory):
    class Meta:
        model = Intervention
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"W{n}")
    category = "wheels"
    name_fr = "Crevaison"
    name_en = "Puncture"
    minutes_min = 15
    minutes_median = 30
    minutes_max = 60
    labour_low_cents = 1000
    labour_typical_cents = 1500
    labour_high_cents = 2000
    skill_level = 2
    price_basis = Intervention.PriceBasis.OBSERVED


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    workshop = factory.SubFactory(WorkshopFactory)
    intervention = factory.SubFactory(InterventionFactory)
    minutes = 30
    labour_cents = 1500
    parts_cents = 500


def open_workshop(
    *,
    at: datetime,
    mechanics: Sequence[int] = (4,),
    benches: Sequence[str] = ("stand",),
    hours: str = HOURS,
    offers: dict[str, int] | None = None,
    days: int = 62,
    **fields: object,
) -> Workshop:
    """
    Make a workshop that sells slots from `at` on: mechanics of these skills, benches of these kinds, hours (an
    OpenStreetMap text), offers (minutes by intervention code; one of 30 minutes, PUNCTURE, by default), free days.
    """
    workshop = WorkshopFactory(**fields)
    for place, skill in enumerate(mechanics, start=1):
        MechanicTimeFactory(mechanic__workshop=workshop, mechanic__name=f"M{place}", mechanic__skill_level=skill)
    for place, kind in enumerate(benches, start=1):
        BenchTimeFactory(bench__workshop=workshop, bench__name=f"B{place}", bench__kind=kind)
    for code, minutes in (offers or {"PUNCTURE": 30}).items():
        OfferFactory(workshop=workshop, intervention__code=code, minutes=minutes)
    today: date = at.astimezone(workshop.zone).date()
    set_weekly_hours(owner=workshop, hours=hours, from_on=today - timedelta(days=30))
    rebuild_timetable(workshops=[workshop], first=today, last=today + timedelta(days=days), at=at)
    return workshop
