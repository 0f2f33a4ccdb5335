"""
Keep a card for the end of a repair: ask for it on the provider's page, learn whether it was given, let it go.

Each call's key is made of the row's own reference, which is committed before the first call: a crash and a second try
send the same one. A page opened twice after a day charges nobody: it is a card that is asked for, not money.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from backend.lib.outbox import put
from collective.payments import gateway
from collective.payments.ask import PAGE_OPEN, PaymentUnavailable
from collective.payments.models import KeptCard
from collective.payments.ports import ProviderError, ProviderRefused
from collective.payments.states import SetupState
from collective.workshops.models import Workshop

logger = logging.getLogger(__name__)
State = KeptCard.State
CHANGED = "card.changed"


class CardClosed(RuleBroken):
    code = "card_closed"
    message = _("This card is saved already, or its time is over. Nothing was charged.")


@transaction.atomic
def ask_card(
    *,
    subject: str,
    workshop: Workshop,
    email: str,
    language: str,
    consent: str,
    most_cents: int,
    success_url: str,
    cancel_url: str,
    at: datetime,
) -> KeptCard:
    """Write down that a card is asked for, with the words its person agrees to; `open_card` opens the page."""
    return KeptCard.objects.create(
        subject=subject,
        workshop=workshop,
        email=email,
        language=language,
        consent=consent,
        most_cents=most_cents,
        success_url=success_url,
        cancel_url=cancel_url,
        page_closes_at=at + PAGE_OPEN,
        created_at=at,
    )


def open_card(*, card: KeptCard, at: datetime) -> str:
    """
    Return the address of the page where the card is given. Call it outside any transaction.

    :raises PaymentUnavailable: the provider does not answer: try again.
    :raises CardClosed: the card was given, or its page is over.
    """
    card.refresh_from_db()
    if card.state == State.NEW:
        try:
            _open(card)
        except ProviderError as error:
            logger.warning("card %s could not be asked for: %s", card.reference, error)
            raise PaymentUnavailable from error
        card.refresh_from_db()
    if card.state != State.OPEN or at >= card.page_closes_at:
        raise CardClosed
    return card.session_url


def _open(card: KeptCard) -> None:
    provider, reference, language = gateway.provider(), str(card.reference), _language(card)
    customer = card.customer_id or provider.create_customer(
        reference=reference, email=card.email, language=language, key=f"customer:{reference}:1"
    )
    opened = provider.open_setup_session(
        reference=reference,
        customer_id=customer,
        language=language,
        success_url=card.success_url,
        cancel_url=card.cancel_url,
        expires_at=card.page_closes_at,
        key=f"setup:{reference}:1",
    )
    KeptCard.objects.filter(pk=card.pk, state=State.NEW).update(
        customer_id=customer, session_id=opened.session_id, session_url=opened.url, state=State.OPEN
    )


def _language(card: KeptCard) -> Literal["fr", "en"]:
    return "en" if card.language == "en" else "fr"


def look_at_card(*, card: KeptCard, at: datetime) -> KeptCard:
    """
    Bring our row up to what the provider says; looking twice changes nothing. Call it outside any transaction.

    A card that was given is told by an outbox row `card.changed` with {"card": pk, "subject": subject}.

    :raises ProviderError: no answer; look again later.
    """
    if not card.session_id:
        return card
    said = gateway.provider().read_setup_session(session_id=card.session_id)
    with transaction.atomic(durable=True):
        card = KeptCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
        card.looked_at = at
        if card.state in (State.OPEN, State.EXPIRED):
            _take(card, said, at=at)
        card.save()
    return card


def _take(card: KeptCard, said: SetupState, *, at: datetime) -> None:
    ours = said.reference == str(card.reference) and said.livemode == gateway.provider().livemode
    if said.status == "complete" and said.method and ours:
        card.state, card.saved_at = State.SAVED, at
        card.customer_id = said.customer_id or card.customer_id
        card.method_id, card.brand, card.last4 = said.method.method_id, said.method.brand[:20], said.method.last4
        card.exp_month, card.exp_year = said.method.exp_month, said.method.exp_year
        put(CHANGED, {"card": card.pk, "subject": card.subject}, due_at=at, key=f"{CHANGED}:{card.pk}:{card.state}")
    elif said.status == "expired":
        card.state = State.EXPIRED


@transaction.atomic
def forget_card(*, card: KeptCard, at: datetime) -> None:
    """Plan to let the card go: from now on nothing can be charged to it."""
    card = KeptCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if card.state == State.SAVED:
        card.state = State.LEAVING
    elif card.state in (State.NEW, State.OPEN):
        card.state = State.EXPIRED
    card.save(update_fields=["state"])


def sweep_cards(*, at: datetime, limit: int = 50) -> int:
    """Look at the cards that were asked for and let those go that are to be forgotten; return how many moved."""
    a_minute_ago = at - timedelta(minutes=1)
    asked = Q(looked_at__isnull=True, created_at__lte=a_minute_ago) | Q(looked_at__lte=a_minute_ago)
    waiting = KeptCard.objects.filter(asked, state=State.OPEN).order_by("looked_at", "pk")[:limit]
    leaving = KeptCard.objects.filter(state=State.LEAVING).order_by("pk")[:limit]
    return sum(_look(card, at=at) for card in waiting) + sum(_let_go(card, at=at) for card in leaving)


def _look(card: KeptCard, *, at: datetime) -> bool:
    try:
        return look_at_card(card=card, at=at).state != State.OPEN
    except ProviderError as error:
        logger.warning("card %s could not be looked at: %s", card.reference, error)
        KeptCard.objects.filter(pk=card.pk).update(looked_at=at)
        return False


def _let_go(card: KeptCard, *, at: datetime) -> bool:
    try:
        gateway.provider().forget_card(method_id=card.method_id, key=f"forget:{card.reference}:1")
    except ProviderRefused as refusal:
        logger.error("card %s could not be forgotten: %s", card.reference, refusal)
        return False
    except ProviderError:
        return False
    return bool(
        KeptCard.objects.filter(pk=card.pk, state=State.LEAVING).update(
            state=State.FORGOTTEN, forgotten_at=at, method_id="", customer_id="", session_url=""
        )
    )
