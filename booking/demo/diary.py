"""Lay out invented appointments in the real opening hours of a workshop, none over another."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.demo.cast import cast
from booking.demo.lending import Lending
from booking.services.offers import Offer
from collective.places.travel import travel_minutes
from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.models import Resource
from collective.timetable.periods import Period
from collective.timetable.promises import Promise, read_promises
from collective.workshops.models import Mechanic, Workshop

# What people come for, heaviest first: punctures, brakes and gears lead in the workshops that publish a mix
# (collected facts on practice; the weights are ours).
POPULAR = {
    "TYR-PUNCT": 14, "TYR-TUBE": 10, "BRK-PAD-RIM": 9, "BRK-PAD-DISC": 8, "BRK-ADJ-RIM": 8, "GEA-INDEX": 9,
    "DRV-CHAIN": 7, "DRV-KIT": 5, "WHL-TRUE": 6, "REV-LIGHT": 6, "REV-STD": 5, "REV-FULL": 2, "REV-VAE": 3,
    "BRK-BLEED": 4, "GEA-CABLE": 4, "WHL-SPOKE": 3, "TYR-TYRE": 5, "EBK-SENSOR": 2, "EBK-BATT-TEST": 2, "DIA-VAE": 2,
    "LGT-WIRE": 2, "STR-HEADSET": 2, "BBK-REPL": 2, "KID-FIT": 3, "CRG-STEER": 2,
}  # fmt: skip
USUAL_WEIGHT = 1
# A day in `ahead` days is as full as the share of people who book at least that early: a third book for the same day,
# half within four, a tenth a month ahead (booking_stats.json, medical appointments of 2016: the only published leads).
LEAD_DAYS = ((1, 0.80), (3, 0.62), (8, 0.44), (15, 0.30), (31, 0.12))
FULL_DAY = 0.62
EVENT_STEP = timedelta(minutes=15)
MOST_A_DAY = 99  # of a mechanic without a limit
LEFT_SINCE_DAYS = 45  # days are sold since then
MOST_LEFT = 2  # bicycles a day
SHARE_LEFT = 0.5  # of what exact visits leave: less than any workshop's share


@dataclass(frozen=True)
class Spot:
    """Where an itinerant mechanic comes."""

    place: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Visit:
    """
    One invented appointment: who works on what, and when; at a bench, with a borrowed tool, at a customer's.

    With a `promise` the bicycle is left for the day: `starts_at` to `ends_at` is when it arrives, and no bench is kept.
    """

    workshop: Workshop
    mechanic: Resource
    bench: Resource | None
    offers: tuple[Offer, ...]
    starts_at: datetime
    ends_at: datetime
    tool: Resource | None = None
    spot: Spot | None = None
    promise: Promise | None = None
    stock: Resource | None = None

    @property
    def minutes(self) -> int:
        return sum(offer.minutes for offer in self.offers)

    @property
    def over_at(self) -> datetime:
        return self.promise.ready_at if self.promise else self.ends_at


class Diary:
    """The year of one workshop, laid out in its hours."""

    def __init__(
        self, workshop: Workshop, lending: Lending, *, first: date, last: date, today: date, opened: date
    ) -> None:
        self.workshop, self.lending, self.today, self.opened = workshop, lending, today, opened
        self.first, self.last = max(first, opened), last
        resources = list(Resource.objects.filter(workshop=workshop).select_related("mechanic", "bench").order_by("pk"))
        for resource in resources:
            resource.workshop = workshop  # with its seller and its collective's books at hand
        self.mechanics = [resource for resource in resources if resource.mechanic_id]
        self.benches = [resource for resource in resources if resource.bench_id]
        self.stock = next((one for one in resources if one.kind == Resource.Kind.DROP_OFF), None)
        self.offers = list(workshop.offers.select_related("intervention").order_by("pk"))
        about = next(about for about in cast()["workshops"] if about["slug"] == workshop.slug)
        comes_to = about.get("comes_to", ()) if workshop.is_itinerant else ()
        self.spots = [Spot(one["place"], one["lat"], one["lon"]) for one in comes_to]
        self.opening = opening_periods(owners=self.mechanics, first=self.first, last=last)
        since = max(self.first, today - timedelta(days=LEFT_SINCE_DAYS))
        sells = self.stock is not None and since <= last
        self.promises = read_promises(workshops=[workshop], first=since, last=last) if sells else {}

    def lay_out(self, seed: str) -> Iterator[Visit]:
        """
        Yield the visits in order of day; none before the day the workshop opened.

        Each day has a chance of its own: one that stayed empty stays so when it is laid out again.
        """
        for ahead in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=ahead)
            rng = random.Random(f"{seed} {day}")
            visits: list[Visit] = []
            free_from: dict[int, datetime] = {}  # of each bench
            for mechanic in self.mechanics:
                visits += self.fill(mechanic, day, free_from, rng)
            yield from visits
            yield from self.leave(day, visits, rng)

    def fill(
        self, mechanic: Resource, day: date, free_from: dict[int, datetime], rng: random.Random
    ) -> Iterator[Visit]:
        """Yield what one mechanic does on one day."""
        person = mechanic.mechanic
        assert person is not None
        able = [offer for offer in self.offers if offer.intervention.skill_level <= person.skill_level]
        weights = [POPULAR.get(offer.intervention.code, USUAL_WEIGHT) for offer in able]
        full, last_spot, count = fullness(day, self.today, self.opened), None, 0
        for period in self.opening[owner_key(mechanic)][day]:
            moment = period.starts_at
            while moment < period.ends_at and count < (person.daily_limit or MOST_A_DAY):
                spot = rng.choice(self.spots) if self.spots else None
                starts_at = on_the_step(moment + way(last_spot, spot, person), period)
                offer = rng.choices(able, weights)[0]
                visit = self.fit(mechanic, offer, starts_at, period, free_from, spot, keen=rng.random() <= full)
                if visit is None:
                    moment += EVENT_STEP * rng.choice((1, 2, 3))
                    continue
                yield visit
                count, last_spot = count + 1, spot
                moment = on_the_step(visit.ends_at + timedelta(minutes=self.workshop.buffer_minutes), period)

    def fit(
        self,
        mechanic: Resource,
        offer: Offer,
        starts_at: datetime,
        period: Period,
        free_from: dict[int, datetime],
        spot: Spot | None,
        *,
        keen: bool,
    ) -> Visit | None:
        """Make the visit if somebody comes, a bench is free, and the tool it borrows can be there."""
        bench = next((bench for bench in self.benches if free_from.get(bench.pk, starts_at) <= starts_at), None)
        ends_at = starts_at + timedelta(minutes=offer.minutes)
        after = timedelta(minutes=self.workshop.buffer_minutes)
        if bench is None or not keen or ends_at + after > period.ends_at:
            return None
        tool = None
        if offer.borrows_id is not None:
            tool = self.lending.lend(offer.borrows_id, self.workshop, starts_at, ends_at)
            if tool is None:
                return None
        free_from[bench.pk] = ends_at + after + cleaning_of(bench)
        return Visit(self.workshop, mechanic, bench, (offer,), starts_at, ends_at, tool, spot)

    def leave(self, day: date, visits: Sequence[Visit], rng: random.Random) -> Iterator[Visit]:
        """Yield the bicycles left for a day: as many as fit beside its exact visits, and few in the days far ahead."""
        promise = self.promises.get((self.workshop.pk, day))
        if promise is None:
            return
        at_hand = sum((period.ends_at - period.starts_at for period in self._open_on(day)), timedelta())
        taken = sum((visit.ends_at - visit.starts_at for visit in visits), timedelta())
        left_minutes = (at_hand - taken) / timedelta(minutes=1) * SHARE_LEFT
        # Anybody in the workshop can do it, and no shared tool has to come for it.
        least = min(mechanic.mechanic.skill_level for mechanic in self.mechanics if mechanic.mechanic)
        simple = [one for one in self.offers if one.intervention.skill_level <= least and one.borrows_id is None]
        weights = [POPULAR.get(offer.intervention.code, USUAL_WEIGHT) for offer in simple]
        for _ in range(MOST_LEFT):
            offer, keen = rng.choices(simple, weights)[0], rng.random() < 2 * fullness(day, self.today, self.opened)
            left_minutes -= offer.minutes
            if keen and left_minutes > 0:
                hand = rng.choice(self.mechanics)
                yield Visit(
                    self.workshop,
                    hand,
                    None,
                    (offer,),
                    promise.arrival.starts_at,
                    promise.arrival.ends_at,
                    promise=promise,
                    stock=self.stock,
                )

    def _open_on(self, day: date) -> list[Period]:
        return [period for mechanic in self.mechanics for period in self.opening[owner_key(mechanic)][day]]


def cleaning_of(bench: Resource) -> timedelta:
    return timedelta(minutes=bench.bench.cleaning_minutes if bench.bench else 0)


def way(a: Spot | None, b: Spot | None, person: Mechanic) -> timedelta:
    """The time from the last customer to the next one."""
    if a is None or b is None:
        return timedelta(0)
    return timedelta(minutes=travel_minutes(a, b, speed_kmh=person.speed_kmh, detour_percent=person.detour_percent))


def fullness(day: date, today: date, opened: date) -> float:
    """Past days fill as the collective grows; days to come empty with the distance."""
    if day < today:
        share = (day - opened).days / max(1, (today - opened).days)
        return 0.03 + 0.10 * share**2
    ahead = (day - today).days
    return FULL_DAY * next((share for days, share in LEAD_DAYS if ahead < days), 0.05)


def on_the_step(moment: datetime, period: Period) -> datetime:
    """The next start a quarter of an hour grid allows, counted from the opening."""
    steps = -(-(moment - period.starts_at) // EVENT_STEP)
    return period.starts_at + steps * EVENT_STEP
