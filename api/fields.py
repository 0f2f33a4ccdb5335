"""
What programs send, read strictly: a number is a number, a moment has its offset, and what is not asked for is refused.

REST framework is lenient ("1" for 1, a naive moment, a field it does not know); a lenient door hides mistakes, and a
price sent by a client would be dropped in silence.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from api.errors import UnknownField
from backend.lib.errors import BadInput

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,20})?", re.ASCII)


class UnreadableMoment(BadInput):
    code = "unreadable_moment"
    message = _("Write a moment as 2026-11-24T09:30:00+01:00, with its offset.")


class Text(serializers.CharField):
    """Text, and nothing that merely prints as text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A whole number; in an address, its digits."""

    def to_internal_value(self, data: Any) -> int:
        written = isinstance(data, str) and _in_an_address(self) and _WHOLE.fullmatch(data)
        if not written and (not isinstance(data, int) or isinstance(data, bool)):
            self.fail("invalid")
        return int(data)


class Number(serializers.FloatField):
    """A number in a body, and nothing that merely prints as one."""

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Degrees(serializers.FloatField):
    """A decimal number; in an address, its digits: no exponent, no "nan"."""

    def to_internal_value(self, data: Any) -> float:
        written = isinstance(data, str) and _in_an_address(self) and _DECIMAL.fullmatch(data)
        if not written and (not isinstance(data, int | float) or isinstance(data, bool) or not isfinite(data)):
            self.fail("invalid")
        return float(data)


class YesNo(serializers.BooleanField):
    """true or false, in these letters."""

    def to_internal_value(self, data: Any) -> bool:
        if data is True or data is False:
            return bool(data)
        if _in_an_address(self) and data in ("true", "false"):
            return bool(data == "true")
        self.fail("invalid", input=str(data)[:20])
        raise AssertionError


class Day(serializers.DateField):
    """2026-11-24."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not EARLIEST.year < day.year < LATEST.year:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


@extend_schema_field({"type": "string", "format": "date-time", "example": "2026-11-24T09:30:00+01:00"})
class Moment(serializers.Field[datetime, str, str, Any]):
    """An aware moment."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not EARLIEST.year < moment.year < LATEST.year:
            raise UnreadableMoment
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


class Answers(serializers.DictField):
    """Answers by question; the names of questions are text as their values are."""

    child = Text(allow_blank=True, max_length=60)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        answers: dict[str, str] = super().to_internal_value(data)
        name = Text(max_length=60)
        for question in answers:
            name.run_validation(question)
        return answers


class Asked(serializers.Serializer[Any]):
    """What a door asks for. Whatever else is sent is refused, so that nobody believes that it was heeded."""

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, dict) and (strange := sorted(set(data) - set(self.fields))):
            raise UnknownField(fields=", ".join(printable(name) for name in strange[:10]))
        return super().run_validation(data)


class Nothing(Asked):
    """A door that asks for nothing."""


def printable(name: object) -> str:
    """Return the beginning of what a client sent as a name, in letters that every answer can carry."""
    return str(name)[:40].encode("ascii", "replace").decode()


def _in_an_address(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return bool(field.context.get("in_address"))
