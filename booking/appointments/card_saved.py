"""A card was given for the end of a repair: its person is seated, and the card forgotten once nothing needs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from backend.lib.outbox import handles
from booking.appointments.changes import write_down
from booking.appointments.models import Appointment, Hold
from booking.appointments.paid import seat_who_gave
from booking.appointments.rights import NotYours, is_customer
from collective.members.models import User
from collective.payments.keep_card import CHANGED, forget_card
from collective.payments.models import KeptCard, Payment

Status = Appointment.Status
UNDER_WAY = (Payment.State.NEW, Payment.State.OPEN)


class NoCardSaved(RuleBroken):
    code = "no_card_saved"
    message = _("No card is saved for this appointment any more.")


@handles(CHANGED)
def card_changed(payload: dict[str, Any], *, at: datetime) -> None:
    """Seat who gave their card, whatever the delay; a card that came for something that is over is forgotten."""
    found = Appointment.objects.numbered(payload["subject"]).only("pk", "hold_id").get()
    hold = Hold.objects.locked(found.hold_id) if found.hold_id else None
    appointment = Appointment.objects.locked(found.pk)
    if appointment.card_id != payload["card"]:
        forget_card(card=KeptCard.objects.get(pk=payload["card"]), at=at)
    elif appointment.status in (Status.UNPAID, Status.LAPSED) and appointment.answer_by is None and hold is not None:
        seat_who_gave(appointment, hold, waits_for_word=appointment.workshop.confirms_by_hand, at=at)


def forget_cards(*, at: datetime, limit: int = 50) -> int:
    """Have the saved cards of closed appointments forgotten, once no charge of them is under way; return how many."""
    over = Appointment.objects.filter(closed_at__isnull=False, card__state=KeptCard.State.SAVED)
    over = over.exclude(card__payments__state__in=UNDER_WAY)
    cards = list(KeptCard.objects.filter(pk__in=over.values("card")).order_by("pk")[:limit])
    for card in cards:
        forget_card(card=card, at=at)
    return len(cards)


@transaction.atomic
def forget_my_card(*, appointment: Appointment, by: User | None = None, at: datetime) -> Appointment:
    """
    Let go of the saved card at once: the repair is then paid by link or at the counter.

    :raises NotYours: for anybody but its customer.
    :raises NoCardSaved: when none is, or it is being charged.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if not is_customer(by, appointment):
        raise NotYours
    card = appointment.card
    if card is None or card.state != KeptCard.State.SAVED or card.payments.filter(state__in=UNDER_WAY).exists():
        raise NoCardSaved
    forget_card(card=card, at=at)
    write_down(appointment, kind="card_forgotten", by=by, at=at)
    return appointment
