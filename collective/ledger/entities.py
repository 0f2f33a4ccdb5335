"""Find the books of a legal person, opening them the first time; what is at hand is not asked for again."""

from collective.ledger.models import Entity
from collective.members.models import Collective
from collective.workshops.models import Seller


def platform_of(collective: Collective) -> Entity:
    return _common(collective, Entity.Kind.PLATFORM, f"{collective.name}, plateforme")


def fund_of(collective: Collective) -> Entity:
    return _common(collective, Entity.Kind.FUND, f"{collective.name}, caisse commune")


def books_of(seller: Seller) -> Entity:
    try:
        return seller.entity
    except Entity.DoesNotExist:
        entity, _ = Entity.objects.get_or_create(
            seller=seller,
            defaults={"collective": seller.collective, "kind": Entity.Kind.SELLER, "name": seller.legal_name},
        )
        # When another opened them first, the seller still remembers the row that we failed to write.
        seller.entity = entity
        return entity


def _common(collective: Collective, kind: str, name: str) -> Entity:
    for entity in collective.entities.all():
        if entity.kind == kind:
            return entity
    entity, _ = Entity.objects.get_or_create(collective=collective, kind=kind, defaults={"name": name})
    return entity
