"""What every test shares: strict templates, no mail out, no rows left in caches, the moments stories happen at."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template import engines


class UnknownVariable(str):
    """What a template shows for a variable it was not given: nothing to a visitor, a failure to a test."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"this template uses the unknown variable {name!r}")


# Set at import, before any template is compiled: the value stays for the whole run.
engines["django"].engine.string_if_invalid = UnknownVariable("%s")

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # ServeStatic warns where nothing was collected yet

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday, 10:00 in Lille


@pytest.fixture(autouse=True)
def _calm(tmp_path, settings):
    """Each test keeps its files to itself, hashes fast, and starts with empty counters."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return NOW


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1]}"
