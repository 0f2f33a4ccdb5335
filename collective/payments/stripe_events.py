"""
Stripe's events in our words: only what they are about, since the object is read again anyway.

Two kinds arrive at the same door. A snapshot (`event`) carries its object. A thin one (`v2.core.event`) only names it:
accounts of the second API tell their changes so, and objects of the first may.
"""

from datetime import datetime
from typing import Any

from collective.payments.states import EventSeen
from collective.payments.stripe_objects import Fields, moment

LONGEST = 120  # characters of an id, of a reference
LONGEST_TYPE = 80


def event_seen(event: Fields) -> EventSeen:
    """:raises LookupError, TypeError, ValueError, AttributeError: for what is not an event with its object."""
    if event["object"] == "v2.core.event":
        return _thin(event)
    if event["object"] != "event":
        raise ValueError(f"{event['object']!r} is not an event.")
    return _snapshot(event)


def _snapshot(event: Fields) -> EventSeen:
    subject: Fields = event["data"]["object"]
    kind, identifier = _word(subject.get("object", "")), _word(subject.get("id", ""))
    intent = identifier if kind == "payment_intent" else _id_of(subject.get("payment_intent"))
    charge = identifier if kind == "charge" else _id_of(subject.get("charge") or subject.get("source_transaction"))
    account = identifier if kind == "account" else _id_of(subject.get("destination"))
    return EventSeen(
        id=_word(event["id"]),
        type=_word(event["type"], LONGEST_TYPE),
        object_id=identifier,
        created=moment(event["created"]),
        livemode=bool(event["livemode"]),
        intent_id=intent,
        reference=_id_of((subject.get("metadata") or {}).get("reference")),
        object_kind=kind,
        charge_id=charge,
        account=_id_of(event.get("account")) or account,
    )


def _thin(event: Fields) -> EventSeen:
    about: Fields = event.get("related_object") or {}
    kind, identifier = _word(about.get("type", "")), _word(about.get("id", ""))
    created = datetime.fromisoformat(event["created"])
    if created.tzinfo is None:
        raise ValueError("This moment has no time zone.")
    return EventSeen(
        id=_word(event["id"]),
        type=_word(event["type"], LONGEST_TYPE),
        object_id=identifier,
        created=created,
        livemode=bool(event["livemode"]),
        intent_id=identifier if kind == "payment_intent" else None,
        reference=None,
        object_kind=kind,
        charge_id=identifier if kind == "charge" else None,
        account=identifier if kind in ("v2.core.account", "account") else _id_of(event.get("context")),
    )


def _id_of(found: Any) -> str | None:
    """Return an id given as such, or as the whole object; None for none, and for what could be none of ours."""
    named = found.get("id") if isinstance(found, dict) else found
    return named if isinstance(named, str) and named and len(named) <= LONGEST and "\0" not in named else None


def _word(found: Any, longest: int = LONGEST) -> str:
    """:raises ValueError: for what our rows could not keep."""
    if not isinstance(found, str) or len(found) > longest or "\0" in found:
        raise ValueError("This is no name of Stripe's.")
    return found
