"""Change hours only when who does knows which appointments that puts outside; no appointment is ever dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce, Greatest

from booking.appointments.models import Appointment
from booking.appointments.outside import Outside, appointments_outside
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Workshop


@again_when_busy
def change_knowingly(
    *,
    workshop: Workshop,
    change: Callable[[], object],
    known: Collection[int],
    at: datetime,
    only_look: bool = False,
) -> list[Outside]:
    """
    Make this change of hours, unless it puts outside an appointment that is not among `known` (their ids).

    Then nothing is changed (the transaction is rolled back) and all that it would put outside is returned, to be shown
    and asked about. An empty list means that the change is made. What `change` raises goes through, nothing changed.
    With `only_look` nothing is changed in any case.
    """
    with transaction.atomic():
        before = {outside.appointment.pk for outside in outside_now(workshop=workshop, at=at)}
        change()
        after = outside_now(workshop=workshop, at=at)
        fallen = [outside for outside in after if outside.appointment.pk not in before]
        if not only_look and {outside.appointment.pk for outside in fallen} <= set(known):
            return []
        transaction.set_rollback(True)
    return fallen


def outside_now(*, workshop: Workshop, at: datetime) -> list[Outside]:
    """Return all the open appointments to come that the hours as they are shut out, in order of time."""
    ends = Greatest("ends_at", Coalesce("ready_at", "ends_at"))
    last = workshop.appointments.filter(status__in=Appointment.OPEN).aggregate(last=Max(ends))["last"]
    if last is None or last <= at:
        return []
    first, last = (moment.astimezone(workshop.zone).date() for moment in (at, last))
    return appointments_outside(workshop=workshop, first=first, last=last, at=at)
