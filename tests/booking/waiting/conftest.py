"""The workshops of the appointments' tests, and a workshop whose Tuesday and Wednesday are full."""

from tests.booking.appointments.conftest import counter, provider, stranger, workshop

__all__ = ["counter", "provider", "stranger", "workshop"]
