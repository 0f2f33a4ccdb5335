"""Load tools, interventions and symptoms from the repository's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from backend.lib.clock import database_now
from backend.lib.datafile import DataFileError
from booking.diagnosis.load_knowledge import load_knowledge
from booking.diagnosis.read_knowledge import DATA as KNOWLEDGE
from booking.services.load_catalogue import Changes, load_catalogue
from booking.services.read_catalogue import DATA as CATALOGUE


class Command(BaseCommand):
    help = "Load tools, interventions and symptoms, all or nothing; can be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--catalogue", type=Path, default=CATALOGUE, help="folder of tools and interventions")
        parser.add_argument("--knowledge", type=Path, default=KNOWLEDGE, help="folder of symptoms")

    def handle(self, *args: Any, **options: Any) -> None:
        at = database_now()
        try:
            with transaction.atomic():
                changes = load_catalogue(at=at, folder=options["catalogue"])
                changes["symptoms"] = load_knowledge(at=at, folder=options["knowledge"])
        except DataFileError as broken:
            raise CommandError(f"{broken}. Nothing was loaded.") from broken
        for kind, change in changes.items():
            self.stdout.write(f"{kind}: {_sum_up(change)}")


def _sum_up(change: Changes) -> str:
    counts = ", ".join(f"{len(codes)} {what.replace('_', ' ')}" for what, codes in vars(change).items())
    named = [*change.changed, *change.retired, *change.brought_back]
    return counts + (f" ({', '.join(named)})" if named else "")
