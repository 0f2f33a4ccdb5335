"""Check the invoices: numbers, hashes, sums, and their XML by the published rules."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collective.invoices.check import what_is_wrong_in_the_invoices
from collective.invoices.models import Invoice


class Command(BaseCommand):
    help = "Say what does not hold in the invoices, and exit with 1 then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--xml", type=int, default=50, help="run the EN 16931 rules over the XML of so many last ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = what_is_wrong_in_the_invoices(xml_of_last=max(0, options["xml"]))
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in the invoices.")
        self.stdout.write(f"{Invoice.objects.count()} invoices: all stand.")
