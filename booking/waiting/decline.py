"""A person leaves an offered slot to the next one, and goes on waiting."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from booking.waiting.accept import what_forbids_answering
from booking.waiting.finish import close_offer
from booking.waiting.models import SlotOffer, Wait


@transaction.atomic
def decline_offer(*, offer: SlotOffer, at: datetime) -> SlotOffer:
    """
    Free the slot for the next person; declining twice changes nothing.

    :raises RuleBroken: when the offer was accepted, or is over.
    """
    wait = Wait.objects.locked(offer.wait_id)
    offer = SlotOffer.objects.locked(offer.pk)
    offer.wait = wait
    if offer.state == SlotOffer.State.DECLINED:
        return offer
    if forbidden := what_forbids_answering(offer, at=at):
        raise forbidden
    close_offer(offer, SlotOffer.State.DECLINED, at=at)
    return offer
