"""People who wait at the busiest workshop of the demonstration, and an earlier slot that is offered to Camille."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from booking.appointments.models import Appointment
from booking.demo.customers import Customer
from booking.services.offers import Offer
from booking.waiting.ask_earlier import ask_earlier, what_forbids_asking_earlier
from booking.waiting.join import join_wait
from booking.waiting.offer_freed import offer_freed
from collective.members.models import User
from collective.workshops.models import Workshop

SLUG = "atelier-du-pave"
HOW_MANY = 4


def fill_the_waiting_list(camille: User, customers: Sequence[Customer], *, at: datetime) -> None:
    """
    Put four customers on the list, each for another piece of work of the days before the weekend, and have Camille ask
    to come sooner: what is free before her appointment is offered to her, as it would be after a cancellation.
    """
    workshop = Workshop.objects.filter(slug=SLUG).first()
    if workshop is None:
        return
    ask_for_camille(workshop, camille, at=at)
    today = at.astimezone(workshop.zone).date()
    offers = Offer.objects.on_sale().filter(workshop=workshop).select_related("intervention").order_by("pk")
    for place, (customer, offer) in enumerate(zip(customers[:HOW_MANY], offers, strict=False)):
        join_wait(
            email=customer.email,
            phone=customer.phone,
            name=customer.name,
            language="fr",
            lat=workshop.lat,
            lon=workshop.lon,
            radius_km=5,
            place=f"{workshop.city} ({workshop.postcode})",
            workshop=workshop,
            interventions=[offer.intervention.code],
            bike_type="city",
            first=today + timedelta(days=1),
            last=today + timedelta(days=6 + place),
            from_hour=17 if place % 2 else None,
            at=at - timedelta(hours=9 * (HOW_MANY - place)),
        )


def ask_for_camille(workshop: Workshop, camille: User, *, at: datetime) -> None:
    ahead = Appointment.objects.filter(
        workshop=workshop, cyclist=camille, starts_at__gt=at, status__in=Appointment.OPEN
    )
    appointment = ahead.order_by("starts_at").first()
    if appointment is None or what_forbids_asking_earlier(appointment, by=camille, at=at):
        return
    ask_earlier(appointment=appointment, by=camille, at=at)
    first, last = at.astimezone(workshop.zone).date(), appointment.starts_at.astimezone(workshop.zone).date()
    offer_freed({"workshop": workshop.pk, "first": first.isoformat(), "last": last.isoformat()}, at=at)
