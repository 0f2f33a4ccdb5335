"""The models of this app's folders, named so that Django finds them."""

from collective.activity.models import FinishedWork
from collective.directory.models import DirectoryEntry
from collective.invoices.models import Invoice, InvoicePaper, InvoiceSeries, IssuerDetails
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.models import Entity, Entry, Line
from collective.members.models import Collective, Membership, User
from collective.payments.models import Operation, Payment, Refund, StripeEvent
from collective.places.models import Commune, CommuneAlias, CommunePostcode
from collective.sharing.models import SharingKey
from collective.timetable.models import Claim, FreeDay, HoursChange, Occupancy, Resource
from collective.tools.models import Loan, Tool, ToolKind
from collective.workshops.models import Bench, DropOffTerms, Mechanic, Seller, Staff, Workshop

__all__ = [
    "Bench",
    "Claim",
    "Closing",
    "Collective",
    "Commune",
    "CommuneAlias",
    "CommunePostcode",
    "CounterRecord",
    "DirectoryEntry",
    "DropOffTerms",
    "Entity",
    "Entry",
    "FinishedWork",
    "FreeDay",
    "HoursChange",
    "Invoice",
    "InvoicePaper",
    "InvoiceSeries",
    "IssuerDetails",
    "Line",
    "Loan",
    "Mechanic",
    "Membership",
    "Occupancy",
    "Operation",
    "Payment",
    "Refund",
    "Resource",
    "Seller",
    "SharingKey",
    "Staff",
    "StripeEvent",
    "Tool",
    "ToolKind",
    "User",
    "Workshop",
]
