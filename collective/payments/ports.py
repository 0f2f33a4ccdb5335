"""
What the house asks of a payment provider, in its own words.

gateway.py answers with Stripe. Amounts are integer cents; moments are aware UTC. `key` is the idempotency key of one
business operation: written in our row before the call, sent again with the same arguments until an answer comes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, Protocol

from collective.payments.states import (
    AccountState,
    BalanceState,
    DisputeState,
    EventSeen,
    IntentState,
    IntentStatus,
    Movement,
    PayoutState,
    RefundState,
    ReversalState,
    SavedCard,
    SessionOpened,
    SessionState,
    SetupState,
    TransferState,
)

__all__ = [
    "AccountState",
    "BadPayload",
    "BadSignature",
    "BalanceState",
    "DisputeState",
    "EventSeen",
    "IntentState",
    "IntentStatus",
    "Movement",
    "PaymentProvider",
    "PayoutState",
    "ProviderError",
    "ProviderRefused",
    "ProviderUnavailable",
    "RefundState",
    "ReversalState",
    "SavedCard",
    "SessionOpened",
    "SessionState",
    "SetupState",
    "TransferState",
]


class ProviderError(Exception):
    """Something that kept the provider from doing what was asked."""


class ProviderUnavailable(ProviderError):
    """
    No verdict: the network, an overload, an error on their side, a key of ours that needs mending.

    Whether the work was done is not known. Ask again later with the same key and the same arguments; after twenty
    hours read the object instead, since keys are forgotten after a day.
    """


class ProviderRefused(ProviderError):
    """
    The provider judged and said no: asking again changes nothing. `code` and `message` are the provider's.

    `intent_id` names the payment that a declined card leaves behind, where there is one.
    """

    def __init__(self, code: str, message: str, *, intent_id: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.intent_id = intent_id


class BadSignature(ProviderError):
    """An event that the provider did not sign, or signed too long ago: answer 400 and write nothing."""


class BadPayload(ProviderError):
    """An event that is signed and cannot be read: answer 400 and write nothing."""


class PaymentProvider(Protocol):
    """
    A provider of hosted payment pages that can hold, capture, release and refund, keep cards, and pay sellers.

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

    # --- Saved cards ---

    def create_customer(self, *, reference: str, email: str, language: Literal["fr", "en"], key: str) -> str:
        """Make the person to whom saved cards belong, and return its id."""

    def open_setup_session(
        self,
        *,
        reference: str,
        customer_id: str,
        language: Literal["fr", "en"],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        key: str,
    ) -> SessionOpened:
        """Open a page where a card is saved for later, without any payment; the addresses as in open_session."""

    def read_setup_session(self, *, session_id: str) -> SetupState: ...

    def charge_saved_card(
        self,
        *,
        reference: str,
        amount_cents: int,
        label: str,
        customer_id: str,
        method_id: str,
        capture: Literal["now", "later"],
        transfer_group: str,
        key: str,
    ) -> IntentState:
        """
        Take or hold an amount on a saved card, its holder being away.

        A decline is ProviderRefused: `card_declined`, `authentication_required` when the bank wants its holder (ask
        them with a payment page), `expired_card`… Its `intent_id` names the payment it left, never to be paid.
        """

    def find_charge(self, *, customer_id: str, reference: str) -> IntentState | None:
        """Return what became of a charge of this customer's card, declined ones too; None when none ever arrived."""

    def forget_card(self, *, method_id: str, key: str) -> None:
        """Let a saved card go; one that is gone already is no error."""

    # --- Sellers ---

    def create_account(self, *, reference: str, legal_name: str, email: str, key: str) -> AccountState:
        """Make a seller's account, which takes no money before its onboarding is through."""

    def read_account(self, *, account_id: str) -> AccountState: ...

    def open_onboarding(self, *, account_id: str, refresh_url: str, return_url: str, key: str) -> str:
        """
        Return the address of a seller's onboarding: good for one visit and some minutes, so never stored or mailed.

        `refresh_url` is where a visit too late ends. Coming back to `return_url` proves nothing: read the account.
        """

    def transfer(
        self, *, account_id: str, amount_cents: int, charge_id: str, transfer_group: str, reference: str, key: str
    ) -> TransferState:
        """Send a part of a captured charge to a seller. Refused above what is left of it, or if not `active`."""

    def read_transfer(self, *, transfer_id: str) -> TransferState: ...

    def list_transfers(self, *, transfer_group: str) -> list[TransferState]:
        """Return the transfers of a group, oldest first."""

    def reverse_transfer(self, *, transfer_id: str, amount_cents: int, reference: str, key: str) -> ReversalState:
        """Take back all or a part of a transfer. Refused (`balance_insufficient`) if the seller has too little."""

    def list_reversals(self, *, transfer_id: str) -> list[ReversalState]:
        """Return what was taken back of a transfer, oldest first."""

    # --- The balance ---

    def read_dispute(self, *, dispute_id: str) -> DisputeState: ...

    def list_disputes(self, *, intent_id: str) -> list[DisputeState]:
        """Return the disputes of a payment, oldest first."""

    def read_balance(self) -> BalanceState: ...

    def list_payouts(self, *, since: datetime) -> list[PayoutState]:
        """Return the payouts made since a moment, oldest first."""

    def list_movements(self, *, payout_id: str | None = None, since: datetime | None = None) -> Iterator[Movement]:
        """Return the movements of one automatic payout, itself included, or those since a moment; newest first."""

    # --- Events ---

    def read_event(self, payload: bytes, signature: str, secrets: Sequence[str]) -> EventSeen:
        """
        Return the event in a webhook's raw body; several secrets during a rotation.

        :raises BadSignature: unless one of the secrets signed it within five minutes; without any secret, always.
        :raises BadPayload: if it is signed and is no event.
        """
