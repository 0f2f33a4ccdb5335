"""The waiting list: join it from a search that found nothing, see where one stands, leave. Only a POST acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.links import appointment_by_link, manage_link
from booking.appointments.models import BikeType
from booking.waiting.ask_earlier import ask_earlier
from booking.waiting.join import join_wait
from booking.waiting.leave import leave_wait
from booking.waiting.links import offer_link, wait_by_link, wait_link
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.notify import noon, works_of
from booking.waiting.queue import people_before
from booking.web.cyclist.asked import DAYS_AHEAD, Asked, When, named, read_asked, read_codes, read_form
from booking.web.cyclist.change import who
from booking.web.cyclist.contact_form import known_of
from booking.web.cyclist.doors import limited, private
from booking.web.cyclist.wait_form import WaitForm
from booking.web.cyclist.waits_shown import state_of, wished_words

WISHES = (
    *("kinds", "certification", "ebike_certified", "cargo", "step_free", "solidarity"),
    *("weekdays", "from_hour", "to_hour"),
)
WAITED_FOR = ("lat", "lon", "radius_km", "interventions", "bike_type", *WISHES)  # of all that a search asks


@require_http_methods(["GET", "HEAD", "POST"])
@limited("wait", "10/h")
@private
def join(request: HttpRequest) -> HttpResponse:
    """Show what will be waited for, as the search in the address says it, and take days and contact."""
    at = database_now()
    if not read_codes(request.GET):
        return redirect("web:work")
    asked = _asked(request, at=at)
    if asked is None:  # the page of slots says what cannot be read
        return redirect(f"{reverse('web:slots')}?{request.GET.urlencode()}")
    if request.method == "POST":
        form = WaitForm(request.POST)
        if form.is_valid() and (wait := _join(request, form, asked, at=at)):
            messages.success(request, _("You are on the list. A mail with your link is on its way."))
            return redirect("web:wait", token=wait_link(wait))
        return render(request, "booking/cyclist/wait_join.html", _join_context(request, form, asked, at=at), status=400)
    first = asked.day if asked.when == When.DAY and asked.day else timezone.localdate(at)
    last = first if asked.when == When.DAY and asked.day else first + timedelta(days=DAYS_AHEAD)
    form = WaitForm(initial=known_of(request) | {"first": first, "last": last})
    return render(request, "booking/cyclist/wait_join.html", _join_context(request, form, asked, at=at))


def _asked(request: HttpRequest, *, at: datetime) -> Asked | None:
    form = read_form(request.GET, at=at)
    if not form.is_valid():
        return None
    try:
        return read_asked(form, codes=read_codes(request.GET), diagnosis=None)
    except BadInput:
        return None


def _join(request: HttpRequest, form: WaitForm, asked: Asked, *, at: datetime) -> Wait | None:
    try:
        return join_wait(
            **wished(asked, at=at),
            **form.cleaned_data,
            place=_place_name(asked),
            language=get_language() or "fr",
            cyclist=request.user if request.user.is_authenticated else None,
            at=at,
        )
    except RuleBroken as rule:
        form.take_refusal(rule)
        return None


def _place_name(asked: Asked) -> str:
    """The name that finds the place again; where a person stood has none."""
    return asked.place.label if asked.place and asked.place.insee else ""


def wished(asked: Asked, *, at: datetime) -> dict[str, Any]:
    """Return what of a search is waited for: all but its days, its order and its pages."""
    search = asked.search(today=timezone.localdate(at))
    return {name: search[name] for name in WAITED_FOR if name in search}


def _join_context(request: HttpRequest, form: WaitForm, asked: Asked, *, at: datetime) -> dict[str, Any]:
    search = wished(asked, at=at)
    wishes = {name: value for name, value in search.items() if value and name in WISHES}
    return {
        "form": form,
        "query": request.GET,
        "works": named(asked.codes),
        "place": _place_name(asked),
        "radius_km": asked.radius_km,
        "bike": BikeType(asked.bike_type).label,
        "wishes": wished_words(Wait(wishes=wishes)),
    }


@require_safe
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is waited for, how many are before, and an offer to answer if there is one."""
    at = database_now()
    return render(request, "booking/cyclist/wait.html", page(wait_by_link(token), token, at=at))


def page(wait: Wait, token: str, *, at: datetime) -> dict[str, Any]:
    """Return the context of the wait's page."""
    offer = open_offer_of(wait, at=at)
    return {
        "wait": wait,
        "token": token,
        "state": state_of(wait),
        "works": works_of(wait),
        "wishes": wished_words(wait),
        "first_at": noon(wait.first),
        "last_at": noon(wait.last),
        "day_zone": timezone.get_default_timezone_name(),
        "before": people_before(wait) if wait.is_waiting else 0,
        "offer": offer,
        "offer_token": offer_link(offer) if offer else "",
        "appointment": wait.appointment,
        "appointment_token": manage_link(wait.appointment) if wait.appointment else "",
        "search_url": search_url(wait),
    }


def open_offer_of(wait: Wait, *, at: datetime) -> SlotOffer | None:
    """Return the offer this wait has to answer, if any."""
    return wait.offers.open_().filter(expires_at__gt=at).select_related("workshop").first()


def search_url(wait: Wait) -> str:
    """Return the address of the same search, to look whether something is free now."""
    wishes = {"ebike_certified": "vae", "cargo": "cargo", "step_free": "plain_pied", "solidarity": "solidaire"}
    query = [("i", code) for code in wait.interventions] + [("velo", wait.bike_type), ("rayon", f"{wait.radius_km:g}")]
    query += [("lieu", wait.place)] if wait.place else [("lat", str(wait.lat)), ("lon", str(wait.lon))]
    query += [("genre", kind) for kind in wait.wishes.get("kinds", ())]
    query += [("atout", word) for wish, word in wishes.items() if wait.wishes.get(wish)]
    return f"{reverse('web:slots')}?{urlencode(query)}"


@require_POST
@limited("change", "20/m")
@private
def leave(request: HttpRequest, token: str) -> HttpResponse:
    wait = leave_wait(wait=wait_by_link(token), at=database_now())
    messages.success(request, _("You have left the list."))
    if wait.appointment is not None:
        return redirect("web:appointment", token=manage_link(wait.appointment))
    return redirect("web:wait", token=token)


@require_POST
@limited("change", "20/m")
@private
def earlier(request: HttpRequest, token: str) -> HttpResponse:
    """Put the appointment of this link on the list of those who would come sooner."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    try:
        ask_earlier(appointment=appointment, by=who(request, appointment), at=at)
    except RuleBroken as rule:
        messages.error(request, str(rule))
    else:
        messages.success(request, _("We write to you when a sooner slot becomes free. Your appointment stays yours."))
    return redirect("web:appointment", token=token)
