"""Search: what is shown, to whom, in which order, with how many queries."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from backend.lib.errors import BadInput
from booking.availability.search import find_slots
from tests.factories import LILLE, InterventionFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Lille
TUESDAY = date(2026, 11, 24)


def look(**asked):
    plain = {
        "lat": LILLE[0],
        "lon": LILLE[1],
        "radius_km": 5,
        "interventions": ["PUNCTURE"],
        "bike_type": "city",
        "first": TUESDAY,
        "last": TUESDAY,
        "at": AT,
        "per_workshop": 100,
    }
    return find_slots(**plain | asked)


def clock(entry) -> list[str]:
    return [slot.starts_at.astimezone(entry.workshop.zone).strftime("%H:%M") for slot in entry.slots]


def test_a_day_of_slots_begins_at_each_opening_and_ends_by_each_closing():
    open_workshop(at=AT, hours="Tu 09:15-11:00,14:00-15:00", slot_step_minutes=30)

    found = look()

    assert clock(found.workshops[0]) == ["09:15", "09:45", "10:15", "14:00", "14:30"]
    assert (found.total, found.nothing_because) == (1, None)


def test_next_at_looks_past_the_days_asked():
    open_workshop(at=AT, hours="We 10:00-11:00")

    found = look()

    assert found.workshops[0].slots == []
    assert found.workshops[0].next_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert found.nothing_because.code == "all_taken"


@pytest.mark.parametrize("count", [1, 10, 50])
def test_the_number_of_queries_does_not_grow_with_the_workshops(count, django_assert_num_queries):
    for _ in range(count):
        open_workshop(at=AT, days=8)

    with django_assert_num_queries(3):  # workshops with offers, resources, free days
        found = look(per_workshop=6, last=TUESDAY + timedelta(days=6))

    assert found.total == count


def test_whole_days_are_given_where_days_are_asked():
    workshop = open_workshop(at=AT, hours="Tu 09:00-12:30; Th,Fr 14:00-16:00; Sa 10:00-16:00")
    week = TUESDAY + timedelta(days=6)

    everything = look(per_workshop=1000, last=week).workshops[0].slots
    given = look(per_workshop=1, days=2, last=week).workshops[0].slots

    local = [slot.starts_at.astimezone(workshop.zone).date() for slot in everything]
    assert given == [slot for slot, day in zip(everything, local, strict=True) if day <= TUESDAY + timedelta(days=2)]
    assert look(per_workshop=len(given) + 1, days=2, last=week).workshops[0].slots > given  # as many days as it takes


def test_a_cargo_bike_needs_room():
    open_workshop(at=AT, benches=("stand",))
    roomy = open_workshop(at=AT, benches=("stand", "cargo"))
    assert [entry.workshop for entry in look(bike_type="cargo").workshops] == [roomy]
    assert look().total == 2


def test_hard_work_needs_a_mechanic_who_can():
    able = open_workshop(at=AT, mechanics=(1, 3))
    open_workshop(at=AT, mechanics=(1,))
    assert [entry.workshop for entry in look().workshops] == [able]


def test_a_mechanic_without_a_bench_sells_nothing():
    open_workshop(at=AT, mechanics=(4, 4), benches=())
    assert look().nothing_because.code == "nobody_able"


def test_a_van_comes_to_who_lives_in_its_area_and_to_nobody_else():
    van = open_workshop(at=AT, itinerant=True, benches=("van",), served_km=8, lat=LILLE[0] + 0.06)  # 6.7 km north
    assert [entry.workshop for entry in look(radius_km=1).workshops] == [van]
    assert look(lat=LILLE[0] - 0.06, radius_km=50).nothing_because.code == "not_served"


def test_self_repair_sells_a_bench_with_a_helper():
    place = open_workshop(at=AT, self_repair=True, mechanics=(2,))
    assert look(kinds=["self_repair"], solidarity=True).workshops[0].workshop == place


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"lat": 43.3, "lon": 5.4}, "no_workshop_near"),
        ({"kinds": ["itinerant"]}, "none_fits_the_filters"),
        ({"ebike_certified": True}, "none_fits_the_filters"),
        ({"cargo": True}, "none_fits_the_filters"),
        ({"step_free": True}, "none_fits_the_filters"),
        ({"interventions": ["TRUING"]}, "not_offered_near"),
        ({"interventions": ["TRUING", "PUNCTURE"]}, "not_offered_near"),
        ({"from_hour": 20}, "all_taken"),
    ],
)
def test_nothing_found_says_why(asked, why):
    open_workshop(at=AT)
    InterventionFactory(code="TRUING")
    assert look(**asked).nothing_because.code == why


def test_days_and_hours_asked_are_local():
    open_workshop(at=AT, hours="Mo-Su 08:00-20:00", slot_step_minutes=60)
    found = look(last=TUESDAY + timedelta(days=6), weekdays=[5], from_hour=9, to_hour=12)
    assert clock(found.workshops[0]) == ["09:00", "10:00", "11:00"]
    assert {slot.starts_at.date() for slot in found.workshops[0].slots} == {date(2026, 11, 28)}


def test_on_the_night_clocks_go_back_every_slot_is_a_moment_of_its_own():
    at = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
    open_workshop(at=at, hours="Su 00:00-06:00", slot_step_minutes=60)
    night = date(2026, 10, 25)
    found = look(first=night, last=night, at=at, from_hour=1, to_hour=5)
    assert clock(found.workshops[0]) == ["01:00", "02:00", "02:00", "03:00", "04:00"]
    starts = [slot.starts_at for slot in found.workshops[0].slots]
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(hours=1)}


def test_notice_and_horizon_bound_what_is_shown():
    open_workshop(
        at=AT, hours="Mo-Su 09:00-18:00", slot_step_minutes=60, notice_minutes=150, horizon_days=2, buffer_minutes=0
    )
    found = look(first=AT.date(), last=AT.date() + timedelta(days=9))
    starts = [slot.starts_at for slot in found.workshops[0].slots]
    assert starts[0] == AT + timedelta(hours=3)  # 09:00 + 2 h 30, then the next step
    assert starts[-1] == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)


def test_a_buffer_follows_each_appointment():
    open_workshop(at=AT, hours="Tu 09:00-10:00", slot_step_minutes=15, buffer_minutes=15)
    found = look()
    assert clock(found.workshops[0]) == ["09:00", "09:15"]
    assert found.workshops[0].slots[0].ends_at - found.workshops[0].slots[0].starts_at == timedelta(minutes=30)


def test_all_the_work_is_done_at_one_visit():
    open_workshop(at=AT, hours="Tu 09:00-11:00", offers={"PUNCTURE": 30, "TRUING": 45})
    found = look(interventions=["PUNCTURE", "TRUING", "PUNCTURE"])
    (entry,) = found.workshops
    assert (entry.work.minutes, entry.work.labour_cents, entry.work.parts_cents) == (75, 3000, 1000)
    assert clock(entry)[-1] == "09:45"


def test_orders():
    far = open_workshop(at=AT, lat=LILLE[0] + 0.02, hours="Tu 09:00-12:00")
    near = open_workshop(at=AT, hours="Tu 10:00-12:00")
    near.offers.update(labour_cents=100)
    ranked = {order: [e.workshop for e in look(order=order).workshops] for order in ("earliest", "distance", "price")}
    assert ranked == {"earliest": [far, near], "distance": [near, far], "price": [near, far]}
    assert [e.workshop for e in look(limit=1, offset=1).workshops] == [near]


def test_among_equals_the_first_one_changes_with_the_day():
    for _ in range(3):
        open_workshop(at=AT, hours="24/7")
    firsts = set()
    for n in range(14):
        at = AT + timedelta(days=n)
        firsts.add(
            look(at=at, first=at.date() + timedelta(days=1), last=at.date() + timedelta(days=1)).workshops[0].workshop
        )
    assert len(firsts) == 3


def test_closed_and_unaccepted_workshops_are_not_shown():
    open_workshop(at=AT, accepted_at=None)
    open_workshop(at=AT, closed_at=AT)
    assert look().nothing_because.code == "no_workshop_near"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"lat": 91}, "bad_place"),
        ({"lon": float("nan")}, "bad_place"),
        ({"radius_km": 0}, "bad_radius"),
        ({"radius_km": -5}, "bad_radius"),
        ({"radius_km": 20000}, "bad_radius"),
        ({"kinds": ["garage"]}, "bad_kind"),
        ({"order": "best"}, "bad_order"),
        ({"first": date(2026, 11, 22)}, "past_date"),
        ({"last": date(2026, 11, 23)}, "range_backwards"),
        ({"last": date(2036, 11, 23)}, "range_too_long"),
        ({"weekdays": [7]}, "bad_weekday"),
        ({"from_hour": 12, "to_hour": 12}, "bad_hours"),
        ({"to_hour": 25}, "bad_hours"),
        ({"interventions": []}, "no_interventions"),
        ({"interventions": [f"W{n}" for n in range(21)]}, "no_interventions"),
        ({"interventions": ["NOPE"]}, "unknown_intervention"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(asked, code):
    with pytest.raises(BadInput) as refusal:
        look(**asked)
    assert refusal.value.code == code
    assert str(refusal.value)
