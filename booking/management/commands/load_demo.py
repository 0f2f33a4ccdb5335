"""Fill the database with the Lille demonstration."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from backend.lib.clock import database_now
from booking.demo.load import SEED, load_demo
from booking.demo.open_accounts import open_accounts


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help="another seed tells another story")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        loaded = load_demo(at=database_now(), seed=options["seed"])
        open_accounts()
        self.stdout.write(
            f"demonstration {'made' if loaded.is_new else 'brought up to the day'}: {loaded.added} appointments added, "
            f"{loaded.finished} repairs finished, in {monotonic() - begun:.1f} s"
        )
