"""The platform's own invoice to each seller, once a month."""

from datetime import date, timedelta

import pytest

from booking.jobs.finish import finish_repair
from collective.invoices.check_xml import what_is_wrong_in_xml
from collective.invoices.cii import xml_of
from collective.invoices.invoice_commission import invoice_commissions, invoice_month
from collective.invoices.models import Invoice, IssuerDetails
from collective.ledger.entities import books_of, platform_of
from tests.booking.appointments.scene import NINE, TEN, book_at, staff_of
from tests.factories import StaffFactory

DECEMBER = NINE + timedelta(days=14)
PLATFORM = {
    "legal_name": "Moyeu SCIC",
    "legal_form": "SCIC SA",
    "siren": "732829320",
    "street": "1 rue Nationale",
    "postcode": "59000",
    "city": "Lille",
    "vat_regime": "franchise",
}


@pytest.fixture
def sold(counter):
    """Two repairs in November, each with 3 % of its labour for the platform."""
    for moment in (NINE, TEN):
        finish_repair(appointment=book_at(counter, moment), by=staff_of(counter), at=moment + timedelta(hours=1))
    return counter


def test_a_month_has_one_invoice_a_seller(sold):
    IssuerDetails.objects.create(entity=platform_of(sold.collective), **PLATFORM)
    assert (invoice_commissions(at=DECEMBER), invoice_commissions(at=DECEMBER)) == (1, 1)
    invoice = Invoice.objects.get(kind=Invoice.Kind.COMMISSION)
    assert (invoice.number, invoice.gross_cents) == ("C2026-00001", 2 * 38)
    assert invoice.facts["buyer"]["siren"] == sold.seller.siren
    assert {"late", "franchise"} <= {mention["code"] for mention in invoice.facts["mentions"]}
    assert what_is_wrong_in_xml(xml_of(invoice.facts)) == []
    owner = StaffFactory(workshop=sold, role="owner").user
    assert list(Invoice.objects.visible_to(owner).filter(kind="fees")) == [invoice]
    assert not Invoice.objects.visible_to(staff_of(sold)).filter(kind="fees").exists()
    assert invoice.buyer_entity == books_of(sold.seller)


def test_a_month_without_work_has_none(sold):
    IssuerDetails.objects.create(entity=platform_of(sold.collective), **PLATFORM)
    assert invoice_month(collective=sold.collective, month=date(2026, 10, 1), at=DECEMBER) == 0


def test_a_platform_that_nobody_described_invoices_nobody(sold):
    assert invoice_commissions(at=DECEMBER) == 0
