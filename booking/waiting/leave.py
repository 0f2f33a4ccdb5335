"""A person waits no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from booking.waiting.finish import finish_wait
from booking.waiting.models import Wait


@transaction.atomic
def leave_wait(*, wait: Wait, at: datetime) -> Wait:
    """Leave the waiting list; leaving twice changes nothing. A slot that was offered is free for the next person."""
    wait = Wait.objects.locked(wait.pk)
    if wait.is_waiting:
        finish_wait(wait, state=Wait.State.LEFT, at=at)
    return wait
