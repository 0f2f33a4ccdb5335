"""What is on sale with a tool borrowed from the collective."""

from __future__ import annotations

from booking.services.offers import Offer
from collective.tools.borrowers import Borrowed
from collective.tools.models import ToolKind


def sold_with(kind: ToolKind, collective: int) -> list[Borrowed]:
    """Give the offers on sale in a collective's workshops that borrow a tool of this kind. One query."""
    offers = Offer.objects.on_sale().filter(workshop__collective=collective, borrows=kind)
    return [
        Borrowed(offer.workshop.name, offer.intervention.name)
        for offer in offers.select_related("workshop", "intervention")
    ]
