"""Lay out invented appointments in the real opening hours of a workshop, none over another."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.services.offers import Offer
from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.models import Resource
from collective.timetable.periods import Period
from collective.workshops.models import Workshop

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


@dataclass(frozen=True)
class Visit:
    """One invented appointment: who works where on what, and when."""

    workshop: Workshop
    mechanic: Resource
    bench: Resource
    offers: tuple[Offer, ...]
    starts_at: datetime
    ends_at: datetime


def lay_out(
    workshop: Workshop, *, first: date, last: date, today: date, opened: date, rng: random.Random
) -> Iterator[Visit]:
    """Yield a workshop's visits from `first` to `last`, in order of day; none before the day it `opened`."""
    resources = list(Resource.objects.filter(workshop=workshop).select_related("mechanic", "bench"))
    for resource in resources:
        resource.workshop = workshop  # with its seller and its collective's books at hand
    mechanics = [resource for resource in resources if resource.mechanic_id]
    benches = [resource for resource in resources if resource.bench_id]
    offers = list(workshop.offers.select_related("intervention").order_by("pk"))
    opening = opening_periods(owners=mechanics, first=first, last=last)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        if day < opened:
            continue
        taken: dict[int, datetime] = {}
        for mechanic in mechanics:
            periods = opening[owner_key(mechanic)][day]
            yield from fill(mechanic, benches, offers, periods, taken, fullness=fullness(day, today, opened), rng=rng)


def fullness(day: date, today: date, opened: date) -> float:
    """Past days fill as the collective grows; days to come empty with the distance."""
    if day < today:
        share = (day - opened).days / max(1, (today - opened).days)
        return 0.03 + 0.10 * share**2
    ahead = (day - today).days
    return FULL_DAY * next((share for days, share in LEAD_DAYS if ahead < days), 0.05)


def fill(
    mechanic: Resource,
    benches: Sequence[Resource],
    offers: Sequence[Offer],
    periods: Sequence[Period],
    taken: dict[int, datetime],
    *,
    fullness: float,
    rng: random.Random,
) -> Iterator[Visit]:
    assert mechanic.mechanic is not None
    workshop, skill = mechanic.workshop, mechanic.mechanic.skill_level
    able = [offer for offer in offers if offer.intervention.skill_level <= skill]
    weights = [POPULAR.get(offer.intervention.code, USUAL_WEIGHT) for offer in able]
    for period in periods:
        moment = period.starts_at
        while moment < period.ends_at:
            bench = next((bench for bench in benches if taken.get(bench.pk, moment) <= moment), None)
            offer = rng.choices(able, weights)[0]
            ends_at = moment + timedelta(minutes=offer.minutes)
            if bench is None or ends_at > period.ends_at or rng.random() > fullness:
                moment += EVENT_STEP * rng.choice((1, 2, 3))
                continue
            yield Visit(workshop, mechanic, bench, (offer,), moment, ends_at)
            moment = on_the_step(ends_at + timedelta(minutes=workshop.buffer_minutes), period)
            taken[bench.pk] = moment


def on_the_step(moment: datetime, period: Period) -> datetime:
    """The next start a quarter of an hour grid allows, counted from the opening."""
    steps = -(-(moment - period.starts_at) // EVENT_STEP)
    return period.starts_at + steps * EVENT_STEP
