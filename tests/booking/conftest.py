from __future__ import annotations

import pytest

from booking.diagnosis.knowledge import Knowledge, knowledge_of
from booking.diagnosis.read_knowledge import read_knowledge
from booking.services.read_catalogue import Row, read_interventions, read_tools


@pytest.fixture(scope="session")
def symptom_rows() -> list[Row]:
    """The symptoms as the repository's files have them, without a database."""
    tools = {row.code for row in read_tools()}
    interventions = {row.code for row in read_interventions(tools=tools)}
    return read_knowledge(interventions=interventions, tools=tools)


@pytest.fixture(scope="session")
def known(symptom_rows: list[Row]) -> dict[str, Knowledge]:
    return {row.code: knowledge_of(row.code, row.fields["urgency"], row.fields["knowledge"]) for row in symptom_rows}
