"""Write the FEC of a legal person."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.lib.errors import BadInput
from collective.invoices.fec import fec_of
from collective.ledger.models import Entity


class Command(BaseCommand):
    help = "Write the file of accounting entries (FEC) of an entity for a period, under its legal name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", type=int, help="its id, as the page of entries has it")
        parser.add_argument("first", type=date.fromisoformat, help="2026-01-01")
        parser.add_argument("last", type=date.fromisoformat, help="2026-12-31")
        parser.add_argument("--into", type=Path, default=Path(), help="the folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entity = Entity.objects.select_related("collective", "seller").get(pk=options["entity"])
            fec = fec_of(entity, first=options["first"], last=options["last"])
        except (Entity.DoesNotExist, BadInput) as refusal:
            raise CommandError(str(refusal)) from refusal
        target = options["into"] / fec.name
        target.write_bytes(fec.content)
        self.stdout.write(f"{target}: {len(fec.content.splitlines()) - 1} lines.")
