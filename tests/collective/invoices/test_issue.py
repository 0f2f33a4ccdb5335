"""A finished repair has its invoice: gapless, frozen, with what the books say; refunds have credit notes."""

import hashlib
from datetime import timedelta
from io import BytesIO, StringIO

import facturx
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from backend.lib.outbox import sweep_outbox
from booking.jobs.finish import finish_repair
from booking.jobs.papers import issue_due_papers
from collective.invoices.check import what_is_wrong_in_the_invoices
from collective.invoices.credit import issue_credit_note
from collective.invoices.facts import canonical
from collective.invoices.guards import GUARDS
from collective.invoices.issue import PAPER, AlreadyIssued, CreditedTooMuch
from collective.invoices.make_paper import files_of, paper_of
from collective.invoices.models import Invoice, InvoicePaper
from collective.ledger.models import Entry
from collective.ledger.record import CannotBeBooked
from collective.ledger.reverse import reverse
from collective.payments.models import Payment
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from collective.workshops.models import Seller
from tests.booking.appointments.scene import (
    AT,
    NEXT_WEEK,
    NINE,
    TEN,
    book_at,
    confirmed,
    mails,
    make_workshop,
    pass_sweeps,
    staff_of,
)

DONE_AT = NINE + timedelta(hours=1)
Kind = Invoice.Kind


@pytest.fixture
def done(workshop, provider):
    """Finished; 6 € were paid online before, 14 € at the counter."""
    appointment = confirmed(workshop, provider)
    issue_due_papers(at=AT)
    return finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)


def invoice_of(appointment, kind=Kind.INVOICE):
    return Invoice.objects.get(reference=appointment.number, kind=kind)


def refund(appointment, cents, at=DONE_AT):
    payment = Payment.objects.get(pk=appointment.payment_id)
    refund_payment(payment=payment, amount_cents=cents, reason="test", at=at)
    pass_sweeps(appointment, at=at)
    issue_due_papers(at=at)


def test_a_finished_repair_has_its_invoice(done):
    invoice = invoice_of(done)
    facts = invoice.facts
    assert (invoice.number, invoice.gross_cents, invoice.vat_cents) == ("F2026-00001", 2000, 333)
    assert [line["gross_cents"] for line in facts["lines"]] == [1500, 500]
    assert [(one["kind"], one["cents"]) for one in facts["settled"]] == [("online", 600), ("53", 1400)]
    assert facts["totals"]["due_cents"] == 0
    assert invoice.entry.source == f"sale:{done.number}"
    assert hashlib.sha256(canonical(facts)).hexdigest() == invoice.sha256


def test_money_before_the_repair_has_a_deposit_invoice_that_the_last_one_deducts(done):
    deposit = invoice_of(done, Kind.DEPOSIT)
    assert (deposit.number, deposit.gross_cents, deposit.vat_cents) == ("A2026-00001", 600, 100)
    assert [other["number"] for other in invoice_of(done).facts["names"]] == ["A2026-00001"]
    assert issue_due_papers(at=DONE_AT) == 0


def test_arrhes_are_called_arrhes(db, provider):
    workshop = make_workshop(deposit_kind="arrhes")
    appointment = confirmed(workshop, provider)
    issue_due_papers(at=AT)
    facts = invoice_of(appointment, Kind.DEPOSIT).facts
    assert facts["lines"][0]["name_fr"].startswith("Arrhes")
    assert {mention["code"] for mention in facts["mentions"]} >= {"earnest"}


def test_the_customer_gets_the_link(done):
    assert any("F2026-00001" in subject for subject in mails())


def test_numbers_follow_each_other_and_each_seller_counts_for_itself(counter):
    other = make_workshop(pay_now="counter")
    for workshop, moment in ((counter, NINE), (other, NINE), (counter, TEN)):
        finish_repair(appointment=book_at(workshop, moment), by=staff_of(workshop), at=moment + timedelta(hours=1))
    numbers = Invoice.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["F2026-00001", "F2026-00001", "F2026-00002"]


def test_a_year_begins_at_one(counter):
    finish_repair(appointment=book_at(counter), by=staff_of(counter), at=DONE_AT)
    late = book_at(counter, TEN)
    finish_repair(appointment=late, by=staff_of(counter), at=DONE_AT + timedelta(days=60))
    assert invoice_of(late).number == "F2027-00001"


def test_a_clock_behind_gives_no_earlier_day_to_a_later_number(counter):
    first, second = book_at(counter, NINE), book_at(counter, TEN)
    finish_repair(appointment=first, by=staff_of(counter), at=NEXT_WEEK)
    finish_repair(appointment=second, by=staff_of(counter), at=DONE_AT)
    assert invoice_of(second).issued_on == invoice_of(first).issued_on


def test_under_the_franchise_no_vat_is_charged_and_the_law_is_named(db, provider):
    workshop = make_workshop(pay_now="counter", seller__vat_regime=Seller.VatRegime.FRANCHISE)
    appointment = book_at(workshop)
    finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)
    invoice = invoice_of(appointment)
    assert invoice.vat_cents == 0
    assert "franchise" in {mention["code"] for mention in invoice.facts["mentions"]}
    assert "vat_number" in invoice.facts["seller"]
    assert invoice.facts["seller"]["vat_number"] == ""


@pytest.mark.parametrize("sql", ["UPDATE {} SET {}_sha256 = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["collective_invoice", "collective_invoicepaper"])
def test_the_database_refuses_a_change(done, sql, table):
    paper_of(invoice=invoice_of(done), at=DONE_AT)
    statement = sql.format(table, "pdf").replace("pdf_sha256", "sha256" if table.endswith("invoice") else "pdf_sha256")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_gap(done):
    invoice = invoice_of(done)
    invoice.pk, invoice.token, invoice.entry, invoice.cause, invoice.seq = None, None, None, "other", 3
    invoice.token = "0" * 32
    with pytest.raises(DatabaseError, match="after the last one"), transaction.atomic():
        invoice.save(force_insert=True)


def test_finishing_again_issues_nothing_more(done):
    from booking.jobs.invoice import invoice_repair

    assert invoice_repair(appointment=done, at=DONE_AT) == invoice_of(done)
    done.parts_cents += 1
    with pytest.raises(AlreadyIssued):
        invoice_repair(appointment=done, at=DONE_AT)


# --- Paper ------------------------------------------------------------------------------------------------------------


def test_the_paper_is_made_after_the_commit_and_once(done):
    invoice = invoice_of(done)
    assert not InvoicePaper.objects.exists()
    assert sweep_outbox(at=DONE_AT, kinds=[PAPER]) == 2
    paper = InvoicePaper.objects.get(invoice=invoice)
    assert hashlib.sha256(bytes(paper.pdf)).hexdigest() == paper.pdf_sha256
    name, xml = facturx.get_xml_from_pdf(bytes(paper.pdf))
    assert (name, xml) == ("factur-x.xml", bytes(paper.xml))
    assert paper_of(invoice=invoice, at=DONE_AT) == paper
    assert files_of(invoice) == (bytes(paper.pdf), bytes(paper.xml))


def test_it_says_that_it_is_pdf_a_3(done):
    pdf, _xml = files_of(invoice_of(done))
    said = PdfReader(BytesIO(pdf)).xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in said
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in said


def test_a_paper_that_cannot_be_made_loses_no_invoice(done, monkeypatch):
    monkeypatch.setattr("collective.invoices.check_xml.what_is_wrong_in_xml", lambda xml: ["BR-CO-15"])
    assert sweep_outbox(at=DONE_AT, kinds=[PAPER]) == 0
    assert not InvoicePaper.objects.exists()
    monkeypatch.undo()
    assert sweep_outbox(at=DONE_AT + timedelta(hours=2), kinds=[PAPER]) == 2


# --- Credit notes -----------------------------------------------------------------------------------------------------


def test_a_refund_after_the_sale_has_its_credit_note(done):
    refund(done, 300)
    credit = invoice_of(done, Kind.CREDIT_NOTE)
    assert (credit.number, credit.gross_cents, credit.vat_cents) == ("AV2026-00001", 300, 50)
    assert credit.corrects == invoice_of(done)
    assert credit.facts["names"][0]["number"] == "F2026-00001"
    assert issue_due_papers(at=DONE_AT) == 0


def test_a_refund_that_its_bank_sent_back_and_made_again_has_one_credit_note(done, provider):
    refund(done, 300)
    payment = Payment.objects.get(pk=done.payment_id)
    provider.refuse_refunds(payment)
    for _look in range(2):
        look_at_payment(payment=payment, at=DONE_AT)
    assert issue_due_papers(at=DONE_AT) == 0
    refund(done, 300)
    assert [paper.gross_cents for paper in Invoice.objects.filter(kind=Kind.CREDIT_NOTE)] == [300]
    assert issue_due_papers(at=DONE_AT) == 0


def test_refunds_to_the_last_cent_are_credited_to_the_last_cent(done):
    for cents in (1, 1, 2, 5, 591):
        refund(done, cents)
    credits = Invoice.objects.filter(kind=Kind.CREDIT_NOTE)
    assert sum(credit.gross_cents for credit in credits) == 600
    assert what_is_wrong_in_the_invoices(xml_of_last=20) == []


def test_money_given_back_before_the_repair_credits_the_deposit(workshop, provider):
    appointment = confirmed(workshop, provider)
    issue_due_papers(at=AT)
    refund(appointment, 100, at=AT)
    refund(appointment, 500, at=AT)
    credits = Invoice.objects.filter(kind=Kind.CREDIT_NOTE).order_by("pk")
    assert [credit.gross_cents for credit in credits] == [100, 500]
    assert sum(credit.vat_cents for credit in credits) == 100
    assert {credit.corrects.kind for credit in credits} == {Kind.DEPOSIT}


def test_a_credit_note_twice_is_refused(done):
    refund(done, 300)
    entry = Entry.objects.get(invoice__kind=Kind.CREDIT_NOTE)
    with pytest.raises(AlreadyIssued):
        issue_credit_note(entry=entry, at=DONE_AT)
    assert Invoice.objects.filter(kind=Kind.CREDIT_NOTE).count() == 1


def test_what_takes_nothing_back_has_no_credit_note(done):
    sale = invoice_of(done).entry
    with pytest.raises(CannotBeBooked):
        issue_credit_note(entry=sale, at=DONE_AT)


def test_credit_notes_never_pass_the_invoice(done, monkeypatch):
    sale = invoice_of(done).entry
    whole = reverse(entry=sale, label="test", at=DONE_AT)
    monkeypatch.setattr("collective.invoices.issue.left_of", lambda invoice: 1999)
    with pytest.raises(CreditedTooMuch):
        issue_credit_note(entry=whole, at=DONE_AT)


# --- The command ------------------------------------------------------------------------------------------------------


def test_all_stands(done):
    out = StringIO()
    sweep_outbox(at=DONE_AT, kinds=[PAPER])
    call_command("check_invoices", stdout=out)
    assert out.getvalue() == "2 invoices: all stand.\n"


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE collective_invoice SET gross_cents = gross_cents + 1", "its row and its facts disagree"),
        ("UPDATE collective_invoice SET sha256 = 'x'", "SHA-256"),
        ("UPDATE collective_invoicepaper SET pdf_sha256 = 'x'", "its PDF is not the one"),
        ("UPDATE collective_invoice SET seq = seq + 1", "has a gap"),
        ("UPDATE collective_invoiceseries SET last = 9", "the counter of series"),
        ("UPDATE collective_invoice SET entry_id = NULL", "has no invoice"),
    ],
)
def test_one_change_by_hand_turns_it_red(done, sql, fault):
    paper_of(invoice=invoice_of(done), at=DONE_AT)
    with GUARDS.lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_invoices", "--xml", "0", stdout=out)
    assert fault in out.getvalue()


def test_a_missing_guard_turns_it_red(done):
    GUARDS.remove(connection)
    try:
        assert any("guard" in fault for fault in what_is_wrong_in_the_invoices())
    finally:
        GUARDS.install(connection)


def test_a_wrong_total_turns_it_red(done):
    invoice = invoice_of(done)
    invoice.facts["totals"]["net_cents"] += 1
    with GUARDS.lifted(connection):
        Invoice.objects.filter(pk=invoice.pk).update(facts=invoice.facts)
    faults = what_is_wrong_in_the_invoices(xml_of_last=5)
    assert any("BR-CO-13" in fault and "[BR" in fault for fault in faults)
