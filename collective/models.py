"""The models of this app's folders, named so that Django finds them."""

from collective.activity.models import FinishedWork
from collective.directory.models import DirectoryEntry
from collective.ledger.models import Entity, Entry, Line, PrivateReference
from collective.members.models import Collective, Membership, User
from collective.payments.models import KeptCard, Operation, Payment, Refund, StripeEvent
from collective.places.models import Commune, CommuneAlias, CommunePostcode
from collective.sharing.models import PriceChoice, SharingKey
from collective.timetable.models import Claim, FreeDay, HoursChange, Occupancy, Resource
from collective.tools.models import Loan, Tool, ToolKind
from collective.workshops.models import Bench, DropOffTerms, Mechanic, Seller, Staff, Workshop

__all__ = [
    "Bench",
    "Claim",
    "Collective",
    "Commune",
    "CommuneAlias",
    "CommunePostcode",
    "DirectoryEntry",
    "DropOffTerms",
    "Entity",
    "Entry",
    "FinishedWork",
    "FreeDay",
    "HoursChange",
    "Line",
    "Loan",
    "Mechanic",
    "Membership",
    "Occupancy",
    "Operation",
    "Payment",
    "PriceChoice",
    "PrivateReference",
    "Refund",
    "Resource",
    "KeptCard",
    "Seller",
    "SharingKey",
    "Staff",
    "StripeEvent",
    "Tool",
    "ToolKind",
    "User",
    "Workshop",
]
