"""The appointment as a calendar file (RFC 5545): the same UID for ever, a SEQUENCE that grows with each change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress

from backend.templatetags.moyeu import hours, moment
from booking.appointments.links import manage_url
from booking.appointments.models import Appointment

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

STATUSES = {
    Appointment.Status.UNPAID: "TENTATIVE",
    Appointment.Status.REQUESTED: "TENTATIVE",
    Appointment.Status.CONFIRMED: "CONFIRMED",
    Appointment.Status.DONE: "CONFIRMED",
    Appointment.Status.NO_SHOW: "CONFIRMED",
}


def calendar_file(
    appointment: Appointment,
    *,
    method: Method = "PUBLISH",
    to_workshop: bool = False,
    changed_at: datetime | None = None,
) -> bytes:
    """
    Return the file, in the customer's language and the workshop's zone.

    REQUEST and CANCEL go with mails (RFC 5546: with organizer and attendee), PUBLISH is for downloading. The workshop's
    names the customer and does not carry the customer's own link. `changed_at` is when the appointment last changed,
    where the caller has just changed it.
    """
    with translation.override(appointment.language):
        calendar = Calendar()
        calendar.add("prodid", f"-//Moyeu//{_host()}//FR")
        calendar.add("version", "2.0")
        calendar.add("method", method)
        calendar.add_component(_timezone(appointment.workshop.timezone, appointment.starts_at.year))
        event = _event(appointment, method=method, to_workshop=to_workshop)
        event.add("dtstamp", (changed_at or _changed_at(appointment)).astimezone(UTC))
        calendar.add_component(event)
        return bytes(calendar.to_ical())


@lru_cache(maxsize=64)
def _timezone(name: str, year: int) -> Timezone:
    """The zone's changes of clocks from the year before to the year after: dear to write, and the same for all."""
    return Timezone.from_tzid(name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))


def _event(appointment: Appointment, *, method: Method, to_workshop: bool) -> Event:
    workshop = appointment.workshop
    event = Event()
    event.add("uid", f"{appointment.token}@{_host()}")
    event.add("sequence", appointment.sequence)
    event.add("dtstart", appointment.starts_at.astimezone(workshop.zone))
    event.add("dtend", appointment.ends_at.astimezone(workshop.zone))
    with_whom = (appointment.name or appointment.phone) if to_workshop else workshop.name
    event.add("summary", _("Bicycle: %(with_whom)s") % {"with_whom": with_whom})
    event.add("description", _description(appointment, to_workshop=to_workshop))
    event.add("location", place_of(appointment))
    if not to_workshop:
        event.add("url", manage_url(appointment))
    event.add(
        "status",
        "CANCELLED" if method == "CANCEL" else STATUSES.get(Appointment.Status(appointment.status), "CANCELLED"),
    )
    if method != "PUBLISH":
        event.add("organizer", _person(workshop.email or settings.CONTACT_EMAIL, workshop.name))
        event.add("attendee", _person(appointment.email, appointment.name or appointment.email))
    return event


def place_of(appointment: Appointment) -> str:
    """Return where the repair takes place: the customer's address for a mechanic who comes, or the workshop's."""
    workshop = appointment.workshop
    if workshop.is_itinerant:
        return appointment.address
    return ", ".join(part for part in (workshop.street, f"{workshop.postcode} {workshop.city}") if part)


def _description(appointment: Appointment, *, to_workshop: bool) -> str:
    work = "\n".join(f"- {line.name}" for line in appointment.lines.all())
    if appointment.ready_at:
        work += f"\n\n{left_for_the_day(appointment)}"
    if to_workshop:
        return f"{work}\n\n{appointment.number}, {appointment.phone}"
    return f"{work}\n\n" + _("Number %(number)s. To move or cancel: %(url)s") % {
        "number": appointment.number,
        "url": manage_url(appointment),
    }


def left_for_the_day(appointment: Appointment) -> str:
    """Say between which hours the bicycle is left, and when it is promised back."""
    zone = appointment.workshop.timezone
    return _("The bicycle is left %(hours)s and promised back on %(ready)s.") % {
        "hours": hours(appointment, zone),
        "ready": moment(appointment.ends_by, zone),
    }


def _person(email: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    person.params["CN"] = name
    return person


def _changed_at(appointment: Appointment) -> datetime:
    last = appointment.changes.order_by("-happened_at", "-id").values_list("happened_at", flat=True).first()
    return last or appointment.booked_at


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
