"""Give a person ten more minutes, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.models import Hold
from collective.timetable.models import Occupancy
from collective.timetable.occupy import rename

EXTENSION = timedelta(minutes=10)


class HoldExpired(RuleBroken):
    code = "hold_expired"
    message = _("The ten minutes are over and the slot is free again. Please choose it anew: nothing was charged.")
    status = 410


class ExtendedAlready(RuleBroken):
    code = "extended_already"
    message = _("The slot was already kept ten minutes longer. Somebody else may be waiting for it.")


def what_forbids_extending(hold: Hold, *, at: datetime) -> HoldExpired | ExtendedAlready | None:
    if not hold.is_live(at=at):
        return HoldExpired()
    if hold.extended_at is not None:
        return ExtendedAlready()
    return None


@transaction.atomic
def extend_hold(*, hold: Hold, at: datetime) -> Hold:
    """
    Keep the slot ten minutes longer than it was to be.

    :raises HoldExpired: when it is kept no more.
    :raises ExtendedAlready: the second time.
    """
    hold = Hold.objects.locked(hold.pk)
    if forbidden := what_forbids_extending(hold, at=at):
        raise forbidden
    hold.extended_at = at
    hold.expires_at += EXTENSION
    hold.save(update_fields=["extended_at", "expires_at"])
    rename(reference=hold.reference, to=hold.reference, reason=Occupancy.Reason.HOLD, expires_at=hold.expires_at, at=at)
    return hold
