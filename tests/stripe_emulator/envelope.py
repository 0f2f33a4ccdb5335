"""What goes over the wire to a webhook's receiver: a body and its signature, or what somebody made of them."""

import hashlib
import hmac
import http.client
import json
import time
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.stripe_emulator.store import Resource, published

ANSWER_WITHIN = 10  # seconds
HUGE = 300 * 1024  # bytes


class Letter(NamedTuple):
    body: bytes
    signature: str


def sign(payload: bytes, secret: str, *, at: int) -> str:
    """Return the Stripe-Signature header of a payload: HMAC-SHA256 over `<at>.<payload>`, by each secret."""
    signed = (hmac.new(each.encode(), b"%d." % at + payload, hashlib.sha256).hexdigest() for each in secret.split(","))
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in signed)])


def wrap(event: Resource, secret: str, *, how: str = "") -> Letter:
    """
    Return an event as it is sent; `how` is one of faults.DISTORTED.

    The signature carries the machine's time, since the receiver compares it with its own clock.
    """
    shown = published(event)
    if how == "livemode":
        shown["livemode"] = True
    if how == "thin":
        shown = _thin(shown)
    if how == "bare":
        shown = {"id": event["id"], "object": event["object"], "type": event["type"]}
    body = json.dumps(shown).encode()
    if how == "huge":
        body += b" " * HUGE
    at = int(time.time()) - (3600 if how == "old" else 0)
    signature = "" if how == "unsigned" else sign(body, "whsec_somebody" if how == "wrong_secret" else secret, at=at)
    if how == "tamper":
        body = body.replace(b'"object"', b'"Object"', 1)
    return Letter(body, signature)


def _thin(event: Resource) -> Resource:
    """Say the same as the second API would: by name only."""
    subject = event.get("data", {}).get("object", {})
    created = datetime.fromtimestamp(event["created"], UTC) if isinstance(event["created"], int) else None
    return {
        "id": event["id"],
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "livemode": event["livemode"],
        "created": created.isoformat() if created else event["created"],
        "related_object": {"id": subject.get("id"), "type": subject.get("object"), "url": "/v1/…"},
    }


def post(url: str, letter: Letter) -> int:
    """Post one letter, and return the status; 0 if nobody answered."""
    target = urlsplit(url)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (emulator)"}
    if letter.signature:
        headers["Stripe-Signature"] = letter.signature
    connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=ANSWER_WITHIN)
    try:
        connection.request("POST", target.path or "/", letter.body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
