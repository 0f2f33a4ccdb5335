"""Word to both sides, written in the transaction that causes it; the sweep sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import translation

from backend.lib.mail import Attachment, put_mail
from backend.templatetags.moyeu import euros, hours, moment, speaks_french, when
from booking.appointments.calendar_file import Method, calendar_file, place_of
from booking.appointments.links import day_url, manage_url
from booking.appointments.models import Appointment
from booking.appointments.terms import cancel_sentence, deposit_sentence
from collective.sharing.choices import choice_of

WORKSHOPS_LANGUAGE = "fr"


def tell_customer(
    appointment: Appointment, what: str, *, at: datetime, calendar: Method | None = None, **context: Any
) -> None:
    """Put out `mail/appointment/<what>` in the customer's language; a customer who phoned may have no address."""
    if appointment.email:
        _put(
            appointment, what, to=appointment.email, language=appointment.language, at=at, calendar=calendar, **context
        )


def tell_workshop(
    appointment: Appointment, what: str, *, at: datetime, calendar: Method | None = None, **context: Any
) -> None:
    """Put out `mail/workshop/<what>` to the workshop, or to its seller where it has no address of its own."""
    if to := appointment.workshop.email or appointment.workshop.seller.email:
        _put(
            appointment,
            what,
            to=to,
            language=WORKSHOPS_LANGUAGE,
            at=at,
            calendar=calendar,
            folder="workshop",
            **context,
        )


def _put(
    appointment: Appointment,
    what: str,
    *,
    to: str,
    language: str,
    at: datetime,
    calendar: Method | None,
    folder: str = "appointment",
    **context: Any,
) -> None:
    prefetch_related_objects([appointment], "lines")  # once for both sides' mails and files
    with translation.override(language):
        values = _context(appointment, context.pop("received_at", None)) | context
        if folder == "appointment" and (choice := choice_of(appointment.number)):
            values["paid"] = euros(choice.pays_cents)  # their own mails alone say what they chose to pay
    put_mail(
        template=f"{folder}/{what}",
        to=to,
        language=language,
        context=values,
        key=f"{folder}:{what}:{appointment.token}:{appointment.sequence}",
        due_at=at,
        attachments=[_attachment(appointment, calendar, to_workshop=folder == "workshop", at=at)] if calendar else [],
    )


def _context(appointment: Appointment, received_at: datetime | None = None) -> dict[str, Any]:
    """Everything a mail may say, already in words: call it in the reader's language."""
    workshop, zone = appointment.workshop, appointment.workshop.timezone
    context = {
        "appointment": appointment,
        "workshop": workshop,
        "workshop_name": workshop.name,
        "zone": zone,
        "customer": appointment.name or appointment.email or appointment.phone,
        "lines": list(appointment.lines.all()),
        "when": when(appointment, zone),
        "hour": hours(appointment, zone),
        "ready": moment(appointment.ready_at, zone) if appointment.ready_at else "",
        "place": place_of(appointment),
        "price": euros(appointment.total_cents),
        "paid": euros(appointment.due_now_cents),
        "left": euros(appointment.total_cents - appointment.due_now_cents),
        "policy": cancel_sentence(appointment),
        "deposit_words": deposit_sentence(appointment.deposit_kind) if appointment.deposit_kind else "",
        "manage_url": manage_url(appointment),
        "day_url": day_url(appointment),
        "contact": workshop.email or settings.CONTACT_EMAIL,
        "colon": "\u202f:" if speaks_french() else ":",
    }
    if received_at:
        context["received"] = f"{received_at.astimezone(workshop.zone):%d/%m/%Y, %H:%M %Z}"
    return context


def _attachment(appointment: Appointment, method: Method, *, to_workshop: bool, at: datetime) -> Attachment:
    """A file that goes out with a change, which was written down at the same moment."""
    name = "annulation.ics" if method == "CANCEL" else "rendez-vous.ics"
    return {
        "name": name,
        "content": calendar_file(appointment, method=method, to_workshop=to_workshop, changed_at=at).decode(),
        "mime": f"text/calendar; method={method}",
    }
