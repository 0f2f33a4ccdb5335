"""Instances of models from statements written out: for the few that take longer to be built than to be answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


class Columns(Generic[M]):
    """
    A model's columns in a statement, under the alias of its table, and its instances from a row's values of them.

    With `only`, the other fields are read when somebody asks for them, as `QuerySet.only` does.
    """

    def __init__(self, model: type[M], alias: str, *, only: Collection[str] = ()) -> None:
        self._model = model
        fields = [field for field in model._meta.concrete_fields if not only or field.name in only or field.primary_key]
        self._names = [field.attname for field in fields]
        self._columns = [field.get_col(alias) for field in fields]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)

    def __len__(self) -> int:
        return len(self._names)

    def maker(self) -> Callable[[Sequence[Any]], M]:
        """Give what makes an instance of such values, in the order of `sql`, as they come from the database."""
        model, names, alias, read = self._model, self._names, connection.alias, self.reader()

        def make(row: Sequence[Any]) -> M:
            # What from_db does, without the signals around it, to which nobody listens: a third of its time.
            made = model.__new__(model)
            made._state = ModelState()
            made._state.db, made._state.adding = alias, False
            made.__dict__.update(zip(names, read(row), strict=True))
            return made

        return make

    def reader(self) -> Callable[[Sequence[Any]], list[Any]]:
        """Give what makes Python values of such values: aware datetimes, lists of JSON…"""
        return self._reader_for(connection.vendor)

    @lru_cache(maxsize=16)  # noqa: B019 - columns are kept as long as the process
    def _reader_for(self, _vendor: str) -> Callable[[Sequence[Any]], list[Any]]:
        converts = [
            (place, converter, column)
            for place, column in enumerate(self._columns)
            for converter in [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        ]

        def read(row: Sequence[Any]) -> list[Any]:
            values = list(row)
            for place, converter, column in converts:
                values[place] = converter(values[place], column, connection)
            return values

        return read
