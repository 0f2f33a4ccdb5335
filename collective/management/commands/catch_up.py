"""After a backup was restored: hear what happened since, and run what was planned, without doing anything twice."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from backend.lib.clock import database_now
from collective.payments.operations import run_operations
from collective.payments.ports import ProviderError
from collective.reconciliation.catch_up import catch_up


class Command(BaseCommand):
    help = "Hear the payment provider's events since a moment, look at every payment, then run the planned operations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", help="2026-11-21T08:00:00+01:00; two days ago without it")

    def handle(self, *args: Any, **options: Any) -> None:
        at = database_now()
        since = parse_datetime(options["since"]) if options["since"] else at - timedelta(days=2)
        if since is None or since.tzinfo is None:
            raise CommandError("Write the moment as 2026-11-21T08:00:00+01:00, with its offset.")
        try:
            caught = catch_up(since=since, at=at)
        except ProviderError as silence:
            raise CommandError(f"The payment provider did not answer: {silence}. Run it again.") from silence
        done = run_operations(at=at, limit=10_000)
        self.stdout.write(
            f"{caught.events} events heard, {caught.payments} payments looked at, {caught.changed} changed, "
            f"{caught.transfers} transfers found, "
            f"{done} operations run."
        )
