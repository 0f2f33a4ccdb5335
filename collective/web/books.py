"""The books, open to the collective's members: totals of a month as a picture and a table, and each entry behind them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from collective.ledger.accounts import account_name
from collective.ledger.models import Entity, Entry
from collective.ledger.queries import entries_seen_by, names_of_others, totals_by_workshop
from collective.members.models import Collective
from collective.web.doors import collective_or_404, inside
from collective.web.period import Month, read_month
from collective.web.shares import Row, rows_of, sum_of
from collective.workshops.models import Workshop

ENTRIES_A_PAGE = 50
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - the full-width ones too


@require_safe
@inside
def books(request: HttpRequest) -> HttpResponse:
    """The month in one look, and the last entries."""
    collective, month = collective_or_404(request), month_of(request)
    rows = read_rows(collective, month)
    context = {**frame(request, collective, month), "rows": rows, "total": sum_of(rows), "current": "books"}
    return render(request, "collective/books.html", context)


@require_safe
@inside
def books_csv(request: HttpRequest) -> HttpResponse:
    """The month's table, for a spreadsheet: amounts in euros with a point, names that no spreadsheet runs."""
    collective, month = collective_or_404(request), month_of(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="moyeu-{collective.slug}-{month.code}.csv"'
    sheet = csv.writer(response)
    sheet.writerow(["workshop", "labour", "parts", "vat", "fund", "platform", "fees", "stays_with_the_workshop"])
    for row in read_rows(collective, month):
        totals = row.totals
        amounts = (
            totals.labour_cents, totals.parts_cents, totals.vat_cents, totals.fund_cents,
            totals.platform_cents, totals.fee_cents, totals.stays_cents,
        )  # fmt: skip
        sheet.writerow([no_formula(row.label), *(f"{cents / 100:.2f}" for cents in amounts)])
    return response


@require_safe
@inside
def entries(request: HttpRequest) -> HttpResponse:
    """The month's entries, newest first; one legal person's when its books are asked for."""
    collective, month = collective_or_404(request), month_of(request)
    entities = list(Entity.objects.visible_to(request.user).filter(collective=collective).order_by("kind", "name"))
    asked = next((entity for entity in entities if str(entity.pk) == request.GET.get("livre", "")), None)
    found = entries_seen_by(request.user, entity=asked, first=month.first, last=month.last).filter(
        entity__collective=collective
    )
    context = {
        **frame(request, collective, month),
        "entities": entities,
        "asked": asked,
        "page": Paginator(found, ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        "current": "entries",
    }
    return render(request, "collective/entries.html", context)


@require_safe
@inside
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its lines, and the entries of the same repair in the other books."""
    found = get_object_or_404(
        Entry.objects.visible_to(request.user).select_related("entity__collective", "workshop"), pk=pk
    )
    collective = found.entity.collective
    others = names_of_others(collective)
    lines = [(line, account_name(line.account, others=others)) for line in found.lines.order_by("-amount", "account")]
    kin = Entry.objects.visible_to(request.user).filter(reference=found.reference).exclude(pk=found.pk)
    context = {
        **frame(request, collective, Month(found.occurred_at.date().replace(day=1))),
        "entry": found,
        "lines": lines,
        "kin": kin.select_related("entity").order_by("occurred_at", "pk")[:20] if found.reference else [],
        "current": "entries",
    }
    return render(request, "collective/entry.html", context)


def frame(request: HttpRequest, collective: Collective, month: Month) -> dict[str, Any]:
    """What every page of the books shows around its own matter."""
    return {
        "collective": collective,
        "zone": collective.timezone,
        "month": month,
        "month_on": datetime(month.first.year, month.first.month, 15),  # noqa: DTZ001 - only its name is shown
        "my_workshop": Workshop.objects.run_by(request.user).order_by("name").first(),
    }


def month_of(request: HttpRequest) -> Month:
    today: date = database_now().date()
    return read_month(request.GET.get("mois", ""), today=today)


def read_rows(collective: Collective, month: Month) -> list[Row]:
    return rows_of(totals_by_workshop(collective=collective, first=month.first, last=month.last))


def no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
