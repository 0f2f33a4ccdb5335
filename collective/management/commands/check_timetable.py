from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.lib.clock import database_now
from collective.timetable.check import find_faults


class Command(BaseCommand):
    help = "Compare free days with hours and occupancies, look for what is taken twice; fails when anything is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(find_faults(at=database_now()))
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; `rebuild_timetable` mends free days, nothing else.")
        self.stdout.write("The timetable is right.")
