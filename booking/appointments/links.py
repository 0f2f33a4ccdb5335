"""The signed links by which a person without an account comes back to their appointment. Opening one never acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from backend.lib.tokens import ForgedLink, sign, unsign
from booking.appointments.models import Appointment, Hold, Proposal
from booking.appointments.quote_models import Quote

PURPOSE = "appointment"
QUOTE = "quote"
OPEN_FOR = timedelta(days=365)  # after the repair: long enough for a warranty question, not for ever


class LinkExpired(RuleBroken):
    code = "link_expired"
    message = _(
        "This link is more than a year old and no longer opens. Write to us and we will help you find your repair."
    )
    status = 410


def manage_link(appointment: Appointment) -> str:
    """Return the token that stands in the address of the appointment's page."""
    return sign(PURPOSE, appointment.token.hex)


def appointment_by_link(token: str, *, at: datetime | None = None) -> Appointment:
    """
    Return the appointment that `manage_link` signed.

    :raises ForgedLink: when the token is not ours, or names nothing.
    :raises LinkExpired: a year after the repair.
    """
    try:
        named = UUID(unsign(PURPOSE, token))
        appointment = Appointment.objects.select_related("workshop__seller", "payment", "mechanic").get(token=named)
    except (ValueError, Appointment.DoesNotExist) as nothing:
        raise ForgedLink from nothing
    if (at or database_now()) > appointment.ends_at + OPEN_FOR:
        raise LinkExpired
    return appointment


def manage_url(appointment: Appointment) -> str:
    """Return the whole address of the appointment's page, in its customer's language."""
    return _address("web:appointment", manage_link(appointment), language=appointment.language)


def proposal_url(proposal: Proposal) -> str:
    """Return the whole address of the page on which the customer answers a proposed time."""
    return _address("web:proposal", manage_link(proposal.appointment), language=proposal.appointment.language)


def balance_url(appointment: Appointment) -> str:
    """Return the whole address of the page on which the customer pays the rest."""
    return _address("web:balance", manage_link(appointment), language=appointment.language)


def quote_url(quote: Quote) -> str:
    """Return the whole address of the page on which the customer answers a quote."""
    token = sign(QUOTE, quote.token.hex)
    return _address("web:quote", token, language=quote.appointment.language)


def quote_by_link(token: str) -> Quote:
    """
    Return the quote that `quote_url` names.

    :raises ForgedLink: when the token is not ours, or names nothing.
    """
    try:
        return Quote.objects.select_related("appointment__workshop__seller").get(token=UUID(unsign(QUOTE, token)))
    except (ValueError, Quote.DoesNotExist) as nothing:
        raise ForgedLink from nothing


def day_url(appointment: Appointment) -> str:
    """Return the whole address of the workshop's own page of that day, in the language that is spoken just now."""
    day = appointment.starts_at.astimezone(appointment.workshop.zone)
    return f"{settings.SITE_URL}{reverse('web:day', args=[appointment.workshop.slug])}?jour={day:%Y-%m-%d}"


def pay_return_url(appointment: Appointment) -> str:
    """Return where the payment page sends a person who has paid."""
    return _address("web:pay_return", manage_link(appointment), language=appointment.language)


def hold_url(hold: Hold, *, language: str) -> str:
    """Return where the payment page sends a person who turned back: the slot is still kept."""
    return _address("web:hold", str(hold.token), language=language)


def _address(name: str, token: str, *, language: str) -> str:
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=[token])
