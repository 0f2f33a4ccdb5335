"""Take bicycle shops, repair stations and community workshops from an OpenStreetMap file into the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from collective.directory.entry import NotTakenError, Reason, make_entry, read_element
from collective.directory.models import DirectoryEntry
from collective.directory.report import ImportReport, Writer
from collective.directory.stream_osm import BrokenOff, stream_elements

BATCH = 500
_FIELDS = [
    *("kind", "name", "lat", "lon", "address", "postcode", "city", "phone", "email", "website"),
    *("repairs", "hours", "hours_raw", "hours_problem", "tags"),
]
Key = tuple[str, int]
Numbered = tuple[int, DirectoryEntry]


def import_osm(
    *,
    path: Path,
    at: datetime,
    all_are_shops: bool = False,
    sheet: Writer | None = None,
    on_read: Callable[[int], object] = lambda length: None,
) -> ImportReport:
    """
    Import a file as a stream: rows are known again by type and id, and only those that differ are written.

    Rows that are in the database and not in the file stay: a file is one region, on one day. With `all_are_shops` an
    element without a tag that says so is a shop too, for files that hold nothing else. Batches of 500 are each their
    own transaction: when the file breaks off, `broken_off` says why, and what came before is kept.
    """
    report = ImportReport(sheet=sheet)
    entries = _entries(path, report, all_are_shops=all_are_shops, on_read=on_read)
    while batch := list(islice(entries, BATCH)):
        _write(batch, report, at=at)
    return report


def _entries(
    path: Path, report: ImportReport, *, all_are_shops: bool, on_read: Callable[[int], object]
) -> Iterator[Numbered]:
    """Yield what can be taken, with the number of its row; note the rest as refused."""
    seen: set[Key] = set()
    elements = enumerate(stream_elements(path, on_read=on_read), start=1)
    while True:
        try:
            number, raw = next(elements)
        except StopIteration:
            return
        except BrokenOff as broken:
            report.broken_off = str(broken)
            return
        osm = name = ""
        try:
            element = read_element(raw)
            osm, name = element.osm, element.tags.get("name", "")[:80]
            entry = make_entry(element, all_are_shops=all_are_shops)
            if _key(entry) in seen:
                raise NotTakenError(Reason.TWICE)
        except NotTakenError as refused:
            report.note(row=number, osm=osm, name=name, outcome="refused", reason=refused.reason)
            continue
        seen.add(_key(entry))
        yield number, entry


@transaction.atomic
def _write(batch: list[Numbered], report: ImportReport, *, at: datetime) -> None:
    present = _present([entry for _number, entry in batch])
    added, changed = [], []
    for number, entry in batch:
        known = present.get(_key(entry))
        if known is None:
            entry.imported_at = entry.changed_at = at
            added.append(entry)
            outcome = "new"
        elif all(getattr(known, name) == getattr(entry, name) for name in _FIELDS):
            outcome = "unchanged"
        else:
            entry.pk, entry.imported_at, entry.changed_at = known.pk, known.imported_at, at
            changed.append(entry)
            outcome = "changed"
        report.kinds[entry.kind] += 1
        report.hours_understood += bool(entry.hours)
        report.hours_not_understood += bool(entry.hours_problem)
        reason = f"hours kept as they are: {entry.hours_problem}" if entry.hours_problem else ""
        report.note(row=number, osm=f"{entry.osm_type}/{entry.osm_id}", name=entry.name, outcome=outcome, reason=reason)
    DirectoryEntry.objects.bulk_create(added)
    DirectoryEntry.objects.bulk_update(changed, [*_FIELDS, "changed_at"], batch_size=50)


def _present(entries: list[DirectoryEntry]) -> dict[Key, DirectoryEntry]:
    found: dict[Key, DirectoryEntry] = {}
    for osm_type in {entry.osm_type for entry in entries}:
        ids = [entry.osm_id for entry in entries if entry.osm_type == osm_type]
        found |= {_key(entry): entry for entry in DirectoryEntry.objects.filter(osm_type=osm_type, osm_id__in=ids)}
    return found


def _key(entry: DirectoryEntry) -> Key:
    return entry.osm_type, entry.osm_id
