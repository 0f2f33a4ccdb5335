"""What an invoice must say of third parties: the words of the scheme, what it pays, after the whole cost."""

from __future__ import annotations

from dataclasses import dataclass

from booking.tenders.means import SETTLES
from booking.tenders.models import Claim
from booking.tenders.schemes import scheme_of


@dataclass(frozen=True)
class Mention:
    """`words` are those that the scheme asks for, or the payer's name; the customer pays the total less `cents`."""

    words: str
    cents: int


def mentions_of(reference: str) -> list[Mention]:
    """Return them in the order in which they were claimed; what was refused or taken back is not among them."""
    claims = Claim.objects.filter(tender__reference=reference, tender__state__in=SETTLES)
    found = claims.exclude(state=Claim.State.REFUSED).select_related("tender__workshop", "payer").order_by("pk")
    return [Mention(_words(claim), claim.tender.settles_cents) for claim in found]


def _words(claim: Claim) -> str:
    day = claim.tender.recorded_at.astimezone(claim.tender.workshop.zone).date()
    scheme = scheme_of(claim.scheme, on=day) if claim.scheme else None
    return scheme.mention if scheme else claim.payer.name
