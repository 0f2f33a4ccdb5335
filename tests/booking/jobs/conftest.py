"""The same people and workshops as for appointments."""

from tests.booking.appointments.conftest import by_hand, counter, provider, stranger, workshop

__all__ = ["by_hand", "counter", "provider", "stranger", "workshop"]
