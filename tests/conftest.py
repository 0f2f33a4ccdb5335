"""What every test shares: files of its own, empty counters, the moment stories happen at."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections
from django.utils import translation

from tests.browser import chromium
from tests.emptying import empty_tables

__all__ = ["chromium"]  # one fixture for all: a second copy would start a second Playwright, which refuses
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday, 10:00 in Lille


@pytest.fixture(autouse=True)
def _calm(tmp_path, settings):
    """Each test keeps its files to itself, hashes fast, and starts with empty counters."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _empty_tables_quickly_between_transactional_tests():
    """Django's own way truncates every table, most of them empty, and then makes its own rows again: seconds a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", lambda self, **options: empty_tables(connections[options["database"]]))
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def english():
    """For tests that read sentences as the code has them."""
    with translation.override("en"):
        yield


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}"
