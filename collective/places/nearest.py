"""The names that lie nearest to one that nothing begins like."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Length

from collective.places.edits import edit_distance
from collective.places.models import Commune, CommuneAlias

# One commune in nine begins so: it tells nothing, and measuring it four thousand times costs more than all the rest.
_COMMON_HEADS = ("sainte", "saint")


def nearest_keys(name: str, *, limit: int) -> list[str]:
    """
    Give at most `limit` folded names of communes and their parts, the fewest slips first, then the most populous.

    Three slips are forgiven in a long name, two in a middling one, one in a short one. Only names that share an
    untouched piece are measured: cut into one piece more than the slips forgiven, one piece at least is whole.
    """
    head = next((head for head in _COMMON_HEADS if name.startswith(head)), "")
    rest = name.removeprefix(head)
    slips = _slips_forgiven(len(rest))
    if not slips:
        return []
    likely = Q(key__startswith=head, length__gte=len(name) - slips, length__lte=len(name) + slips)
    shares_a_piece = Q()
    for piece in _pieces(rest, slips + 1):
        shares_a_piece |= Q(key__contains=piece)
    weights: dict[str, int] = {}
    for rows, weight in ((CommuneAlias.objects, "commune__population"), (Commune.objects, "population")):
        found = rows.annotate(length=Length("key")).filter(likely & shares_a_piece)
        for key, population in found.values_list("key", weight):
            weights[key] = max(population, weights.get(key, 0))
    measured = (
        (edit_distance(rest, key[len(head) :], at_most=slips), -population, key) for key, population in weights.items()
    )
    return [key for distance, _population, key in sorted(measured) if distance <= slips][:limit]


def _slips_forgiven(length: int) -> int:
    if length < 4:
        return 0
    if length < 7:
        return 1
    return 2 if length < 13 else 3


def _pieces(name: str, count: int) -> list[str]:
    cuts = [len(name) * part // count for part in range(count + 1)]
    return [name[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
