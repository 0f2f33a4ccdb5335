"""Word to who waits, written in the transaction that causes it; the sweep sends it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone, translation

from backend.lib.mail import put_mail
from backend.templatetags.moyeu import euros, moment, speaks_french
from booking.services.models import Intervention
from booking.waiting.links import offer_url, wait_url
from booking.waiting.models import SlotOffer, Wait


def tell_joined(wait: Wait, *, at: datetime) -> None:
    _put(wait, "joined", key=str(wait.token), at=at)


def tell_offered(offer: SlotOffer, *, total_cents: int, at: datetime) -> None:
    """Say which slot, at what price, until when; the link leads to the page that takes it."""
    _put(offer.wait, "offered", key=str(offer.token), at=at, **_offer_words(offer), price_cents=total_cents)


def tell_lapsed(offer: SlotOffer, *, at: datetime) -> None:
    _put(offer.wait, "lapsed", key=str(offer.token), at=at, **_offer_words(offer))


def tell_over(wait: Wait, *, at: datetime) -> None:
    _put(wait, "over", key=str(wait.token), at=at)


def _offer_words(offer: SlotOffer) -> dict[str, Any]:
    return {"offer": offer, "workshop": offer.workshop, "zone": offer.workshop.timezone}


def _put(wait: Wait, what: str, *, key: str, at: datetime, **context: Any) -> None:
    """Put out `mail/waiting/<what>` in the person's language."""
    with translation.override(wait.language):
        values = _context(wait) | context
        if offer := context.get("offer"):
            zone = offer.workshop.timezone
            values |= {"when": moment(offer.starts_at, zone), "until": moment(offer.expires_at, zone)}
            values |= {"offer_url": offer_url(offer)}
        if "price_cents" in context:
            values["price"] = euros(context["price_cents"])
    put_mail(
        template=f"waiting/{what}",
        to=wait.email,
        language=wait.language,
        context=values,
        key=f"waiting:{what}:{key}",
        due_at=at,
    )


def _context(wait: Wait) -> dict[str, Any]:
    """Everything a mail may say, already in words: call it in the reader's language."""
    return {
        "wait": wait,
        "works": [one.name for one in works_of(wait)],
        "wait_url": wait_url(wait),
        "first_at": noon(wait.first),
        "last_at": noon(wait.last),
        "day_zone": timezone.get_default_timezone_name(),
        "colon": "\u202f:" if speaks_french() else ":",
    }


def works_of(wait: Wait) -> list[Intervention]:
    """Return the pieces of work waited for, in the order of their codes; one that left the catalogue keeps its name."""
    return list(Intervention.objects.filter(code__in=wait.interventions).order_by("code"))


def noon(day: date) -> datetime:
    """Return a moment of that day, for the filters that write days of moments."""
    return datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
