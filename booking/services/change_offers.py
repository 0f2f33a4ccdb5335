"""Change what a workshop offers: its price, minutes, borrowed tool. What is booked keeps what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.services.bike_types import BikeType
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.members.models import User
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Workshop
from collective.workshops.ranges import Range, check_numbers
from collective.workshops.rights import lock_settings

MINUTES = Range(_("Minutes"), 5, 600)
OFFER = {
    "minutes": MINUTES,
    "labour_cents": Range(_("Labour, in cents"), 0, 500_000),
    "parts_cents": Range(_("Usual parts, in cents"), 0, 500_000),
}
FIELDS = (*OFFER, "minutes_for", "borrows")


class UnknownBikeType(BadInput):
    code = "unknown_bike_type"
    message = _("We know no type of bicycle called %(types)s.")


class NothingToBorrow(BadInput):
    code = "nothing_to_borrow"
    message = _("The collective has no tool of this kind to lend.")


class NotInTheCatalogue(BadInput):
    code = "not_in_the_catalogue"
    message = _("The catalogue has no such work any more.")


class OfferedAlready(RuleBroken):
    code = "offered_already"
    message = _("The workshop offers this work already. Change that offer.")


class NotOnSale(RuleBroken):
    code = "offer_not_on_sale"
    message = _("This offer is withdrawn already.")


def check_minutes_for(minutes_for: Mapping[str, Any]) -> dict[str, int]:
    """
    Give other lengths by type of bicycle.

    :raises UnknownBikeType: for a type that is none.
    :raises NumberOutOfRange: for minutes that cannot be.
    """
    if unknown := sorted(set(minutes_for) - set(BikeType.values)):
        raise UnknownBikeType(types=", ".join(str(one)[:20] for one in unknown))
    for bike_type, minutes in minutes_for.items():
        MINUTES.check(f"minutes_for.{bike_type}", minutes)
    return dict(minutes_for)


def tools_to_borrow(workshop: Workshop) -> list[ToolKind]:
    """Give the kinds of tools that the workshop's collective has in use, by name."""
    held = Tool.objects.filter(collective=workshop.collective_id, resource__retired_at__isnull=True)
    kinds = ToolKind.objects.filter(pk__in=held.values("kind"))
    return sorted(kinds, key=lambda kind: kind.name.casefold())


def _checked(workshop: Workshop, values: dict[str, Any]) -> dict[str, Any]:
    assert set(values) <= set(FIELDS), values
    check_numbers(values, OFFER)
    if "minutes_for" in values:
        values["minutes_for"] = check_minutes_for(values["minutes_for"])
    if (kind := values.get("borrows")) and kind not in tools_to_borrow(workshop):
        raise NothingToBorrow
    return values


@transaction.atomic
def add_offer(
    *, workshop: Workshop, intervention: Intervention, minutes: int, labour_cents: int, by: User, **more: Any
) -> Offer:
    """
    Put a piece of work on sale, again if it was withdrawn; `more` as FIELDS.

    :raises NotTheOwner: for anybody but the owner.
    :raises OfferedAlready: when it is on sale.
    :raises NotInTheCatalogue: for work that left the catalogue.
    :raises BadInput: for a number, a type or a tool that cannot be.
    """
    workshop = lock_settings(workshop, by=by)
    values = _checked(workshop, {"minutes": minutes, "labour_cents": labour_cents, **more})
    if intervention.retired_at:
        raise NotInTheCatalogue
    offer = Offer.objects.filter(workshop=workshop, intervention=intervention).first()
    if offer is None:
        return Offer.objects.create(workshop=workshop, intervention=intervention, **values)
    if offer.withdrawn_at is None:
        raise OfferedAlready
    return _write(offer, values | {"withdrawn_at": None})


@transaction.atomic
def change_offer(*, offer: Offer, by: User, **values: Any) -> Offer:
    """
    Change price, minutes or tool for whoever books from now on.

    :raises NotTheOwner: for anybody but the owner.
    :raises BadInput: for a number, a type or a tool that cannot be.
    """
    workshop = lock_settings(offer.workshop, by=by)
    return _write(offer, _checked(workshop, values))


@transaction.atomic
def withdraw_offer(*, offer: Offer, by: User, at: datetime) -> Offer:
    """
    Sell this work no more; what is booked of it will be done.

    :raises NotTheOwner: for anybody but the owner.
    :raises NotOnSale: when it is withdrawn.
    """
    lock_settings(offer.workshop, by=by)
    if Offer.objects.get(pk=offer.pk).withdrawn_at:
        raise NotOnSale
    return _write(offer, {"withdrawn_at": at})


@transaction.atomic
def resume_offer(*, offer: Offer, by: User) -> Offer:
    """
    Sell this work again, at the price and minutes it had.

    :raises NotTheOwner: for anybody but the owner.
    :raises OfferedAlready: when it is on sale.
    :raises NotInTheCatalogue: for work that left the catalogue.
    """
    lock_settings(offer.workshop, by=by)
    if Offer.objects.get(pk=offer.pk).withdrawn_at is None:
        raise OfferedAlready
    if offer.intervention.retired_at:
        raise NotInTheCatalogue
    return _write(offer, {"withdrawn_at": None})


def _write(offer: Offer, values: dict[str, Any]) -> Offer:
    for name, value in values.items():
        setattr(offer, name, value)
    offer.save(update_fields=list(values))
    return offer
