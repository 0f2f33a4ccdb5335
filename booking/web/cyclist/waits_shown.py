"""A wait in words: what for, where, when, in which state, and how many people are before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.services.models import Intervention
from booking.waiting.models import Wait
from booking.waiting.notify import noon
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Workshop

WEEKDAYS = (
    gettext_lazy("on Mondays"),
    gettext_lazy("on Tuesdays"),
    gettext_lazy("on Wednesdays"),
    gettext_lazy("on Thursdays"),
    gettext_lazy("on Fridays"),
    gettext_lazy("on Saturdays"),
    gettext_lazy("on Sundays"),
)
FEATURES = {
    "ebike_certified": gettext_lazy("E-bike certified"),
    "cargo": gettext_lazy("Cargo stand"),
    "step_free": gettext_lazy("Step-free"),
    "solidarity": gettext_lazy("Solidarity price"),
}


@dataclass(frozen=True)
class State:
    """A state of a wait as its page says it; `mark` is the component's kind."""

    title: str | Promise
    words: str | Promise
    mark: str


WAITING = State(
    gettext_lazy("You are on the waiting list"), gettext_lazy("We write to you when a slot is free."), "wait"
)
WAITING_EARLIER = State(
    gettext_lazy("We look for an earlier slot"),
    gettext_lazy("Your appointment stays yours; nothing moves without your word."),
    "wait",
)
SERVED = State(gettext_lazy("You have a slot"), gettext_lazy("You wait no more."), "ok")
LEFT = State(gettext_lazy("You have left the list"), gettext_lazy("We will not write to you about it any more."), "off")
OVER = {
    Wait.Why.PAST: State(
        gettext_lazy("These days are past"),
        gettext_lazy("No slot that suited you became free. We are sorry; you can search again."),
        "off",
    ),
    Wait.Why.SILENT: State(
        gettext_lazy("You are no longer on the list"),
        gettext_lazy("Several offers stayed without an answer. You can join again whenever you like."),
        "off",
    ),
    Wait.Why.CLOSED: State(
        gettext_lazy("There is nothing to wait for any more"),
        gettext_lazy("Your appointment is closed, or too near to be moved."),
        "off",
    ),
}


@dataclass(frozen=True)
class WaitInWords:
    """A wait on a list of them."""

    wait: Wait
    works: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    zone: str


def in_words(wait: Wait, names: Mapping[str, Intervention]) -> WaitInWords:
    works = tuple(names[code].name for code in wait.interventions if code in names)
    return WaitInWords(wait, works, noon(wait.first), noon(wait.last), timezone.get_default_timezone_name())


def state_of(wait: Wait) -> State:
    if wait.is_waiting:
        return WAITING_EARLIER if wait.is_for_earlier else WAITING
    if wait.state == Wait.State.OVER:
        return OVER[Wait.Why(wait.over_because)]
    return SERVED if wait.state == Wait.State.SERVED else LEFT


def wished_words(wait: Wait) -> list[str | Promise]:
    """Return what was wished besides place and days, a phrase each."""
    wished = wait.wishes
    words: list[str | Promise] = [Workshop.Kind(kind).label for kind in wished.get("kinds", ())]
    words += [phrase for wish, phrase in FEATURES.items() if wished.get(wish)]
    if brand := EBIKE_BRANDS.get(wished.get("certification", "")):
        words.append(_("certified by %(brand)s") % {"brand": brand})
    words += [WEEKDAYS[number] for number in wished.get("weekdays", ())]
    if "from_hour" in wished:
        words.append(_("from %(hour)s:00") % {"hour": wished["from_hour"]})
    if "to_hour" in wished:
        words.append(_("before %(hour)s:00") % {"hour": wished["to_hour"]})
    return words
