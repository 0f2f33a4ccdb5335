"""Import bicycle shops from an OpenStreetMap file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backend.lib.clock import database_now
from collective.directory.import_osm import import_osm
from collective.directory.report import ImportReport, sheet_at


class Command(BaseCommand):
    help = "Import bicycle shops, repair stations and community workshops from GeoJSON or Overpass JSON (also .gz)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write what became of each row")
        parser.add_argument(
            "--all-are-shops",
            action="store_true",
            help="take elements without a bicycle tag too: for a file that holds nothing but shops",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file.")
        try:
            with sheet_at(options["report"]) as sheet, self._bar(path) as bar:
                report = import_osm(
                    path=path,
                    at=database_now(),
                    all_are_shops=options["all_are_shops"],
                    sheet=sheet,
                    on_read=bar.update,
                )
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}.") from problem
        for line in _lines(report):
            self.stdout.write(line)
        if report.broken_off:
            raise CommandError(f"The file cannot be read on after row {report.rows}: {report.broken_off}.")

    def _bar(self, path: Path) -> tqdm[Any]:
        """Show how much of the file was read, on a terminal only."""
        return tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=None, desc=path.name)


def _lines(report: ImportReport) -> list[str]:
    outcomes = ", ".join(f"{report.outcomes[outcome]} {outcome}" for outcome in ("new", "changed", "unchanged"))
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.kinds.most_common())
    lines = [
        f"{report.rows} rows: {report.taken} taken ({outcomes}), {report.outcomes['refused']} refused",
        f"kinds: {kinds or 'none'}",
        f"opening hours: {report.hours_understood} understood, {report.hours_not_understood} kept as they are",
    ]
    for reason, count in report.reasons.most_common():
        examples = report.examples[reason]
        more = ", ..." if count > len(examples) else ""
        lines.append(f"refused, {reason}: {count} ({', '.join(examples)}{more})")
    return [*lines, "Data (c) OpenStreetMap contributors, ODbL 1.0"]
