"""The models of this app's folders, named so that Django finds them."""

from collective.activity.models import FinishedWork
from collective.directory.models import DirectoryEntry
from collective.hours.models import TimeAccount, TimeGrant
from collective.invoices.models import Invoice, InvoicePaper, InvoiceSeries, IssuerDetails
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.models import Entity, Entry, Line, PrivateReference
from collective.members.models import Collective, Membership, User
from collective.payments.dispute_models import Dispute
from collective.payments.distribution.models import (
    BankBatch,
    Freeze,
    Netting,
    Receivable,
    Reversal,
    SellerAccount,
    Transfer,
)
from collective.payments.models import KeptCard, Operation, Payment, Refund, StripeEvent, TroubleSettled
from collective.places.models import Commune, CommuneAlias, CommunePostcode
from collective.reconciliation.models import BalanceMovement, BooksCheck, Disagreement, Opening, Payout
from collective.sharing.models import PriceChoice, SharingKey
from collective.timetable.models import Claim, FreeDay, HoursChange, Occupancy, Resource
from collective.tools.models import Loan, Tool, ToolKind
from collective.workshops.models import Bench, DropOffTerms, Mechanic, Seller, Staff, Workshop

__all__ = [
    "BalanceMovement",
    "BankBatch",
    "Bench",
    "BooksCheck",
    "Claim",
    "Closing",
    "Collective",
    "Commune",
    "CommuneAlias",
    "CommunePostcode",
    "CounterRecord",
    "DirectoryEntry",
    "Disagreement",
    "Dispute",
    "DropOffTerms",
    "Entity",
    "Entry",
    "FinishedWork",
    "FreeDay",
    "Freeze",
    "HoursChange",
    "KeptCard",
    "Invoice",
    "InvoicePaper",
    "InvoiceSeries",
    "IssuerDetails",
    "Line",
    "Loan",
    "Mechanic",
    "Membership",
    "Netting",
    "Occupancy",
    "Opening",
    "Operation",
    "Payment",
    "Payout",
    "PriceChoice",
    "PrivateReference",
    "Receivable",
    "Refund",
    "Resource",
    "Reversal",
    "Seller",
    "SellerAccount",
    "SharingKey",
    "Staff",
    "StripeEvent",
    "TimeAccount",
    "TimeGrant",
    "Tool",
    "ToolKind",
    "Transfer",
    "TroubleSettled",
    "User",
    "Workshop",
]
