"""What a search may ask, and the sentence for each thing it may not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.availability.scan import Window
from collective.workshops.models import Workshop

MOST_DAYS = 62
WIDEST_KM = 100
ORDERS = ("earliest", "distance", "price")


class BadPlace(BadInput):
    code = "bad_place"
    message = _("This is no place on Earth: give a latitude from -90 to 90 and a longitude from -180 to 180.")


class BadRadius(BadInput):
    code = "bad_radius"
    message = _("Search within more than 0 and at most 100 km.")


class BadKind(BadInput):
    code = "bad_kind"
    message = _("A workshop is of one of these kinds: %(kinds)s.")


class BadOrder(BadInput):
    code = "bad_order"
    message = _("Results are ordered by one of these: %(orders)s.")


class PastDate(BadInput):
    code = "past_date"
    message = _("This day is over. Choose today or a later day.")


class RangeBackwards(BadInput):
    code = "range_backwards"
    message = _("The last day comes before the first one.")


class RangeTooLong(BadInput):
    code = "range_too_long"
    message = _("Search at most 62 days at once.")


class UnreadableMonth(BadInput):
    code = "unreadable_month"
    message = _("This month cannot be read: write it as 2026-12.")


class BadHours(BadInput):
    code = "bad_hours"
    message = _("Hours go from 0 to 24, the first before the last.")


class BadWeekday(BadInput):
    code = "bad_weekday"
    message = _("Weekdays go from 0 (Monday) to 6 (Sunday).")


class BadSoon(BadInput):
    code = "bad_within_hours"
    message = _("Search within 1 to 1488 hours: 62 days.")


def check_soon(within_hours: int | None) -> None:
    """:raises BadSoon: for fewer hours than one or more than a search may look ahead."""
    if within_hours is not None and not 1 <= within_hours <= MOST_DAYS * 24:
        raise BadSoon


def check_place(*, lat: float, lon: float, radius_km: float, kinds: Sequence[str], order: str) -> None:
    """
    Let a search's place, radius, kinds and order through.

    :raises BadInput: BadPlace, BadRadius, BadKind or BadOrder; what is not a number is out of every range.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadPlace
    if not 0 < radius_km <= WIDEST_KM:
        raise BadRadius
    if set(kinds) - set(Workshop.Kind.values):
        raise BadKind(kinds=", ".join(Workshop.Kind.values))
    if order not in ORDERS:
        raise BadOrder(orders=", ".join(ORDERS))


def check_window(window: Window, *, at: datetime) -> None:
    """
    Let a search's days, weekdays and hours through.

    :raises BadInput: PastDate, RangeBackwards, RangeTooLong, BadWeekday or BadHours.
    """
    if window.first < timezone.localdate(at, timezone.get_default_timezone()):
        raise PastDate
    if window.last < window.first:
        raise RangeBackwards
    if (window.last - window.first).days > MOST_DAYS:
        raise RangeTooLong
    if window.weekdays - set(range(7)):
        raise BadWeekday
    since = 0 if window.from_hour is None else window.from_hour
    until = 24 if window.to_hour is None else window.to_hour
    if not 0 <= since < until <= 24:
        raise BadHours


def read_month(text: str, *, today: date) -> date:
    """
    Return the 1st of the month written as 2026-12; of this month for an empty text.

    :raises UnreadableMonth: for anything else.
    """
    if not text:
        return today.replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as unreadable:
        raise UnreadableMonth from unreadable
