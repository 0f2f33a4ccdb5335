from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.appointments.models import Appointment, BikeType
from collective.members.models import User
from collective.workshops.models import Mechanic, Workshop


class WaitQuerySet(models.QuerySet["Wait"]):
    def locked(self, pk: int) -> Wait:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def waiting(self) -> WaitQuerySet:
        return self.filter(state=Wait.State.WAITING)

    def of_person(self, email: str) -> WaitQuerySet:
        return self.filter(email__iexact=email)

    def ended_before(self, moment: datetime) -> WaitQuerySet:
        return self.filter(ended_at__lt=moment)


class Wait(models.Model):
    """
    Someone who waits for a slot: for a search that found none, or (with `appointment`) to be moved up.

    First come, first offered, one slot at a time.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SERVED = "served", _("served")
        LEFT = "left", _("left")  # the person gave up waiting
        OVER = "over", _("over")  # see `Why`

    class Why(models.TextChoices):
        """Why a wait is over without its person having said so."""

        PAST = "past", _("the days are past")
        SILENT = "silent", _("several offers stayed without an answer")
        CLOSED = "closed", _("the appointment is closed, or too near to be moved")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="waits")  # to be moved up
    cyclist = models.ForeignKey(User, models.PROTECT, null=True, related_name="waits")
    name = models.CharField(max_length=120, blank=True, default="")
    email = models.EmailField()
    phone = models.CharField(max_length=20)
    language = models.CharField(max_length=2, default="fr")

    place = models.CharField(max_length=120, blank=True, default="")
    lat = models.FloatField()
    lon = models.FloatField()
    radius_km = models.FloatField()
    workshop = models.ForeignKey(Workshop, models.PROTECT, null=True, related_name="waits")  # this one only
    interventions = models.JSONField()  # codes
    bike_type = models.CharField(max_length=10, choices=BikeType, default=BikeType.CITY)
    wishes = models.JSONField(default=dict)  # the other arguments of the search: kinds, step_free, certification, ...
    first = models.DateField()
    last = models.DateField()

    joined_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    over_because = models.CharField(max_length=8, choices=Why, blank=True, default="")

    objects = WaitQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "joined_at"], name="wait_in_order"),
            models.Index(fields=["state", "lat"], name="wait_by_place"),
            models.Index(fields=["ended_at"], name="wait_to_erase", condition=Q(ended_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="wait_has_days"),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(state="waiting"), name="one_wait_an_appointment"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="wait_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.first} - {self.last}"

    @property
    def person(self) -> str:
        """Who waits, whatever the letters' case: a person has one open offer at most."""
        return self.email.lower()

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_for_earlier(self) -> bool:
        """To be moved up, rather than to find a first slot."""
        return self.appointment_id is not None


class SlotOfferQuerySet(models.QuerySet["SlotOffer"]):
    def locked(self, pk: int) -> SlotOffer:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open_(self) -> SlotOfferQuerySet:
        return self.filter(state=SlotOffer.State.OPEN)

    def overdue(self, *, at: datetime) -> SlotOfferQuerySet:
        return self.open_().filter(expires_at__lte=at)


class SlotOffer(models.Model):
    """A freed slot kept for one person who waits, until a deadline. Its periods are occupancies "offer:<token>"."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("lapsed")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    wait = models.ForeignKey(Wait, models.CASCADE, related_name="offers")
    person = models.CharField(max_length=254)  # Wait.person, for the database to refuse a second open one
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="+")
    mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_from = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")  # what came of it

    objects = SlotOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="one_open_offer_a_person"),
            models.UniqueConstraint(fields=["wait", "workshop", "starts_at"], name="offered_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_offer_has_a_length"),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="slot_offer_overdue")]

    def __str__(self) -> str:
        return f"{self.wait} -> {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def reference(self) -> str:
        return f"offer:{self.token}"

    def is_open(self, *, at: datetime) -> bool:
        return self.state == self.State.OPEN and at < self.expires_at
