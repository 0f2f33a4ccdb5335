"""Make the database's symptoms say what the knowledge files say: update, add, retire; never delete."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from booking.diagnosis.models import Symptom
from booking.diagnosis.read_knowledge import DATA, read_knowledge
from booking.services.load_catalogue import Changes, match_rows
from booking.services.models import Intervention
from collective.tools.models import ToolKind


@transaction.atomic
def load_knowledge(*, at: datetime, folder: Path = DATA) -> Changes:
    """
    Load the symptoms, whose interventions and tools must be in the catalogue already.

    :raises DataFileError: with file and line of whatever is wrong; then nothing is changed.
    """
    rows = read_knowledge(
        folder,
        interventions=set(Intervention.objects.current().values_list("code", flat=True)),
        tools=set(ToolKind.objects.filter(retired_at__isnull=True).values_list("code", flat=True)),
    )
    return match_rows(Symptom, rows, at=at)
