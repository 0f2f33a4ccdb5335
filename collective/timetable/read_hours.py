"""Read hours as somebody gives them: a calendar file, or opening_hours of OpenStreetMap."""

from __future__ import annotations

from datetime import date

from collective.timetable.export_hours import last_day
from collective.timetable.hours import Owner
from collective.timetable.hours_plan import HoursRead
from collective.timetable.hours_rules import workshop_of
from collective.timetable.ics_lines import MOST_BYTES, CalendarTooLarge
from collective.timetable.osm_text import read_osm
from collective.timetable.read_ics import Meaning, read_ics


def read_hours(*, given: str | bytes, owner: Owner, meaning: Meaning, first: date) -> HoursRead:
    """
    Read two years from a local day on; what begins as a calendar file does is one. No address is ever fetched.

    :raises BadInput: with its reason; see `osm_text.read_osm` and `read_ics.read_ics`.
    """
    if len(given) > MOST_BYTES:
        raise CalendarTooLarge
    raw = given if isinstance(given, bytes) else given.encode("utf-8", "replace")
    workshop = workshop_of(owner)
    if raw[:200].lstrip(b"\xef\xbb\xbf \r\n\t").upper().startswith(b"BEGIN:"):
        return read_ics(raw, meaning=meaning, zone=workshop.zone, first=first, last=last_day(first))
    text = raw.decode("utf-8-sig", "replace")
    return read_osm(text, zone=workshop.zone, postcode=workshop.postcode, first=first, last=last_day(first))
