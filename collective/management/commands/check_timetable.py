from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.lib.clock import database_now
from collective.timetable.check import find_faults, find_notes
from collective.tools.check import find_loan_faults


class Command(BaseCommand):
    help = (
        "Compare free days with hours and bookings, and bookings with what they take; look for what is taken twice. "
        "Fails when anything is wrong. Notes name days oversold since their hours were changed: they are no fault."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = database_now()
        for note in find_notes(at=at):
            self.stdout.write(f"note: {note}")
        faults = [*find_faults(at=at), *find_loan_faults(at=at)]
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; `rebuild_timetable` mends free days, nothing else.")
        self.stdout.write("The timetable is right.")
