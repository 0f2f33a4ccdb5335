"""
What a payment provider tells, in the house's own words: plain values, judged by nobody yet.

Amounts are integer cents of a euro; moments are aware UTC. ports.py has the calls that answer with them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


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
    has_bounced: bool = False  # captured, and sent back by the bank days later, as direct debits are


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

    `intent_id` and `reference` name the payment it is about, as far as the event says so. `object_id` names the thing
    itself: an account (account.updated, v2.core.account…), a dispute, a payout, a transfer, a refund, a payment page.
    """

    id: str
    type: str  # the provider's name, such as payment_intent.succeeded
    object_id: str  # empty when its object has none, such as a balance
    created: datetime
    livemode: bool
    intent_id: str | None
    reference: str | None
    object_kind: str = ""  # the provider's word: payment_intent, dispute, payout, transfer, v2.core.account…
    charge_id: str | None = None  # of a dispute, a refund, a transfer
    account: str | None = None  # the seller's account it happened on, or is about; None: the platform's own


@dataclass(frozen=True)
class SavedCard:
    """A card that its holder let us keep, charged later without them."""

    method_id: str
    brand: str  # visa, mastercard…
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class SetupState:
    """A page where a card is saved; `method` is None until it is."""

    session_id: str
    status: Literal["open", "complete", "expired"]
    reference: str
    customer_id: str | None
    method: SavedCard | None
    livemode: bool


@dataclass(frozen=True)
class AccountState:
    """
    A seller's account at the provider.

    `transfers` tells whether money may be sent there: only `active` takes any; `rejected` and `unsupported` never will.
    A closed account takes none whatever it says. `due` names what the provider still
    wants to know, in its own words, such as `identity.business_details.registered_name`.
    """

    account_id: str
    transfers: Literal["active", "pending", "rejected", "restricted", "unsupported"]
    due: tuple[str, ...]
    closed: bool
    livemode: bool


@dataclass(frozen=True)
class TransferState:
    """Money sent from the platform's balance to a seller's; `amount_cents` is before what was taken back."""

    transfer_id: str
    account_id: str
    amount_cents: int
    reversed_cents: int
    charge_id: str | None  # the captured charge it comes from
    transfer_group: str
    reference: str
    created_at: datetime


@dataclass(frozen=True)
class ReversalState:
    """Money taken back from a seller's balance."""

    reversal_id: str
    transfer_id: str
    amount_cents: int
    reference: str
    created_at: datetime


@dataclass(frozen=True)
class Movement:
    """
    One line of the platform's balance at the provider.

    Signed: what comes in is above 0. `net_cents` = `amount_cents` - `fee_cents`. `source_id` is the charge, refund,
    transfer, reversal, dispute or payout that moved it; None for a fee or an adjustment without any.
    """

    movement_id: str
    kind: str  # charge, refund, refund_failure, transfer, transfer_reversal, dispute, dispute_reversal, payout, fee…
    amount_cents: int
    fee_cents: int
    net_cents: int
    source_id: str | None
    created_at: datetime
    available_at: datetime


@dataclass(frozen=True)
class DisputeState:
    """
    A payment that its holder contests at the bank.

    Its movements take amount and fee from the balance when it opens, and bring back what is won.
    """

    dispute_id: str
    charge_id: str
    intent_id: str | None
    amount_cents: int
    fee_cents: int  # what its movements took so far, without the amount
    status: str  # warning_needs_response, needs_response, under_review, won, lost, prevented…
    reason: str
    is_refundable: bool  # a refund is still possible
    created_at: datetime
    evidence_due_at: datetime | None
    movements: tuple[Movement, ...]


@dataclass(frozen=True)
class BalanceState:
    """The platform's euros at the provider; both may be below 0."""

    available_cents: int
    pending_cents: int


@dataclass(frozen=True)
class PayoutState:
    """Money on its way from the provider to the platform's bank; below 0 when the bank is debited."""

    payout_id: str
    amount_cents: int
    status: Literal["pending", "in_transit", "paid", "canceled", "failed"]
    is_automatic: bool  # only these can be itemised
    reconciled: bool  # its movements are all listed
    arrives_on: date
    created_at: datetime
