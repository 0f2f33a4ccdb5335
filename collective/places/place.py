"""What a search for a place gives back."""

from __future__ import annotations

from dataclasses import dataclass

from collective.places.models import Commune, CommuneAlias


@dataclass(frozen=True, slots=True)
class Place:
    """
    A point that people have a name for; `lat` and `lon` in decimal degrees.

    `commune` names the commune when `name` is only a part of it (Lomme is a part of Lille), and is empty otherwise.
    """

    insee: str
    name: str
    postcode: str
    lat: float
    lon: float
    commune: str = ""
    population: int = 0

    @property
    def label(self) -> str:
        """What to show, and what resolve_place() reads back: "Lille (59000)", "Lomme (Lille, 59160)"."""
        inside = ", ".join(part for part in (self.commune, self.postcode) if part)
        return f"{self.name} ({inside})" if inside else self.name


def place_of_commune(commune: Commune, *, postcode: str = "") -> Place:
    """Make the place of a commune that has a point, under the postcode that was asked for or else its main one."""
    assert commune.lat is not None
    assert commune.lon is not None
    return Place(
        insee=commune.insee,
        name=commune.name,
        postcode=postcode or commune.postcode,
        lat=commune.lat,
        lon=commune.lon,
        population=commune.population,
    )


def place_of_part(part: CommuneAlias, *, postcode: str = "") -> Place:
    """Make the place of an associated or delegated commune: what it lacks is its commune's."""
    whole = place_of_commune(part.commune, postcode=postcode or part.postcode)
    return Place(
        insee=whole.insee,
        name=part.name,
        postcode=whole.postcode,
        lat=whole.lat if part.lat is None else part.lat,
        lon=whole.lon if part.lon is None else part.lon,
        commune=whole.name,
        population=whole.population,
    )
