"""Load communes, postcodes and parts of communes from the repository's files."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collective.places.load import PlacesFileError, load_places


class Command(BaseCommand):
    help = "Load the communes of France with their postcodes (INSEE, La Poste, Etalab); can be run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_places()
        except PlacesFileError as broken:
            raise CommandError(str(broken)) from broken
        for kind, counts in report.counts.items():
            self.stdout.write(f"{kind}: " + ", ".join(f"{number} {what}" for what, number in counts.items()))
        if report.kept:
            self.stdout.write(f"kept though no longer in the file: {', '.join(report.kept)}")
