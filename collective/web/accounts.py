"""Open accounts: what anybody may see of the collective's money, from the same rows as its members' books."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collective.members.models import Collective
from collective.web.period import Month, read_month, today_in
from collective.web.shares import of_hundred, pieces_of
from collective.web.year import read_year

SECONDS_KEPT = 60


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """The last whole month of the house's collective (an installation has one; the first, where there are more)."""
    collective = Collective.objects.order_by("pk").first()
    if collective is None:
        raise Http404
    today = today_in(collective)
    last_finished = Month(today.replace(day=1)).before
    month = read_month(request.GET.get("mois", last_finished.code), today=today)
    key = f"accounts:{collective.pk}:{month.code}"
    if (figures := cache.get(key)) is None:
        figures = read_figures(collective, month)
        cache.set(key, figures, SECONDS_KEPT)
    context = {
        "collective": collective,
        "month": month,
        "is_last": month.after.first > today,
        **figures,
    }
    return render(request, "collective/accounts.html", context)


def read_figures(collective: Collective, month: Month) -> dict[str, Any]:
    """
    Return the month's totals and the year before it. No workshop is told apart: some are one person, whose income
    is not everybody's business; members see it in their books.
    """
    year = read_year(collective, month)
    total = year[-1].totals
    return {
        "year": year,
        "repairs": year[-1].repairs,
        "total": total,
        "pieces": pieces_of(total, widest=total.revenue_cents),
        "of_hundred": of_hundred(total),
    }
