from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.lib.clock import database_now
from booking.audit.chain import chain_audit_rows
from booking.invariants.check import INVARIANTS, what_is_broken


class Command(BaseCommand):
    help = (
        "Look whether the eight invariants hold: slots, books, payments, bookings, holds, messages, audit log, borders."
        " Fails when one does not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=datetime.fromisoformat, help="another moment than now, with its zone")

    def handle(self, *args: Any, **options: Any) -> None:
        at = options["at"] or database_now()
        while chain_audit_rows(at=at):
            pass
        broken = what_is_broken(at=at)
        for number, faults in broken.items():
            said = (INVARIANTS[number].__doc__ or "").partition(". ")[2]
            self.stdout.write(f"{number} {'broken' if faults else 'holds'}: {said}")
            for fault in faults:
                self.stdout.write(f"    {fault}")
        if count := sum(map(len, broken.values())):
            raise CommandError(f"{count} faults.")
