"""Keep a finished repair as facts."""

from collections.abc import Sequence
from datetime import datetime

from collective.activity.models import FinishedWork
from collective.workshops.models import Mechanic, Workshop


def record_finished_work(
    *,
    workshop: Workshop,
    mechanic: Mechanic | None,
    reference: str,
    minutes: int,
    labour_cents: int,
    parts_cents: int,
    interventions: Sequence[str] = (),
    at: datetime,
) -> FinishedWork:
    """
    Write what was done, once a `reference`: the first record stands and is returned. Cents with VAT, as sold.

    :raises ValueError: when the same reference was recorded for another workshop.
    """
    work, _created = FinishedWork.objects.get_or_create(
        reference=reference,
        defaults={
            "workshop": workshop,
            "mechanic": mechanic,
            "finished_at": at,
            "minutes": minutes,
            "labour_cents": labour_cents,
            "parts_cents": parts_cents,
            "interventions": list(interventions),
        },
    )
    if work.workshop_id != workshop.pk:
        raise ValueError(f"{reference} was finished by another workshop")
    return work
