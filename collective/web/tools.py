"""The tools that a collective shares: where they stand, who has them when, and what their keepers do with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from collective.members.models import Collective
from collective.payments.rights import what_forbids_keeping_money
from collective.timetable.ticks import local_midnight
from collective.tools.borrowers import sold_no_more_without
from collective.tools.change_tools import add_tool, change_tool, retire_tool
from collective.tools.lend import keep_for_upkeep, lend, loan_period, take_back, what_forbids_ending
from collective.tools.models import Loan, Tool
from collective.tools.rights import what_forbids_adding, what_forbids_giving_back, what_forbids_keeping
from collective.tools.where import Use, standings, uses_of
from collective.web.doors import inside
from collective.web.forms import done_by_form
from collective.web.tool_forms import LoanForm, NewToolForm, PeriodForm, ToolForm, homes_in
from collective.workshops.models import Workshop

A_DAY = timedelta(days=1)
WEEK, LISTED = 7, timedelta(days=62)
# The wall's silhouettes, by kind of tool; what has none is drawn as a spanner.
DRAWN = {
    "torque_wrench": "torque", "truing_stand": "truing", "bleed_mineral": "bleed", "bleed_dot": "bleed",
    "headset_press": "headset", "bb_press": "bbpress", "diag_bosch": "bosch", "diag_shimano": "bosch",
    "diag_bafang": "bosch", "diag_other": "bosch", "batt_tester": "batt", "batt_safe": "batt", "cargo_lift": "lift",
    "hanger_gauge": "hanger", "spoke_tension": "tension", "facing_brake": "facing", "engraver": "engrave",
}  # fmt: skip


@dataclass(frozen=True)
class UseShown:
    """A use with what this person may do about it."""

    use: Use
    may_end: bool
    in_a_day: bool  # it ends on the local day on which it begins


@require_safe
@inside
def tools(request: HttpRequest) -> HttpResponse:
    """All of them on a wall, and the week."""
    collective, at = collective_or_404(request), database_now()
    zone = collective.timezone
    today = at.astimezone(_zone(collective)).date()
    first = _read_day(request.GET.get("semaine", ""), today)
    begins, ends = (local_midnight(day, _zone(collective)) for day in (first, first + WEEK * A_DAY))
    found = list(_in_use(collective).order_by("name", "pk"))
    uses = uses_of(found, since=begins, until=ends, at=at)
    days = [local_midnight(first + n * A_DAY, _zone(collective)) for n in range(WEEK)]
    context = {
        **_frame(request, collective, at=at),
        "zone": zone,
        "wall": [(one, DRAWN.get(one.tool.kind.code, "")) for one in standings(found, at=at, until=at + LISTED)],
        "days": days,
        "week": [(tool, [_on(uses[tool.pk], day) for day in days]) for tool in found],
        "first": first,
        "before": first - WEEK * A_DAY,
        "after": first + WEEK * A_DAY,
        "may_add": bool(_homes_to_add(request, collective)),
    }
    return render(request, "collective/tools.html", context)


def _on(uses: list[Use], day: datetime) -> list[Use]:
    return [use for use in uses if use.starts_at < day + A_DAY and use.ends_at > day]


@require_http_methods(["GET", "HEAD", "POST"])
@inside
def new_tool(request: HttpRequest) -> HttpResponse:
    """Add one: a coordinator to any home, an owner to their own workshop."""
    collective = collective_or_404(request)
    homes = _homes_to_add(request, collective)
    if not homes:
        raise _refusal(request, collective)
    form = NewToolForm(request.POST or None, collective=collective)
    form.fields["home"].queryset = Workshop.objects.filter(pk__in=[home.pk for home in homes])
    if form.is_valid():
        try:
            tool = add_tool(by=request.user, **form.cleaned_data)
        except RuleBroken as rule:
            form.add_error(None, str(rule))
        else:
            messages.success(request, _("Added. Workshops can borrow it from now on."))
            return redirect("collective:tool", pk=tool.pk)
    context = {**_frame(request, collective, at=database_now()), "form": form}
    return render(request, "collective/tool_new.html", context, status=400 if request.method == "POST" else 200)


def _homes_to_add(request: HttpRequest, collective: Collective) -> list[Workshop]:
    return [home for home in homes_in(collective) if what_forbids_adding(home, by=request.user) is None]


def _refusal(request: HttpRequest, collective: Collective) -> Exception:
    home = homes_in(collective).first()
    return (home and what_forbids_adding(home, by=request.user)) or Http404()


@require_safe
@inside
def tool(request: HttpRequest, pk: int) -> HttpResponse:
    """One tool: where it is, its calendar as a list, and what its keepers do."""
    return _tool_page(request, tool_or_404(request, pk))


@require_POST
@inside
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = tool_or_404(request, pk)
    _demand_keeper(request, found)
    form = ToolForm.of(found, request.POST)

    def act() -> None:
        change_tool(tool=found, by=request.user, **form.cleaned_data)

    return _act_by_form(request, found, form, act, done=_("Kept."), name="form")


@require_POST
@inside
def lend_out(request: HttpRequest, pk: int) -> HttpResponse:
    found = tool_or_404(request, pk)
    _demand_keeper(request, found)
    form = LoanForm(request.POST, collective=found.collective)

    def act() -> None:
        read = form.cleaned_data
        period = loan_period(read["starts_at"], read["ends_at"])
        lend(tool=found, to=read["to"], period=period, note=read["note"], by=request.user, at=database_now())

    return _act_by_form(request, found, form, act, done=_("Lent. It is kept for them."), name="loan_form")


@require_POST
@inside
def upkeep(request: HttpRequest, pk: int) -> HttpResponse:
    found = tool_or_404(request, pk)
    _demand_keeper(request, found)
    form = PeriodForm(request.POST)

    def act() -> None:
        read = form.cleaned_data
        period = loan_period(read["starts_at"], read["ends_at"])
        keep_for_upkeep(tool=found, period=period, note=read["note"], by=request.user, at=database_now())

    return _act_by_form(request, found, form, act, done=_("Noted. Nobody is offered it then."), name="upkeep_form")


@require_POST
@inside
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = tool_or_404(request, pk)

    def act() -> None:
        retire_tool(tool=found, by=request.user, at=database_now())

    if _try(request, act, _("Out of use. Nobody is offered it any more.")):
        return redirect("collective:tools")
    return redirect("collective:tool", pk=pk)


@require_POST
@inside
def end_loan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a loan or an upkeep back."""
    seen = Loan.objects.filter(tool__in=Tool.objects.visible_to(request.user))
    loan = get_object_or_404(seen.select_related("tool__home__collective", "tool__resource", "workshop"), pk=pk)

    def act() -> None:
        take_back(loan=loan, by=request.user, at=database_now())

    _try(request, act, _("Taken back. It is free again."))
    return redirect("collective:tool", pk=loan.tool_id)


# --- What they share --------------------------------------------------------------------------------------------------


def collective_or_404(request: HttpRequest) -> Collective:
    """The collective one belongs to, or in one of whose workshops one works: the one asked for, or the first."""
    works_in = Workshop.objects.run_by(request.user).values("collective")
    mine = Collective.objects.filter(Q(pk__in=Collective.objects.visible_to(request.user)) | Q(pk__in=works_in))
    if slug := request.GET.get("collectif", ""):
        mine = mine.filter(slug=slug)
    if found := mine.order_by("name").first():
        return found
    raise Http404


def tool_or_404(request: HttpRequest, pk: int) -> Tool:
    seen = Tool.objects.visible_to(request.user).in_use()
    return get_object_or_404(seen.select_related("kind", "home__collective", "collective", "resource"), pk=pk)


def _in_use(collective: Collective) -> QuerySet[Tool]:
    return Tool.objects.in_use().filter(collective=collective).select_related("kind", "home", "collective")


def _zone(collective: Collective) -> ZoneInfo:
    return ZoneInfo(collective.timezone)


def _read_day(text: str, today: date) -> date:
    """Read a day from the address; what cannot be read is today: a link cut short still leads somewhere."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if 2000 < asked.year < 2100 else today


def _demand_keeper(request: HttpRequest, found: Tool) -> None:
    """:raises NotTheKeeper: before a form is judged, so that who may not act learns that first."""
    if forbidden := what_forbids_keeping(found, by=request.user):
        raise forbidden


def _try(request: HttpRequest, act: Callable[[], None], done: str) -> bool:
    try:
        act()
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
        return False
    messages.success(request, done)
    return True


def _act_by_form(
    request: HttpRequest, found: Tool, form: Any, act: Callable[[], None], *, done: str, name: str
) -> HttpResponse:
    """Act on a form, its times on the clock of the tool's home; show it as typed with what is wrong otherwise."""
    with timezone.override(found.home.zone):
        if done_by_form(request, form, act, done=done):
            return redirect("collective:tool", pk=found.pk)
        return _tool_page(request, found, status=400, **{name: form})


def _tool_page(request: HttpRequest, found: Tool, *, status: int = 200, **forms: Any) -> HttpResponse:
    at = database_now()
    uses = uses_of([found], since=at, until=at + timedelta(days=400), at=at)[found.pk]
    (standing,) = standings([found], at=at, until=at + LISTED)
    context = {
        **_frame(request, found.collective, at=at),
        "zone": found.home.timezone,
        "tool": found,
        "drawn": DRAWN.get(found.kind.code, ""),
        "standing": standing,
        "uses": [UseShown(use, _may_end(use, request, at=at), _in_a_day(use, found.home.zone)) for use in uses],
        "may_keep": (may_keep := what_forbids_keeping(found, by=request.user) is None),
        "lost": sold_no_more_without(found) if may_keep else [],
        "form": ToolForm.of(found),
        "loan_form": LoanForm(collective=found.collective),
        "upkeep_form": PeriodForm(),
        **forms,
    }
    return render(request, "collective/tool.html", context, status=status)


def _in_a_day(use: Use, zone: ZoneInfo) -> bool:
    return use.starts_at.astimezone(zone).date() == use.ends_at.astimezone(zone).date()


def _may_end(use: Use, request: HttpRequest, *, at: datetime) -> bool:
    loan = use.loan
    return (
        loan is not None
        and what_forbids_giving_back(loan, by=request.user) is None
        and what_forbids_ending(loan, at=at) is None
    )


def _frame(request: HttpRequest, collective: Collective, *, at: datetime) -> dict[str, Any]:
    return {
        "collective": collective,
        "at": at,
        "current": "tools",
        "keeps_money": what_forbids_keeping_money(collective, by=request.user) is None,
        "my_workshop": Workshop.objects.run_by(request.user).order_by("name").first(),
    }
