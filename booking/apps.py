from django.apps import AppConfig
from django.conf import settings


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        """
        Have the handlers of outbox rows known to every process that may sweep, and wake the sweepers on commit; have
        what bookings should take known to whoever checks the timetable.
        """
        from backend.lib.outbox import wake_with
        from booking import tasks
        from booking.appointments import sources
        from booking.waiting import sources as waiting
        from collective.timetable.sources import register_sources

        register_sources(sources.SOURCES | waiting.SOURCES)
        if settings.MOYEU_WAKE:
            wake_with(tasks.wake)
