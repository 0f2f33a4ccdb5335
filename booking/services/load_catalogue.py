"""Make the database's catalogue say what the files say: update, add, retire; never delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from booking.services.models import Intervention
from booking.services.read_catalogue import DATA, Row, read_interventions, read_tools
from collective.tools.models import ToolKind


@dataclass
class Changes:
    """What loading one kind of row did, by code."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    brought_back: list[str] = field(default_factory=list)


@transaction.atomic
def load_catalogue(*, at: datetime, folder: Path = DATA) -> dict[str, Changes]:
    """
    Load tools.yaml and interventions.yaml of a folder. What left a file is retired, since appointments point to it.

    :raises DataFileError: with file and line of whatever is wrong; then nothing is changed.
    """
    tool_rows = read_tools(folder / "tools.yaml")
    intervention_rows = read_interventions(folder / "interventions.yaml", tools={row.code for row in tool_rows})
    changes = {"tools": match_rows(ToolKind, tool_rows, at=at)}
    changes["interventions"] = match_rows(Intervention, intervention_rows, at=at)
    _match_tools(intervention_rows, changes["interventions"])
    return changes


def match_rows(model: type[models.Model], rows: Sequence[Row], *, at: datetime) -> Changes:
    """Bring the rows of a model with `code` and `retired_at` to what the file says."""
    present: dict[str, Any] = {row.code: row for row in model._default_manager.all()}  # type: ignore[attr-defined]  # each has a code
    changes = Changes()
    for row in rows:
        known = present.pop(row.code, None)
        if known is None:
            model._default_manager.create(code=row.code, **row.fields)
            changes.added.append(row.code)
            continue
        came_back = known.retired_at is not None
        if not came_back and all(getattr(known, name) == value for name, value in row.fields.items()):
            changes.unchanged.append(row.code)
            continue
        model._default_manager.filter(pk=known.pk).update(**row.fields, retired_at=None)
        (changes.brought_back if came_back else changes.changed).append(row.code)
    left = [code for code, known in present.items() if known.retired_at is None]
    model._default_manager.filter(code__in=left).update(retired_at=at)
    changes.retired = sorted(left)
    return changes


def _match_tools(rows: Sequence[Row], changes: Changes) -> None:
    tools = {tool.code: tool for tool in ToolKind.objects.all()}
    interventions = {row.code: row for row in Intervention.objects.prefetch_related("tools")}
    for row in rows:
        intervention = interventions[row.code]
        if {tool.code for tool in intervention.tools.all()} == set(row.tools):
            continue
        intervention.tools.set([tools[code] for code in row.tools])
        if row.code in changes.unchanged:
            changes.unchanged.remove(row.code)
            changes.changed.append(row.code)
