"""Check the books: entries, what entities owe each other, payments one to one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.models import Entry
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.distribution.check import what_disagrees_with_the_transfers


class Command(BaseCommand):
    help = "Say what does not add up in the ledger, or between it and the payments, and exit with 1 then."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [
            *what_is_wrong_in_the_books(),
            *what_disagrees_with_the_payments(),
            *what_disagrees_with_the_transfers(),
        ]
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the books.")
        self.stdout.write(f"{Entry.objects.count()} entries: the books hold together.")
