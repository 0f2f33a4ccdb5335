"""The models of this app's folders, named so that Django finds them."""

from booking.appointments.models import Appointment, AppointmentChange, AppointmentLine, Hold, HoldLine, Proposal
from booking.services.offers import Offer

__all__ = ["Appointment", "AppointmentChange", "AppointmentLine", "Hold", "HoldLine", "Offer", "Proposal"]
