"""The websockets, by role: who is let in, who is not, and from which pages."""

from __future__ import annotations

import channels.db
import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.conf import settings

from api.realtime.urls import websocket_urlpatterns
from backend.asgi import application
from tests.matrix.table import only
from tests.matrix.world import ROLES

OURS = "http://testserver"
MAY_LISTEN = only("mechanic", "workshop_owner", "coordinator", status=101)


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """Channels closes connections after each look at the database: here one holds the world."""
    monkeypatch.setattr(channels.db, "close_old_connections", lambda: None)


def test_every_websocket_stands_here():
    assert [str(pattern.pattern) for pattern in websocket_urlpatterns] == ["ws/ateliers/<int:workshop_id>/"]


async def knock(workshop: int, cookies: str, origin: str | None) -> bool:
    headers = [(b"cookie", cookies.encode()), (b"host", b"testserver")]
    headers += [(b"origin", origin.encode())] if origin else []
    socket = WebsocketCommunicator(application, f"/ws/ateliers/{workshop}/", headers=headers)
    accepted, _code = await socket.connect(timeout=10)
    await socket.disconnect()
    return accepted


def cookies_of(client) -> str:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return f"{cookie.key}={cookie.value}" if cookie else ""


@pytest.mark.parametrize("role", ROLES)
def test_a_workshops_news(role, world, clients, db):
    accepted = async_to_sync(knock)(world.workshop.pk, cookies_of(clients[role]), OURS)
    assert accepted == (MAY_LISTEN[role] == 101)


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://testserver.evil.example"])
def test_no_other_site_listens(origin, world, clients, db):
    assert not async_to_sync(knock)(world.workshop.pk, cookies_of(clients["mechanic"]), origin)


def test_a_workshop_that_is_none(world, clients, db):
    assert not async_to_sync(knock)(999_999, cookies_of(clients["mechanic"]), OURS)
