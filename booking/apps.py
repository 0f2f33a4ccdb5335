from django.apps import AppConfig
from django.conf import settings


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = "Booking"

    def ready(self) -> None:
        """
        Have the handlers of outbox rows known to every process that may sweep, and wake the sweepers on commit; have
        what bookings should take known to whoever checks the timetable, what they should have been paid to whoever
        checks the books, and what is sold with a borrowed tool to who keeps it.
        """
        from backend.lib.outbox import wake_with
        from booking import tasks
        from booking.appointments import sources
        from booking.appointments.check import what_disagrees_with_appointments
        from booking.services.borrowed import sold_with
        from booking.waiting import sources as waiting
        from collective.reconciliation.checks import register_checks
        from collective.timetable.sources import register_sources
        from collective.tools.borrowers import register_borrowers

        register_sources(sources.SOURCES | waiting.SOURCES)
        register_borrowers(sold_with)
        register_checks({"appointments": what_disagrees_with_appointments})
        if settings.MOYEU_WAKE:
            wake_with(tasks.wake)
