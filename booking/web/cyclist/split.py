"""Where the money of an order goes, as a bar and its words: the rule of the books, before anything is paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collective.sharing.models import SharingKey
from collective.sharing.vat import vat_bp
from collective.sharing.what_shares import what_shares
from collective.workshops.models import Workshop


@dataclass(frozen=True)
class Share:
    """A part of the price in cents; `x` and `width` place it on a bar 100 wide, `hue` is its colour."""

    name: str | Promise
    cents: int
    hue: int
    x: str
    width: str


def shares(workshop: Workshop, *, labour_cents: int, parts_cents: int, at: datetime) -> list[Share]:
    """
    Share out a price as it would be today; the provider's fee is not known before paying and comes off the workshop's.

    Nothing where the collective has not voted a key, or nothing is sold.
    """
    today = at.astimezone(workshop.zone).date()
    total = labour_cents + parts_cents
    try:
        key = SharingKey.objects.in_force(workshop.collective, on=today)
    except SharingKey.DoesNotExist:
        return []
    if not total:
        return []
    cut = what_shares(
        labour_cents=labour_cents,
        parts_cents=parts_cents,
        fund_bp=key.fund_bp,
        platform_bp=key.platform_bp,
        vat_bp=vat_bp(seller=workshop.seller, on=today),
        fee_cents=0,
    )
    named = (
        (_("The workshop"), cut.workshop_cents, 1),
        (_("The parts"), cut.parts_cents, 2),
        (_("The common fund"), cut.fund_cents, 3),
        (_("Running this site"), cut.platform_cents, 5),
        (_("VAT"), cut.vat_cents, 4),
    )
    return placed(named)


def placed(named: Iterable[tuple[str | Promise, int, int]]) -> list[Share]:
    """Place the parts (name, cents, colour) that are above nothing one after the other on the bar."""
    parts = [part for part in named if part[1] > 0]
    total = sum(cents for _name, cents, _hue in parts)
    shown, left = [], 0
    for name, cents, hue in parts:
        shown.append(Share(name, cents, hue, f"{left * 100 / total:.2f}", f"{cents * 100 / total:.2f}"))
        left += cents
    return shown
