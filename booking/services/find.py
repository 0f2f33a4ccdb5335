"""Find what people ask for among the interventions: without accents, by the beginnings of words, in either language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from booking.services.models import Intervention

# Words that nearly every request has and that tell nothing apart.
_IDLE = frozenset(
    re.findall(
        r"\w+",
        """
        a an and au aux avec bicycle bike change changer de des du en et faire fix for je la le les ma mes mon my new of
        par pour refaire remplacer remettre reparer replace repair sur the to un une velo vouloir voudrais veux
        """,
    )
)
# What people say, and what the catalogue says for it.
_SAME = {
    "cintre": "guidon",
    "feu": "eclairage",
    "feux": "eclairage",
    "freiner": "frein",
    "lampe": "eclairage",
    "lumiere": "eclairage",
    "lumieres": "eclairage",
    "phare": "eclairage",
    "guidon": "cintre",
    "handlebar": "bar",
    "creve": "crevaison",
    "crevee": "crevaison",
    "flat": "puncture",
    "tune": "service",
    "entretien": "revision",
    "sonnette": "accessoire",
    "electrique": "vae",
}
_SHORTEST_STEM = 4


def find_interventions(query: str, *, among: Iterable[Intervention]) -> list[Intervention]:
    """
    Return those of `among` that `query` may mean, best first: more of its words before fewer, rare words before common
    ones, then short names. Only those with the most words found are returned.

    A word is looked for by its stem anywhere in the French and English names ("voilée" finds "dévoilage").
    """
    stems = [_stem(_SAME.get(word, word)) for word in _words(query) if word not in _IDLE]
    hits = [(one, [stem for stem in stems if stem in _searched(one)]) for one in among]
    most = max((len(found) for _one, found in hits), default=0)
    if not most:
        return []
    common = Counter(stem for _one, found in hits for stem in found)
    ranked = [
        ((min(common[stem] for stem in found), len(one.name), one.code), one)
        for one, found in hits
        if len(found) == most
    ]
    return [one for _rank, one in sorted(ranked, key=lambda pair: pair[0])]


def _searched(intervention: Intervention) -> str:
    return " ".join(_words(f"{intervention.name_fr} {intervention.name_en} {intervention.code}"))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def _stem(word: str) -> str:
    """Drop the ending: "plaquettes" and "plaquette" share "plaquet"; short words stay whole."""
    return word[: max(_SHORTEST_STEM, len(word) - 3)]
