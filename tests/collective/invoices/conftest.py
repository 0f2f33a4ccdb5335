"""The workshops of appointments, since an invoice is of a repair."""

from tests.booking.appointments.conftest import counter, provider, stranger, workshop

__all__ = ["counter", "provider", "stranger", "workshop"]
