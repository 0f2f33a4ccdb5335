"""With REDIS_URL: what one process announces reaches who looks at another, and limits are counted for all of them."""

from __future__ import annotations

import json
import os

import pytest
import redis
import requests
from django.conf import settings
from django.test import Client
from websockets.sync.client import connect

from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.web.conftest import at, make, provider, some_slots
from tests.servers import running, running_servers

__all__ = ["at", "make", "provider"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]
NEWS = 30  # seconds for an announcement to arrive
CONSUMER = ["manage.py", "run_huey"]


@pytest.fixture
def address() -> str:
    """An emptied database of the Redis that this machine's suite found."""
    url = os.environ.get("TEST_REDIS_URL", "")
    assert url, "name a Redis whose database may be emptied: TEST_REDIS_URL=redis://127.0.0.1:6379/15"
    with redis.Redis.from_url(url) as server:
        server.flushdb()
    return url


def cookie_of(person) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def book(server: str, workshop: Workshop, starts_at: str) -> None:
    wanted = {"workshop": workshop.slug, "interventions": ["PUNCTURE"], "starts_at": starts_at}
    held = requests.post(f"{server}/api/v1/holds/", json=wanted, timeout=30).json()
    contact = {"email": "camille@example.org", "phone": "06 12 34 56 78", "pay": "counter"}
    booking = contact | {"hold": held["token"], "work_may_begin_early": True}
    assert requests.post(f"{server}/api/v1/appointments/", json=booking, timeout=30).status_code == 201


def test_a_booking_at_one_server_is_seen_at_another_at_once(make, at, address, tmp_path):
    workshop = make(pay_now=Workshop.PayNow.COUNTER)
    slot = some_slots(workshop, at)[0].starts_at.isoformat()
    cookie, log = cookie_of(scene.staff_of(workshop)), tmp_path / "log"

    with running(CONSUMER, log=log, REDIS_URL=address), running_servers(2, log=log, REDIS_URL=address) as servers:
        looking = f"{servers[0].replace('http', 'ws')}/ws/ateliers/{workshop.pk}/"
        with connect(looking, additional_headers={"Cookie": cookie}, origin=servers[0]) as socket:
            book(servers[1], workshop, slot)
            news = json.loads(socket.recv(timeout=NEWS))

    assert news["type"] == "news"


def test_limits_are_counted_over_all_servers(address, tmp_path):
    with running_servers(2, log=tmp_path / "log", REDIS_URL=address) as servers:
        for server in servers:
            requests.post(f"{server}/api/v1/holds/", json={}, timeout=30)
    with redis.Redis.from_url(address) as server:
        # One key, or two when a minute ended between the requests.
        assert sum(int(server.get(key)) for key in server.scan_iter("*limit:api-write:*")) == 2
