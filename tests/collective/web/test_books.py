import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from tests.collective.web.conftest import OCTOBER, browser, repair, staff_member
from tests.factories import UserFactory

DOORS = ("books", "books_csv", "entries")
IN_OCTOBER = {"mois": "2026-10"}
FORMULAS = ("=1+1", "+33", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠1")


def door(name, **given):
    return reverse(f"collective:{name}", kwargs=given)


def sheet_of(answer):
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", DOORS)
def test_the_books_are_open_to_members_only(client, member, pave, name):
    assert member.get(door(name)).status_code == 200
    assert browser(UserFactory()).get(door(name)).status_code == 404
    assert client.get(door(name)).status_code == 302


@pytest.mark.parametrize("name", DOORS)
def test_a_member_cannot_name_another_collective(member, elsewhere, name):
    assert member.get(door(name), {"collectif": elsewhere.collective.slug}).status_code == 404


@pytest.mark.parametrize("name", DOORS)
def test_nothing_of_them_is_kept_by_a_cache(member, name):
    page = member.get(door(name))
    assert page.headers["Cache-Control"] == "no-store, private"
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_the_month_adds_up_to_the_cent(member, pave, moulin, elsewhere):
    repair(pave)
    repair(pave, labour_cents=1999)
    repair(moulin)
    repair(elsewhere)
    repair(moulin, at=OCTOBER + timedelta(days=40))
    page = member.get(door("books"), IN_OCTOBER)
    rows, total = page.context["rows"], page.context["total"]
    assert [row.label for row in rows] == ["Le Moulin", "Le Pavé"]
    assert (rows[0].totals.labour_cents, rows[0].totals.parts_cents, rows[0].totals.vat_cents) == (4000, 1000, 1000)
    assert (rows[0].totals.fund_cents, rows[0].totals.platform_cents) == (400, 80)
    assert total.stays_cents + total.fund_cents + total.costs_cents == total.revenue_cents
    assert total.revenue_cents == sum(row.totals.revenue_cents for row in rows)


def test_the_picture_is_drawn_from_the_rows_of_the_table(member, pave, moulin):
    repair(pave)
    repair(moulin, labour_cents=9600)
    page = member.get(door("books"), IN_OCTOBER)
    river = page.context["river"]
    assert sum(bank.cents for bank in river.sources) == sum(bank.cents for bank in river.mouths) == river.cents
    heights = {bank.label: float(bank.height) for bank in river.mouths}
    stays = {row.label: row.totals.stays_cents for row in page.context["rows"]}
    assert heights["Le Moulin"] / heights["Le Pavé"] == pytest.approx(stays["Le Moulin"] / stays["Le Pavé"], rel=0.01)
    assert " style=" not in page.content.decode()


def test_an_empty_month_says_so(member):
    page = member.get(door("books"), {"mois": "2019-01"})
    assert page.context["river"] is None
    assert 'class="empty"' in page.content.decode()


@pytest.mark.parametrize("text", ["", "octobre", "2026-13", "2026-1", "0001-01", "9999-12", "2026-10-05", "'"])
def test_a_month_that_is_none_is_this_one(member, text):
    assert member.get(door("books"), {"mois": text}).context["is_last"]


def test_months_lead_to_each_other_over_the_end_of_a_year(member):
    body = member.get(door("books"), {"mois": "2025-12"}).content.decode()
    assert "?mois=2025-11" in body
    assert "?mois=2026-01" in body
    this_month = member.get(door("books"))
    assert f"?mois={this_month.context['month'].after.code}" not in this_month.content.decode()


def test_a_month_begins_at_midnight_of_the_collective(member, pave):
    """23:30 in UTC on the last of September is October in France."""
    late = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)
    reference = repair(pave, at=late)
    assert member.get(door("books"), IN_OCTOBER).context["total"].labour_cents == 4000
    assert member.get(door("books"), {"mois": "2026-09"}).context["rows"] == []
    listed = member.get(door("entries"), IN_OCTOBER).context["page"].object_list
    assert {entry.reference for entry in listed} == {reference}
    entry = Entry.objects.filter(reference=reference).first()
    assert member.get(door("entry", pk=entry.pk)).context["month"].code == "2026-10"


def test_the_file_holds_the_numbers_of_the_page(member, pave):
    repair(pave)
    answer = member.get(door("books_csv"), IN_OCTOBER)
    head, row = sheet_of(answer)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"moyeu-{pave.collective.slug}-2026-10.csv" in answer.headers["Content-Disposition"]
    assert dict(zip(head, row, strict=True)) == {
        "workshop": "Le Pavé", "labour": "40.00", "parts": "10.00", "vat": "10.00", "fund": "4.00",
        "platform": "0.80", "fees": "0.00", "stays_with_the_workshop": "45.20",
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_no_spreadsheet_runs_a_workshops_name(member, pave, name):
    pave.name = name
    pave.save(update_fields=["name"])
    repair(pave)
    cell = sheet_of(member.get(door("books_csv"), IN_OCTOBER))[1][0]
    assert cell == f"'{name}"


def test_entries_are_chosen_by_books_and_journal(member, pave, moulin, elsewhere):
    repair(pave)
    repair(moulin)
    repair(elsewhere)
    everything = member.get(door("entries"), IN_OCTOBER).context["page"].object_list
    assert {entry.entity.collective for entry in everything} == {pave.collective}
    own = books_of(pave.seller)
    chosen = member.get(door("entries"), {**IN_OCTOBER, "livre": own.pk, "journal": "sales"}).context
    assert [(entry.entity, entry.journal) for entry in chosen["page"]] == [(own, "sales")]
    foreign = member.get(door("entries"), {**IN_OCTOBER, "livre": books_of(elsewhere.seller).pk, "journal": "rien"})
    assert foreign.context["asked"] is None
    assert len(foreign.context["page"].object_list) == len(everything)


def test_pages_keep_what_was_chosen_and_end_where_the_list_ends(member, pave, monkeypatch):
    monkeypatch.setattr("collective.web.books.ENTRIES_A_PAGE", 2)
    repair(pave)
    page = member.get(door("entries"), {**IN_OCTOBER, "journal": "sharing", "page": "1"})
    assert 'href="?mois=2026-10&amp;journal=sharing&amp;page=2"' in page.content.decode()
    for text in ("99", "-1", "x"):
        assert member.get(door("entries"), {**IN_OCTOBER, "page": text}).status_code == 200


def test_a_list_costs_the_same_however_long_it_is(member, pave, django_assert_num_queries):
    repair(pave)
    with CaptureQueriesContext(connection) as short:
        member.get(door("entries"), IN_OCTOBER)
    for _ in range(4):
        repair(pave)
    with django_assert_num_queries(len(short)):
        member.get(door("entries"), IN_OCTOBER)


def test_an_entry_shows_its_lines_and_its_kin(member, foreign_member, pave, client):
    reference = repair(pave)
    sale = Entry.objects.get(reference=reference, journal="sales")
    page = member.get(door("entry", pk=sale.pk))
    assert sum(line.amount for line, _name in page.context["lines"]) == 0
    assert {other.reference for other in page.context["kin"]} == {reference}
    assert "TVA collectée" in page.content.decode()
    assert foreign_member.get(door("entry", pk=sale.pk)).status_code == 404
    assert client.get(door("entry", pk=sale.pk)).status_code == 302


def test_who_works_in_a_workshop_finds_the_way_back_to_it(pave, member):
    assert reverse("web:day", args=[pave.slug]) in staff_member(pave).get(door("books")).content.decode()
    assert "/atelier/" not in member.get(door("books")).content.decode()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(member, pave, prefix):
    entry = Entry.objects.filter(reference=repair(pave)).first()
    for end in ("", "ecritures/", f"ecritures/{entry.pk}/"):
        assert member.get(f"{prefix}/collectif/comptes/{end}", IN_OCTOBER).status_code == 200
