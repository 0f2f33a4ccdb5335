"""The bicycle as the diagnosis speaks of it: kinds of bicycle, and the parts of the drawing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BikeType(models.TextChoices):
    BIKE = "bike", _("Bicycle")
    EBIKE = "ebike", _("Electric bicycle")
    CARGO = "cargo", _("Cargo bike")
    KIDS = "kids", _("Child’s bike")


class Part(models.TextChoices):
    """What can be pressed on the drawing (the ids of bike.svg), and "other" for what has no place on it."""

    TYRE_FRONT = "tyre-front", _("Front tyre")
    TYRE_REAR = "tyre-rear", _("Rear tyre")
    WHEEL_FRONT = "wheel-front", _("Front wheel: spokes, rim, hub")
    WHEEL_REAR = "wheel-rear", _("Rear wheel: spokes, rim, hub")
    BRAKE_FRONT = "brake-front", _("Front brake")
    BRAKE_REAR = "brake-rear", _("Rear brake")
    DRIVETRAIN = "drivetrain", _("Gears and chain")
    CRANKS = "cranks", _("Pedals and cranks")
    COCKPIT = "cockpit", _("Handlebar and steering")
    SADDLE = "saddle", _("Saddle")
    LIGHTS = "lights", _("Lights")
    FRAME = "frame", _("Frame and fork")
    FITTINGS = "fittings", _("Mudguards, rack, child seat, box")
    EBIKE = "ebike", _("Battery, motor, display")
    OTHER = "other", _("Something else: a noise, a fall, a check-up")


ANY_BIKE = "all"
_ORDINARY = frozenset({"hydraulic", "derailleur", "igh", "belt", "electronic", "suspension"})
# What a bicycle of each kind may have. A symptom that asks for none of it cannot happen to that bicycle.
FEATURES: dict[str, frozenset[str]] = {
    BikeType.BIKE: _ORDINARY,
    BikeType.EBIKE: _ORDINARY | {"ebike"},
    BikeType.CARGO: _ORDINARY | {"ebike", "cargo"},
    BikeType.KIDS: frozenset({"hydraulic", "derailleur", "igh", "suspension", "kids"}),
}
ALL_FEATURES = frozenset().union(*FEATURES.values())


def can_happen_to(bike_type: str, features: list[str]) -> bool:
    """
    Tell whether a symptom of bicycles with these features can happen to this kind of bicycle.

    A bicycle of unknown kind ("") may have everything.

    :raises KeyError: for a kind that does not exist.
    """
    has = FEATURES[bike_type] if bike_type else ALL_FEATURES
    return ANY_BIKE in features or not has.isdisjoint(features)
