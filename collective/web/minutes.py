"""Time credits: what one's own account holds; to coordinators, everybody's, and the form that gives minutes."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from collective.hours.grant import MOST_MINUTES, WrongMinutes, grant_minutes, what_forbids_granting
from collective.hours.models import TimeAccount, TimeGrant
from collective.members.models import Collective, User
from collective.web.doors import collective_or_404, inside
from collective.workshops.models import Workshop

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@inside
def minutes(request: HttpRequest) -> HttpResponse:
    """Accounts and the latest grants one may see."""
    collective = collective_or_404(request)
    forbidden = what_forbids_granting(collective, by=request.user)
    if request.method == "POST":
        if forbidden:
            raise forbidden
        return _grant(request, collective)
    seen = TimeAccount.objects.visible_to(request.user).filter(collective=collective)
    grants = TimeGrant.objects.filter(account__in=seen).select_related("account__user", "granted_by")
    context = {
        "collective": collective,
        "zone": collective.timezone,
        "current": "minutes",
        "my_workshop": Workshop.objects.visible_to(request.user).order_by("name").first(),
        "accounts": list(seen.select_related("user").order_by("user__name", "pk")),
        "grants": list(grants.order_by("-granted_at", "-pk")[:LISTED]),
        "members": _members(collective) if forbidden is None else [],
        "may_grant": forbidden is None,
        "form_key": uuid.uuid4().hex,
        "most": MOST_MINUTES,
    }
    return render(request, "collective/minutes.html", context)


def _members(collective: Collective) -> list[User]:
    live = User.objects.filter(is_active=True, memberships__collective=collective, memberships__ended_at=None)
    return list(live.distinct().order_by("name", "pk"))


def _grant(request: HttpRequest, collective: Collective) -> HttpResponse:
    sent = request.POST
    try:
        member = next((one for one in _members(collective) if str(one.pk) == sent.get("user")), None)
        if member is None:
            raise WrongMinutes(_("Choose somebody of the collective."))
        typed = sent.get("minutes", "")
        count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
        grant_minutes(
            collective=collective,
            user=member,
            minutes=count,
            reason=sent.get("reason", ""),
            key=sent.get("key", ""),
            by=request.user,
            at=database_now(),
        )
        messages.success(request, _("Given, and in the books."))
    except RuleBroken as rule:
        messages.error(request, str(rule))
    return redirect(f"{reverse('collective:minutes')}?collectif={collective.slug}")
