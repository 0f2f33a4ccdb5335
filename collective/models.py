"""The models of this app's folders, named so that Django finds them."""

from collective.activity.models import FinishedWork
from collective.directory.models import DirectoryEntry
from collective.ledger.models import Entity, Entry, Line
from collective.members.models import Collective, Membership, User
from collective.payments.models import Operation, Payment, Refund, StripeEvent
from collective.places.models import Commune, CommuneAlias, CommunePostcode
from collective.sharing.models import SharingKey
from collective.timetable.models import FreeDay, Occupancy, Resource
from collective.tools.models import ToolKind
from collective.workshops.models import Bench, Mechanic, Seller, Staff, Workshop

__all__ = [
    "Bench",
    "Collective",
    "Commune",
    "CommuneAlias",
    "CommunePostcode",
    "DirectoryEntry",
    "Entity",
    "Entry",
    "FinishedWork",
    "FreeDay",
    "Line",
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
    "ToolKind",
    "User",
    "Workshop",
]
