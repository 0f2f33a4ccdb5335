"""Make a hold of a slot that is kept already under another name, such as the one offered to who waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from booking.appointments.hold import HOLD_LASTS, OfferWithdrawn, held_line
from booking.appointments.models import Hold, HoldLine
from booking.appointments.seat import put_in_seat
from booking.availability.near import Point
from booking.availability.needs import Work
from booking.availability.take import Seat, SlotTaken
from booking.services.offers import Offer
from collective.timetable.models import Occupancy
from collective.timetable.occupy import rename


@transaction.atomic
def take_over(
    *, reference: str, work: Work, seat: Seat, where: Point | None = None, place: str = "", at: datetime
) -> Hold:
    """
    Let what `reference` keeps be held for ten minutes from now, at today's prices; nobody can come in between.

    :raises OfferWithdrawn: when the workshop sells a part of the work no longer.
    :raises SlotTaken: when nothing is kept under that reference any more.
    """
    if not _are_sold(work.offers):
        raise OfferWithdrawn
    hold = Hold(
        token=uuid.uuid4(),
        workshop=work.workshop,
        bike_type=work.bike_type,
        certification=work.certification,
        lat=where.lat if where else None,
        lon=where.lon if where else None,
        place=place if where else "",
        created_at=at,
        expires_at=at + HOLD_LASTS,
    )
    hold_reason = Occupancy.Reason.HOLD
    if not rename(reference=reference, to=hold.reference, reason=hold_reason, expires_at=hold.expires_at, at=at):
        raise SlotTaken
    put_in_seat(hold, seat)
    hold.save()
    lines = zip(work.offers, work.lines_minutes, strict=True)
    HoldLine.objects.bulk_create(held_line(hold, offer, minutes=minutes) for offer, minutes in lines)
    return hold


def _are_sold(offers: Sequence[Offer]) -> bool:
    return Offer.objects.on_sale().filter(pk__in=[offer.pk for offer in offers]).count() == len(offers)
