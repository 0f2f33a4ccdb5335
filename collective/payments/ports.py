"""
What the house asks of a payment provider, in its own words.

gateway.py answers with Stripe. Amounts are integer cents; moments are aware UTC. `key` is the idempotency key of one
business operation: written in our row before the call, sent again with the same arguments until an answer comes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol


class ProviderError(Exception):
    """Something that kept the provider from doing what was asked."""


class ProviderUnavailable(ProviderError):
    """
    No verdict: the network, an overload, an error on their side, a key of ours that needs mending.

    Whether the work was done is not known. Ask again later with the same key and the same arguments; after twenty
    hours read the object instead, since keys are forgotten after a day.
    """


class ProviderRefused(ProviderError):
    """The provider judged and said no: asking again changes nothing. `code` and `message` are the provider's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class BadSignature(ProviderError):
    """An event that the provider did not sign, or signed too long ago: answer 400 and write nothing."""


class BadPayload(ProviderError):
    """An event that is signed and cannot be read: answer 400 and write nothing."""


class IntentStatus(StrEnum):
    """Where the money is."""

    WAITING = "waiting"  # for the person: a card, or the bank's confirmation
    PROCESSING = "processing"  # the bank takes its time
    AUTHORISED = "authorised"  # held on the card
    CAPTURED = "captured"
    RELEASED = "released"  # cancelled by us, or lapsed at the bank


@dataclass(frozen=True)
class SessionOpened:
    """A payment page that waits for its person at `url`."""

    session_id: str
    url: str


@dataclass(frozen=True)
class SessionState:
    """A payment page. `intent_id` is None until somebody tried to pay."""

    session_id: str
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["paid", "unpaid", "no_payment_required"]  # unpaid when complete: authorised, not captured
    intent_id: str | None
    amount_cents: int
    currency: str  # upper case, EUR
    reference: str  # ours, given at opening
    url: str | None  # None once closed
    livemode: bool


@dataclass(frozen=True)
class IntentState:
    """The money behind a payment page."""

    intent_id: str
    status: IntentStatus
    amount_cents: int
    capturable_cents: int
    received_cents: int
    refunded_cents: int  # of what was received; what was held and released is not a refund
    charge_id: str | None
    fee_cents: int | None  # None until the provider has booked the capture
    capture_before: datetime | None  # when the bank lets go of a hold
    currency: str
    reference: str
    livemode: bool


@dataclass(frozen=True)
class RefundState:
    """Money given back, or on its way."""

    refund_id: str
    amount_cents: int
    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    created_at: datetime


@dataclass(frozen=True)
class EventSeen:
    """
    Word that something changed; read the object for what it is now. Events come late, twice, and in any order.

    `intent_id` and `reference` name the payment it is about, as far as the event says so.
    """

    id: str
    type: str  # the provider's name, such as payment_intent.succeeded
    object_id: str  # empty when its object has none, such as a balance
    created: datetime
    livemode: bool
    intent_id: str | None
    reference: str | None


class PaymentProvider(Protocol):
    """
    A provider of hosted payment pages that can hold, capture, release and refund.

    Every call may raise ProviderUnavailable and ProviderRefused.
    """

    @property
    def livemode(self) -> bool:
        """Tell whether real money moves; events and objects of the other mode are not ours."""

    def open_session(
        self,
        *,
        reference: str,
        amount_cents: int,
        label: str,
        email: str,
        language: Literal["fr", "en"],
        capture: Literal["now", "later"],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        transfer_group: str,
        key: str,
    ) -> SessionOpened:
        """
        Open a payment page for one amount, at least 50 cents.

        `expires_at` is between 30 minutes and 24 hours ahead. `{CHECKOUT_SESSION_ID}` in success_url becomes the id.
        """

    def expire_session(self, *, session_id: str, key: str) -> SessionState:
        """Close a page, and return how it ended: `complete` when the person paid first."""

    def read_session(self, *, session_id: str) -> SessionState: ...

    def find_session_by_reference(self, reference: str, *, since: datetime | None = None) -> SessionState | None:
        """Return the newest page opened for a reference; `since` spares reading older ones."""

    def read_intent(self, *, intent_id: str) -> IntentState: ...

    def capture(self, *, intent_id: str, amount_cents: int, key: str) -> IntentState:
        """Take all or a part of what is held; the rest is released."""

    def release(self, *, intent_id: str, key: str) -> IntentState:
        """Give back what is held."""

    def refund(self, *, intent_id: str, amount_cents: int, key: str, reason: str | None = None) -> RefundState:
        """Give back all or a part of what was captured; more than is left is refused. `reason` is a note of ours."""

    def list_refunds(self, *, intent_id: str) -> list[RefundState]:
        """Return the refunds of a payment, oldest first, those made on the provider's own pages included."""

    def list_events(self, since: datetime) -> Iterator[EventSeen]:
        """Return what happened since a moment (30 days at most), newest first."""

    def read_event(self, payload: bytes, signature: str, secrets: Sequence[str]) -> EventSeen:
        """
        Return the event in a webhook's raw body; several secrets during a rotation.

        :raises BadSignature: unless one of the secrets signed it within five minutes; without any secret, always.
        :raises BadPayload: if it is signed and is no event.
        """
