"""What the numbers of a workshop's settings may be: written once, for its pages, for programs and for the use cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput


class NumberOutOfRange(BadInput):
    """`params["field"]` names the setting."""

    code = "number_out_of_range"
    message = _("%(label)s: a whole number from %(least)s to %(most)s.")


class NumberOffItsSteps(BadInput):
    """`params["field"]` names the setting."""

    code = "number_off_its_steps"
    message = _("%(label)s: a multiple of %(step)s.")


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from `least` to `most`, both included, in steps; None too when `optional`: no limit."""

    label: str | Promise
    least: int
    most: int
    step: int = 1
    optional: bool = False

    def check(self, name: str, value: Any) -> None:
        """
        :raises NumberOutOfRange: for what is no whole number, or lies outside.
        :raises NumberOffItsSteps: for one between two steps.
        """
        if value is None and self.optional:
            return
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise NumberOutOfRange(field=name, label=str(self.label), least=self.least, most=self.most)
        if value % self.step:
            raise NumberOffItsSteps(field=name, label=str(self.label), step=self.step)


def check_numbers(values: Mapping[str, Any], ranges: Mapping[str, Range]) -> None:
    """
    Let through values that are all where they may be; those without a range are not numbers and pass.

    :raises NumberOutOfRange, NumberOffItsSteps: naming the first that is not.
    """
    for name, value in values.items():
        if name in ranges:
            ranges[name].check(name, value)


BOOKING_RULES = {
    "slot_step_minutes": Range(_("Minutes between two possible starts"), 5, 240, 5),
    "buffer_before_minutes": Range(_("Minutes kept free before each appointment"), 0, 240),
    "buffer_minutes": Range(_("Minutes kept free after each appointment"), 0, 240),
    "setup_minutes": Range(_("Minutes of set-up that several repairs share"), 0, 120),
    "notice_minutes": Range(_("Minutes of notice, at least"), 0, 30 * 24 * 60),
    "horizon_days": Range(_("Days ahead that can be booked"), 1, 366),
    "open_per_person": Range(_("Open appointments per person, at most"), 1, 50, optional=True),
}
MECHANIC = {
    "skill_level": Range(_("Skill"), 1, 5),
    "daily_limit": Range(_("Appointments a day, at most"), 1, 50, optional=True),
    "speed_kmh": Range(_("Speed on the road, in km/h"), 1, 130),
    "detour_percent": Range(_("Road compared with the straight line, in per cent"), 100, 400),
}
BENCH = {"cleaning_minutes": Range(_("Minutes of cleaning after each use"), 0, 120)}
DROP_OFF = {
    "share_bp": Range(_("Share of the day’s minutes, in basis points"), 0, 10_000),
    "arrives_from": Range(_("Bikes arrive from, in minutes after midnight"), 0, 1435, 5),
    "arrives_until": Range(_("Bikes arrive until, in minutes after midnight"), 5, 1440, 5),
    "return_days": Range(_("Opening days until the bike is ready"), 0, 30),
    "returns_from": Range(_("Bikes are ready from, in minutes after midnight"), 0, 1440, 5),
    "storage_places": Range(_("Bikes on site at once, at most"), 0, 500),
}
SERVED_KM = Range(_("Kilometres around the base"), 1, 100)
PRICES = {
    "reduced_bp": Range(_("Reduced price, in basis points of the reference"), 0, 10_000),
    "supporter_bp": Range(_("Supporter price, in basis points of the reference"), 10_000, 30_000),
    "floor_bp": Range(_("Floor, in basis points of the reference"), 0, 10_000),
}
