"""Check the counters: chains, closings, totals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collective.ledger.check_closings import what_is_wrong_at_the_counters
from collective.ledger.closing_models import Closing, CounterRecord


class Command(BaseCommand):
    help = "Say what does not hold in the counters' chains and closings, and exit with 1 then."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = what_is_wrong_at_the_counters()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults at the counters.")
        links, closings = CounterRecord.objects.count(), Closing.objects.count()
        self.stdout.write(f"{links} links and {closings} closings: the counters' chains are whole.")
