"""Take back what was given back: a refund that the card's bank returned, a lost dispute that is won after all."""

from datetime import datetime

from collective.ledger.models import Entry
from collective.ledger.record import Draft, record_all


def undo(*, source: str, at: datetime) -> list[Entry]:
    """
    Mirror every entry of a money-back (`source`, its income and its shares, in all books), once.

    Each mirror names what the money-back had mirrored (the sale, its shares), so that what stands of these is again
    what stood before: a later refund takes its part of the whole.
    """
    given = Entry.objects.filter(source__in=(source, f"{source}:income", f"{source}:shares"))
    entries = given.select_related("entity", "workshop", "mirrors").prefetch_related("lines").order_by("pk")
    return record_all(
        [
            Draft(
                entity=entry.entity,
                journal=entry.journal,
                source=f"undone:{entry.source}",
                label=entry.label,
                lines={line.account: -line.amount for line in entry.lines.all()},
                occurred_at=at,
                reference=entry.reference,
                workshop=entry.workshop,
                mirrors=entry.mirrors or entry,
            )
            for entry in entries
        ]
    )
