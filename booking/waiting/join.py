"""Wait for a slot that a search did not find: nothing is promised, and nothing to pay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.contact import Contact, read_contact
from booking.appointments.hold import UnknownBikeType
from booking.appointments.models import BikeType
from booking.availability.asked import MOST_DAYS
from booking.availability.needs import check_interventions
from booking.availability.question import Question
from booking.waiting.models import Wait
from booking.waiting.notify import tell_joined
from collective.members.models import User
from collective.workshops.models import Workshop

MOST_WAITS = 5  # of one person, at once


class TooManyWaits(RuleBroken):
    code = "too_many_waits"
    message = _("You wait for %(most)s things already. Leave one of those lists first.")


class TooFarAhead(BadInput):
    code = "too_far_ahead"
    message = _("Workshops open their calendars two months ahead. Choose an earlier last day.")


WISHES = (
    *("kinds", "ebike_certified", "cargo", "step_free", "solidarity"),
    *("certification", "weekdays", "from_hour", "to_hour"),
)


@transaction.atomic
def join_wait(
    *,
    email: str,
    phone: str,
    name: str = "",
    language: str,
    place: str = "",
    workshop: Workshop | None = None,
    cyclist: User | None = None,
    at: datetime,
    **search: Any,
) -> Wait:
    """
    Put a person on the waiting list of a search, at its end. Asking the same twice gives the first wait.

    `search` is what one asks of slots, see `Question`; `workshop` narrows it to one. Days are local, from today to two
    months on.

    :raises BadInput: for a contact or a search that makes no sense.
    :raises TooManyWaits: when this address waits for five things already.
    """
    contact = read_contact(
        email=email, phone=phone, name=name, language=language, note="", address="", comes_to_you=False
    )
    question = Question(**search, at=at)
    _check(question)
    wait = Wait(
        cyclist=cyclist,
        place=place[:120],
        lat=question.lat,
        lon=question.lon,
        radius_km=question.radius_km,
        workshop=workshop,
        interventions=sorted(set(question.interventions)),
        bike_type=question.bike_type,
        wishes=_wishes(question),
        first=question.first,
        last=question.last,
        joined_at=at,
    )
    return _known(contact, wait) or _put_last(contact, wait, at=at)


def _check(question: Question) -> None:
    question.check()
    check_interventions(question.interventions)
    if question.bike_type not in BikeType.values:
        raise UnknownBikeType
    today = timezone.localdate(question.at, timezone.get_default_timezone())
    if question.last > today + timedelta(days=MOST_DAYS):
        raise TooFarAhead


def _wishes(question: Question) -> dict[str, Any]:
    """Keep the wishes that were made, as JSON has them."""
    made = {wish: value for wish in WISHES if (value := getattr(question, wish))}
    return {wish: value if isinstance(value, bool | int | str) else sorted(value) for wish, value in made.items()}


def _known(contact: Contact, wait: Wait) -> Wait | None:
    """Return the wait of this person for the very same, if they are on the list already."""
    same: dict[str, Any] = {
        name: getattr(wait, name)
        for name in ("lat", "lon", "radius_km", "workshop", "interventions", "bike_type", "wishes", "first", "last")
    }
    return Wait.objects.waiting().of_person(contact.email).filter(appointment=None, **same).first()


def _put_last(contact: Contact, wait: Wait, *, at: datetime) -> Wait:
    if Wait.objects.waiting().of_person(contact.email).count() >= MOST_WAITS:
        raise TooManyWaits(most=MOST_WAITS)
    wait.email, wait.phone = contact.email, contact.phone
    wait.name, wait.language = contact.name, contact.language
    wait.save()
    tell_joined(wait, at=at)
    return wait
