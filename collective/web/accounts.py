"""Open accounts: what anybody may see of the collective's money, from the same rows as its members' books."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from collective.activity.models import FinishedWork
from collective.ledger.queries import totals_by_workshop
from collective.members.models import Collective
from collective.web.period import Month, read_month
from collective.web.shares import pieces_of, rows_of, sum_of

SECONDS_KEPT = 60


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """One finished month of the (first) collective; its current month when nothing was finished before."""
    collective = Collective.objects.order_by("pk").first()
    if collective is None:
        raise Http404
    today = database_now().astimezone(ZoneInfo(collective.timezone)).date()
    month = read_month(request.GET.get("mois", Month(today.replace(day=1)).before.code), today=today)
    key = f"accounts:{collective.pk}:{month.code}"
    if (figures := cache.get(key)) is None:
        figures = read_figures(collective, month)
        cache.set(key, figures, SECONDS_KEPT)
    context = {
        "collective": collective,
        "month": month,
        "month_on": datetime(month.first.year, month.first.month, 15),  # noqa: DTZ001 - only its name is shown
        "is_last": month.after.first > today,
        **figures,
    }
    return render(request, "collective/accounts.html", context)


def read_figures(collective: Collective, month: Month) -> dict[str, Any]:
    rows = rows_of(totals_by_workshop(collective=collective, first=month.first, last=month.last))
    total = sum_of(rows)
    zone = ZoneInfo(collective.timezone)
    begins = datetime.combine(month.first, time(), zone)
    ends = datetime.combine(month.last + timedelta(days=1), time(), zone)
    finished = FinishedWork.objects.filter(
        workshop__collective=collective, finished_at__gte=begins, finished_at__lt=ends
    )
    return {
        "rows": rows,
        "total": total,
        "pieces": pieces_of(total, widest=total.revenue_cents),
        "repairs": finished.count(),
    }
