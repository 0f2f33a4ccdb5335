"""Read the environment: typed values, one clear sentence when one cannot be read."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """
    Read a yes-or-no variable.

    :raises ImproperlyConfigured: when it is neither.
    """
    raw = text(name, "1" if default else "0").lower()
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}: write 1 or 0.")


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """
    Translate a database URL (sqlite:///path, postgres://user:password@host:port/name) into Django's settings.

    :raises ImproperlyConfigured: for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(unquote(parts.path[1:]) or ":memory:")
    if parts.scheme in {"postgres", "postgresql"}:
        kept = int(text("DATABASE_KEPT_SECONDS", "0"))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")) or "moyeu",
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # backend.wsgi keeps connections. Under ASGI each request has a thread of its own: a connection kept beyond
            # it is a connection lost. Where opening one is dear there, put pgbouncer in front.
            "CONN_MAX_AGE": kept,
            "CONN_HEALTH_CHECKS": kept > 0,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(f"DATABASE_URL begins with {parts.scheme!r}: use sqlite:///… or postgres://…")


def sqlite(path: str) -> dict[str, Any]:
    """WAL lets readers pass a writer; IMMEDIATE takes the write lock first, so that no transaction dies half-way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728"
            ),
        },
        # A file, not memory: threads and the browser tests' server see the same rows.
        "TEST": {"NAME": f"{path}.test"},
    }


def refuse_unsafe_production(
    *, debug: bool, demo: bool, secret_key: str, development_key: str, hosts: list[str], site_url: str
) -> None:
    """
    Stop a production that would start open to everybody.

    :raises ImproperlyConfigured: naming every setting that is unsafe, and what to write instead.
    """
    faults = []
    if debug:
        faults.append("MOYEU_DEBUG shows source code to strangers: unset it.")
    if demo:
        faults.append("MOYEU_DEMO lets anybody become anybody: unset it.")
    if secret_key == development_key or len(secret_key) < 40:
        faults.append("SECRET_KEY is the public one or too short: set 50 random characters.")
    if not hosts or any(host.startswith(("*", ".")) for host in hosts):
        faults.append("ALLOWED_HOSTS must name each host: a star lets forged links into our mails.")
    if not site_url.startswith("https://"):
        faults.append("SITE_URL must be the public https:// address: mails carry it.")
    if faults:
        raise ImproperlyConfigured("This production is unsafe and does not start. " + " ".join(faults))


def refuse_real_money_in_demo(*, demo: bool, stripe_key: str) -> None:
    """
    :raises ImproperlyConfigured: when the demonstration, where anybody may be anybody, holds a live Stripe key.
    """
    if demo and stripe_key.startswith(("sk_live_", "rk_live_")):
        raise ImproperlyConfigured("MOYEU_DEMO with a live STRIPE_SECRET_KEY would charge real cards: use a test key.")
