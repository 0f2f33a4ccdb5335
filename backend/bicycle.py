"""The bicycle that people touch to say what is wrong: its parts, their names, and where the drawing writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The drawing's own units: see the viewBox in templates/components/bike_drawing.html.
LEFT_EDGE, RIGHT_EDGE = 4, 896
LETTER, TAG_PADDING = 9.1, 34
ABOVE, BELOW, BESIDE = -46, 44, 24


@dataclass(frozen=True, kw_only=True)
class Part:
    """A repairable part; `dot` is where its number stands in the drawing, `tag_side` where its name appears."""

    id: str
    number: int
    name: str | Promise
    dot: tuple[float, float]
    tag_side: str
    end: str | Promise = ""
    needs_motor: bool = False


@dataclass(frozen=True, kw_only=True)
class Tag:
    """Where the name of a part is written: centre, left edge from the centre, width, in the drawing's units."""

    x: float
    y: float
    left: float
    width: float


@dataclass(frozen=True, kw_only=True)
class LinkedPart:
    """A part as one page shows it: where it leads, whether it is the chosen one."""

    id: str
    name: str | Promise
    end: str | Promise
    href: str
    current: bool
    tag: Tag


@dataclass(kw_only=True)
class Row:
    """A line of the list in words: a part, or the front and rear of a pair."""

    number: int
    name: str | Promise
    needs_motor: bool
    entries: list[LinkedPart] = field(default_factory=list)


FRONT, REAR = _("front"), _("rear")
PARTS = (
    Part(id="tyre-front", number=1, name=_("Front tyre"), dot=(829.9, 502), tag_side="left", end=FRONT),
    Part(id="tyre-rear", number=1, name=_("Rear tyre"), dot=(76.1, 502), tag_side="right", end=REAR),
    Part(id="wheel-front", number=2, name=_("Front wheel"), dot=(783.4, 388.1), tag_side="above", end=FRONT),
    Part(id="wheel-rear", number=2, name=_("Rear wheel"), dot=(122.6, 388.1), tag_side="above", end=REAR),
    Part(id="brake-front", number=3, name=_("Front brake"), dot=(668.6, 328.9), tag_side="right", end=FRONT),
    Part(id="brake-rear", number=3, name=_("Rear brake"), dot=(319, 366.9), tag_side="right", end=REAR),
    Part(id="drivetrain", number=4, name=_("Gears and chain"), dot=(308, 500), tag_side="below"),
    Part(id="cranks", number=5, name=_("Pedals and cranks"), dot=(509, 474), tag_side="below"),
    Part(id="cockpit", number=6, name=_("Handlebar and steering"), dot=(650, 92), tag_side="right"),
    Part(id="saddle", number=7, name=_("Saddle"), dot=(232, 104), tag_side="above"),
    Part(id="lights", number=8, name=_("Lights and dynamo"), dot=(712, 196), tag_side="above"),
    Part(id="frame", number=9, name=_("Frame and fork"), dot=(491, 263), tag_side="above"),
    Part(id="fittings", number=10, name=_("Mudguards and rack"), dot=(176, 207), tag_side="above"),
    Part(id="ebike", number=11, name=_("Battery, motor, display"), dot=(430, 350), tag_side="left", needs_motor=True),
)
PAIRS = {1: _("Tyre"), 2: _("Wheel"), 3: _("Brake")}


def place_parts(links: Mapping[str, str], *, current: str = "") -> dict[str, LinkedPart]:
    """
    Return the parts by their id with `_` for `-`, as the template of the drawing names them.

    `links` maps every part id to an address; `current` is the id of the part already chosen, if any.
    :raises KeyError: when a part has no address.
    """
    return {part.id.replace("-", "_"): _link(part, links, current) for part in PARTS}


def list_parts(links: Mapping[str, str], *, current: str = "") -> list[Row]:
    """
    Return the same parts in words, in the order of their numbers; front and rear of a pair share a row.

    :raises KeyError: when a part has no address.
    """
    rows: dict[int, Row] = {}
    for part in PARTS:
        name = PAIRS.get(part.number, part.name)
        row = rows.setdefault(part.number, Row(number=part.number, name=name, needs_motor=part.needs_motor))
        row.entries.append(_link(part, links, current))
    return list(rows.values())


def _link(part: Part, links: Mapping[str, str], current: str) -> LinkedPart:
    return LinkedPart(
        id=part.id,
        name=part.name,
        end=part.end,
        href=links[part.id],
        current=part.id == current,
        tag=_place_tag(part),
    )


def _place_tag(part: Part) -> Tag:
    """Put the name beside its number, wide enough for its letters, never past the edge of the drawing."""
    width = LETTER * len(str(part.name)) + TAG_PADDING
    x, y = part.dot
    if part.tag_side == "above":
        y += ABOVE
    elif part.tag_side == "below":
        y += BELOW
    else:
        x += (BESIDE + width / 2) * (1 if part.tag_side == "right" else -1)
    x = min(max(x, LEFT_EDGE + width / 2), RIGHT_EDGE - width / 2)
    return Tag(x=round(x, 1), y=round(y, 1), left=round(-width / 2, 1), width=round(width, 1))
