"""How slots are shown: a card a workshop, its slots by day, a pin on the map."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking.availability.days import DropOffDay
from booking.availability.needs import Work
from booking.availability.scan import Slot
from booking.availability.search import Found, WorkshopSlots
from booking.web.cyclist.asked import Asked
from collective.workshops.models import Workshop

DAYS_SHOWN = 3
SLOTS_A_DAY = 3
DROP_OFFS_SHOWN = 2


@dataclass(frozen=True)
class Day:
    """The slots of one local day; `starts_at` is the first."""

    starts_at: datetime
    slots: list[Slot]


@dataclass(frozen=True)
class Tag:
    """A feature of a workshop beside its name."""

    words: str | Promise
    icon: str
    kind: str


@dataclass(frozen=True)
class Card:
    """A workshop in the list of results; its number is also on the map."""

    number: int
    workshop: Workshop
    work: Work
    distance_km: float
    days: list[Day]
    tags: list[Tag]
    next_at: datetime | None
    best: bool
    drop_offs: list[DropOffDay]

    @property
    def page_url(self) -> str:
        return _address("web:workshop_page", self.workshop.slug, get_language())

    @property
    def slots_url(self) -> str:
        return _address("web:workshop_slots", self.workshop.slug, get_language())


@lru_cache(maxsize=4096)
def _address(page: str, slug: str, language: str | None) -> str:
    """Addresses are dear to compose, workshops few; `language` is that of the moment, which addresses depend on."""
    return reverse(page, args=[slug])


KIND_ICONS = {"fixed": "house", "itinerant": "van", "self_repair": "tool"}
FEATURES = {
    "ebike_certified": Tag(_("E-bike certified"), "bolt", "sky"),
    "cargo_stand": Tag(_("Cargo stand"), "cargo", ""),
    "solidarity_price": Tag(_("Solidarity price"), "heart", "sun"),
    "step_free": Tag(_("Step-free"), "ramp", ""),
}


def cards(found: Found) -> list[Card]:
    return [_card(number, one, best=number == 1) for number, one in enumerate(found.workshops, start=1)]


def _card(number: int, one: WorkshopSlots, *, best: bool) -> Card:
    return Card(
        number=number,
        workshop=one.workshop,
        work=one.work,
        distance_km=one.distance_km,
        days=[Day(day.starts_at, spread(day.slots)) for day in islice(each_day(one.slots, one.workshop), DAYS_SHOWN)],
        tags=tags(one.workshop),
        next_at=one.next_at,
        best=best and bool(one.slots or one.days),
        drop_offs=one.days[:DROP_OFFS_SHOWN],
    )


def by_day(slots: Sequence[Slot], workshop: Workshop) -> list[Day]:
    return list(each_day(slots, workshop))


def each_day(slots: Sequence[Slot], workshop: Workshop) -> Iterator[Day]:
    """Group slots in order of time by the workshop's local day: only where a day ends is asked of the zone."""
    begin = 0
    while begin < len(slots):
        first = slots[begin].starts_at
        tomorrow = local_day(first, workshop) + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), workshop.zone).astimezone(UTC)
        end = bisect_left(slots, midnight, lo=begin, key=attrgetter("starts_at"))
        yield Day(first, list(slots[begin:end]))
        begin = end


def local_day(moment: datetime, workshop: Workshop) -> date:
    return moment.astimezone(workshop.zone).date()


def spread(slots: list[Slot]) -> list[Slot]:
    """Keep a few slots of a day, the first and others far apart: a choice, not a row of quarters of an hour."""
    if len(slots) <= SLOTS_A_DAY:
        return slots
    step = (len(slots) - 1) / (SLOTS_A_DAY - 1)
    return [slots[round(place * step)] for place in range(SLOTS_A_DAY)]


def tags(workshop: Workshop) -> list[Tag]:
    shown = [Tag(workshop.get_kind_display(), KIND_ICONS[workshop.kind], "green")]
    return shown + [tag for feature, tag in FEATURES.items() if getattr(workshop, feature)]


def map_data(shown: list[Card], asked: Asked) -> dict[str, Any]:
    """What moyeu/js/map.js reads."""
    me = {"lat": asked.lat, "lon": asked.lon, "label": asked.place.name} if asked.place else None
    return {
        "me": me,
        "workshops": [
            {
                "id": card.workshop.pk,
                "number": card.number,
                "name": card.workshop.name,
                "lat": card.workshop.lat,
                "lon": card.workshop.lon,
                "best": card.best,
                "zone_km": card.workshop.served_km if card.workshop.is_itinerant else None,
            }
            for card in shown
        ],
    }
