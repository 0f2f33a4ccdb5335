from __future__ import annotations

from datetime import UTC, datetime

import pytest

from booking.diagnosis.models import Symptom
from booking.services.load_catalogue import match_rows
from booking.services.read_catalogue import Row

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def catalogue(db: None, symptom_rows: list[Row]) -> None:
    """The symptoms of the repository's files, in the database."""
    match_rows(Symptom, symptom_rows, at=AT)
