"""What every end of a wait has in common: nothing stays kept for it, and it is written when it ended."""

from __future__ import annotations

from datetime import datetime

from booking.waiting.models import SlotOffer, Wait
from collective.timetable.occupy import release


def finish_wait(wait: Wait, *, state: Wait.State, because: str = "", at: datetime) -> None:
    """End a locked wait; a slot that was kept for it is free again, for the next person."""
    wait.state, wait.ended_at, wait.over_because = state, at, because
    wait.save(update_fields=["state", "ended_at", "over_because"])
    for offer in SlotOffer.objects.select_for_update(of=("self",)).open_().filter(wait=wait):
        answer = SlotOffer.State.DECLINED if state == Wait.State.LEFT else SlotOffer.State.LAPSED
        close_offer(offer, answer, at=at)


def close_offer(offer: SlotOffer, state: SlotOffer.State, *, at: datetime) -> None:
    """Close a locked offer that was not accepted and free its slot."""
    offer.state, offer.answered_at = state, at
    offer.save(update_fields=["state", "answered_at"])
    release(reference=offer.reference, at=at)
