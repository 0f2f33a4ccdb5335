"""The bicycle as the diagnosis speaks of it: what bicycles of a kind may have, and the parts that people press."""

from __future__ import annotations

from collections.abc import Iterable

# The ids of the drawing, and "other" for what has no place on it: a noise, a fall, a check-up.
PARTS = (
    *("tyre-front", "tyre-rear", "wheel-front", "wheel-rear", "brake-front", "brake-rear", "drivetrain", "cranks"),
    *("cockpit", "saddle", "lights", "frame", "fittings", "ebike", "other"),
)
ANY_BIKE = "all"
_ORDINARY = frozenset({"hydraulic", "derailleur", "igh", "belt", "electronic", "suspension"})
ALL_FEATURES = _ORDINARY | {"ebike", "cargo", "kids"}
# What a bicycle of each kind may have. A symptom of bicycles that have something else cannot happen to it.
FEATURES = {
    "city": _ORDINARY,
    "road": _ORDINARY,
    "mountain": _ORDINARY,
    "folding": _ORDINARY,
    "ebike": _ORDINARY | {"ebike"},
    "cargo": _ORDINARY | {"ebike", "cargo"},
    "child": frozenset({"hydraulic", "derailleur", "igh", "suspension", "kids"}),
    "other": ALL_FEATURES,
    "": ALL_FEATURES,  # not said
}


def can_happen_to(bike_type: str, features: Iterable[str]) -> bool:
    """
    Tell whether a symptom of bicycles with one of these features can happen to this kind of bicycle.

    :raises KeyError: for a kind that does not exist.
    """
    wanted = set(features)
    return ANY_BIKE in wanted or not FEATURES[bike_type].isdisjoint(wanted)
