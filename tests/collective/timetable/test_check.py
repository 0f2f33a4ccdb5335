"""The commands that doubt the timetable and that mend it."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from backend.lib.clock import database_now
from collective.timetable.change_hours import make_exception
from collective.timetable.check import find_faults, find_notes
from collective.timetable.drop_off import claim, sell_days, stock
from collective.timetable.models import Claim, FreeDay, Occupancy
from collective.timetable.occupy import occupy
from collective.timetable.periods import Period
from collective.timetable.sources import Due, known_sources
from tests.factories import ToolTimeFactory, open_workshop

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def at() -> datetime:
    return database_now()


@pytest.fixture
def workshop(at):
    return open_workshop(at=at, hours="Mo-Su 09:00-18:00", horizon_days=9, days=9, closed_on_holidays=False)


@pytest.fixture
def day(at, workshop) -> date:
    return at.astimezone(workshop.zone).date() + timedelta(days=2)


@pytest.fixture
def ten(workshop, day) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=workshop.zone)


def check() -> str:
    out = StringIO()
    call_command("check_timetable", stdout=out)
    return out.getvalue()


def leave_a_bike(workshop, day, at, minutes=60, reference="drop:1") -> Claim:
    return claim(
        workshop=workshop,
        day=day,
        minutes=minutes,
        skill_level=1,
        reason="appointment",
        reference=reference,
        expires_at=None,
        at=at,
    )


def sell(workshop, at) -> None:
    sell_days(
        workshop=workshop,
        share_bp=10000,
        arrives_from=540,
        arrives_until=660,
        return_days=1,
        returns_from=600,
        storage_places=6,
        at=at,
    )


def test_a_right_timetable_passes(workshop, at, day):
    sell(workshop, at)
    leave_a_bike(workshop, day, at)
    assert "right" in check()


@pytest.mark.parametrize("column", ["bits", "longest", "open_ticks", "taken_ticks"])
def test_a_wrong_row_is_found_and_mended(workshop, column):
    FreeDay.objects.filter(pk=workshop.free_days.first().pk).update(**{column: b"\xff" * 36 if column == "bits" else 7})
    with pytest.raises(CommandError, match="1 faults"):
        check()

    call_command("rebuild_timetable", workshop.slug, stdout=StringIO())

    assert "right" in check()


def test_a_wrong_stock_is_found_and_mended(workshop, at, day):
    sell(workshop, at)
    Claim.objects.create(
        resource=stock(workshop), day=day, leaves_on=day, minutes=60, skill_level=1, reason="loan", reference="x"
    )
    with pytest.raises(CommandError, match="2 faults"):
        check()  # the stock, and the mechanic who has less to sell
    call_command("rebuild_timetable", workshop.slug, stdout=StringIO())
    assert "right" in check()


def test_a_lacking_row_is_found_and_mended(workshop):
    FreeDay.objects.filter(pk=workshop.free_days.order_by("day").first().pk).delete()
    with pytest.raises(CommandError, match="1 faults"):
        check()
    call_command("rebuild_timetable", stdout=StringIO())
    assert "right" in check()


def test_what_expired_and_waits_to_be_swept_is_no_fault(workshop, at, ten):
    occupy(
        resources=list(workshop.resources.select_related("workshop")),
        period=Period(ten, ten + HOUR),
        reason="hold",
        reference="hold:1",
        expires_at=at + HOUR,
        at=at,
    )
    assert list(find_faults(at=at + HOUR, sources={})) == []


def test_rebuilding_an_unknown_workshop_is_refused():
    with pytest.raises(CommandError, match="nowhere"):
        call_command("rebuild_timetable", "nowhere")


def test_a_day_shortened_after_it_was_sold_is_a_note(workshop, at, day, ten):
    sell(workshop, at)
    leave_a_bike(workshop, day, at, minutes=8 * 60)
    assert list(find_notes(at=at)) == []
    make_exception(owner=workshop, starts_at=ten, ends_at=ten + 4 * HOUR, is_open=False, label="", at=at)
    (note,) = find_notes(at=at)
    assert note.startswith("oversold")
    assert "note: oversold" in check()


class TestSources:
    """Every booking has what it should, and nothing is taken for nobody."""

    @pytest.fixture
    def mechanic(self, workshop):
        return workshop.resources.select_related("workshop", "mechanic").get(kind="mechanic")

    def take(self, resources, starts_at, reference, at, length=HOUR, where=None):
        occupy(
            resources=resources,
            period=Period(starts_at, starts_at + length),
            reason="appointment",
            reference=reference,
            expires_at=None,
            at=at,
            where=where,
        )

    def faults(self, at, *due) -> list[str]:
        return [fault.split(":")[0] for fault in find_faults(at=at, sources={"visit:": lambda at: due})]

    def test_time(self, workshop, mechanic, at, ten):
        due = Due("visit:1", time=((mechanic.mechanic_id, Period(ten, ten + HOUR)),))
        assert self.faults(at, due) == ["time lacking"]
        self.take([mechanic], ten - HOUR / 4, "visit:1", at, length=1.5 * HOUR)  # with the buffers around it
        assert self.faults(at, due) == []
        assert self.faults(at) == ["nobody's"]
        Occupancy.objects.update(ends_at=ten + HOUR / 2)
        assert "time lacking" in self.faults(at, due)

    def test_too_much_time(self, workshop, mechanic, at, ten):
        bench = workshop.resources.select_related("workshop").get(kind="bench")
        due = Due("visit:1", time=((mechanic.mechanic_id, Period(ten, ten + HOUR)),))
        self.take([mechanic], ten, "visit:1", at)
        self.take([bench], ten + 3 * HOUR, "visit:1", at)
        assert self.faults(at, due) == ["beside its time"]
        assert self.faults(at, Due("visit:1")) == ["time too much", "beside its time", "beside its time"]

    def test_days(self, workshop, at, day):
        sell(workshop, at)
        due = Due("visit:1", workshop=workshop.pk, day=day, minutes=60)
        assert self.faults(at, due) == ["claims differ"]
        leave_a_bike(workshop, day, at, reference="visit:1")
        assert self.faults(at, due) == []
        assert self.faults(at, Due("visit:1", workshop=workshop.pk, day=day, minutes=90)) == ["claims differ"]
        assert self.faults(at) == ["nobody's"]

    def test_a_proposal_may_take_nothing(self, mechanic, at, ten):
        time = ((mechanic.mechanic_id, Period(ten, ten + HOUR)),)
        assert self.faults(at, Due("visit:1", time=time, is_optional=True)) == []
        self.take([mechanic], ten + 2 * HOUR, "visit:1", at)
        assert "time lacking" in self.faults(at, Due("visit:1", time=time, is_optional=True))

    def test_all_that_is_booked_speaks_for_itself(self):
        assert {"hold:", "appointment:", "proposal:", "offer:"} <= set(known_sources())

    def test_a_tool_needs_time_between_places(self, workshop, at, ten):
        tool = ToolTimeFactory(tool__home=workshop, tool__hand_over_minutes=15)
        far = open_workshop(at=at, lat=50.6232, lon=3.1442)  # 32 minutes away
        self.take([tool], ten, "loan:1", at, where=workshop)
        self.take([tool], ten + HOUR, "loan:2", at, where=workshop)
        self.take([tool], ten + 2 * HOUR + timedelta(minutes=47), "loan:3", at, where=far)
        assert self.faults(at) == []
        self.take([tool], ten + 4 * HOUR, "loan:4", at, where=workshop)
        assert self.faults(at) == ["too hasty"]
