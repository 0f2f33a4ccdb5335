"""
The same small world for every test of the doors: two collectives, the cast of people, one row of everything.

Moments follow the database's clock, since the doors read it: a world is alive on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from backend.lib.clock import database_now
from booking.appointments.book import book
from booking.appointments.hold import hold_slot
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from booking.appointments.propose import propose_time
from booking.availability.needs import Work, works_for
from booking.availability.search import Slot, slots_of
from booking.diagnosis.keep import keep_diagnosis
from booking.diagnosis.load_knowledge import load_knowledge
from booking.diagnosis.models import Diagnosis, DiagnosisPhoto, Symptom
from booking.jobs.quote import Wanted, write_quote
from booking.services.load_catalogue import load_catalogue
from booking.tenders.models import Claim, Receipt, Tender
from booking.waiting.join import join_wait
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.offer_freed import offer_freed
from collective.invoices.models import Invoice
from collective.ledger.models import Entry
from collective.members.models import Collective, Membership, User
from collective.payments.distribution.models import Transfer
from collective.payments.models import Payment, Refund
from collective.places.models import Commune, CommunePostcode
from collective.reconciliation.models import Disagreement
from collective.sharing.models import SharingKey
from collective.timetable.change_hours import change_weekly_hours, make_exception
from collective.timetable.hours import Owner
from collective.timetable.models import Resource
from collective.timetable.periods import Period
from collective.tools.lend import lend
from collective.tools.models import Loan, Tool
from collective.workshops.models import Staff, Workshop
from tests.factories import (
    LILLE,
    CollectiveFactory,
    MembershipFactory,
    SellerFactory,
    StaffFactory,
    ToolTimeFactory,
    UserFactory,
    open_workshop,
)
from tests.matrix.world_of_money import (
    a_disagreement,
    a_payment,
    a_receipt,
    a_refund_that_came_back,
    a_transfer,
    an_entry,
    an_invoice,
    begun,
    paid_in_parts,
)

CODE = "TYR-PUNCT"
EVERY_DAY = "Mo-Su 08:00-20:00"
ROLES = (
    "anonymous",
    "owner",  # booked the appointment with an account
    "other",  # another cyclist
    "mechanic",  # of the workshop
    "foreign_mechanic",  # of another collective's workshop
    "workshop_owner",
    "coordinator",  # of the workshop's collective
    "foreign_coordinator",
    "staff",  # is_staff, which opens nothing
    "suspended",  # a mechanic of the workshop whose account was closed while signed in
)


@dataclass
class World:
    """People by role; rows by what they are."""

    at: datetime
    people: dict[str, User | None]
    workshop: Workshop
    foreign_workshop: Workshop
    requested: Appointment  # waits for the workshop's word
    proposed: Appointment  # confirmed, another time is proposed
    today: Appointment  # confirmed, begun an hour ago
    quoted: Appointment  # confirmed, another price waits for its customer's answer
    paid: Appointment  # done, paid in part
    tender: Tender  # a part of it, in cash
    announced: Tender  # another, by a transfer to come
    cheque: Tender  # another, not at the bank yet
    claim: Claim  # another, asked of a town hall
    receipt: Receipt  # a transfer that nobody could place
    hold: Hold
    tool: Tool  # at home in the workshop
    loan: Loan
    slot_offer: SlotOffer  # open, to who waits
    entry: Entry
    disagreement: Disagreement  # a movement that the books do not know
    troubled: Payment
    came_back: Refund
    transfer: Transfer  # waits: the workshop's seller has no account yet
    invoice: Invoice  # of a repair that is done
    diagnosis: Diagnosis
    symptom: Symptom
    slots: list[Slot]
    work: Work
    media: Path  # where the files of its photos are
    season: date  # on which other hours begin
    closure: int  # an afternoon to come, of the workshop
    absence: int  # the same of the first mechanic

    @property
    def mechanic_time(self) -> Resource:
        return _mechanic_time(self.workshop)

    @property
    def link(self) -> str:
        return manage_link(self.requested)

    @property
    def wait(self) -> Wait:
        return self.slot_offer.wait

    @property
    def photo(self) -> DiagnosisPhoto:
        return self.diagnosis.photos.get()


def build_world(*, media: Path) -> World:
    at = database_now()
    load_catalogue(at=at)
    load_knowledge(at=at)
    workshop, foreign = _workshop("la-roue-commune", at=at), _workshop("ailleurs", at=at)
    people = _people(workshop, foreign, at=at)
    _join(people, workshop.collective)
    _verify(people)
    work = works_for(interventions=[CODE], bike_type="city", workshops=[workshop])[workshop.pk]
    day = at.astimezone(workshop.zone).date()
    slots = slots_of(work=work, first=day + timedelta(days=20), last=day + timedelta(days=25), at=at, limit=60)[::4]
    _place()
    symptom = Symptom.objects.current().first()
    assert symptom
    items = [{"symptom": symptom.code, "answers": {}}]
    diagnosis = keep_diagnosis(items=items, bike_type="city", comment="", photos=[photo()], at=at)
    owner = people["owner"]
    requested = _book(work, slots[0], owner, diagnosis, at=at)
    proposed = _book(work, slots[1], owner, None, at=at)
    propose_time(appointment=proposed, starts_at=slots[3].starts_at, by=_person(people, "mechanic"), at=at)
    paid, tender, announced, cheque, asked = paid_in_parts(
        _book(work, slots[7], owner, None, at=at), _person(people, "mechanic"), at=at
    )
    held = _hold(work, slots[2], None, at=at)
    tool = ToolTimeFactory(tool__home=workshop, tool__kind__code="bleed_mineral").tool
    change_weekly_hours(owner=workshop, hours=EVERY_DAY, from_on=day + timedelta(days=40), at=at)
    return World(
        at=at,
        people=people,
        workshop=workshop,
        foreign_workshop=foreign,
        requested=requested,
        proposed=proposed,
        today=begun(_book(work, slots[4], owner, None, at=at), at=at),
        quoted=_quoted(begun(_book(work, slots[8], owner, None, at=at), at=at), _person(people, "mechanic"), at=at),
        paid=paid,
        tender=tender,
        announced=announced,
        cheque=cheque,
        claim=asked.claim,
        receipt=a_receipt(workshop, _person(people, "mechanic"), at=at),
        hold=held,
        tool=tool,
        loan=_lend(tool, _person(people, "coordinator"), at=at),
        slot_offer=_offer(slots[5], at=at),
        entry=an_entry(workshop, at=at),
        disagreement=a_disagreement(workshop, at=at),
        troubled=a_payment(workshop, "troubled", at=at, trouble=Payment.Trouble.AMOUNT),
        came_back=a_refund_that_came_back(workshop, at=at),
        transfer=a_transfer(workshop, at=at),
        invoice=an_invoice(begun(_book(work, slots[9], owner, None, at=at), at=at), _person(people, "mechanic"), at=at),
        diagnosis=diagnosis,
        symptom=symptom,
        slots=slots,
        work=work,
        media=media,
        season=day + timedelta(days=40),
        closure=_closed(workshop, day + timedelta(days=50), at=at),
        absence=_closed(_mechanic_time(workshop), day + timedelta(days=50), at=at),
    )


def _quoted(appointment: Appointment, by: User, *, at: datetime) -> Appointment:
    chain = Wanted(name="Chain", labour_cents=1000, parts_cents=1500)
    write_quote(appointment=appointment, lines=[chain], reason="The chain is worn", by=by, at=at)
    return appointment


def _mechanic_time(workshop: Workshop) -> Resource:
    return workshop.resources.filter(kind=Resource.Kind.MECHANIC).order_by("pk")[0]


def _closed(owner: Owner, day: date, *, at: datetime) -> int:
    starts_at = datetime.combine(day, time(14), UTC)
    ends_at = starts_at + timedelta(hours=2)
    return make_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=False, label="", at=at)


def photo() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (32, 32), "teal").save(picture, "JPEG")
    return SimpleUploadedFile("brake.jpg", picture.getvalue(), content_type="image/jpeg")


def _workshop(slug: str, *, at: datetime) -> Workshop:
    collective: Collective = CollectiveFactory(slug=slug, name=slug)
    SharingKey.objects.create(
        collective=collective, name="first", valid_from=date(2020, 1, 1), fund_bp=600, platform_bp=300
    )
    return open_workshop(
        at=at,
        hours=EVERY_DAY,
        seller=SellerFactory(collective=collective),
        slug=f"atelier-{slug}",
        name=f"Atelier {slug}",
        confirms=Workshop.Confirms.BY_HAND,
        pay_now=Workshop.PayNow.COUNTER,
        mechanics=(4, 4),
        benches=("stand", "stand"),
        offers={CODE: 30},
    )


def _people(workshop: Workshop, foreign: Workshop, *, at: datetime) -> dict[str, User | None]:
    coordinator = Membership.Role.COORDINATOR
    return {
        "anonymous": None,
        "owner": UserFactory(email="owner@example.org"),
        "other": UserFactory(email="other@example.org"),
        "mechanic": StaffFactory(workshop=workshop, user__email="mechanic@example.org").user,
        "foreign_mechanic": StaffFactory(workshop=foreign, user__email="foreign@example.org").user,
        "workshop_owner": StaffFactory(
            workshop=workshop, role=Staff.Role.OWNER, user__email="workshop@example.org"
        ).user,
        "coordinator": MembershipFactory(
            collective=workshop.collective, role=coordinator, user__email="coordinator@example.org"
        ).user,
        "foreign_coordinator": MembershipFactory(
            collective=foreign.collective, role=coordinator, user__email="away@example.org"
        ).user,
        "staff": UserFactory(email="staff@example.org", is_staff=True),
        "suspended": StaffFactory(workshop=workshop, user__email="suspended@example.org").user,
        "treasurer": MembershipFactory(
            collective=workshop.collective, role=Membership.Role.TREASURER, user__email="treasurer@example.org"
        ).user,
    }


def _join(people: dict[str, User | None], collective: Collective) -> None:
    """The mechanic is a member of the collective too; the workshop's owner only runs the workshop."""
    MembershipFactory(collective=collective, user=_person(people, "mechanic"), role=Membership.Role.MECHANIC)


def _verify(people: dict[str, User | None]) -> None:
    """Everybody has proved their address, as whoever signed in by a mailed code has."""
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True)
        for person in people.values()
        if person
    )


def _person(people: dict[str, User | None], role: str) -> User:
    person = people[role]
    assert person
    return person


def _place() -> None:
    lille = Commune.objects.get_or_create(
        insee="59350",
        defaults={
            "name": "Lille",
            "key": "lille",
            "department": "59",
            "region": "32",
            "population": 236710,
            "postcode": "59000",
            "lat": 50.6311,
            "lon": 3.0586,
        },
    )[0]
    CommunePostcode.objects.get_or_create(code="59000", commune=lille)


def _hold(work: Work, slot: Slot, diagnosis: Diagnosis | None, *, at: datetime) -> Hold:
    return hold_slot(offers=work.offers, starts_at=slot.starts_at, bike_type="city", diagnosis=diagnosis, at=at)


def _book(work: Work, slot: Slot, cyclist: User | None, diagnosis: Diagnosis | None, *, at: datetime) -> Appointment:
    return book(
        hold=_hold(work, slot, diagnosis, at=at),
        email="owner@example.org",
        phone="06 12 34 56 78",
        language="fr",
        pay=Workshop.PayNow.COUNTER,
        work_may_begin_early=True,
        cyclist=cyclist,
        at=at,
    )


def _offer(slot: Slot, *, at: datetime) -> SlotOffer:
    """Somebody waits for a slot of that day, and is offered one."""
    day = slot.starts_at.date()
    wait = join_wait(
        email="guest@example.org",
        phone="06 12 34 56 78",
        language="fr",
        lat=LILLE[0],
        lon=LILLE[1],
        radius_km=5,
        interventions=[CODE],
        bike_type="city",
        first=day,
        last=day,
        at=at,
    )
    workshop = Workshop.objects.get(slug="atelier-la-roue-commune")
    offer_freed({"workshop": workshop.pk, "first": day.isoformat(), "last": day.isoformat()}, at=at)
    return wait.offers.get()


def _lend(tool: Tool, by: User, *, at: datetime) -> Loan:
    """To its own home, the week after next."""
    day = Period(at + timedelta(days=14), at + timedelta(days=15))
    return lend(tool=tool, to=tool.home, period=day, by=by, at=at)
