"""Read what people chose to pay: by reference, so that a list asks once."""

from collections.abc import Iterable

from collective.sharing.models import PriceChoice


def choices_of(references: Iterable[str]) -> dict[str, PriceChoice]:
    """Return the choices by reference; whoever did not choose pays the price, and stands nowhere here. One query."""
    return {choice.reference: choice for choice in PriceChoice.objects.filter(reference__in=list(references))}


def choice_of(reference: str) -> PriceChoice | None:
    return PriceChoice.objects.filter(reference=reference).first()
