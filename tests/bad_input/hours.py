"""What hours cannot be, each with the code it is refused by: one table for the use cases, the API and the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collective.timetable.read_ics import Meaning

FIFTY_MEGABYTES = 50_000_000


NOON = "DTSTART:20990106T120000Z"
WEEKLY = "RRULE:FREQ=WEEKLY"
EVERY_OTHER_DAY = "RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20500101"
SEVEN = ",".join(f"{hour:02}:00-{hour:02}:30" for hour in range(9, 16))


def calendar(*lines: str) -> str:
    """A calendar of one event."""
    event = ["BEGIN:VEVENT", "UID:1", "SUMMARY:Opening", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *event, "END:VCALENDAR", ""])


def opening(*lines: str, zone: str = "Europe/Paris") -> str:
    """One event on a Tuesday from 9 to 12, and these lines."""
    hours = (f"DTSTART;TZID={zone}:20990106T090000", f"DTEND;TZID={zone}:20990106T120000")
    return calendar(*hours, *lines)


def many_events(count: int) -> str:
    return calendar(*["END:VEVENT\r\nBEGIN:VEVENT"] * (count - 1))


def a_hundred_rules() -> str:
    hours = ("DTSTART:20260106T090000", "DTEND:20260106T120000", WEEKLY)
    return calendar(*hours, *["END:VEVENT", "BEGIN:VEVENT", *hours] * 99)


def twice_every_other_day() -> str:
    lines = ("DTSTART:20260106T090000", "DTEND:20260106T120000", EVERY_OTHER_DAY)
    return calendar(*lines, "END:VEVENT", "BEGIN:VEVENT", *lines)


@dataclass(frozen=True)
class Bad:
    name: str
    given: Callable[[], str]
    code: str
    meaning: Meaning = Meaning.OPENINGS


def _bad() -> Iterator[Bad]:
    # Hours
    yield Bad("overlapping hours", lambda: "Tu 09:00-12:00,11:00-14:00", "hours_overlap")
    yield Bad("inverted hours", lambda: "Tu 18:00-09:00", "hours_inverted")
    yield Bad("hours of no length", lambda: "Tu 09:00-09:00", "hours_empty")
    yield Bad("hours past midnight", lambda: "Tu 22:00-26:00", "hours_past_midnight")
    yield Bad(
        "seven ranges a day", lambda: "Tu " + ",".join(f"{h:02}:00-{h:02}:30" for h in range(9, 16)), "too_many_ranges"
    )
    yield Bad("ten thousand ranges", lambda: ",".join(["Tu 09:00-09:05"] * 10_000), "hours_too_long")
    yield Bad("a thousand rules", lambda: "Tu;" * 1000 + "We", "hours_too_long")
    yield Bad("no hours", lambda: "mardi de 9 h à midi", "hours_unreadable")
    yield Bad("a remark", lambda: 'Tu 09:00-12:00 "sur rendez-vous"', "hours_not_kept")
    yield Bad("hours that follow the sun", lambda: "Mo-Su sunrise-sunset", "hours_not_kept")
    yield Bad("hours without an end", lambda: "Tu 09:00+", "hours_not_kept")
    yield Bad("school holidays", lambda: "Tu 09:00-12:00; SH off", "hours_not_kept")
    yield Bad("holidays by month", lambda: "Tu 09:00-12:00; Jul PH off", "hours_not_kept")
    yield Bad("every other week, for ever", lambda: "week 1-53/2 Tu 09:00-12:00", "rule_never_ends")
    yield Bad("the first Sunday, for ever", lambda: "Tu 09:00-12:00; Su[1] 10:00-12:00", "rule_never_ends")
    # Calendars
    yield Bad("a month's rule that never ends", lambda: opening("RRULE:FREQ=MONTHLY;BYDAY=1SU"), "rule_never_ends")
    yield Bad("every other week, never ending", lambda: opening("RRULE:FREQ=WEEKLY;INTERVAL=2"), "rule_never_ends")
    yield Bad("an absence for ever", lambda: opening("RRULE:FREQ=WEEKLY"), "rule_never_ends", Meaning.CLOSURES)
    yield Bad(
        "for ever by other clocks", lambda: opening("RRULE:FREQ=WEEKLY", zone="America/New_York"), "rule_never_ends"
    )
    yield Bad("a minutely rule", lambda: opening("RRULE:FREQ=MINUTELY"), "rule_too_often")
    yield Bad("an hourly rule", lambda: opening("RRULE:FREQ=HOURLY;COUNT=3"), "rule_too_often")
    yield Bad("a secondly rule", lambda: opening("RRULE:FREQ=SECONDLY;INTERVAL=9"), "rule_too_often")
    yield Bad("a rule by hours", lambda: opening("RRULE:FREQ=WEEKLY;BYHOUR=9,10"), "rule_not_kept")
    yield Bad("a rule by positions", lambda: opening("RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"), "rule_not_kept")
    yield Bad("a rule of nonsense", lambda: opening("RRULE:FREQ=WEEKLY;INTERVAL=-1"), "rule_unreadable")
    yield Bad("a rule without an end to speak of", lambda: opening("RRULE:" + "X" * 400), "rule_unreadable")
    yield Bad("a zone that does not exist", lambda: opening(zone="Mars/Olympus"), "unknown_zone")
    yield Bad("a zone out of a path", lambda: opening(zone="../../etc/passwd"), "unknown_zone")
    yield Bad(
        "an event that ends before it begins",
        lambda: calendar("DTSTART:20990106T120000Z", "DTEND:20990106T090000Z"),
        "event_inverted",
    )
    yield Bad("an event without an end", lambda: calendar(NOON), "event_inverted")
    yield Bad(
        "an event of two years",
        lambda: calendar("DTSTART:20270106T120000Z", "DTEND:20290106T090000Z"),
        "event_too_long",
    )
    yield Bad("an event in the year 9999", lambda: calendar("DTSTART:99990101T000000Z"), "event_unreadable")
    yield Bad("an event on the 31st of February", lambda: calendar("DTSTART:20270231T000000Z"), "event_unreadable")
    yield Bad("an event that begins never", calendar, "event_unreadable")
    yield Bad("four hundred and one events", lambda: many_events(401), "too_many_events")
    yield Bad("too many dates", twice_every_other_day, "too_many_dates")
    yield Bad("too many rules to look at", a_hundred_rules, "too_many_dates")
    yield Bad("events within events", lambda: "BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n" * 1000, "not_a_calendar")
    yield Bad("a calendar that breaks off", lambda: opening()[:-20], "not_a_calendar")
    yield Bad("nothing within two years", lambda: opening(), "nothing_in_it")


BAD = list(_bad())
