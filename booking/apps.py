from django.apps import AppConfig
from django.conf import settings


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        """Have the handlers of outbox rows known to every process that may sweep, and wake the sweepers on commit."""
        from backend.lib.outbox import wake_with
        from booking import tasks

        if settings.MOYEU_WAKE:
            wake_with(tasks.wake)
