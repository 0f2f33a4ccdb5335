"""The signed links of who waits: to their wait, and to the slot that is offered. Opening one never acts."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from backend.lib.tokens import ForgedLink, sign, unsign
from booking.waiting.models import SlotOffer, Wait

WAIT, OFFER = "wait", "slot-offer"


class WaitForgotten(RuleBroken):
    code = "wait_forgotten"
    message = _("This was over a while ago, and we have erased it. You can search anew.")
    status = 410


def wait_link(wait: Wait) -> str:
    """Return the token that stands in the address of the wait's page."""
    return sign(WAIT, wait.token.hex)


def offer_link(offer: SlotOffer) -> str:
    """Return the token that stands in the address of the offer's page."""
    return sign(OFFER, offer.token.hex)


def wait_by_link(token: str) -> Wait:
    """
    Return the wait that `wait_link` signed.

    :raises ForgedLink: when the token is not ours.
    :raises WaitForgotten: when it is, and its wait is erased.
    """
    waits = Wait.objects.select_related("appointment__workshop", "workshop")
    if not (wait := waits.filter(token=_named(WAIT, token)).first()):
        raise WaitForgotten
    return wait


def offer_by_link(token: str) -> SlotOffer:
    """
    Return the offer that `offer_link` signed.

    :raises ForgedLink: when the token is not ours.
    :raises WaitForgotten: when it is, and its wait is erased.
    """
    offers = SlotOffer.objects.select_related(
        "wait__appointment__workshop",
        "workshop__seller",
        "workshop__collective",
        "mechanic",
        "second_mechanic",
        "appointment",
    )
    if not (offer := offers.filter(token=_named(OFFER, token)).first()):
        raise WaitForgotten
    return offer


def wait_url(wait: Wait) -> str:
    """Return the whole address of the wait's page, in its person's language."""
    return _address("web:wait", wait_link(wait), language=wait.language)


def offer_url(offer: SlotOffer) -> str:
    """Return the whole address of the page on which an offered slot is taken or left."""
    return _address("web:offer", offer_link(offer), language=offer.wait.language)


def _named(purpose: str, token: str) -> UUID:
    try:
        return UUID(unsign(purpose, token))
    except ValueError as nothing:
        raise ForgedLink from nothing


def _address(name: str, token: str, *, language: str) -> str:
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=[token])
