"""A week as it is typed: rows of two clocks a day, or a text; arranged by buttons, then judged where all weeks are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backend.lib.errors import BadInput
from collective.timetable.change_hours import ALWAYS
from collective.timetable.weekly import A_DAY, MOST_RANGES, WeeklyRange, faults_of_week, read_week, write_week

CLOCK = re.compile(r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?", re.IGNORECASE)
MOST_READ = 12  # ranges of one day that are read at all: enough to refuse too many in words
LONGEST_CLOCK = 12
MONDAY, TUESDAY_TO_FRIDAY = 0, (1, 2, 3, 4)


class ClockUnreadable(ValueError):
    """What was typed is no hour."""


def read_clock(text: str) -> int:
    """
    Read an hour as people type it ("9", "9h30", "9 h 30", "09:30", "24:00") into minutes since midnight.

    :raises ClockUnreadable: for anything else.
    """
    read = CLOCK.fullmatch(text.strip()) if len(text) <= LONGEST_CLOCK and text.isascii() else None
    minutes = int(read[1]) * 60 + int(read[2] or 0) if read else -1
    if read is None or int(read[2] or 0) > 59 or minutes > A_DAY:
        raise ClockUnreadable
    return minutes


@dataclass
class TypedRange:
    since: str = ""
    until: str = ""
    is_new: bool = False  # just added: the page puts the cursor there

    def read(self, weekday: int) -> WeeklyRange | None:
        """
        Read the range; none when nothing was typed. An end at 0:00 is the midnight that ends the day.

        :raises ClockUnreadable: when an hour is missing, or is none.
        """
        if not self.since.strip() and not self.until.strip():
            return None
        return WeeklyRange(weekday, read_clock(self.since), read_clock(self.until) or A_DAY)


@dataclass
class Row:
    """One weekday of the form."""

    index: int
    name: str | Promise
    ranges: list[TypedRange]
    errors: list[str] = field(default_factory=list)

    @property
    def may_add(self) -> bool:
        return len(self.ranges) < MOST_RANGES


@dataclass
class TypedWeek:
    """
    What was typed and pressed.

    `pressed` is the button. "semaine" and "texte" save what they name, "atelier" saves the workshop's hours; the others
    arrange the rows: "ajouter-2", "retirer-2-0", "copier", "veille-3", "montrer" (the text, in rows).
    `errors` are sentences by field: "des", "jusque", "texte", "semaine".
    """

    rows: list[Row]
    text: str
    from_on: str
    until: str = ""
    pressed: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def saves(self) -> bool:
        return self.pressed in ("semaine", "texte", "atelier")

    def arranged(self) -> TypedWeek:
        """Do what the button says to the rows; a button that does not exist changes nothing."""
        act, _dash, rest = self.pressed.partition("-")
        where = [int(number) for number in rest.split("-") if number.isascii() and number.isdigit() and len(number) < 3]
        if act == "montrer":
            self._show_text()
        elif act == "copier":
            self._copy(self.rows[MONDAY], TUESDAY_TO_FRIDAY)
        elif where and where[0] < len(self.rows):
            self._arrange_day(act, *where[:2])
        return self

    def _arrange_day(self, act: str, index: int, place: int = 0) -> None:
        row = self.rows[index]
        if act == "ajouter" and row.may_add:
            row.ranges.append(TypedRange(is_new=True))
        elif act == "retirer" and place < len(row.ranges):
            del row.ranges[place]
        elif act == "veille" and index > 0:
            self._copy(self.rows[index - 1], (index,))

    def _copy(self, source: Row, days: Iterable[int]) -> None:
        for day in days:
            self.rows[day].ranges = [TypedRange(one.since, one.until) for one in source.ranges]

    def _show_text(self) -> None:
        try:
            self.rows = rows_of(read_week(self.text))
        except BadInput as refused:
            self.errors["texte"] = str(refused)

    def judged(self, *, today: date) -> tuple[str, date | None, date | None]:
        """Give the week as a text, and its first and last day; what cannot be is put beside its field in `errors`."""
        text = ALWAYS if self.pressed == "atelier" else self.text if self.pressed == "texte" else self._judge_rows()
        return (
            text,
            self._day("des", self.from_on) or (None if self.from_on else today),
            self._day("jusque", self.until),
        )

    def _day(self, name: str, typed: str) -> date | None:
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            self.errors[name] = _("This day does not exist. Choose one in the calendar.")
            return None

    def _judge_rows(self) -> str:
        ranges: list[WeeklyRange] = []
        for row in self.rows:
            try:
                ranges += filter(None, (typed.read(row.index) for typed in row.ranges))
            except ClockUnreadable:
                row.errors.append(_("Give a beginning and an end, as 9:30."))
        for fault in faults_of_week(ranges):
            self.rows[fault.params["weekday"]].errors.append(str(fault))
        if any(row.errors for row in self.rows):
            self.errors["semaine"] = _("Some hours cannot be. Nothing has changed; see the days in red.")
        return "" if self.errors else write_week(ranges)


def rows_of(ranges: Iterable[WeeklyRange]) -> list[Row]:
    """Give the seven rows of a week, each with its ranges as a clock field writes them."""
    ranges = sorted(ranges)
    return [
        Row(index, name, [_typed(one) for one in ranges if one.weekday == index]) for index, name in WEEKDAYS.items()
    ]


def _typed(one: WeeklyRange) -> TypedRange:
    until = one.until % A_DAY  # a clock field has no 24:00
    return TypedRange(f"{one.since // 60:02d}:{one.since % 60:02d}", f"{until // 60:02d}:{until % 60:02d}")


def read_typed(posted: Mapping[str, str]) -> TypedWeek:
    """Read the form as it was sent; nothing of what was typed is lost, whatever it is."""
    rows = [Row(index, name, _typed_ranges(posted, index)) for index, name in WEEKDAYS.items()]
    said = {name: posted.get(name, "") for name in ("texte", "des", "jusque", "faire")}
    return TypedWeek(rows, said["texte"], said["des"], said["jusque"], said["faire"])


def _typed_ranges(posted: Mapping[str, str], index: int) -> list[TypedRange]:
    names = [(f"de-{index}-{place}", f"a-{index}-{place}") for place in range(MOST_READ)]
    return [
        TypedRange(posted.get(since, "")[:LONGEST_CLOCK], posted.get(until, "")[:LONGEST_CLOCK])
        for since, until in names
        if since in posted or until in posted
    ]
