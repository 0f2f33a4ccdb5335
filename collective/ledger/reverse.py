"""Take an entry back: nothing is edited, a mirror entry is added."""

from datetime import datetime

from collective.ledger.models import Entry
from collective.ledger.record import CannotBeBooked, record


def reverse(*, entry: Entry, label: str, at: datetime) -> Entry:
    """
    Record the whole entry's mirror, once, in the same journal, and return it.

    :raises CannotBeBooked: when the entry is itself a mirror, was taken back in part already, or mixes units.
    """
    source = f"reverse:{entry.pk}"
    if entry.mirrors_id is not None:
        raise CannotBeBooked(f"{entry.source} is a mirror: record what is right instead")
    if entry.mirrored_by.exclude(source=source).exists():
        raise CannotBeBooked(f"{entry.source} was taken back in part")
    lines = list(entry.lines.all())
    units = {line.unit for line in lines}
    if len(units) != 1:
        raise CannotBeBooked(f"{entry.source} mixes units")
    return record(
        entity=entry.entity,
        journal=entry.journal,
        source=source,
        label=label,
        lines={line.account: -line.amount for line in lines},
        occurred_at=at,
        reference=entry.reference,
        workshop=entry.workshop,
        unit=units.pop(),
        mirrors=entry,
    )
