"""What does not agree: between our books, the payment provider and the bank; for who keeps the collective's money."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collective.payments.rights import what_forbids_keeping_money
from collective.web.doors import collective_or_404, inside


@require_safe
@inside
def agreement(request: HttpRequest) -> HttpResponse:
    """The last check, what is open and what can be done about it."""
    collective = collective_or_404(request)
    if forbidden := what_forbids_keeping_money(collective, by=request.user):
        raise forbidden
    return render(request, "collective/agreement.html", {"collective": collective, "current": "agreement"})
