"""Find a place by what people type: a postcode, a name, the beginning of one, or one with a slip of the finger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.places.fold import fold_name
from collective.places.models import Commune, CommuneAlias, CommunePostcode
from collective.places.nearest import nearest_keys
from collective.places.place import Place, place_of_commune, place_of_part

_CODE = re.compile(r"\b(?:\d{5}|2[AB]\d{3})\b", re.IGNORECASE)
_BEGINNING_OF_POSTCODE = re.compile(r"[0-9]{1,4}")
_ARTICLES = ("le", "la", "les", "l")
_LONGEST_QUERY = 100
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class UnknownPlace(BadInput):
    """No place is meant by this, or several could be; `params["suggestions"]` lists the labels of the nearest."""

    code = "unknown_place"
    message = _("We do not know the place “%(query)s”. Try a postcode or the name of a town.")


def find_places(query: str, *, limit: int = 8) -> list[Place]:
    """
    Find at most `limit` places, best first: exact names before begun ones, then the most populous.

    When nothing begins like the query the nearest names are given, so that one wrong letter still finds its town.
    """
    code, name = _take_apart(query)
    if code:
        return _of_code(code, name)[:limit]
    if _BEGINNING_OF_POSTCODE.fullmatch(name):
        return _of_postcode_begun_by(name, limit=limit)
    if not name:
        return []
    with_articles = _with_articles(name)
    found = _named(_begins_with(name) | Q(key__in=with_articles), [name], limit=limit)
    if found:
        return found
    nearest = nearest_keys(name, limit=(limit + 1) // 2)
    condition = reduce(or_, map(_begins_with, with_articles), Q(key__in=nearest))
    return _named(condition, nearest, limit=limit)


def resolve_place(query: str) -> Place:
    """
    Decide on the one place that a finished query means, the most populous among namesakes.

    :raises UnknownPlace: when nothing has this postcode or name and not exactly one name begins like it; the message
        and `params["suggestions"]` name the nearest.
    """
    code, name = _take_apart(query)
    candidates = find_places(query)
    if candidates and (code or fold_name(candidates[0].name) in (name, *_with_articles(name))):
        return candidates[0]
    begun = [place for place in candidates if name and fold_name(place.name).startswith(name)]
    if len(begun) == 1:
        return begun[0]
    nearest = nearest_keys(name, limit=2)
    raise _unknown(query, _unique([*candidates[:3], *_named(Q(key__in=nearest), nearest, limit=2), *candidates[3:5]]))


def _unknown(query: str, nearest: Sequence[Place]) -> UnknownPlace:
    shown = query.strip()[:_LONGEST_QUERY]
    labels = [place.label for place in nearest[:5]]
    if not labels:
        return UnknownPlace(query=shown, suggestions=[])
    sentence = _("We do not know the place “%(query)s”. Did you mean %(nearest)s?")
    return UnknownPlace(sentence, query=shown, nearest=", ".join(labels), suggestions=labels)


def _take_apart(query: str) -> tuple[str, str]:
    """Give the code (a postcode, an INSEE code or nothing) and the folded name of "59650 Villeneuve d'Ascq"."""
    query = query.strip()[:_LONGEST_QUERY]
    found = _CODE.search(query)
    words = _CODE.sub(" ", query, count=1)
    return found[0].upper() if found else "", fold_name(re.split(r"[(,]", words)[0])


def _with_articles(name: str) -> list[str]:
    """List the names that people cut short to this one: Havre, Rochelle. Of two letters, nothing is cut short."""
    return [article + name for article in _ARTICLES] if len(name) > 2 else []


def _begins_with(key: str) -> Q:
    """
    Ask for the keys that begin so, as a range, which the plain index of both databases answers.

    (LIKE is no use: SQLite compares it without case, past the index.) The end of the range is the next key of as many
    letters: of "lill" it is "lilm", of "za" it is "zb", of "az" it is "b".
    """
    stem = key.rstrip(_ALPHABET[-1])
    if not stem:
        return Q(key__gte=key)
    return Q(key__gte=key, key__lt=stem[:-1] + _ALPHABET[_ALPHABET.index(stem[-1]) + 1])


def _named(condition: Q, preferred: Sequence[str], *, limit: int) -> list[Place]:
    """List the places whose key meets the condition: the preferred keys in their order, then the most populous."""
    rank = Case(
        *(When(key=key, then=Value(place)) for place, key in enumerate(preferred)),
        default=Value(len(preferred)),
        output_field=IntegerField(),
    )
    communes = Commune.objects.filter(condition, lat__isnull=False).annotate(rank=rank)
    parts = CommuneAlias.objects.filter(condition, commune__lat__isnull=False).annotate(rank=rank)
    ranked = [
        (commune.rank, 0, place_of_commune(commune)) for commune in communes.order_by("rank", "-population")[:limit]
    ] + [
        (part.rank, 1, place_of_part(part))
        for part in parts.select_related("commune").order_by("rank", "-commune__population")[:limit]
    ]
    ranked.sort(key=lambda found: (found[0], found[1], -found[2].population, found[2].label))
    return _unique(place for _rank, _kind, place in ranked)[:limit]


def _of_code(code: str, name: str) -> list[Place]:
    """
    List what a postcode stands for, then the commune whose INSEE code it is: 59650 is both.

    A part of a commune comes first when the postcode is its own and not its commune's main one (59160 is Lomme);
    arrondissements come before their city. A name beside the code picks among these; one that fits none is let go.
    """
    on_the_map = Commune.objects.filter(lat__isnull=False)
    ranked = [
        (0 if commune.kind == Commune.Kind.ARRONDISSEMENT else 1, place_of_commune(commune, postcode=code))
        for commune in on_the_map.filter(postcodes__code=code)
    ]
    parts = CommuneAlias.objects.filter(Q(postcode=code) | Q(postcode="", commune__postcodes__code=code))
    for part in parts.filter(commune__lat__isnull=False).select_related("commune"):
        has_its_own = part.postcode not in ("", part.commune.postcode)
        ranked.append((0 if has_its_own else 2, place_of_part(part, postcode=code)))
    ranked += [(3, place_of_commune(commune)) for commune in on_the_map.filter(insee=code)]
    ranked.sort(key=lambda found: (found[0], -found[1].population, found[1].name))
    places = _unique(place for _rank, place in ranked)
    return [place for place in places if name and fold_name(place.name).startswith(name)] or places


def _of_postcode_begun_by(digits: str, *, limit: int) -> list[Place]:
    begun = CommunePostcode.objects.filter(code__gte=digits, code__lt=digits + ":")  # ":" follows "9"
    communes = Commune.objects.filter(pk__in=begun.values("commune"), lat__isnull=False).order_by("-population")
    return [
        place_of_commune(commune, postcode=_best_postcode(commune, digits))
        for commune in communes.prefetch_related("postcodes")[:limit]
    ]


def _best_postcode(commune: Commune, digits: str) -> str:
    codes = [commune.postcode, *(postcode.code for postcode in commune.postcodes.all())]
    return next(code for code in codes if code.startswith(digits))


def _unique(places: Iterable[Place]) -> list[Place]:
    """Drop what would be shown twice under the same words, keeping the first."""
    return list({place.label: place for place in reversed(list(places))}.values())[::-1]
