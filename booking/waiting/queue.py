"""Who is before whom: said honestly to the person who waits, and to the workshop without a name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from booking.services.models import Intervention
from booking.services.offers import Offer
from booking.waiting.matching import suits, waiting_near
from booking.waiting.models import Wait, WaitQuerySet
from collective.places.distance import bounding_box, distance_km
from collective.workshops.models import Workshop

MOST_COUNTED = 200


def people_before(wait: Wait) -> int:
    """
    Count who joined earlier and could be offered the same slot: same days, and circles that meet; at most 200.

    Honest, and no promise: some of them want other work or other hours, and a slot that suits you may not suit them.
    """
    earlier = Wait.objects.waiting().filter(
        Q(joined_at__lt=wait.joined_at) | Q(joined_at=wait.joined_at, pk__lt=wait.pk),
        first__lte=wait.last,
        last__gte=wait.first,
    )
    if wait.is_for_earlier:
        return _persons(earlier.filter(appointment__workshop=wait.workshop))
    box = bounding_box(wait.lat, wait.lon, wait.radius_km + 100)
    near = earlier.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    met = [one for one in near[:MOST_COUNTED] if distance_km(one, wait) <= one.radius_km + wait.radius_km]
    return len({one.person for one in met} - {wait.person})


def _persons(waits: WaitQuerySet) -> int:
    return len({one.person for one in waits[:MOST_COUNTED]})


def waiting_for(workshop: Workshop, *, at: datetime) -> list[Wait]:
    """Return the waits that a free slot of this workshop could end, in order of joining; 200 at most."""
    today = at.astimezone(workshop.zone).date()
    near = waiting_near(workshop, first=today, last=today + timedelta(days=workshop.horizon_days))
    sold = set(Offer.objects.on_sale().filter(workshop=workshop).values_list("intervention__code", flat=True))
    looked_at = near.select_related("appointment__workshop")[:MOST_COUNTED]
    return [wait for wait in looked_at if sold >= set(wait.interventions) and suits(wait, workshop)]


def names_of_work(waits: list[Wait]) -> dict[str, Intervention]:
    """Return the pieces of work that these waits name, by code: one query."""
    codes = {code for wait in waits for code in wait.interventions}
    return {one.code: one for one in Intervention.objects.filter(code__in=codes)}
