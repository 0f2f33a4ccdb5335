"""One world for a whole file of tests, built once; each test's writes are rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client, override_settings

from collective.members.models import User
from tests.matrix.world import ROLES, World, build_world


@pytest.fixture(autouse=True)
def _photos_of_the_world(_calm, db, world):
    """The world outlives a test: so do its files."""
    with override_settings(MEDIA_ROOT=world.media):
        yield


@pytest.fixture(autouse=True)
def _no_payment_provider(monkeypatch):
    """No call leaves: a payment page cannot be reached, which is said as on a day when the provider is away."""
    monkeypatch.setattr("collective.payments.ask.run_operations", lambda **asked: 0)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media):
        around = transaction.atomic()
        around._from_testcase = True  # as Django's TestCase marks its own: durable blocks may open inside
        with around:
            yield build_world(media=media)
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World, django_db_blocker) -> dict[str, Client]:
    """A signed-in client a role; the suspended one was closed after signing in."""
    found = {}
    with django_db_blocker.unblock():
        for role in (*ROLES, "treasurer"):
            found[role] = Client(raise_request_exception=False)
            if person := world.people[role]:
                found[role].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        suspended = world.people["suspended"]
        assert suspended
        User.objects.filter(pk=suspended.pk).update(is_active=False)
    return found
