"""What is handed over for a bill, as a door read it, and what it turns out to settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.tenders.means import ABLE, NOTED, Means
from collective.ledger.models import Entity

LONGEST_EVIDENCE = 120


class UnknownMeans(BadInput):
    code = "unknown_means"
    message = _("This is no means of payment that can be recorded here.")


class EvidenceMissing(BadInput):
    """`params["field"]` names what is missing."""

    code = "evidence_missing"
    message = _("Write its number: it is what proves this payment.")


class UnknownEvidence(BadInput):
    code = "unknown_evidence"
    message = _("This cannot be noted beside that means: %(names)s.")


@dataclass(frozen=True, kw_only=True)
class Given:
    """
    One thing given for a bill. `amount` is in cents, minutes for time credits; None is all that is left (of labour, for
    minutes; what a scheme gives is the scheme's to say). `key` is the form's or the program's own: sent twice,
    recorded once.
    """

    means: str
    key: str
    amount: int | None = None
    given_cents: int | None = None  # cash handed over
    evidence: Mapping[str, str] = field(default_factory=dict)
    is_promise: bool = False  # a transfer that is announced
    code: str = ""  # of a voucher
    receipt: int | None = None  # of a transfer that waits on the list
    scheme: str = ""  # of a third party: a code of data/schemes.yaml, or kind and name of who pays
    payer_kind: str = ""
    payer: str = ""
    is_eligible: bool = False  # the mechanic's word: no warranty, no comfort parts


@dataclass(frozen=True)
class Side:
    """What other books than the seller's say of it."""

    entity: Entity
    lines: Mapping[str, int]
    unit: str = "EUR"


@dataclass(frozen=True)
class Settled:
    """What a thing given settles: on which of the seller's accounts it stands, and what hangs on it."""

    amount: int
    settles_cents: int
    account: str
    links: Mapping[str, Any] = field(default_factory=dict)  # foreign keys of the tender
    sides: tuple[Side, ...] = ()


def check_means(means: str) -> Means:
    """
    :raises UnknownMeans: for what no person of a workshop records.
    """
    if means not in Means.values or not ABLE[Means(means)].by_hand:
        raise UnknownMeans
    return Means(means)


def check_evidence(given: Given) -> dict[str, str]:
    """
    Return what is noted, trimmed; a note may stand beside any means.

    :raises EvidenceMissing: when what proves it is not there, as the number of a cheque.
    :raises UnknownEvidence: for a name that this means does not know, or words that are too long.
    """
    able = ABLE[Means(given.means)]
    noted = {name: str(words).strip() for name, words in given.evidence.items()}
    noted = {name: words for name, words in noted.items() if words}
    strange = sorted(name for name in noted if name not in (*able.evidence, "note"))
    if strange or any(len(words) > LONGEST_EVIDENCE for words in noted.values()):
        raise UnknownEvidence(names=", ".join(strange or noted))
    for name in able.needs:
        if name not in noted:
            raise EvidenceMissing(field=name)
    return {name: noted[name] for name in NOTED if name in noted}
