"""
Without Redis the in-memory channel layer crosses no process: the web process relays the outbox's live rows itself.

The relay begins with the server (ASGI lifespan) and ends with it; with Redis the sweeper relays and this does nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from backend.lib.clock import database_now
from backend.lib.live import KIND
from backend.lib.outbox import sweep_outbox

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_SWEEPS = 1.0

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class RelayLifespan:
    """An ASGI application around another: answers the server's lifespan events, passes all else on."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        relay = asyncio.create_task(relay_for_ever()) if settings.MOYEU_RELAY_IN_WEB else None
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if relay:
            relay.cancel()
        await send({"type": "lifespan.shutdown.complete"})


async def relay_for_ever() -> None:
    while True:
        try:
            await database_sync_to_async(relay_live_rows)()
        except Exception:  # a database that is away must not end the relay
            logger.exception("live announcements could not be relayed")
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)


def relay_live_rows() -> int:
    return sweep_outbox(at=database_now(), kinds=[KIND])
