"""The page of what does not agree: what it shows, what it does, who may."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collective.payments.dispute_models import Dispute
from collective.payments.models import Payment, Refund
from collective.reconciliation.models import BooksCheck, Disagreement, Payout
from collective.reconciliation.standing import standing_of
from tests.collective.web.conftest import browser, repair
from tests.factories import MembershipFactory

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def ines(pave):
    return browser(MembershipFactory(collective=pave.collective, role="treasurer").user)


@pytest.fixture
def row(pave):
    return disagreement(pave)


def disagreement(workshop, key="movement:1", **fields):
    given = {"kind": "unknown", "about": "adjustment txn_1", "theirs_cents": -700, "since": AT, "seen_at": AT}
    return Disagreement.objects.create(collective=workshop.collective, key=key, **given | fields)


def payment_of(workshop, **fields):
    given = {"state": "captured", "captured_cents": 5000, "capture": "now", "created_at": AT, "label": "Révision 12"}
    return Payment.objects.create(
        purpose="rien",
        subject="rien",
        workshop=workshop,
        email="camille@example.org",
        amount_cents=5000,
        **given | fields,
    )


def page(client, **query):
    answer = client.get(reverse("collective:agreement"), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client, name, *args, **body):
    return client.post(reverse(f"collective:{name}", args=args), body, follow=True).content.decode()


def test_nothing_was_looked_at_yet(ines):
    assert "Rien n’a encore été contrôlé" in page(ines)


def test_the_last_look_is_said_in_words(ines):
    BooksCheck.objects.create(
        slot=AT, at=AT, finished_at=AT, took_ms=42, provider="compared", entries=7, counts={"books": 0}, books_cents=0
    )
    assert "Tout concorde." in page(ines)
    BooksCheck.objects.update(open_count=1)
    assert "Quelque chose ne concorde pas." in page(ines)
    BooksCheck.objects.update(open_count=0, provider="silent")
    assert "n’a pas répondu" in page(ines)


def test_what_is_open_is_shown_and_settled_with_a_note(ines, row):
    assert "inconnu des livres" in page(ines)
    assert "Dites en quelques mots" in post(ines, "agreement_settle", row.pk, note=" ")
    assert "Régl" in post(ines, "agreement_settle", row.pk, note="Frais de carte.")
    row.refresh_from_db()
    assert (row.how, row.note) == ("accepted", "Frais de carte.")
    assert "Frais de carte." in page(ines)


def test_a_fault_of_our_books_has_no_form(ines, pave):
    row = disagreement(pave, kind="books", said="entry 12 is out of balance by 1 EUR", theirs_cents=None)
    shown = page(ines)
    assert "entry 12 is out of balance" in shown
    assert reverse("collective:agreement_settle", args=[row.pk]) not in shown
    assert "se répare" in post(ines, "agreement_settle", row.pk, note="tant pis")


def test_a_payment_in_trouble_is_settled_with_a_reason(ines, pave):
    payment = payment_of(pave, trouble="amount")
    assert "un autre montant que demandé" in page(ines) or "Révision 12" in page(ines)
    post(ines, "trouble_settle", payment.pk, note="Vu.")
    payment.refresh_from_db()
    assert payment.trouble == ""


@pytest.mark.parametrize(("how", "planned", "means"), [("carte", 1, []), ("virement", 0, ["bank"])])
def test_a_refund_that_came_back_goes_one_of_two_ways(ines, pave, how, planned, means):
    payment = payment_of(pave)
    refund = Refund.objects.create(
        payment=payment, provider_id="re_1", amount_cents=1000, refunded_at=AT, failed_at=AT + timedelta(days=3)
    )
    assert "camille@example.org" in page(ines)
    post(ines, "refund_settle", refund.pk, faire=how)
    assert payment.operations.filter(kind="refund").count() == planned
    assert list(payment.refunds.exclude(pk=refund.pk).values_list("means", flat=True)) == means
    assert "déjà" in post(ines, "refund_settle", refund.pk, faire=how)


def test_disputes_holds_and_payouts_are_told_with_their_dates(ines, pave):
    payment = payment_of(pave)
    Dispute.objects.create(
        payment=payment,
        provider_id="dp_1",
        amount_cents=5000,
        fee_cents=2000,
        status="needs_response",
        opened_at=AT,
        looked_at=AT,
        evidence_due_at=AT + timedelta(days=9),
    )
    payment_of(pave, state="authorised", captured_cents=0, capture="later", capture_before=AT, label="Roue voilée")
    Payout.objects.create(
        provider_id="po_1", amount_cents=4200, status="failed", is_automatic=True, arrives_on=AT.date(), created_at=AT
    )
    shown = page(ines)
    for words in ("contesté, pièces à envoyer", "Roue voilée", "refusé par la banque", "29 novembre"):
        assert words in shown


def test_where_the_money_is_and_whose_it_is_are_one_sum(ines, pave, moulin):
    repair(pave)
    repair(moulin, labour_cents=9600)
    standing = standing_of(pave.collective)
    assert standing.held_cents == standing.owed_cents
    assert standing.held_cents > 0
    assert " style=" not in page(ines)


def test_looking_again_checks_now_and_not_twice_at_once(ines, pave):
    assert "Tout a été contrôlé" in post(ines, "agreement_check")
    assert "vient d’être fait" in post(ines, "agreement_check")
    assert BooksCheck.objects.count() == 1


def test_the_file_runs_in_no_spreadsheet(ines, pave):
    disagreement(pave, about="=1+1", note="@SUM(A1)", resolved_at=AT, how="accepted")
    answer = ines.get(reverse("collective:agreement_csv"))
    head, line = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    row = dict(zip(head, line, strict=True))
    assert (row["about"], row["note"], row["provider"]) == ("'=1+1", "'@SUM(A1)", "-7.00")


def test_another_collectives_rows_do_not_exist(ines, elsewhere):
    row = disagreement(elsewhere)
    assert "adjustment txn_1" not in page(ines)
    assert ines.post(reverse("collective:agreement_settle", args=[row.pk]), {"note": "vu"}).status_code == 404


def test_a_member_who_does_not_keep_the_money_is_told_who_does(member, row):
    assert member.get(reverse("collective:agreement")).status_code == 403
    assert member.post(reverse("collective:agreement_settle", args=[row.pk]), {"note": "vu"}).status_code == 403


def test_a_long_list_costs_as_much_as_a_short_one(ines, pave):
    disagreement(pave)
    with CaptureQueriesContext(connection) as short:
        page(ines)
    for number in range(5):
        disagreement(pave, key=f"movement:more{number}", payment=payment_of(pave))
    with CaptureQueriesContext(connection) as long:
        page(ines)
    assert len(long) == len(short)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(ines, row, prefix):
    assert ines.get(f"{prefix}/collectif/comptes/concordance/").status_code == 200
