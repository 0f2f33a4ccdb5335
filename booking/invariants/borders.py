"""Collectives are apart: a row that names two things names them of one collective."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import F

# A model, and the ways from one of its rows to a collective, which must all lead to the same.
WAYS = {
    "booking.Appointment": (
        "workshop__collective",
        "mechanic__workshop__collective",
        "second_mechanic__workshop__collective",
        "hold__workshop__collective",
        "payment__workshop__collective",
    ),
    "booking.AppointmentLine": ("appointment__workshop__collective", "offer__workshop__collective"),
    "booking.Hold": (
        "workshop__collective",
        "mechanic__workshop__collective",
        "second_mechanic__workshop__collective",
    ),
    "booking.HoldLine": ("hold__workshop__collective", "offer__workshop__collective"),
    "booking.Claim": ("tender__workshop__collective", "payer__collective"),
    "booking.Tender": ("workshop__collective", "voucher__collective"),
    "booking.Proposal": ("appointment__workshop__collective", "mechanic__workshop__collective"),
    "collective.Entity": ("collective", "seller__collective"),
    "collective.Entry": ("entity__collective", "workshop__collective", "mirrors__entity__collective"),
    "collective.FreeDay": ("workshop__collective", "resource__workshop__collective"),
    "collective.Invoice": ("entity__collective", "workshop__collective", "corrects__entity__collective"),
    "collective.Netting": ("receivable__entity__collective", "workshop__collective"),
    "collective.Receivable": ("entity__collective", "workshop__collective"),
    "collective.Transfer": (
        "entity__collective",
        "workshop__collective",
        "payment__workshop__collective",
        "batch__collective",
    ),
    "collective.Resource": (
        "workshop__collective",
        "mechanic__workshop__collective",
        "bench__workshop__collective",
        "tool__collective",
    ),
    "collective.Workshop": ("collective", "seller__collective"),
}


def what_crosses_collectives() -> Iterator[str]:
    """Yield a sentence for each row that names things of two collectives. A query for each model and way."""
    for name, (first, *others) in WAYS.items():
        model = apps.get_model(name)
        for other in others:
            # Unlike what compares with NULL, a way that leads nowhere crosses nothing.
            crossing = model._default_manager.filter(**{f"{other}__isnull": False}).exclude(**{other: F(first)})
            for pk in crossing.order_by("pk").values_list("pk", flat=True):
                yield f"{name} {pk}: {first} and {other} lead to two collectives"
