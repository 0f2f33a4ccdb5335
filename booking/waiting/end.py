"""End the waits that have nothing to wait for any more: the days are past, the appointment closed, or one was found."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from booking.appointments.models import Appointment
from booking.appointments.move import what_forbids_moving
from booking.waiting.finish import finish_wait
from booking.waiting.models import Wait
from booking.waiting.notify import tell_over

LOOKED_BACK = timedelta(days=1)  # for what who waits has booked meanwhile; sweeps pass every minute


def end_waits(*, at: datetime, limit: int = 100) -> int:
    """End at most `limit` waits that are over at `at`, and as many whose person has booked; return how many ended."""
    due = [*_over(at=at)[:limit], *_perhaps_booked(at=at)[:limit]]
    return sum(_end(pk, at=at) for pk in due)


def _over(*, at: datetime) -> QuerySet[Wait, int]:
    today = timezone.localdate(at, timezone.get_default_timezone())
    closed = ~Q(appointment__status__in=Appointment.OPEN) | Q(appointment__starts_at__lte=at)
    too_late = Q(appointment__free_until__lt=at)
    past = Q(appointment=None, last__lt=today)
    over = Wait.objects.waiting().filter(past | (Q(appointment__isnull=False) & (closed | too_late)))
    return over.order_by("joined_at", "pk").values_list("pk", flat=True)


def _perhaps_booked(*, at: datetime) -> QuerySet[Wait, int]:
    """Give who waits for a first slot and has booked something since; `_has_booked` compares the work."""
    lately = Appointment.objects.filter(booked_at__gte=at - LOOKED_BACK, status__in=Appointment.OPEN)
    own = lately.annotate(person=Lower("email")).filter(
        person=Lower(OuterRef("email")), booked_at__gte=OuterRef("joined_at")
    )
    searching = Wait.objects.waiting().filter(Exists(own), appointment=None)
    return searching.order_by("joined_at", "pk").values_list("pk", flat=True)


@transaction.atomic
def _end(pk: int, *, at: datetime) -> bool:
    wait = Wait.objects.locked(pk)
    if not wait.is_waiting:
        return False
    if wait.appointment is not None:
        return _end_for_earlier(wait, wait.appointment, at=at)
    if wait.last < timezone.localdate(at, timezone.get_default_timezone()):
        finish_wait(wait, state=Wait.State.OVER, because=Wait.Why.PAST, at=at)
        tell_over(wait, at=at)
        return True
    if _has_booked(wait):
        finish_wait(wait, state=Wait.State.SERVED, at=at)
        return True
    return False


def _end_for_earlier(wait: Wait, appointment: Appointment, *, at: datetime) -> bool:
    """No mail: whoever cancelled, came or was told that it is too late knows."""
    if what_forbids_moving(appointment, by=None, at=at) is None:
        return False
    finish_wait(wait, state=Wait.State.OVER, because=Wait.Why.CLOSED, at=at)
    return True


def _has_booked(wait: Wait) -> bool:
    """Tell whether this person has found the very same work by themselves since they joined."""
    own = Appointment.objects.filter(
        email__iexact=wait.email, booked_at__gte=wait.joined_at, status__in=Appointment.OPEN
    )
    wanted = set(wait.interventions)
    return any({line.code for line in one.lines.all()} >= wanted for one in own.prefetch_related("lines"))
