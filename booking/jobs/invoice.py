"""Invoice what an appointment sold: the repair when it is finished, the money that came before it when it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer
from collective.invoices.amounts import Sold, amounts_of, with_the_rest
from collective.invoices.facts import Buyer, Other, Paper, Settled
from collective.invoices.issue import Draft, issue
from collective.invoices.letterhead import letterhead_of
from collective.invoices.links import invoice_url
from collective.invoices.models import Invoice
from collective.invoices.settled import settled_of
from collective.ledger.entities import books_of
from collective.ledger.models import Entity, Entry
from collective.ledger.take_back import sale_source
from collective.sharing.vat import vat_bp

Kind = Invoice.Kind
LABOUR = ("{}, main-d’œuvre", "{}, labour")
PARTS = ("{}, pièces", "{}, parts")
REST = Sold("Travaux convenus en plus", "Further work agreed on", 0)
SOLIDARITY = ("Différence avec le prix affiché", "Difference from the listed price")


def invoice_repair(*, appointment: Appointment, at: datetime) -> Invoice:
    """
    Issue the invoice of a finished repair, in the transaction that finishes it; return it, or the one that stands.

    What it says was paid is what the seller's books say. The PDF is made afterwards.
    """
    entity = books_of(appointment.workshop.seller)
    [draft] = draft_invoices([appointment], entity=entity, at=at)
    invoice = issue(draft)
    tell_customer(appointment, "done", at=at, number=invoice.number, invoice_url=invoice_url(invoice))
    return invoice


def draft_invoices(appointments: Sequence[Appointment], *, entity: Entity, at: datetime | None = None) -> list[Draft]:
    """Compose the invoices of one seller's finished repairs, at `at` or when each was booked; a few queries in all."""
    numbers = [appointment.number for appointment in appointments]
    sales = _sales(entity, numbers)
    settled, deposits = settled_of(entity, numbers), _deposits(entity, numbers)
    drafts = []
    for appointment in appointments:
        number, sale = appointment.number, sales.get(appointment.number)
        moment = at or (sale.occurred_at if sale else appointment.closed_at)
        assert moment is not None
        paper = _compose(appointment, entity, moment, deposits.get(number, ()), settled.get(number, ()))
        drafts.append(
            Draft(
                entity=entity,
                paper=paper,
                cause=sale_source(number),
                at=moment,
                workshop=appointment.workshop,
                entry=sale,
                buyer=appointment.cyclist,
                language=appointment.language,
            )
        )
    return drafts


def _compose(
    appointment: Appointment, entity: Entity, at: datetime, deposits: Iterable[Invoice], settled: Iterable[Settled]
) -> Paper:
    workshop = appointment.workshop
    rate = vat_bp(seller=workshop.seller, on=at.astimezone(workshop.zone).date())
    labour, parts = appointment.labour_cents, appointment.parts_cents
    lines = with_the_rest(lines_of(appointment), labour_cents=labour, parts_cents=parts, rest=REST)
    return Paper(
        seller=letterhead_of(entity),
        buyer=buyer_of(appointment),
        kind=Kind.INVOICE,
        reference=appointment.number,
        workshop=workshop.name,
        service_on=at.astimezone(workshop.zone).date(),
        lines=lines,
        amounts=amounts_of(lines, labour_cents=labour, parts_cents=parts, vat_bp=rate),
        vat_bp=rate,
        settled=tuple(settled),
        names=[Other(deposit.number, deposit.issued_on) for deposit in deposits],
        allowance=SOLIDARITY,
        under=("mandate",),
        words=words_of(appointment),
    )


def papers_of(appointment: Appointment) -> list[tuple[Invoice, str]]:
    """Return the papers of an appointment in the order of their issue, each with its whole address."""
    issued = Invoice.objects.filter(workshop=appointment.workshop, reference=appointment.number).order_by("pk")
    return [(invoice, invoice_url(invoice)) for invoice in issued]


def lines_of(appointment: Appointment) -> list[Sold]:
    """Labour and parts of each piece of work, as promised; what costs nothing is said too, once."""
    lines: list[Sold] = []
    for line in appointment.lines.all():
        if line.labour_cents or not line.parts_cents:
            lines.append(Sold(LABOUR[0].format(line.name_fr), LABOUR[1].format(line.name_en), line.labour_cents))
        if line.parts_cents:
            lines.append(Sold(PARTS[0].format(line.name_fr), PARTS[1].format(line.name_en), line.parts_cents, True))
    return lines


def buyer_of(appointment: Appointment) -> Buyer:
    """The customer, by the name they gave: the address is the visited one where there is one (CGI 242 nonies A)."""
    name = appointment.name or appointment.email or appointment.phone
    street, _, town = appointment.address.rpartition(", ")
    postcode, _, city = town.partition(" ")
    if not (postcode.isdecimal() and city):
        return Buyer(name=name, email=appointment.email, street=appointment.address)
    return Buyer(name=name, email=appointment.email, street=street, postcode=postcode, city=city)


def words_of(appointment: Appointment) -> dict[str, str]:
    collective = appointment.workshop.collective
    return {"platform": collective.name, "mediator": collective.mediator}


def _sales(entity: Entity, numbers: Sequence[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for begin in range(0, len(numbers), 200):
        sources = [sale_source(number) for number in numbers[begin : begin + 200]]
        found |= {sale.reference: sale for sale in Entry.objects.filter(entity=entity, source__in=sources)}
    return found


def _deposits(entity: Entity, numbers: Sequence[str]) -> dict[str, list[Invoice]]:
    found: dict[str, list[Invoice]] = {}
    for begin in range(0, len(numbers), 200):
        some = Invoice.objects.filter(entity=entity, kind=Kind.DEPOSIT, reference__in=numbers[begin : begin + 200])
        for deposit in some.order_by("pk"):
            found.setdefault(deposit.reference, []).append(deposit)
    return found
