"""The models of this app's folders, named so that Django finds them."""

from booking.appointments.models import (
    Appointment,
    AppointmentChange,
    AppointmentLine,
    Hold,
    HoldLine,
    Proposal,
)
from booking.appointments.quote_models import Quote, QuoteLine
from booking.audit.models import AuditRow
from booking.diagnosis.models import Diagnosis, DiagnosisPhoto, Symptom
from booking.services.models import Intervention
from booking.services.offers import Offer
from booking.tenders.models import Claim, Payer, Receipt, RepairLabel, Tender, Voucher
from booking.waiting.models import SlotOffer, Wait

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentLine",
    "AuditRow",
    "Claim",
    "Diagnosis",
    "DiagnosisPhoto",
    "Hold",
    "HoldLine",
    "Intervention",
    "Offer",
    "Payer",
    "Proposal",
    "Quote",
    "QuoteLine",
    "Receipt",
    "RepairLabel",
    "SlotOffer",
    "Symptom",
    "Tender",
    "Voucher",
    "Wait",
]
