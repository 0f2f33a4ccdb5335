"""Follow each watched row through the audit log: from nothing to the state it is in, without a step left out."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import F, Model, OuterRef, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag

from booking.audit.guards import WATCHED, missing
from booking.audit.models import AuditRow


def what_was_not_written_down() -> Iterator[str]:
    """Yield a sentence for each missing trigger, and each state that the log does not lead to."""
    for name in missing(connection):
        yield f"the database lacks the trigger {name}: states change without a trace"
    yield from _leaps()
    for table, column in WATCHED.items():
        yield from _elsewhere(table, column)


def what_is_gone() -> Iterator[str]:
    """Yield a sentence for each watched row that was, and is no more: nothing watched is ever deleted."""
    for table in WATCHED:
        standing = _model(table)._default_manager.values("pk")
        gone = AuditRow.objects.filter(watched=table).exclude(row_id__in=standing)
        for row in gone.order_by("row_id").values_list("row_id", flat=True).distinct():
            yield f"{table} {row} was there and is gone"


def _model(table: str) -> type[Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _leaps() -> Iterator[str]:
    """A step begins where the one before it ended."""
    steps = AuditRow.objects.annotate(
        previous=Window(Lag("became", default=Value("")), partition_by=["watched", "row_id"], order_by="pk")
    )
    rows = steps.exclude(was=F("previous")).order_by("pk")
    for table, row, was, previous in rows.values_list("watched", "row_id", "was", "previous"):
        yield f"{table} {row} goes on from {was or 'nothing'}, the log had left it at {previous or 'nothing'}"


def _elsewhere(table: str, column: str) -> Iterator[str]:
    """A row stands where its last step led."""
    steps = AuditRow.objects.filter(watched=table, row_id=OuterRef("pk")).order_by("-pk")
    told = Coalesce(Subquery(steps.values("became")[:1]), Value("nothing"))
    rows = _model(table)._default_manager.annotate(told=told).exclude(told=F(column))
    for pk, stands, said in rows.order_by("pk").values_list("pk", column, "told"):
        yield f"{table} {pk} is {stands}, the log says {said}"
