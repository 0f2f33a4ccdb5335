"""Keep a slot for ten minutes while a person says who comes and pays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.appointments.give_back import end_hold
from booking.appointments.models import BikeType, Hold, HoldLine
from booking.availability.needs import NothingToDo, Work, work_at
from booking.availability.take import take_slot
from booking.diagnosis.models import Diagnosis
from booking.services.offers import Offer
from collective.timetable.models import Occupancy
from collective.timetable.retry import again_when_busy

HOLD_LASTS = timedelta(minutes=10)


class OfferWithdrawn(BadInput):
    code = "offer_withdrawn"
    message = _("This workshop no longer offers this work. Please choose another workshop.")


class UnknownBikeType(BadInput):
    code = "unknown_bike_type"
    message = _("We do not know this type of bicycle. Please choose one from the list.")


@again_when_busy
def hold_slot(
    *,
    offers: Sequence[Offer],
    starts_at: datetime,
    bike_type: str,
    diagnosis: Diagnosis | None = None,
    instead_of: Hold | None = None,
    at: datetime,
) -> Hold:
    """
    Keep the slot that begins at `starts_at` for the work in `offers`, at today's prices, for ten minutes.

    `instead_of` is the hold this person has already: it ends in the same transaction, and stays when this one fails.

    :raises BadInput: for no work, work of several workshops, work no longer sold or an unknown type of bicycle.
    :raises SlotTaken: when somebody was faster.
    :raises NotASlot: when nothing begins there: outside hours, in the past, too soon or too far ahead.
    """
    offers = tuple(dict.fromkeys(offers))
    work = _work(offers, bike_type=bike_type)
    hold = Hold(
        token=uuid.uuid4(),
        workshop=work.workshop,
        bike_type=bike_type,
        diagnosis=diagnosis,
        created_at=at,
        expires_at=at + HOLD_LASTS,
    )
    with transaction.atomic():
        before = Hold.objects.locked(instead_of.pk) if instead_of else None
        seat = take_slot(
            work=work,
            starts_at=starts_at,
            reason=Occupancy.Reason.HOLD,
            reference=hold.reference,
            expires_at=hold.expires_at,
            at=at,
            instead_of=before.reference if before else None,
        )
        if before and before.ended_at is None:
            end_hold(before, at=at)
        hold.mechanic, hold.starts_at, hold.ends_at = seat.mechanic, seat.starts_at, seat.ends_at
        hold.save()
        HoldLine.objects.bulk_create(_line(hold, offer) for offer in offers)
    return hold


def _work(offers: Sequence[Offer], *, bike_type: str) -> Work:
    if bike_type not in BikeType.values:
        raise UnknownBikeType
    if not offers:
        raise NothingToDo
    work = work_at(workshop=offers[0].workshop, offers=offers, bike_type=bike_type)
    if Offer.objects.on_sale().filter(pk__in=[offer.pk for offer in offers]).count() < len(offers):
        raise OfferWithdrawn
    return work


def _line(hold: Hold, offer: Offer) -> HoldLine:
    return HoldLine(
        hold=hold,
        offer=offer,
        minutes=offer.minutes,
        labour_cents=offer.labour_cents,
        parts_cents=offer.parts_cents,
    )
