"""Amounts as people and programs send them: read strictly, since every number from outside is a claim."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.tenders.models import MOST_CENTS


class WrongTakings(BadInput):
    code = "wrong_takings"
    message = _("Write an amount in euros such as 18 or 18.50, above zero.")


class MoreThanLeft(RuleBroken):
    """`params["left_cents"]` is what is left to settle."""

    code = "more_than_left"
    message = _("That is more than what is left to pay: %(left)s €.")


def read_takings(typed: str) -> int | None:
    """
    Read euros as people type them ("18", "18,50", "18.50 €") into cents; nothing typed means all that was left.

    :raises WrongTakings: for anything else.
    """
    typed = typed.replace("€", "").replace("\u202f", "").replace("\xa0", "").strip()
    if not typed:
        return None
    euros, _comma, cents = typed.replace(",", ".").partition(".")
    if not (euros + cents).isascii() or not (euros + cents).isdigit() or len(euros) > 6 or len(cents) > 2:
        raise WrongTakings
    return int(euros or 0) * 100 + int(cents.ljust(2, "0"))


def check_amount(amount: Any, *, most: int = MOST_CENTS) -> int:
    """
    Return whole cents or minutes, above zero.

    :raises WrongTakings: for anything else: a float, NaN, a boolean, a text, zero or less, more than `most`.
    """
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= most:
        raise WrongTakings
    return amount
