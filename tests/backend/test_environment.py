"""Start-up: an unsafe production refuses, and says everything that is wrong at once."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import environment

SAFE = {
    "debug": False,
    "demo": False,
    "secret_key": "k" * 50,
    "development_key": "dev",
    "hosts": ["moyeu.example"],
    "site_url": "https://moyeu.example",
}


def test_a_safe_production_starts():
    environment.refuse_unsafe_production(**SAFE)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"debug": True}, "MOYEU_DEBUG"),
        ({"demo": True}, "MOYEU_DEMO"),
        ({"secret_key": "dev"}, "SECRET_KEY"),
        ({"hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"hosts": []}, "ALLOWED_HOSTS"),
        ({"site_url": "http://moyeu.example"}, "SITE_URL"),
    ],
)
def test_an_unsafe_production_does_not_start(fault, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        environment.refuse_unsafe_production(**{**SAFE, **fault})


def test_the_settings_ask():
    stripped = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"}
    ran = subprocess.run(
        [sys.executable, "-c", "import backend.settings"],
        env={**stripped, "MOYEU_PRODUCTION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "does not start" in ran.stderr


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_the_demonstration_never_takes_real_money(key):
    with pytest.raises(ImproperlyConfigured, match="real cards"):
        environment.refuse_real_money_in_demo(demo=True, stripe_key=key)
    environment.refuse_real_money_in_demo(demo=False, stripe_key=key)


def test_a_database_is_named_by_a_url():
    postgres = environment.database("postgres://me:p%40ss@db.example:5433/moyeu?sslmode=require")
    assert (postgres["USER"], postgres["PASSWORD"], postgres["HOST"], postgres["PORT"], postgres["NAME"]) == (
        "me",
        "p@ss",
        "db.example",
        "5433",
        "moyeu",
    )
    assert postgres["OPTIONS"] == {"sslmode": "require"}
    assert environment.database("sqlite:////srv/moyeu.sqlite3")["NAME"] == "/srv/moyeu.sqlite3"
    with pytest.raises(ImproperlyConfigured):
        environment.database("mysql://db/moyeu")


def test_connections_are_kept_where_threads_live_on(monkeypatch):
    monkeypatch.delenv("DATABASE_KEPT_SECONDS", raising=False)
    assert environment.database("postgres://db/moyeu")["CONN_MAX_AGE"] == 0
    monkeypatch.setenv("DATABASE_KEPT_SECONDS", "60")
    kept = environment.database("postgres://db/moyeu")
    assert (kept["CONN_MAX_AGE"], kept["CONN_HEALTH_CHECKS"]) == (60, True)


def test_a_flag_is_yes_or_no(monkeypatch):
    monkeypatch.setenv("MOYEU_X", "maybe")
    with pytest.raises(ImproperlyConfigured):
        environment.flag("MOYEU_X")
