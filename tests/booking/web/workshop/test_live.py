"""News over the websocket, through the whole ASGI application: session, origin, rights."""

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from api.realtime import consumers
from api.realtime.relay import relay_live_rows
from backend.asgi import application
from booking.appointments.accept import accept_appointment
from collective.workshops.models import Staff
from tests.booking.web.workshop.conftest import browser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
CUT = ("websocket.close", consumers.NOT_ALLOWED)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch):
    monkeypatch.setattr(consumers, "SECONDS_BETWEEN_LOOKS", 0.05)


@pytest.fixture(autouse=True)
async def _leaves_no_connection():
    """What ran in asgiref's own thread holds a connection there, which would keep the test database from going."""
    yield
    await sync_to_async(connections.close_all)()


def socket_of(client: Client, workshop, origin="http://testserver"):
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    headers = [(b"origin", origin.encode())]
    if cookie:
        headers.append((b"cookie", f"{cookie.key}={cookie.value}".encode()))
    return WebsocketCommunicator(application, f"/ws/ateliers/{workshop.pk}/", headers=headers)


def closing(event):
    return event["type"], event.get("code")


async def test_who_works_there_hears_of_what_happens(request_, answerer, at):
    socket = socket_of(answerer, request_.workshop)
    assert (await socket.connect())[0]
    await database_sync_to_async(relay_live_rows)()  # the booking itself was announced before we listened
    while not await socket.receive_nothing(timeout=0.2):
        await socket.receive_json_from()
    staff = await database_sync_to_async(lambda: request_.workshop.staff.get().user)()
    await database_sync_to_async(accept_appointment)(appointment=request_, by=staff, at=at)
    await database_sync_to_async(relay_live_rows)()
    news = await socket.receive_json_from(timeout=3)
    assert news == {"type": "news", "kind": "appointment.accepted", "appointment": request_.pk}
    await socket.disconnect()


async def test_coordinators_may_look(workshop, coordinator):
    socket = socket_of(coordinator, workshop)
    assert (await socket.connect())[0]
    await socket.disconnect()


@pytest.mark.parametrize("who", ["nobody", "foreign", "cyclist"])
async def test_others_are_refused(workshop, stranger, who):
    cyclist = await database_sync_to_async(lambda: browser(UserFactory()))()
    client = {"nobody": Client(), "foreign": stranger, "cyclist": cyclist}[who]
    connected, code = await socket_of(client, workshop).connect()
    assert (connected, code) == (False, consumers.NOT_ALLOWED)


async def test_another_site_cannot_listen_with_our_cookie(workshop, inside):
    connected, _code = await socket_of(inside, workshop, origin="https://evil.example").connect()
    assert not connected


async def test_who_no_longer_works_there_is_cut(workshop, inside, at):
    socket = socket_of(inside, workshop)
    assert (await socket.connect())[0]
    await database_sync_to_async(Staff.objects.update)(ended_at=at)
    assert closing(await socket.receive_output(timeout=3)) == CUT
    await socket.disconnect()


async def test_who_signs_out_is_cut(workshop, inside):
    socket = socket_of(inside, workshop)
    assert (await socket.connect())[0]
    await database_sync_to_async(inside.post)(reverse("account_logout"))
    assert closing(await socket.receive_output(timeout=3)) == CUT
    await socket.disconnect()


async def test_nothing_is_done_through_the_socket(workshop, inside):
    socket = socket_of(inside, workshop)
    await socket.connect()
    for said in ("{", '{"accept": 1}', "null"):
        await socket.send_to(text_data=said)
        assert await socket.receive_json_from() == {"type": "error", "code": "read_only"}
    await socket.disconnect()
