"""
A process that handles what is due and is killed at a named point, as a power cut would.

    python -m tests.booking.waiting.crash after_slot 2026-11-23T08:10:00+00:00

Points of the handler that offers: before_slot, after_slot, before_commit, after_commit. Points of an acceptance, with
the token of the offer after the moment: accept_before_book, accept_before_commit, accept_after_commit.
"""

import os
import sys
from datetime import datetime

import django

from tests.collective.payments.crash import die, dying_after, dying_before

OFFERING = ("before_slot", "after_slot", "before_commit", "after_commit")
ACCEPTING = ("accept_before_book", "accept_before_commit", "accept_after_commit")


def offer(point: str, at: datetime) -> None:
    from backend.lib import outbox
    from booking.waiting import offer_freed

    if point == "before_slot":
        offer_freed.take_slot = dying_before(offer_freed.take_slot)
    elif point == "after_slot":
        offer_freed.take_slot = dying_after(offer_freed.take_slot)
    elif point == "before_commit":
        outbox._handlers[offer_freed.KIND] = dying_after(outbox._handlers[offer_freed.KIND])
    outbox.sweep_outbox(at=at, kinds=[offer_freed.KIND])
    die()


def accept(point: str, at: datetime, token: str) -> None:
    from booking.waiting import accept
    from booking.waiting.models import SlotOffer

    if point == "accept_before_book":
        accept.book = dying_before(accept.book)
        accept.set_new_time = dying_before(accept.set_new_time)
    elif point == "accept_before_commit":
        accept.finish_wait = dying_after(accept.finish_wait)
    accept.accept_offer(offer=SlotOffer.objects.get(token=token), work_may_begin_early=True, at=at)
    die()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    point, at, *token = sys.argv[1:]
    if point in OFFERING:
        offer(point, datetime.fromisoformat(at))
    else:
        accept(point, datetime.fromisoformat(at), *token)
