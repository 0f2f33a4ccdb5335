"""Change which prices a workshop publishes: one for everybody, three levels, or what each can pay."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.members.models import User
from collective.workshops.models import Workshop
from collective.workshops.ranges import PRICES, check_numbers
from collective.workshops.rights import lock_settings


class UnknownPrices(BadInput):
    code = "unknown_prices"
    message = _("Choose one price, three levels, or pay what you can.")


@transaction.atomic
def change_prices(
    *, workshop: Workshop, prices: str, reduced_bp: int, supporter_bp: int, floor_bp: int, by: User, at: datetime
) -> Workshop:
    """
    Let these prices hold for what is booked from now on, in basis points of the reference price.

    :raises NotTheOwner: for anybody else.
    :raises UnknownPrices, NumberOutOfRange: for what cannot be.
    """
    rates = {"reduced_bp": reduced_bp, "supporter_bp": supporter_bp, "floor_bp": floor_bp}
    if prices not in Workshop.Prices.values:
        raise UnknownPrices
    check_numbers(rates, PRICES)
    workshop = lock_settings(workshop, by=by)
    workshop.prices = prices
    workshop.solidarity_price = prices != Workshop.Prices.ONE
    for name, value in rates.items():
        setattr(workshop, name, value)
    workshop.save(update_fields=["prices", "solidarity_price", *rates])
    return workshop
