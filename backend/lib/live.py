"""Live announcements: put with what happened, relayed to the people looking; losing one loses no data."""

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from backend.lib.outbox import handles, put

KIND = "live"


def announce(group: str, event: dict[str, Any], *, at: datetime) -> None:
    """Tell those who look at `group` (letters, digits, dot, dash) that `event` happened; pages then ask for news."""
    put(KIND, {"group": group, "event": event}, due_at=at)


@handles(KIND)
def relay(payload: dict[str, Any], *, at: datetime) -> None:
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(payload["group"], {"type": "news", "event": payload["event"]})
