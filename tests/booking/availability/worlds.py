"""Small random worlds for the oracle, and the same in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from booking.availability.needs import Work, work_at
from collective.places.point import Point
from collective.timetable.drop_off import sell_days
from collective.timetable.free_days import rebuild_timetable
from collective.timetable.hours import add_exception, set_weekly_hours
from collective.timetable.models import Claim, Occupancy, Resource
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Workshop
from tests.booking.availability.oracle import (
    DAY,
    MINUTE,
    Kit,
    Left,
    Person,
    Piece,
    Range,
    Said,
    Spot,
    Stand,
    Taken,
    World,
)
from tests.factories import BenchTimeFactory, InterventionFactory, MechanicTimeFactory, OfferFactory, WorkshopFactory

# Clocks change here in every way there is: by an hour, by half an hour, at midnight, in both hemispheres, never.
ZONES = (
    *("Europe/Paris", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe"),
    *("Pacific/Chatham", "America/Havana", "Africa/Cairo", "Asia/Kathmandu", "America/Santiago"),
)
BEGINS = date(2026, 9, 20)
NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
LENGTHS = (10, 15, 25, 30, 33, 45, 60, 90, 120)


def make_world(dice: Random) -> World:
    """Roll a world around a day, mostly one on which its clocks change."""
    zone = dice.choice(ZONES)
    first = _some_day(dice, zone) - dice.randint(0, 1) * DAY
    at = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    at += dice.choice((dice.randint(-3 * 1440, 0), dice.randint(0, 1440))) * MINUTE
    world = World(
        zone=zone,
        at=at,
        first=first,
        last=first + dice.randint(0, 2) * DAY,
        pieces=[_piece(dice) for _ in range(dice.choice((1, 1, 2, 3)))],
        people=[],
        stands=[],
        weekly=_week(dice),
        holidays=dice.random() < 0.3,
        comes=dice.random() < 0.3,
        step=dice.choice((5, 10, 15, 15, 20, 30, 45)),
        before=dice.choice((0, 0, 0, 5, 7, 10)),
        after=dice.choice((0, 0, 5, 10, 12, 15)),
        setup=dice.choice((0, 0, 5, 10, 25)),
        two=dice.random() < 0.5,
        notice=dice.choice((0, 60, 60, 90, 600)),
        horizon=dice.choice((1, 3, 62, 62)),
        bike=dice.choice(("city", "city", "ebike", "cargo")),
        certification=dice.choice(("", "", "bosch")),
        sells_days=dice.random() < 0.3,
    )
    if world.comes:
        world.where = dice.choice((None, _spot(dice), _spot(dice)))
    world.said = [_said(dice, world) for _ in range(dice.choice((0, 0, 1, 2, 3)))]
    world.people = [_person(dice, world) for _ in range(dice.choice((1, 2, 2, 3)))]
    world.stands = [_stand(dice, world) for _ in range(dice.choice((1, 2, 3)))]
    world.kits = [_kit(dice, world) for _ in range(dice.choice((0, 1, 1, 2)))]
    if world.sells_days:
        world.left = [_left(dice, world) for _ in range(dice.choice((0, 1, 3)))]
    return world


def _some_day(dice: Random, zone: str) -> date:
    """Mostly a day on which clocks change within a year."""
    days = [BEGINS + n * DAY for n in range(330)]
    changing = [day for day in days if _offset(day, zone) != _offset(day + DAY, zone)]
    return dice.choice(changing if changing and dice.random() < 0.8 else days)


def _offset(day: date, zone: str) -> timedelta | None:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).utcoffset()


def _piece(dice: Random) -> Piece:
    return Piece(
        minutes=dice.choice(LENGTHS),
        skill=dice.randint(1, 4),
        other_minutes=dice.choice((None, None, 20, 50)),
        is_ebike=dice.random() < 0.3,
        borrows=dice.choice((None, None, None, 0, 1)),
    )


def _week(dice: Random) -> list[Range]:
    ranges = []
    for weekday in range(7):
        cuts = sorted(dice.sample(range(289), k=2 * dice.choice((0, 1, 1, 2, 2))))
        if dice.random() < 0.2:
            cuts = [0, 288]
        ranges += [(weekday, cuts[n] * 5, cuts[n + 1] * 5) for n in range(0, len(cuts), 2)]
    return ranges or [(0, 540, 1020)]


def _moment(dice: Random, world: World) -> datetime:
    zone = ZoneInfo(world.zone)
    begins = datetime(world.first.year, world.first.month, world.first.day, tzinfo=zone).astimezone(UTC)
    return begins + dice.randint(-300, 1440 * ((world.last - world.first).days + 1)) * MINUTE


def _said(dice: Random, world: World) -> Said:
    starts_at = _moment(dice, world)
    return Said(starts_at, starts_at + dice.choice((7, 60, 180, 600)) * MINUTE, dice.random() < 0.5)


def _spot(dice: Random) -> Spot:
    return round(50.63 + dice.uniform(-0.08, 0.08), 4), round(3.05 + dice.uniform(-0.12, 0.12), 4)


def _person(dice: Random, world: World) -> Person:
    return Person(
        skill=dice.randint(1, 5),
        certifications=dice.choice(([], ["bosch"], ["shimano", "bosch"])),
        limit=dice.choice((None, None, 1, 3)),
        speed_kmh=dice.choice((8, 15, 30)),
        detour_percent=dice.choice((100, 130, 160)),
        hours=_week(dice) if dice.random() < 0.2 else None,
        taken=_taken(dice, world, spots=world.comes),
    )


def _stand(dice: Random, world: World) -> Stand:
    kinds = ("van",) if world.comes else ("stand", "stand", "cargo", "lift")
    return Stand(dice.choice(kinds), dice.choice((0, 0, 5, 8, 20)), _taken(dice, world, spots=False))


def _kit(dice: Random, world: World) -> Kit:
    return Kit(
        kind=dice.choice((0, 0, 1)),
        home=dice.choice((world.door, _spot(dice))),
        hand_over=dice.choice((0, 10, 15)),
        speed_kmh=dice.choice((8, 15, 30)),
        detour_percent=dice.choice((100, 130)),
        taken=_taken(dice, world, spots=True, most=5),
    )


def _taken(dice: Random, world: World, *, spots: bool, most: int = 9) -> list[Taken]:
    """Roll periods that leave each other alone."""
    taken: list[Taken] = []
    for _ in range(dice.randint(0, most)):
        starts_at = _moment(dice, world)
        ends_at = starts_at + dice.choice((5, 12, 30, 45, 60, 120)) * MINUTE
        if any(one.starts_at < ends_at and starts_at < one.ends_at for one in taken):
            continue
        spot = dice.choice((None, world.door, world.where or world.door, _spot(dice), _spot(dice))) if spots else None
        expires_at = dice.choice((None, None, None, world.at - MINUTE, world.at, world.at + MINUTE))
        reason = dice.choice(("appointment", "hold", "proposal", "closure", "loan"))
        taken.append(Taken(starts_at, ends_at, f"{reason}:{dice.randint(0, 10**9)}", reason, expires_at, spot))
    return taken


def _left(dice: Random, world: World) -> Left:
    day = world.first + dice.randint(0, (world.last - world.first).days) * DAY
    return Left(day, dice.choice((30, 45, 120, 300)), dice.randint(1, 5), dice.choice((None, None, world.at)))


def build(world: World) -> Work:
    """Put the world into the database, with its free days; give its work."""
    workshop = WorkshopFactory(
        timezone=world.zone,
        kind=Workshop.Kind.ITINERANT if world.comes else Workshop.Kind.FIXED,
        served_km=60 if world.comes else None,
        lat=world.door[0],
        lon=world.door[1],
        slot_step_minutes=world.step,
        buffer_before_minutes=world.before,
        buffer_minutes=world.after,
        setup_minutes=world.setup,
        two_mechanics=world.two,
        notice_minutes=world.notice,
        horizon_days=world.horizon,
        closed_on_holidays=world.holidays,
    )
    long_ago = world.first - 40 * DAY
    set_weekly_hours(owner=workshop, hours=_text(world.weekly), from_on=long_ago)
    for said in world.said:
        add_exception(owner=workshop, starts_at=said.starts_at, ends_at=said.ends_at, is_open=said.is_open)
    for place, person in enumerate(world.people):
        resource = MechanicTimeFactory(
            mechanic__workshop=workshop,
            mechanic__name=f"M{place}",
            mechanic__skill_level=person.skill,
            mechanic__certifications=person.certifications,
            mechanic__daily_limit=person.limit,
            mechanic__speed_kmh=person.speed_kmh,
            mechanic__detour_percent=person.detour_percent,
        )
        if person.hours is not None:
            set_weekly_hours(owner=resource, hours=_text(person.hours), from_on=long_ago)
        _occupy(resource, person.taken)
    for stand in world.stands:
        resource = BenchTimeFactory(
            bench__workshop=workshop, bench__kind=stand.kind, bench__cleaning_minutes=stand.cleaning
        )
        _occupy(resource, stand.taken)
    kinds = _put_kits(world, workshop)
    if world.sells_days:
        _sell_days(world, workshop)
    rebuild_timetable(workshops=[workshop], first=world.first, last=world.last, at=world.at)
    workshop = Workshop.objects.select_related("drop_off").get(pk=workshop.pk)
    offers = [_offer(workshop, number, piece, kinds, world) for number, piece in enumerate(world.pieces)]
    return work_at(workshop=workshop, offers=offers, bike_type=world.bike, certification=world.certification)


def _text(ranges: list[Range]) -> str:
    return "; ".join(
        f"{NAMES[weekday]} "
        + ",".join(f"{s // 60:02}:{s % 60:02}-{u // 60:02}:{u % 60:02}" for day, s, u in ranges if day == weekday)
        for weekday in sorted({weekday for weekday, _since, _until in ranges})
    )


def _occupy(resource: Resource, taken: list[Taken]) -> None:
    Occupancy.objects.bulk_create(
        Occupancy(
            resource=resource,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            reason=one.reason,
            reference=one.reference,
            expires_at=one.expires_at,
            lat=one.spot[0] if one.spot else None,
            lon=one.spot[1] if one.spot else None,
        )
        for one in taken
    )


def _put_kits(world: World, workshop: Workshop) -> list[ToolKind]:
    kinds = [
        ToolKind.objects.get_or_create(
            code=f"kit-{number}", defaults={"name_fr": "Kit", "name_en": "Kit", "price_cents": 9000}
        )[0]
        for number in range(2)
    ]
    for kit in world.kits:
        home = workshop
        if kit.home != world.door:
            home = WorkshopFactory(seller=workshop.seller, lat=kit.home[0], lon=kit.home[1])
        tool = Tool.objects.create(
            collective=workshop.collective,
            kind=kinds[kit.kind],
            name="Kit",
            home=home,
            hand_over_minutes=kit.hand_over,
            speed_kmh=kit.speed_kmh,
            detour_percent=kit.detour_percent,
        )
        _occupy(Resource.objects.create(workshop=home, kind=Resource.Kind.TOOL, tool=tool), kit.taken)
    return kinds


def _sell_days(world: World, workshop: Workshop) -> None:
    terms = {"share_bp": 8000, "arrives_from": 540, "arrives_until": 660, "return_days": 0, "returns_from": 1020}
    horizon, workshop.horizon_days = workshop.horizon_days, 0  # no more free days than the world needs
    sell_days(workshop=workshop, at=world.at, storage_places=20, **terms)
    workshop.horizon_days = horizon
    stock = Resource.objects.get(workshop=workshop, kind=Resource.Kind.DROP_OFF)
    Claim.objects.bulk_create(
        Claim(
            resource=stock,
            day=left.day,
            leaves_on=left.day,
            minutes=left.minutes,
            skill_level=left.skill,
            reason="appointment",
            reference=f"left:{number}",
            expires_at=left.expires_at,
        )
        for number, left in enumerate(world.left)
    )


def _offer(workshop: Workshop, number: int, piece: Piece, kinds: list[ToolKind], world: World) -> object:
    return OfferFactory(
        workshop=workshop,
        intervention=InterventionFactory(
            code=f"X{workshop.pk}-{number}",
            skill_level=piece.skill,
            category="ebike" if piece.is_ebike else "wheels",
        ),
        minutes=piece.minutes,
        minutes_for={} if piece.other_minutes is None else {world.bike: piece.other_minutes},
        borrows=None if piece.borrows is None else kinds[piece.borrows],
    )


def where_of(world: World) -> Point | None:
    return Point(*world.where) if world.where else None
