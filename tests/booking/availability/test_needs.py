"""What work asks for: minutes, skills, certifications, two mechanics, tools that move, mechanics who do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from booking.availability.near import Point
from booking.availability.needs import share_setup, work_at
from booking.availability.scan import slots_of
from booking.availability.search import find_slots
from booking.availability.take import NotASlot, NotServed, SlotTaken, take_slot
from collective.timetable.free_days import rebuild_timetable
from collective.timetable.models import Occupancy, Resource
from collective.tools.models import Tool, ToolKind
from tests.factories import LILLE, WorkshopFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Lille
TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NORTH = Point(LILLE[0] + 0.0448, LILLE[1])  # 5 km north: 26 minutes at 15 km/h with detours of 30 %
MINUTE = timedelta(minutes=1)


def work_of(workshop, *, bike_type="city", certification=""):
    offers = list(workshop.offers.select_related("intervention"))
    return work_at(workshop=workshop, offers=offers, bike_type=bike_type, certification=certification)


def starts(work, **more):
    slots = slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT, **more)
    return [slot.starts_at.astimezone(work.workshop.zone).strftime("%H:%M") for slot in slots]


def take(work, starts_at, reference="hold:1", **more):
    return take_slot(work=work, starts_at=starts_at, reason="hold", reference=reference, expires_at=None, at=AT, **more)


def change(workshop, code="PUNCTURE", *, skill=None, category=None, **offer):
    """Change an offer, or the intervention behind it."""
    one = workshop.offers.select_related("intervention").get(intervention__code=code)
    for name, value in offer.items():
        setattr(one, name, value)
    one.save()
    one.intervention.skill_level = skill or one.intervention.skill_level
    one.intervention.category = category or one.intervention.category
    one.intervention.save()


def share_tool(workshop, *, home=None, **fields):
    """Let the offers of a workshop borrow a tool that the collective has, at home somewhere."""
    kind, _made = ToolKind.objects.get_or_create(
        code="bleed-kit", defaults={"name_fr": "Kit de purge", "name_en": "Bleed kit", "price_cents": 9000}
    )
    workshop.offers.update(borrows=kind)
    home = home or workshop
    tool = Tool.objects.create(collective=workshop.collective, kind=kind, name="Kit", home=home, **fields)
    return Resource.objects.create(workshop=home, kind=Resource.Kind.TOOL, tool=tool)


# --- Minutes --------------------------------------------------------------------------------------------------------


def test_a_cargo_bike_takes_its_own_time():
    workshop = open_workshop(at=AT, benches=("cargo",))
    change(workshop, minutes_for={"cargo": 55})
    assert [work_of(workshop, bike_type=bike).minutes for bike in ("city", "cargo")] == [30, 55]


@pytest.mark.parametrize(
    ("alone", "setup", "together"),
    [([30], 10, (30,)), ([30, 45], 10, (20, 45)), ([30, 30], 10, (30, 20)), ([8, 60, 12], 10, (5, 60, 5))],
)
def test_what_is_set_up_once_counts_once(alone, setup, together):
    assert share_setup(alone, setup) == together


def test_a_visit_is_shorter_than_its_parts():
    workshop = open_workshop(at=AT, offers={"PUNCTURE": 30, "TRUING": 45}, setup_minutes=10, hours="Tu 09:00-10:05")
    assert starts(work_of(workshop)) == ["09:00"]


def test_buffers_and_cleaning_are_time_taken():
    workshop = open_workshop(at=AT, hours="Tu 09:00-10:30", buffer_before_minutes=15, buffer_minutes=15)
    bench = workshop.benches.get()
    assert starts(work_of(workshop)) == ["09:15", "09:30", "09:45"]
    bench.cleaning_minutes = 15
    bench.save()
    assert starts(work_of(workshop)) == ["09:15", "09:30"]
    take(work_of(workshop), NINE + 15 * MINUTE)
    taken = {one.resource.kind: (one.starts_at - NINE, one.ends_at - NINE) for one in Occupancy.objects.all()}
    assert taken == {"mechanic": (0 * MINUTE, 60 * MINUTE), "bench": (0 * MINUTE, 75 * MINUTE)}


# --- Who ------------------------------------------------------------------------------------------------------------


def test_a_certification_is_asked_for_e_bike_work_only():
    workshop = open_workshop(at=AT)
    assert starts(work_of(workshop, certification="bosch"))
    change(workshop, category="ebike")
    assert starts(work_of(workshop, certification="bosch")) == []
    workshop.mechanics.update(certifications=["shimano", "bosch"])
    assert starts(work_of(workshop, certification="bosch"))
    assert take(work_of(workshop, certification="bosch"), NINE).mechanic == workshop.mechanics.get()


def two_lines(**fields):
    """One mechanic can do all but has one hour left, the other can only do the easy line."""
    workshop = open_workshop(at=AT, mechanics=(4, 2), offers={"HARD": 60, "EASY": 30}, hours="Tu 09:00-10:30", **fields)
    change(workshop, "HARD", skill=4)
    change(workshop, "EASY", skill=2)
    expert = workshop.mechanics.get(skill_level=4)
    Occupancy.objects.create(
        resource=expert.resource,
        starts_at=NINE + 60 * MINUTE,
        ends_at=NINE + 90 * MINUTE,
        reason="closure",
        reference="absence:1",
    )
    rebuild_timetable(workshops=[workshop], first=TUESDAY, last=TUESDAY, at=AT)
    return workshop


def test_two_mechanics_share_a_visit_where_the_workshop_lets_them():
    assert starts(work_of(two_lines())) == []
    workshop = two_lines(two_mechanics=True)
    assert starts(work_of(workshop)) == ["09:00"]

    seat = take(work_of(workshop), NINE)

    assert (seat.mechanic.skill_level, seat.second_mechanic.skill_level) == (4, 2)
    assert (seat.second_from, seat.ends_at) == (NINE + 60 * MINUTE, NINE + 90 * MINUTE)
    kinds = [one.resource.kind for one in Occupancy.objects.filter(reference="hold:1").order_by("resource__kind")]
    assert kinds == ["bench", "mechanic", "mechanic"]


def test_one_mechanic_is_preferred_to_two():
    workshop = open_workshop(at=AT, mechanics=(4, 4), offers={"A": 60, "B": 30}, two_mechanics=True)
    assert take(work_of(workshop), NINE).second_mechanic is None


# --- Shared tools ---------------------------------------------------------------------------------------------------


def test_work_with_a_tool_that_nobody_has_is_not_sold():
    workshop = open_workshop(at=AT)
    share_tool(workshop).delete()
    assert starts(work_of(workshop)) == []
    with pytest.raises(NotASlot):
        take(work_of(workshop), NINE)


def test_a_tool_used_elsewhere_comes_when_it_can():
    """It is taken 5 km away until ten: 26 minutes of way and 15 to hand it over, so that the first slot is at 10:45."""
    workshop = open_workshop(at=AT, hours="Tu 09:00-12:00")
    tool = share_tool(workshop, home=WorkshopFactory(seller=workshop.seller, lat=NORTH.lat, lon=NORTH.lon))
    Occupancy.objects.create(
        resource=tool,
        starts_at=NINE,
        ends_at=NINE + 60 * MINUTE,
        reason="loan",
        reference="loan:1",
        lat=NORTH.lat,
        lon=NORTH.lon,
    )
    assert starts(work_of(workshop)) == ["10:45", "11:00", "11:15", "11:30"]
    with pytest.raises(SlotTaken):
        take(work_of(workshop), NINE + 90 * MINUTE)
    take(work_of(workshop), NINE + 105 * MINUTE)
    taken = Occupancy.objects.get(resource=tool, reference="hold:1")
    assert (taken.lat, taken.lon) == LILLE
    assert taken.ends_at - taken.starts_at == 30 * MINUTE


def test_a_tool_must_leave_in_time_for_its_next_place():
    workshop = open_workshop(at=AT, hours="Tu 09:00-12:00")
    tool = share_tool(workshop)
    Occupancy.objects.create(
        resource=tool,
        starts_at=NINE + 120 * MINUTE,
        ends_at=NINE + 180 * MINUTE,
        reason="loan",
        reference="loan:1",
        lat=NORTH.lat,
        lon=NORTH.lon,
    )
    assert starts(work_of(workshop)) == ["09:00", "09:15", "09:30", "09:45"]  # 10:15 and 41 minutes is 10:56


def test_a_tool_leaves_its_home_now_at_the_earliest():
    workshop = open_workshop(at=AT, hours="Mo 09:00-12:00", notice_minutes=0)
    share_tool(workshop, home=WorkshopFactory(seller=workshop.seller, lat=NORTH.lat, lon=NORTH.lon))
    slots = slots_of(work=work_of(workshop), first=AT.date(), last=AT.date(), at=AT)
    assert slots[0].starts_at == AT + 45 * MINUTE


def test_one_tool_serves_one_workshop_at_a_time():
    here = open_workshop(at=AT, hours="Tu 09:00-10:00")
    there = open_workshop(at=AT, hours="Tu 09:00-10:00", seller=here.seller, lat=NORTH.lat, lon=NORTH.lon)
    share_tool(here)
    there.offers.update(borrows=here.offers.get().borrows)
    take(work_of(here), NINE)
    assert starts(work_of(there)) == []
    assert starts(work_of(here)) == ["09:30"]


# --- Mechanics who come ---------------------------------------------------------------------------------------------


@pytest.fixture
def van():
    return open_workshop(at=AT, itinerant=True, benches=("van",), served_km=8, hours="Tu 09:00-12:00")


def test_between_two_jobs_there_is_the_way(van):
    work = work_of(van)
    take(work, NINE + 60 * MINUTE, where=NORTH)
    assert starts(work, where=NORTH) == ["09:00", "09:15", "09:30", "10:30", "10:45", "11:00", "11:15", "11:30"]
    assert starts(work, where=Point(*LILLE)) == ["09:00", "11:00", "11:15", "11:30"]
    with pytest.raises(SlotTaken):
        take(work, NINE + 15 * MINUTE, "hold:2", where=Point(*LILLE))
    assert take(work, NINE, "hold:2", where=Point(*LILLE)).starts_at == NINE


def test_a_slower_mechanic_needs_longer(van):
    van.mechanics.update(speed_kmh=6)  # 65 minutes
    work = work_of(van)
    take(work, NINE, where=NORTH)
    assert starts(work, where=Point(*LILLE)) == ["10:45", "11:00", "11:15", "11:30"]


def test_where_it_does_not_come_nothing_is_taken(van):
    far = Point(LILLE[0] + 0.1, LILLE[1])
    with pytest.raises(NotServed):
        take(work_of(van), NINE, where=far)
    assert not Occupancy.objects.exists()


def test_ones_own_hold_bars_no_way(van):
    class Held:
        reference = "hold:1"

    work = work_of(van)
    take(work, NINE, where=NORTH)
    assert starts(work, where=Point(*LILLE), own=Held())[0] == "09:00"


# --- Search ---------------------------------------------------------------------------------------------------------


def asked(**more):
    plain = {
        "lat": LILLE[0],
        "lon": LILLE[1],
        "radius_km": 10,
        "interventions": ["PUNCTURE"],
        "bike_type": "city",
        "first": TUESDAY,
        "last": TUESDAY,
        "at": AT,
    }
    return plain | more


def test_what_moves_takes_one_query_more(van, django_assert_num_queries):
    share_tool(open_workshop(at=AT, hours="Tu 09:00-12:00", seller=van.seller))
    with django_assert_num_queries(4):  # workshops with offers, resources with tools, free days, jobs
        assert find_slots(**asked()).total == 2


def test_the_reason_is_the_tool_until_it_is_back():
    workshop = open_workshop(at=AT, hours="Tu-We 09:00-12:00")
    tool = share_tool(workshop)
    Occupancy.objects.create(
        resource=tool, starts_at=NINE, ends_at=NINE + 180 * MINUTE, reason="loan", reference="loan:1"
    )
    why = find_slots(**asked()).nothing_because
    assert (why.code, why.until, why.tool.code) == ("tool_taken", NINE + timedelta(days=1), "bleed-kit")
    with translation.override("en"):
        assert str(why).endswith("(Bleed kit) is taken until Wednesday 25 November.")
    Occupancy.objects.all().delete()
    tool.delete()
    why = find_slots(**asked()).nothing_because
    assert (why.code, why.until) == ("tool_taken", None)


def test_the_reason_is_the_certificate():
    workshop = open_workshop(at=AT)
    change(workshop, category="ebike")
    assert find_slots(**asked(certification="bosch")).nothing_because.code == "no_certificate"
    assert find_slots(**asked()).nothing_because is None


def test_within_hours_and_after_bound_the_page():
    open_workshop(at=AT, hours="Mo-Su 09:00-12:00", slot_step_minutes=60)
    soon = find_slots(**asked(first=AT.date(), last=TUESDAY, within_hours=25)).workshops[0].slots
    assert [slot.starts_at for slot in soon] == [AT + 60 * MINUTE, AT + 120 * MINUTE, NINE]
    later = find_slots(**asked(after=NINE)).workshops[0].slots
    assert later[0].starts_at == NINE + 60 * MINUTE
