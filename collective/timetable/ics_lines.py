"""A calendar file (RFC 5545) cut into the lines of its events: bounded before anything is read, and read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from backend.lib.errors import BadInput

MOST_BYTES = 1_000_000
MOST_EVENTS = 400
DEEPEST = 8
EVENT = ["VCALENDAR", "VEVENT"]
# What says when, and whether
KEPT = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
KEPT |= {"TRANSP", "STATUS", "SUMMARY", "UID"}
_FOLD = re.compile(r"\r?\n[ \t]")
_BEGIN_EVENT = re.compile(rb"^BEGIN:VEVENT\b", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{1,60}")


class CalendarTooLarge(BadInput):
    code = "calendar_too_large"
    message = _("This calendar is too large: 1 MB at most. Export fewer months of it.")
    status = 413


class NotACalendar(BadInput):
    code = "not_a_calendar"
    message = _("This is no calendar file (.ics) that can be read.")


class TooManyEvents(BadInput):
    code = "too_many_events"
    message = _("This calendar has too many events: %(most)d at most. Export fewer months of it.")


class EventUnreadable(BadInput):
    """`params["event"]` is what the calendar calls it."""

    code = "event_unreadable"
    message = _("“%(event)s”: %(written)s cannot be read.")


class UnknownZone(BadInput):
    code = "unknown_zone"
    message = _("There is no time zone “%(zone)s”. Give one as Europe/Paris.")


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class RawEvent:
    lines: list[Line] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def first(self, name: str) -> Line | None:
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        line = self.first(name)
        return line.value if line else ""

    @property
    def label(self) -> str:
        """What it is called, as plain text of one line."""
        text = re.sub(r"\\([nN,;\\])", lambda found: " " if found[1] in "nN" else found[1], self.text("SUMMARY"))
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        return " ".join(printable.split())[:120]

    @property
    def name(self) -> str:
        """What to call it when it is refused."""
        return self.label[:60] or self.text("DTSTART")[:20] or "VEVENT"


@dataclass(frozen=True, slots=True)
class WallMoment:
    """A moment as a calendar says it: the wall clock of a zone, none = wherever the workshop is; or a whole day."""

    wall: datetime  # naive
    zone: ZoneInfo | None
    is_day: bool

    def at(self, here: ZoneInfo) -> datetime:
        return self.wall.replace(tzinfo=self.zone or here).astimezone(UTC)


def read_events(raw: bytes) -> Iterator[RawEvent]:
    """
    Yield the events; their alarms, and the zones that the file defines itself, are passed over.

    :raises CalendarTooLarge: over 1 MB, before anything is read.
    :raises TooManyEvents: over 400, before anything is read.
    :raises NotACalendar: when it is none, or breaks off.
    """
    _check_bounds(raw)
    inside: list[str] = []
    event = RawEvent()
    for written in _FOLD.sub("", raw.decode("utf-8-sig", "replace")).splitlines():
        name, _colon, value = written.partition(":")
        if name.upper() == "BEGIN":
            _open(inside, value)
            event = RawEvent() if inside == EVENT else event
        elif name.upper() == "END":
            if inside == EVENT:
                yield event
            _close(inside, value)
        elif inside == EVENT:
            event.lines += _read_line(written)
    if inside:
        raise NotACalendar


def _check_bounds(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise CalendarTooLarge
    if len(_BEGIN_EVENT.findall(raw)) > MOST_EVENTS:
        raise TooManyEvents(most=MOST_EVENTS)
    if not raw[:2000].upper().lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"BEGIN:VCALENDAR"):
        raise NotACalendar


def is_from_here(raw: bytes) -> bool:
    """Tell whether we wrote it."""
    return re.search(rb"^PRODID:-//Moyeu//", raw[:2000], re.MULTILINE) is not None


def _open(inside: list[str], value: str) -> None:
    inside.append(value.strip().upper())
    if inside[0] != "VCALENDAR" or len(inside) > DEEPEST:
        raise NotACalendar


def _close(inside: list[str], value: str) -> None:
    if not inside or inside.pop() != value.strip().upper():
        raise NotACalendar


def _read_line(written: str) -> list[Line]:
    """Read a line that says when; of the others nothing is kept."""
    name = re.match(r"[A-Za-z-]+", written)
    if not name or name.group().upper() not in KEPT:
        return []
    parameters, place = {}, name.end()
    while found := _PARAMETER.match(written, place):
        parameters[found[1].upper()] = found[2].strip('"')
        place = found.end()
    return [Line(name.group().upper(), parameters, written[place + 1 :].strip())] * written.startswith(":", place)


def read_moment(line: Line, value: str, event: RawEvent) -> WallMoment:
    """
    Read one value of a line.

    :raises EventUnreadable: when it is no moment between 1970 and 2100.
    :raises UnknownZone: when its zone is none that exists; what the file says of a zone is not trusted.
    """
    found = _MOMENT.fullmatch(value.strip())
    try:
        wall = datetime(*(int(part or 0) for part in found.groups()[:6])) if found else None  # type: ignore[arg-type]  # six whole numbers  # noqa: DTZ001 - its zone is told apart
    except ValueError:
        wall = None
    if not found or wall is None or not 1970 <= wall.year < 2100:
        raise EventUnreadable(event=event.name, written=f"{line.name}:{value[:40]}")
    if found[4] is None:
        return WallMoment(wall, None, is_day=True)
    if found[7]:
        return WallMoment(wall, ZoneInfo("UTC"), is_day=False)
    named = line.parameters.get("TZID")
    return WallMoment(wall, zone_named(named) if named else None, is_day=False)


def zone_named(name: str) -> ZoneInfo:
    """
    Give the zone of this name: of the IANA, of Windows, or behind a prefix ("/mozilla.org/20050126_1/Europe/Paris").

    :raises UnknownZone: when there is none.
    """
    parts = WINDOWS_TO_OLSON.get(name, name).strip("/").split("/")
    for length in (len(parts), 2, 3):
        candidate = "/".join(parts[-length:])
        if _ZONE.fullmatch(candidate):
            try:
                return ZoneInfo(candidate)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    raise UnknownZone(zone=name[:60])


def read_duration(value: str, event: RawEvent) -> tuple[timedelta, timedelta]:
    """
    Give the days, which are counted by the wall clock, and the hours, which elapse.

    :raises EventUnreadable: when it is no duration.
    """
    found = _DURATION.fullmatch(value.strip().lstrip("+"))
    if not found or not any(found.groups()):
        raise EventUnreadable(event=event.name, written=f"DURATION:{value[:40]}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
