"""
Everything that writes the timetable, in any order: after each step every free day says what the oracle says.

Two workshops in two zones, around days on which clocks change; one sells days and shares a tool with the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from booking.availability.needs import Work, work_at
from booking.availability.scan import slots_of
from booking.availability.take import take_slot
from collective.timetable.change_hours import (
    change_weekly_hours,
    import_hours,
    make_exception,
    set_closed_on_holidays,
    take_back_exception,
    take_back_season,
)
from collective.timetable.change_rules import change_rules
from collective.timetable.change_team import add_mechanic, change_mechanic, retire_mechanic
from collective.timetable.drop_off import claim, sell_days
from collective.timetable.free_days import extend_horizon, last_kept, rebuild_timetable
from collective.timetable.hours import exceptions, seasons
from collective.timetable.models import Occupancy
from collective.timetable.occupy import occupy, release, release_expired, rename
from collective.timetable.periods import Period
from collective.timetable.read_hours import read_hours
from collective.timetable.read_ics import Meaning
from collective.timetable.sources import Due
from collective.workshops.models import DropOffTerms, Workshop
from tests.collective.timetable.machine_world import MOST_TAKEN, OWN_WEEKS, WEEKS, World
from tests.collective.timetable.oracle import A_DAY

INDEX = st.integers(0, 999)
MINUTES = st.integers(0, 5 * 24 * 60)
TICKS = st.integers(1, 36)
STEPS = st.sampled_from([5, 15, 20, 45])
Step = Callable[..., None]
# What is imported, with the days from today on: texts of OpenStreetMap, and a calendar file.
FILES = [
    "Mo-Sa 08:30-12:00,13:30-18:00; PH off",
    "Tu-Su 07:00-21:00; {day1:%Y %b %d} off; {day3:%Y %b %d} 10:00-12:00",
    "{day2:%Y %b %d}-{day3:%Y %b %d} 09:00-17:00; Mo 12:00-24:00",
    "\r\n".join(
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//elsewhere//EN",
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{day2:%Y%m%d}\r\nDTEND;VALUE=DATE:{day3:%Y%m%d}\r\nEND:VEVENT",
            "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:{day1:%Y%m%d}T093000\r\nDTEND:{day1:%Y%m%d}T114500",
            "RRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        )
    ),
]


def may_oversell(step: Step) -> Step:
    """Mark a step that takes opening time away, or those who work in it: what is oversold by it is so knowingly."""

    @wraps(step)
    def marked(self: Timetable, **drawn: Any) -> None:
        step(self, **drawn)
        self.is_consented = True

    return marked


class Timetable(World):
    """Every writer of the timetable, in any order."""

    # --- Hours -----------------------------------------------------------------------------------------------

    @rule(index=INDEX, week=INDEX, ahead=st.integers(0, 5), length=st.none() | st.integers(0, 4))
    @may_oversell
    def change_the_week(self, index: int, week: int, ahead: int, length: int | None) -> None:
        owner = self.owned(index)
        workshop = owner if isinstance(owner, Workshop) else owner.workshop
        texts = WEEKS if isinstance(owner, Workshop) else OWN_WEEKS
        from_on = self.today(workshop) + ahead * A_DAY
        until = None if length is None else from_on + length * A_DAY
        hours = texts[week % len(texts)]
        self.attempt(lambda: change_weekly_hours(owner=owner, hours=hours, from_on=from_on, until=until, at=self.at))

    @rule(index=INDEX, which=INDEX)
    @may_oversell
    def take_a_season_back(self, index: int, which: int) -> None:
        owner = self.owned(index)
        if said := seasons(owner):
            from_on = said[which % len(said)].from_on
            self.attempt(lambda: take_back_season(owner=owner, from_on=from_on, at=self.at))

    @rule(index=INDEX, since=MINUTES, length=st.integers(1, 2000), is_open=st.booleans())
    @may_oversell
    def make_an_exception(self, index: int, since: int, length: int, is_open: bool) -> None:
        owner = self.owned(index)
        workshop = owner if isinstance(owner, Workshop) else owner.workshop
        starts_at = self.moment(workshop, since)
        ends_at = starts_at + timedelta(minutes=min(length, 180) if is_open else length)
        self.attempt(
            lambda: make_exception(
                owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label="", at=self.at
            )
        )

    @rule(index=INDEX, which=INDEX)
    @may_oversell
    def take_an_exception_back(self, index: int, which: int) -> None:
        owner = self.owned(index)
        workshop = owner if isinstance(owner, Workshop) else owner.workshop
        day = self.today(workshop)
        if said := exceptions(owner, first=day - 9 * A_DAY, last=day + 9 * A_DAY):
            take_back_exception(owner=owner, exception=said[which % len(said)].id, at=self.at)

    @rule(index=INDEX, which=st.sampled_from(FILES), meaning=st.sampled_from(Meaning))
    @may_oversell
    def import_what_is_written(self, index: int, which: str, meaning: Meaning) -> None:
        owner = self.owned(index)
        workshop = owner if isinstance(owner, Workshop) else owner.workshop
        days = {f"day{n}": self.today(workshop) + n * A_DAY for n in range(4)}
        first = days["day1"]
        self.attempt(
            lambda: import_hours(
                owner=owner,
                read=read_hours(given=which.format(**days), owner=owner, meaning=meaning, first=first),
                at=self.at,
            )
        )

    @rule(index=INDEX, closed=st.booleans())
    @may_oversell
    def turn_public_holidays(self, index: int, closed: bool) -> None:
        set_closed_on_holidays(workshop=self.workshop(index), closed=closed, at=self.at)

    # --- The workshop ----------------------------------------------------------------------------------------

    @rule(
        index=INDEX,
        step=st.sampled_from([5, 15, 20, 45]),
        horizon=st.integers(1, 5),
        buffer=st.sampled_from([0, 5, 12]),
    )
    def change_the_rules(self, index: int, step: int, horizon: int, buffer: int) -> None:
        change_rules(
            workshop=self.workshop(index),
            by=self.owner,
            at=self.at,
            slot_step_minutes=step,
            horizon_days=horizon,
            buffer_minutes=buffer,
        )

    @rule(index=INDEX, who=INDEX, limit=st.none() | st.integers(1, 3), skill=st.integers(1, 5))
    @may_oversell
    def change_a_mechanic(self, index: int, who: int, limit: int | None, skill: int) -> None:
        """Refused when bikes to be left need a skill that would be gone."""
        team = self.in_use(self.workshop(index), "mechanic")
        mechanic = team[who % len(team)].mechanic
        self.attempt(
            lambda: change_mechanic(mechanic=mechanic, by=self.owner, at=self.at, daily_limit=limit, skill_level=skill)
        )

    @rule(index=INDEX, skill=st.integers(1, 5))
    def welcome_a_mechanic(self, index: int, skill: int) -> None:
        workshop = self.workshop(index)
        if len(self.in_use(workshop, "mechanic")) < 3:
            add_mechanic(workshop=workshop, name="Lou", skill_level=skill, by=self.owner, at=self.at)

    @rule(index=INDEX, who=INDEX)
    @may_oversell
    def let_a_mechanic_go(self, index: int, who: int) -> None:
        team = self.in_use(self.workshop(index), "mechanic")
        self.attempt(lambda: retire_mechanic(mechanic=team[who % len(team)].mechanic, by=self.owner, at=self.at))

    @rule(
        index=INDEX,
        share_bp=st.sampled_from([10000, 8000, 5000]),
        return_days=st.integers(0, 2),
        storage_places=st.integers(1, 4),
        is_on=st.sampled_from([True, True, False]),
    )
    def change_the_terms(self, index: int, **terms: Any) -> None:
        self.sell(self.workshop(index), **terms)

    def sell(self, workshop: Workshop, **terms: Any) -> DropOffTerms:
        return sell_days(
            workshop=workshop, arrives_from=540, arrives_until=725, returns_from=17 * 60, at=self.at, **terms
        )

    # --- Bookings --------------------------------------------------------------------------------------------

    def work(self, workshop: Workshop) -> Work:
        return work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type="city")

    def expiry(self, index: int) -> datetime | None:
        return self.at + timedelta(minutes=15 * (index % 40)) if index % 3 else None

    @precondition(lambda self: len(self.due) < MOST_TAKEN)
    @rule(index=INDEX, which=INDEX, ahead=st.integers(0, 4))
    def book_a_slot(self, index: int, which: int, ahead: int) -> None:
        self.take_one_of_the_slots(self.workshop(index), which, ahead, self.new(), self.expiry(which))

    @rule(index=INDEX, which=INDEX, ahead=st.integers(0, 4))
    def move_an_appointment(self, index: int, which: int, ahead: int) -> None:
        reference = self.one_of(index)
        if reference and (due := self.due[reference]).time and due.workshop:
            workshop = Workshop.objects.get(pk=due.workshop)
            self.take_one_of_the_slots(workshop, which, ahead, reference, None, instead_of=reference)

    def take_one_of_the_slots(
        self,
        workshop: Workshop,
        which: int,
        ahead: int,
        reference: str,
        expires_at: datetime | None,
        instead_of: str | None = None,
    ) -> None:
        """Whatever is shown can be taken."""
        work, day = self.work(workshop), self.today(workshop) + ahead * A_DAY
        slots = slots_of(work=work, first=day, last=day, at=self.at)
        if not slots:
            return
        slot = slots[which % len(slots)]
        seat = take_slot(
            work=work,
            starts_at=slot.starts_at,
            reason="appointment",
            reference=reference,
            expires_at=expires_at,
            at=self.at,
            instead_of=instead_of,
        )
        time = ((seat.mechanic.pk, Period(seat.starts_at, seat.ends_at)),)
        self.due[reference] = Due(reference, time=time, workshop=workshop.pk, is_optional=expires_at is not None)
        self.steps["taken"] += 1

    @precondition(lambda self: len(self.due) < MOST_TAKEN)
    @rule(index=INDEX, since=MINUTES, ticks=TICKS, reason=st.sampled_from(["hold", "offer", "closure", "proposal"]))
    def take_time(self, index: int, since: int, ticks: int, reason: str) -> None:
        """Of any resources, at any minute, over midnight and outside hours."""
        workshop = self.workshop(index)
        resources = self.in_use(workshop, "mechanic", "bench")[index % 2 : index % 5 + 1]
        reference = self.new("v" if any(one.mechanic for one in resources) else "l")
        starts_at = self.moment(workshop, since)
        period = Period(starts_at, starts_at + timedelta(minutes=ticks * 5))
        if not resources:
            return
        taken = self.attempt(
            lambda: occupy(
                resources=resources,
                period=period,
                reason=reason,
                reference=reference,
                expires_at=self.expiry(index),
                at=self.at,
            )
        )
        if taken:
            mechanics = [one.mechanic_id for one in resources if one.mechanic_id]
            self.due[reference] = Due(reference, time=tuple((pk, period) for pk in mechanics), is_optional=True)
            self.steps["taken"] += 1
        self.is_consented |= reason == "closure"

    @precondition(lambda self: len(self.due) < MOST_TAKEN)
    @rule(index=INDEX, since=MINUTES, ticks=TICKS)
    def lend_the_tool(self, index: int, since: int, ticks: int) -> None:
        workshop, reference = self.workshop(index), self.new("l")
        starts_at = self.moment(workshop, since)
        self.attempt(
            lambda: occupy(
                resources=[self.tool, *self.in_use(workshop, "bench")[: index % 2]],
                period=Period(starts_at, starts_at + timedelta(minutes=ticks * 5)),
                reason="loan",
                reference=reference,
                expires_at=self.expiry(index),
                at=self.at,
                where=self.workshops[0],
            )
        )
        self.due[reference] = Due(reference, is_optional=True)

    @precondition(lambda self: len(self.due) < MOST_TAKEN)
    @rule(index=INDEX, ahead=st.integers(0, 3), minutes=st.integers(5, 200), skill=st.integers(1, 4))
    def leave_a_bike(self, index: int, ahead: int, minutes: int, skill: int) -> None:
        workshop, reference = self.workshop(index), self.new()
        day = self.today(workshop) + ahead * A_DAY
        made = self.attempt(
            lambda: claim(
                workshop=workshop,
                day=day,
                minutes=minutes,
                skill_level=skill,
                reason="hold",
                reference=reference,
                expires_at=self.expiry(index),
                at=self.at,
            )
        )
        if made:
            due = Due(reference, workshop=workshop.pk, day=day, minutes=minutes, is_optional=True)
            self.due[reference] = due
            self.steps["claimed"] += 1

    @rule(index=INDEX, later=st.booleans())
    def confirm(self, index: int, later: bool) -> None:
        """A hold becomes an appointment, or is kept longer."""
        if reference := self.one_of(index):
            due, to = self.due.pop(reference), self.new(reference[0])
            expires_at = self.at + timedelta(hours=2) if later else None
            if rename(reference=reference, to=to, reason="appointment", expires_at=expires_at, at=self.at):
                self.due[to] = Due(to, due.time, due.workshop, due.day, due.minutes, is_optional=later)

    @rule(index=INDEX)
    def cancel(self, index: int) -> None:
        if reference := self.one_of(index):
            release(reference=reference, at=self.at)
            del self.due[reference]

    # --- Time ------------------------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 180), swept=st.booleans())
    def let_time_pass(self, minutes: int, swept: bool) -> None:
        before = [self.today(workshop) for workshop in self.workshops]
        self.at += timedelta(minutes=minutes)
        if swept:
            self.sweep()
        if before != [self.today(workshop) for workshop in self.workshops]:
            extend_horizon(at=self.at)

    @rule()
    def sweep(self) -> None:
        release_expired(at=self.at)
        assert not Occupancy.objects.expired(at=self.at).exists()

    @rule(hours=st.integers(12, 30))
    def let_a_night_pass(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        extend_horizon(at=self.at)

    @rule(index=INDEX)
    def rebuild(self, index: int) -> None:
        workshop = self.workshop(index)
        last = last_kept(workshop, at=self.at)
        rebuild_timetable(workshops=[workshop], first=self.today(workshop), last=last, at=self.at)
