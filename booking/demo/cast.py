"""Who plays in the demonstration: invented people and workshops, read from data/lille.yaml."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.utils.text import slugify

from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.invoices.models import IssuerDetails
from collective.ledger.entities import platform_of
from collective.ledger.models import Entity
from collective.members.models import Collective, Membership, User
from collective.sharing.models import SharingKey
from collective.timetable.hours import set_weekly_hours
from collective.timetable.models import Resource
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Bench, DropOffTerms, Mechanic, Seller, Staff, Workshop

Cast = dict[str, Any]
CAST = Path(__file__).parent / "data" / "lille.yaml"
FOUNDED_DAYS_AGO = 380
FEATURES = ("ebike_certified", "cargo_stand", "step_free", "solidarity_price")


@cache
def cast() -> Cast:
    read: Cast = yaml.safe_load(CAST.read_text(encoding="utf-8"))
    return read


def found_collective(*, at: datetime) -> Collective:
    """Make the collective, its people, sellers and workshops with their offers and hours, a little over a year ago."""
    founded_at = at - timedelta(days=FOUNDED_DAYS_AGO)
    about = cast()["collective"]
    collective = Collective.objects.create(
        name=about["name"], slug=about["slug"], mediator=about["mediator"], contact_email="collectif@moyeu.example"
    )
    SharingKey.objects.create(
        collective=collective,
        name="Clé de départ",
        valid_from=founded_at.date(),
        fund_bp=about["fund_bp"],
        platform_bp=about["platform_bp"],
    )
    for kind, name in ((Entity.Kind.PLATFORM, "Moyeu, la plateforme"), (Entity.Kind.FUND, "Caisse commune")):
        Entity.objects.create(collective=collective, kind=kind, name=name)
    describe_platform(collective)
    people = {key: meet(person, collective, at=founded_at) for key, person in cast()["people"].items()}
    sellers = {key: register_seller(seller, collective) for key, seller in cast()["sellers"].items()}
    interventions = list(Intervention.objects.current())
    for about_workshop in cast()["workshops"]:
        joined_at = at - timedelta(days=about_workshop["joined_days_ago"])
        workshop = open_workshop(about_workshop, collective, sellers[about_workshop["seller"]], at=joined_at)
        equip(workshop, about_workshop, people, at=joined_at)
        publish_offers(workshop, about_workshop, interventions)
    for about_tool in cast()["tools"]:
        share_tool(about_tool, collective)
    return collective


def share_tool(about: Cast, collective: Collective) -> None:
    """Put a tool of the collective at its home; one whose home does not play stays in its box."""
    home = Workshop.objects.filter(collective=collective, slug=about["home"]).first()
    if home is None:
        return
    kind = ToolKind.objects.get(code=about["kind"])
    tool = Tool.objects.create(collective=collective, kind=kind, name=about["name"], home=home)
    Resource.objects.create(workshop=home, kind=Resource.Kind.TOOL, tool=tool)


def meet(about: Cast, collective: Collective, *, at: datetime) -> User:
    user = User.objects.create_user(
        about["email"], name=about["name"], phone=about["phone"], language=about["language"], date_joined=at
    )
    # Or the first mailed code would only be followed by a second one, to prove the address.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Membership.objects.bulk_create(
        Membership(collective=collective, user=user, role=role, status=Membership.Status.EMPLOYEE, joined_at=at)
        for role in about.get("roles", ())
    )
    return user


def describe_platform(collective: Collective) -> None:
    """Who the platform is on its own invoices: as invented as the rest."""
    IssuerDetails.objects.create(
        entity=platform_of(collective),
        legal_name=collective.name,
        legal_form="SCIC SA",
        siren="000000086",
        register="RCS Lille Métropole",
        street="1 place de la République",
        postcode="59000",
        city="Lille",
        email=collective.contact_email,
        vat_regime=Seller.VatRegime.FRANCHISE,
    )


def register_seller(about: Cast, collective: Collective) -> Seller:
    seller = Seller.objects.create(
        collective=collective,
        legal_name=about["legal_name"],
        legal_form=about["legal_form"],
        siren=about["siren"],
        address=about["address"],
        vat_regime=about["vat"],
        siret=f"{about['siren']}00010",
    )
    Entity.objects.create(collective=collective, kind=Entity.Kind.SELLER, seller=seller, name=seller.legal_name)
    return seller


def open_workshop(about: Cast, collective: Collective, seller: Seller, *, at: datetime) -> Workshop:
    workshop = Workshop.objects.create(
        collective=collective,
        seller=seller,
        slug=about["slug"],
        name=about["name"],
        kind=about["kind"],
        about_fr=about["about_fr"],
        about_en=about["about_en"],
        **about["place"],
        served_km=about.get("served_km"),
        served_communes=[] if "served_km" in about else [one["insee"] for one in about.get("comes_to", ())],
        phone="+33366060000",
        email=f"{about['slug']}@moyeu.example",
        pay_now=about["pay_now"],
        prices=about.get("prices", Workshop.Prices.ONE),
        confirms=about.get("confirms", Workshop.Confirms.ITSELF),
        buffer_minutes=about.get("buffer", 0),
        setup_minutes=about.get("setup", 0),
        two_mechanics=about.get("two_mechanics", False),
        open_per_person=about.get("open_per_person"),
        accepted_at=at,
        **{feature: feature in about["features"] for feature in FEATURES},
    )
    set_weekly_hours(owner=workshop, hours=about["hours"], from_on=at.date())
    return workshop


def equip(workshop: Workshop, about: Cast, people: dict[str, User], *, at: datetime) -> None:
    for number, person in enumerate(about["mechanics"]):
        user = people.get(person.get("person", "")) or hire(person["name"], workshop, at=at)
        mechanic = Mechanic.objects.create(
            workshop=workshop,
            user=user,
            name=person["name"],
            skill_level=person["skill"],
            certifications=person.get("certifications", []),
            daily_limit=person.get("daily_limit"),
            **person.get("travels", {}),
        )
        Resource.objects.create(workshop=workshop, kind=Resource.Kind.MECHANIC, mechanic=mechanic)
        role = Staff.Role.MECHANIC if number else Staff.Role.OWNER
        Staff.objects.create(workshop=workshop, user=user, role=role, since=at)
        Membership.objects.create(
            collective=workshop.collective,
            user=user,
            role=Membership.Role.MECHANIC,
            status=Membership.Status.EMPLOYEE,
            joined_at=at,
        )
    for place in about["benches"]:
        bench = Bench.objects.create(
            workshop=workshop,
            name=place["name"],
            kind=place.get("kind", Bench.Kind.STAND),
            cleaning_minutes=place.get("cleaning", 0),
        )
        Resource.objects.create(workshop=workshop, kind=Resource.Kind.BENCH, bench=bench)
    if terms := about.get("drop_off"):  # its days are computed with all the others, once the year is told
        DropOffTerms.objects.create(workshop=workshop, **terms)
        Resource.objects.create(workshop=workshop, kind=Resource.Kind.DROP_OFF)


def hire(name: str, workshop: Workshop, *, at: datetime) -> User:
    """The colleagues nobody plays still sign in at their workshop, to finish their repairs."""
    return User.objects.create_user(f"{slugify(name)}.{workshop.slug}@moyeu.example", name=name, date_joined=at)


def publish_offers(workshop: Workshop, about: Cast, interventions: list[Intervention]) -> None:
    """Offer what the workshop's best hand can do, at the catalogue's price times its own level, in whole euros."""
    best = max(person["skill"] for person in about["mechanics"])
    kinds = {kind.code: kind for kind in ToolKind.objects.filter(code__in=about.get("borrows", {}).values())}
    borrowed = {code: kinds[kind] for code, kind in about.get("borrows", {}).items()}
    Offer.objects.bulk_create(
        Offer(
            workshop=workshop,
            intervention=work,
            minutes=minutes_here(work, workshop),
            labour_cents=max(100, round(work.labour_typical_cents * about["price"] / 100) * 100),
            parts_cents=usual_parts(work, workshop),
            minutes_for=about.get("minutes_for", {}).get(work.category, {}),
            borrows=borrowed.get(work.code),
        )
        for work in interventions
        if work.category in about["categories"] and work.skill_level <= best and possible_here(work, workshop)
    )


def possible_here(work: Intervention, workshop: Workshop) -> bool:
    modes = {Workshop.Kind.ITINERANT: work.itinerant, Workshop.Kind.SELF_REPAIR: work.self_service}
    return modes.get(Workshop.Kind(workshop.kind), True)


def minutes_here(work: Intervention, workshop: Workshop) -> int:
    """Who learns takes the catalogue's longest time; slots are cut in ticks of five minutes."""
    minutes = work.minutes_max if workshop.kind == Workshop.Kind.SELF_REPAIR else work.minutes_median
    return max(10, -(-minutes // 5) * 5)


def usual_parts(work: Intervention, workshop: Workshop) -> int:
    """Self-repairers bring or choose their parts on the spot; elsewhere the cheaper usual part is in the price."""
    if workshop.kind == Workshop.Kind.SELF_REPAIR or work.parts_high_cents > 8000:
        return 0
    return work.parts_low_cents
