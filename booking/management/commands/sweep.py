import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from backend.lib.clock import database_now
from booking.tasks import ROUND, sweep


class Command(BaseCommand):
    help = "Do what is due: payments, expired holds, unanswered requests, mails. Once, or again every few seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="sweep again and again, until interrupted")

    def handle(self, *, every: float | None, verbosity: int, **options: Any) -> None:
        self._round(verbosity)
        with suppress(KeyboardInterrupt):  # how a loop in a terminal is ended
            while every:
                time.sleep(every)
                close_old_connections()
                self._round(verbosity)

    def _round(self, verbosity: int) -> None:
        done = sweep(at=database_now(), names=tuple(ROUND))
        said = ", ".join(
            f"{name}: {'failed' if count is None else count}" for name, count in done.items() if count != 0
        )
        if verbosity > 1 or (said and verbosity):
            self.stdout.write(said or "nothing is due")
            self.stdout.flush()  # a log that is read while the loop runs
