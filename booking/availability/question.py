"""What is asked of availability, and the workshops that could answer: near, of the kind wished, offering the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from booking.availability.asked import check_place, check_soon, check_window
from booking.availability.near import Near, Wishes, fitting, workshops_near
from booking.availability.needs import Work, distinct, works_of
from booking.availability.rows import Held
from booking.availability.scan import Window
from collective.places.point import Point
from collective.workshops.models import Workshop


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    A search: near a point, this work for this type of bicycle, on these days local to each workshop.

    `within_hours` keeps what starts before then, `after` what starts later than a slot already seen; `own` is a hold of
    whoever asks, which hides nothing from them.
    """

    lat: float
    lon: float
    radius_km: float
    interventions: Sequence[str]
    bike_type: str
    first: date
    last: date
    at: datetime
    kinds: Sequence[str] = ()
    ebike_certified: bool = False
    cargo: bool = False
    step_free: bool = False
    solidarity: bool = False
    certification: str = ""
    weekdays: Sequence[int] = ()
    from_hour: int | None = None
    to_hour: int | None = None
    within_hours: int | None = None
    after: datetime | None = None
    own: Held | None = None

    def check(self, *, order: str = "earliest") -> None:
        """
        Let through what makes sense; what the catalogue has is not looked up yet.

        :raises BadInput: each subclass says what is wrong (`asked.py`, `needs.py`).
        """
        check_place(lat=self.lat, lon=self.lon, radius_km=self.radius_km, kinds=self.kinds, order=order)
        check_window(self.window, at=self.at)
        check_soon(self.within_hours)
        distinct(self.interventions)

    @cached_property
    def point(self) -> Point:
        return Point(self.lat, self.lon)

    @property
    def window(self) -> Window:
        before = None if self.within_hours is None else self.at + timedelta(hours=self.within_hours)
        weekdays = frozenset(self.weekdays)
        return Window(self.first, self.last, weekdays, self.from_hour, self.to_hour, self.after, before)

    @property
    def wishes(self) -> Wishes:
        return Wishes(frozenset(self.kinds), self.ebike_certified, self.cargo, self.step_free, self.solidarity)


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around a question's point: workshops near, those of them as wished, and the work at these."""

    near: Near
    fit: list[tuple[Workshop, float]]
    works: dict[int, Work]

    @property
    def km(self) -> dict[int, float]:
        return {workshop.pk: km for workshop, km in self.fit}


def look_around(question: Question) -> Around:
    """Find the workshops and their work, in one query."""
    codes = distinct(question.interventions)
    near = workshops_near(question.point, radius_km=question.radius_km, interventions=codes)
    fit = fitting(near.serving, question.wishes)
    works = works_of(
        {workshop.pk: near.offers[workshop.pk] for workshop, _km in fit},
        interventions=codes,
        bike_type=question.bike_type,
        certification=question.certification,
    )
    return Around(near, fit, works)
