"""Back from the payment page: look at the payment, say whether it stands, wait for it if the bank takes its time."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.outbox import sweep_outbox
from booking.appointments.links import appointment_by_link
from booking.appointments.models import Appointment
from booking.appointments.payments_of import FIRST, LATER
from booking.web.cyclist.doors import asked_by_htmx, private
from collective.payments.keep_card import CHANGED, look_at_card
from collective.payments.models import KeptCard, Payment
from collective.payments.ports import ProviderError
from collective.payments.settle import look_at_payment

LOOK_AGAIN_SECONDS = 3
KINDS = [f"payment.changed.{purpose}" for purpose in (FIRST, *LATER)]


@require_safe
@private
def pay_return(request: HttpRequest, token: str) -> HttpResponse:
    """
    Follow the payment until the appointment knows of it. The webhook may come before, after, or never.

    This is the one page that a GET moves forward: it learns what happened at the bank, and does nothing of its own.
    """
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    for payment in Payment.objects.filter(subject=appointment.number, state=Payment.State.OPEN).order_by("pk"):
        _look(payment, at=at)
    if appointment.card and appointment.status == Appointment.Status.UNPAID:
        _look_at_card(appointment.card, at=at)
    appointment.refresh_from_db()
    if appointment.status != Appointment.Status.UNPAID:
        url = f"{reverse('web:appointment', args=[token])}?merci"
        return _go(request, url)
    context = {"appointment": appointment, "workshop": appointment.workshop, "again_in": LOOK_AGAIN_SECONDS}
    context["hold_url"] = reverse("web:hold", args=[appointment.hold.token]) if appointment.hold else ""
    return render(request, "booking/cyclist/waiting.html", context)


def _look(payment: Payment, *, at: datetime) -> None:
    """Ask the provider, then let what it said reach the appointment now rather than at the next sweep."""
    try:
        look_at_payment(payment=payment, at=at)
    except ProviderError:  # no word now: the page asks again, and so do the sweeps
        return
    sweep_outbox(at=database_now(), kinds=KINDS, limit=10)


def _look_at_card(card: KeptCard, *, at: datetime) -> None:
    try:
        look_at_card(card=card, at=at)
    except ProviderError:
        return
    sweep_outbox(at=database_now(), kinds=[CHANGED], limit=10)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """A poll of the waiting page is answered by a change of page, not by a page inside it."""
    if asked_by_htmx(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
