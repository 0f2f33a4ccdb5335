"""What a workshop's people see change while they look. News only says what to ask for again: no data crosses here."""

import asyncio
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from collective.members.models import User
from collective.workshops.models import Workshop

NOT_ALLOWED = 4403
SECONDS_BETWEEN_LOOKS = 3


class WorkshopNews(AsyncJsonWebsocketConsumer):
    """Joins `workshop-<id>` for those who see the workshop's inside; who loses the right is cut within seconds."""

    group = ""
    watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.workshop_id = self.scope["url_route"]["kwargs"]["workshop_id"]
        if not await self.may_look():
            await self.close(code=NOT_ALLOWED)
            return
        self.group = f"workshop-{self.workshop_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        self.watch = asyncio.create_task(self.leave_when_not_allowed())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
            with suppress(asyncio.CancelledError):
                await self.watch
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing is done through this door: whoever wants to act uses a page or the API."""
        await self.send_json({"type": "error", "code": "read_only"})

    async def decode_json(self, text_data: str) -> Any:
        return None  # whatever was said is not read

    async def news(self, message: dict[str, Any]) -> None:
        await self.send_json({"type": "news", **message["event"]})

    async def leave_when_not_allowed(self) -> None:
        while await self.may_look():
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        await self.close(code=NOT_ALLOWED)

    @database_sync_to_async
    def may_look(self) -> bool:
        # Read anew: a role taken away or a sign-out elsewhere must end the socket too.
        user = User.objects.filter(pk=self.scope["user"].pk, is_active=True).first()
        session = self.scope["session"]
        if user is None or not session.exists(session.session_key or ""):
            return False
        return Workshop.objects.visible_to(user).filter(pk=self.workshop_id).exists()
