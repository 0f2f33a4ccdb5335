"""Check the books: entries, payments, transfers, holds, appointments, and what the payment provider says."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.lib.clock import database_now
from backend.lib.money import decimal
from collective.reconciliation.check_books import check_books
from collective.reconciliation.models import BooksCheck, Disagreement


class Command(BaseCommand):
    help = "Say what does not agree in the books, or between them and the payment provider, and exit with 1 then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="do not ask the payment provider")

    def handle(self, *args: Any, **options: Any) -> None:
        check, said = check_books(at=database_now(), with_provider=not options["quick"])
        faults = [fault for found in said.values() for fault in found]
        others = Disagreement.objects.open().exclude(kind=Disagreement.Kind.BOOKS)
        faults += [sentence(one) for one in others.order_by("since", "pk")]
        for fault in faults:
            self.stdout.write(fault)
        if check.provider == BooksCheck.Provider.SILENT:
            self.stdout.write("The payment provider did not answer: the books were not compared with it.")
        if faults:
            raise CommandError(f"{len(faults)} faults in the books.")
        self.stdout.write(f"{check.entries} entries: the books hold together.")


def sentence(one: Disagreement) -> str:
    ours, theirs = (None if cents is None else decimal(cents) for cents in (one.ours_cents, one.theirs_cents))
    return f"{one.kind} {one.about}: we say {ours}, the provider {theirs} (since {one.since:%Y-%m-%d %H:%M} UTC)"
