"""Silence ends an offer: the slot goes to the next person. Who never answers waits no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from booking.waiting.finish import close_offer, finish_wait
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.notify import tell_lapsed, tell_over

MOST_SILENCES = 3  # in a row: each keeps a slot from others for a while


def lapse_offers(*, at: datetime, limit: int = 100) -> int:
    """Close the offers whose time to be answered is over at `at`; return how many."""
    overdue = SlotOffer.objects.overdue(at=at).order_by("expires_at", "pk").values_list("pk", "wait_id")[:limit]
    return sum(_lapse(pk, wait_pk, at=at) for pk, wait_pk in list(overdue))


@transaction.atomic
def _lapse(pk: int, wait_pk: int, *, at: datetime) -> bool:
    """Free the slot and say so; an answer given meanwhile wins."""
    wait = Wait.objects.locked(wait_pk)
    offer = SlotOffer.objects.select_related("workshop").locked(pk)
    if offer.state != SlotOffer.State.OPEN or at < offer.expires_at:
        return False
    offer.wait = wait
    close_offer(offer, SlotOffer.State.LAPSED, at=at)
    if wait.is_waiting and _is_silent(wait):
        finish_wait(wait, state=Wait.State.OVER, because=Wait.Why.SILENT, at=at)
        tell_over(wait, at=at)
    else:
        tell_lapsed(offer, at=at)
    return True


def _is_silent(wait: Wait) -> bool:
    answers = list(wait.offers.order_by("-offered_at", "-pk").values_list("state", flat=True)[:MOST_SILENCES])
    return answers == [SlotOffer.State.LAPSED] * MOST_SILENCES
