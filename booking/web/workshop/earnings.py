"""What I earned, and when it arrives: a month of one workshop, as pictures, as tables and as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.money import decimal
from backend.lib.sheets import safe_cell
from booking.appointments.models import Appointment
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.earnings_drawn import arrivals_of, day_of, pieces_of
from collective.payments.distribution.earnings import Amounts, Earning, read_earnings
from collective.web.account_words import where_it_is
from collective.web.period import Month, read_month
from collective.workshops.models import Workshop

COLUMNS = (
    "price_cents", "online_cents", "elsewhere_cents", "unpaid_cents", "fund_cents", "platform_cents", "fee_cents",
    "yours_cents", "sent_cents", "waiting_cents", "netted_cents", "owed_cents",
)  # fmt: skip


@dataclass(frozen=True)
class Leg:
    """One transfer in words: its mark, its words, the day it left or is to leave."""

    mark: str
    words: str | Promise
    cents: int
    day: date | None


@dataclass(frozen=True)
class Row:
    earning: Earning
    legs: Sequence[Leg]
    appointment: int | None


@require_safe
@at_work
def earnings(request: HttpRequest, slug: str) -> HttpResponse:
    """The repairs finished in the month, and where the money of each is now."""
    workshop = workshop_or_404(request, slug)
    at = database_now()
    month = _month(request, workshop)
    found = read_earnings(workshop=workshop, first=month.first, last=month.last)
    total = sum((one.amounts for one in found), Amounts())
    context: dict[str, Any] = {
        **frame(request, workshop, at=at, current="earnings"),
        "month": month,
        "is_last": month.after.first > at.astimezone(workshop.zone).date(),
        "rows": _rows(found, workshop),
        "total": total,
        "pieces": pieces_of(total),
        "arrivals": arrivals_of(found, workshop),
    }
    return render(request, "booking/workshop/earnings.html", context)


@require_safe
@at_work
def earnings_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same table for a spreadsheet: euros with a point, no cell that one would run as a formula."""
    workshop = workshop_or_404(request, slug)
    month = _month(request, workshop)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # tells Excel that it is UTF-8
    response["Content-Disposition"] = f'attachment; filename="moyeu-{workshop.slug}-{month.code}.csv"'
    sheet = csv.writer(response)
    sheet.writerow(["repair", "finished_on", *(name.removesuffix("_cents") for name in COLUMNS), "where"])
    for one in read_earnings(workshop=workshop, first=month.first, last=month.last):
        amounts = [decimal(getattr(one.amounts, name)) for name in COLUMNS]
        where = "; ".join(str(leg.words) for leg in _legs(one, workshop))
        finished_on = one.finished_at.astimezone(workshop.zone).date().isoformat()
        sheet.writerow([safe_cell(one.reference), finished_on, *amounts, safe_cell(where)])
    return response


def _month(request: HttpRequest, workshop: Workshop) -> Month:
    return read_month(request.GET.get("mois", ""), today=database_now().astimezone(workshop.zone).date())


def _rows(found: Iterable[Earning], workshop: Workshop) -> list[Row]:
    found = list(found)
    known = dict(Appointment.objects.filter(workshop=workshop, pk__in=_pks(found)).values_list("pk", "pk"))
    return [Row(one, _legs(one, workshop), known.get(_pk(one.reference))) for one in found]


def _pks(found: Iterable[Earning]) -> list[int]:
    return [pk for one in found if (pk := _pk(one.reference)) is not None]


def _pk(number: str) -> int | None:
    """As `Appointment.number` is made."""
    digits = number.removeprefix("M")
    return int(digits) if digits.isdecimal() else None


def _legs(one: Earning, workshop: Workshop) -> list[Leg]:
    return [Leg(*where_it_is(row), cents=row.kept_cents, day=day_of(row, workshop)) for row in one.transfers]
