"""The books, open to members: totals of a month as a picture and a table, and each entry behind them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from backend.lib.csv_safe import write_csv
from backend.lib.money import decimal
from collective.ledger.accounts import account_name
from collective.ledger.models import Entity, Entry
from collective.ledger.queries import entries_seen_by, names_of_others, totals_by_workshop
from collective.members.models import Collective
from collective.payments.distribution.rights import keeps_the_treasury
from collective.payments.rights import what_forbids_keeping_money
from collective.web.doors import collective_or_404, inside
from collective.web.flows import river_of
from collective.web.period import Month, read_month, today_in, zone_of
from collective.web.shares import Row, rows_of, sum_of
from collective.workshops.models import Workshop

ENTRIES_A_PAGE = 50
MOST_KIN = 20


@require_safe
@inside
def books(request: HttpRequest) -> HttpResponse:
    """The month in one look, and the last entries."""
    collective = collective_or_404(request)
    month = month_of(request, collective)
    rows = read_rows(collective, month)
    total = sum_of(rows)
    context = {
        **frame(request, collective, month, current="books"),
        "rows": rows,
        "total": total,
        "river": river_of(rows, total),
    }
    return render(request, "collective/books.html", context)


@require_safe
@inside
def books_csv(request: HttpRequest) -> HttpResponse:
    """The month's table, for a spreadsheet: amounts in euros with a point, names that no spreadsheet runs."""
    collective = collective_or_404(request)
    month = month_of(request, collective)
    table = [["workshop", "labour", "parts", "vat", "fund", "platform", "fees", "stays_with_the_workshop"]]
    for row in read_rows(collective, month):
        totals = row.totals
        amounts = (
            totals.labour_cents, totals.parts_cents, totals.vat_cents, totals.fund_cents,
            totals.platform_cents, totals.fee_cents, totals.stays_cents,
        )  # fmt: skip
        table.append([row.label, *(decimal(cents) for cents in amounts)])
    return csv_file(table, name=f"moyeu-{collective.slug}-{month.code}")


def csv_file(rows: list[list[str]], *, name: str) -> HttpResponse:
    response = HttpResponse(write_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_safe
@inside
def entries(request: HttpRequest) -> HttpResponse:
    """The month's entries, newest first; of one legal person or of one journal when asked for."""
    collective = collective_or_404(request)
    month = month_of(request, collective)
    entities = list(Entity.objects.visible_to(request.user).filter(collective=collective).order_by("kind", "name"))
    asked = next((entity for entity in entities if str(entity.pk) == request.GET.get("livre", "")), None)
    journal = request.GET.get("journal", "")
    found = entries_seen_by(
        request.user, entity=asked, first=month.first, last=month.last, zone=zone_of(collective)
    ).filter(entity__collective=collective)
    if journal in Entry.Journal.values:
        found = found.filter(journal=journal)
    context = {
        **frame(request, collective, month, current="entries"),
        "entities": entities,
        "asked": asked,
        "journals": Entry.Journal.choices,
        "journal": journal,
        "page": Paginator(found, ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        "query": kept_query(request),
    }
    return render(request, "collective/entries.html", context)


def kept_query(request: HttpRequest) -> str:
    """The filters of the address, for the links to the other pages of the same list: "mois=2026-10&livre=3&"."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


@require_safe
@inside
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its lines, and the entries of the same repair in the other books."""
    seen = Entry.objects.visible_to(request.user)
    found = get_object_or_404(seen.select_related("entity__collective", "workshop", "mirrors"), pk=pk)
    collective = found.entity.collective
    others = names_of_others(collective)
    lines = [(line, account_name(line.account, others=others)) for line in found.lines.order_by("-amount", "account")]
    kin = seen.filter(reference=found.reference).exclude(pk=found.pk).select_related("entity")
    month = Month(found.occurred_at.astimezone(zone_of(collective)).date().replace(day=1))
    context = {
        **frame(request, collective, month, current="entries"),
        "entry": found,
        "lines": lines,
        "kin": kin.order_by("occurred_at", "pk")[:MOST_KIN] if found.reference else [],
    }
    return render(request, "collective/entry.html", context)


def frame(request: HttpRequest, collective: Collective, month: Month, *, current: str) -> dict[str, Any]:
    """What every page of the books shows around its own matter."""
    return {
        "collective": collective,
        "zone": collective.timezone,
        "month": month,
        "is_last": month.after.first > today_in(collective),
        "current": current,
        "keeps_money": what_forbids_keeping_money(collective, by=request.user) is None,
        "my_workshop": Workshop.objects.run_by(request.user).order_by("name").first(),
        "keeps_treasury": keeps_the_treasury(request.user, collective),
    }


def month_of(request: HttpRequest, collective: Collective) -> Month:
    return read_month(request.GET.get("mois", ""), today=today_in(collective))


def read_rows(collective: Collective, month: Month) -> list[Row]:
    return rows_of(totals_by_workshop(collective=collective, first=month.first, last=month.last))
