"""Forget who waited: an ended wait is erased, with what was offered, a month after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backend.lib.outbox import handles
from booking.waiting.models import Wait

ERASE = "waiting.erase"
KEPT_FOR = timedelta(days=30)


@handles(ERASE)
def erase_ended(payload: dict[str, Any], *, at: datetime) -> None:
    """Erase, once a night."""
    erase_ended_waits(at=at)


@transaction.atomic
def erase_ended_waits(*, at: datetime) -> int:
    """Erase the waits that ended thirty days ago or more, with their offers; return how many waits."""
    _count, by_model = Wait.objects.ended_before(at - KEPT_FOR).delete()
    return by_model.get("booking.Wait", 0)
