"""At most so many open appointments of one person at one workshop, where the workshop says so."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backend.lib.errors import RuleBroken
from booking.appointments.models import Appointment
from collective.members.models import User
from collective.workshops.models import Workshop


class TooManyOpen(RuleBroken):
    code = "too_many_open"
    message = _("You have as many open appointments at this workshop as it takes of one person.")


def check_open_appointments(
    *, workshop: Workshop, cyclist: User | None, email: str, phone: str, but: Appointment | None = None, at: datetime
) -> None:
    """
    Let a person through who has fewer open appointments at the workshop than it takes of one; `but` does not count.

    A person is an account, an address, or a number. Held and unpaid ones count while they may still be paid. The
    workshop's row stays locked until the caller's transaction ends, so that two tabs are judged one after the other.

    :raises TooManyOpen: when this would be one more.
    """
    if workshop.open_per_person is None:
        return
    row = Workshop.objects.select_for_update(no_key=True).filter(pk=workshop.pk)
    most = row.values_list("open_per_person", flat=True).get()
    theirs = _still_open(workshop, at=at).filter(_of(cyclist, email, phone))
    if but:
        theirs = theirs.exclude(pk=but.pk)
    if most is not None and theirs.count() >= most:
        sentence = ngettext(
            "%(workshop)s takes %(most)s open appointment of one person at a time, and you have one. Cancel it, wait"
            " until it is done, or call the workshop.",
            "%(workshop)s takes %(most)s open appointments of one person at a time, and you have as many. Cancel one,"
            " wait until one is done, or call the workshop.",
            most,
        )
        raise TooManyOpen(sentence, workshop=workshop.name, most=most)


def _still_open(workshop: Workshop, *, at: datetime) -> models.QuerySet[Appointment]:
    may_be_paid = Q(status=Appointment.Status.UNPAID, hold__ended_at=None, hold__expires_at__gt=at)
    return Appointment.objects.filter(Q(status__in=Appointment.OPEN) | may_be_paid, workshop=workshop)


def _of(cyclist: User | None, email: str, phone: str) -> Q:
    """What was booked by phone may lack the account or the address: nobody is everybody who has none."""
    person = Q(cyclist=cyclist) if cyclist else Q()
    for field, value in (("email__iexact", email), ("phone", phone)):
        if value:
            person |= Q(**{field: value})
    return person
