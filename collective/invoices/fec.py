"""The FEC with the numbers of the papers behind its entries."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from collective.invoices.letterhead import letterhead_of
from collective.invoices.models import Invoice
from collective.ledger.export_fec import Fec, export_fec
from collective.ledger.models import Entity


def fec_of(entity: Entity, *, first: date, last: date) -> Fec:
    """
    Return the file of `entity` from `first` to `last`, in the collective's zone.

    :raises BadPeriod: for a period that is none.
    """
    pieces = Invoice.objects.filter(entity=entity, entry__isnull=False).values_list("entry", "number")
    return export_fec(
        entity=entity,
        siren=letterhead_of(entity).siren,
        first=first,
        last=last,
        zone=ZoneInfo(entity.collective.timezone),
        pieces=dict(pieces),
    )
