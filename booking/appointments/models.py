from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.lib.bilingual import in_current_language
from booking.services.bike_types import BikeType as BikeType
from booking.services.offers import Offer
from collective.members.models import User
from collective.payments.models import KeptCard, Payment
from collective.workshops.models import Mechanic, Workshop


def _seat_rules(name: str) -> list[models.CheckConstraint]:
    """
    What must be of a row that holds a seat: an exact time with its mechanic, or a day on which a bicycle is left.

    A check lets through what is unknown, so each side says of what it compares that it is there.
    """
    exact = Q(drop_off_minutes=None, ready_at=None, mechanic__isnull=False)
    day = Q(drop_off_minutes__isnull=False, ready_at__isnull=False, mechanic=None, second_mechanic=None)
    day &= Q(drop_off_minutes__gte=5, ready_at__gt=F("starts_at"))
    alone = Q(second_mechanic=None, second_from=None)
    shared = Q(second_mechanic__isnull=False, second_from__isnull=False)
    shared &= Q(second_from__gt=F("starts_at"), second_from__lt=F("ends_at"))
    return [
        models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name=f"{name}_has_a_length"),
        models.CheckConstraint(condition=exact | day, name=f"{name}_is_exact_or_a_day"),
        models.CheckConstraint(condition=alone | shared, name=f"{name}_shared_out_in_turn"),
    ]


def _place_rule(name: str) -> models.CheckConstraint:
    on_earth = Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180))
    return models.CheckConstraint(condition=Q(lat=None, lon=None) | on_earth, name=f"{name}_is_somewhere")


class HoldQuerySet(models.QuerySet["Hold"]):
    def locked(self, pk: int) -> Hold:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def live(self, *, at: datetime) -> HoldQuerySet:
        return self.filter(ended_at__isnull=True, expires_at__gt=at)

    def overdue(self, *, at: datetime) -> HoldQuerySet:
        return self.filter(ended_at__isnull=True, expires_at__lte=at)


class Hold(models.Model):
    """A slot kept ten minutes while a person says who comes and pays. Its periods are occupancies "hold:<token>"."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="holds")
    mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="holds")  # none: a drop-off
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # What the slot asked for, so that it can be moved: see availability/needs.py.
    certification = models.CharField(max_length=20, blank=True, default="")  # brand that the mechanic must know
    second_mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_from = models.DateTimeField(null=True)  # when the second one takes over
    lat = models.FloatField(null=True)  # where an itinerant mechanic comes
    lon = models.FloatField(null=True)
    place = models.CharField(max_length=120, blank=True, default="")  # the name of that place: "59000 Lille"
    # A bike left for a day instead of an exact time: minutes claimed, and when it is promised back.
    drop_off_minutes = models.PositiveSmallIntegerField(null=True)
    ready_at = models.DateTimeField(null=True)
    bike_type = models.CharField(max_length=10, choices=BikeType, default=BikeType.CITY)
    diagnosis = models.ForeignKey("booking.Diagnosis", models.SET_NULL, null=True, related_name="holds")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)  # once only
    ended_at = models.DateTimeField(null=True)  # booked, given back or swept

    objects = HoldQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ended_at", "expires_at"], name="hold_overdue")]
        constraints = [*_seat_rules("hold"), _place_rule("hold")]

    def __str__(self) -> str:
        return f"{self.workshop} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def reference(self) -> str:
        return f"hold:{self.token}"

    @property
    def is_drop_off(self) -> bool:
        return self.drop_off_minutes is not None

    @property
    def minutes(self) -> int:
        """The minutes of work."""
        return _minutes(self)

    def is_live(self, *, at: datetime) -> bool:
        return self.ended_at is None and self.expires_at > at


def _minutes(seated: Hold | Appointment) -> int:
    if seated.drop_off_minutes is not None:
        return seated.drop_off_minutes
    return round((seated.ends_at - seated.starts_at).total_seconds() / 60)


class HoldLine(models.Model):
    """One piece of work in a hold, at the price shown when it was taken."""

    hold = models.ForeignKey(Hold, models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField()
    labour_cents = models.BigIntegerField()
    parts_cents = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.offer)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User | AnonymousUser) -> AppointmentQuerySet:
        """One's own, and those of the workshops one sees the inside of. A guest comes by the signed manage link."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(cyclist=user) | Q(workshop__in=Workshop.objects.visible_to(user)))

    def locked(self, pk: int) -> Appointment:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def unpaid_of(self, hold: Hold) -> Appointment | None:
        """Lock and return what this hold was booked as, while nobody has paid for it."""
        return self.select_for_update(of=("self",)).filter(hold=hold, status=Appointment.Status.UNPAID).first()

    def numbered(self, number: str) -> AppointmentQuerySet:
        """Find what `Appointment.number` names; a number that is none finds nothing."""
        digits = number.removeprefix("M")
        return self.filter(pk=int(digits)) if digits.isdecimal() else self.none()

    def unanswered(self, *, at: datetime) -> AppointmentQuerySet:
        return self.filter(status=Appointment.Status.REQUESTED, answer_by__lte=at)

    def taking_a_slot(self) -> AppointmentQuerySet:
        return self.filter(status__in=Appointment.TAKES_A_SLOT)


class Appointment(models.Model):
    """A slot taken, with what was promised when it was: price, policy, split rule. Guests have no `cyclist`."""

    class Status(models.TextChoices):
        UNPAID = "unpaid", _("waiting for payment")
        REQUESTED = "requested", _("waiting for the workshop")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused by the workshop")
        LAPSED = "lapsed", _("lapsed")  # never paid, or never answered
        CANCELLED = "cancelled", _("cancelled")
        DONE = "done", _("done")
        NO_SHOW = "no_show", _("nobody came")

    TAKES_A_SLOT = ("unpaid", "requested", "confirmed", "done", "no_show")
    OPEN = ("requested", "confirmed")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hold = models.OneToOneField(Hold, models.PROTECT, null=True, related_name="appointment")
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="appointments")
    mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="appointments")  # none: a drop-off
    cyclist = models.ForeignKey(User, models.PROTECT, null=True, related_name="appointments")
    name = models.CharField(max_length=120, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=20)
    language = models.CharField(max_length=2, default="fr")
    address = models.CharField(max_length=240, blank=True, default="")  # where an itinerant mechanic comes
    bike_type = models.CharField(max_length=10, choices=BikeType, default=BikeType.CITY)
    note = models.TextField(blank=True, default="")
    diagnosis = models.ForeignKey("booking.Diagnosis", models.SET_NULL, null=True, related_name="appointments")

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # of a drop-off: when its arrival window closes
    # What the slot asked for, so that it can be moved: see availability/needs.py.
    certification = models.CharField(max_length=20, blank=True, default="")  # brand that the mechanic must know
    second_mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_from = models.DateTimeField(null=True)  # when the second one takes over
    lat = models.FloatField(null=True)  # where an itinerant mechanic comes
    lon = models.FloatField(null=True)
    place = models.CharField(max_length=120, blank=True, default="")  # the name of that place: "59000 Lille"
    # A bike left for a day instead of an exact time: minutes claimed, and when it is promised back.
    drop_off_minutes = models.PositiveSmallIntegerField(null=True)
    ready_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status)
    booked_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)  # requested: silence after this releases
    closed_at = models.DateTimeField(null=True)  # refused, lapsed, cancelled, done, no show
    reason = models.CharField(max_length=240, blank=True, default="")  # of a refusal or a cancellation
    sequence = models.PositiveIntegerField(default=0)  # of the calendar file (RFC 5545): grows with each change

    pay_now = models.CharField(max_length=8, choices=Workshop.PayNow)
    labour_cents = models.BigIntegerField()
    parts_cents = models.BigIntegerField()
    due_now_cents = models.BigIntegerField(default=0)
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="+")
    # Of what was paid online, what stays with the workshop once this is closed. Whatever arrives above it goes back,
    # however late it arrives.
    keeps_cents = models.BigIntegerField(default=0)
    # The card that was saved for the end, where that is how it is paid.
    card = models.OneToOneField(KeptCard, models.PROTECT, null=True, related_name="+")

    # What was promised when it was booked, whatever changes since.
    free_until = models.DateTimeField()
    free_cancel_hours = models.PositiveSmallIntegerField(default=24)
    late_cancel_keeps_bp = models.PositiveIntegerField()
    late_charge_cents = models.BigIntegerField(default=0)  # of a held or saved card, when cancelled late or not come
    deposit_kind = models.CharField(max_length=8, blank=True, default="")
    work_may_begin_early = models.BooleanField(default=False)  # express request (C. conso L221-25)
    fund_bp = models.PositiveIntegerField()
    platform_bp = models.PositiveIntegerField()
    terms_version = models.CharField(max_length=20, blank=True, default="")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workshop", "starts_at"], name="appointment_of_workshop"),
            models.Index(fields=["status", "answer_by"], name="appointment_to_answer"),
        ]
        constraints = [
            *_seat_rules("appointment"),
            _place_rule("appointment"),
            models.CheckConstraint(
                condition=Q(labour_cents__gte=0, parts_cents__gte=0, due_now_cents__gte=0)
                & Q(due_now_cents__lte=F("labour_cents") + F("parts_cents")),
                name="due_now_within_the_total",
            ),
            models.CheckConstraint(
                condition=Q(keeps_cents__gte=0, late_charge_cents__gte=0), name="keeps_nothing_negative"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("unpaid", "requested", "confirmed"), closed_at__isnull=True)
                | Q(status__in=("refused", "lapsed", "cancelled", "done", "no_show"), closed_at__isnull=False),
                name="closed_means_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def reference(self) -> str:
        return f"appointment:{self.token}"

    @property
    def number(self) -> str:
        """What people read out on the phone."""
        return f"M{self.pk:05d}"

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents

    @property
    def is_drop_off(self) -> bool:
        return self.drop_off_minutes is not None

    @property
    def minutes(self) -> int:
        """The minutes of work."""
        return _minutes(self)

    @property
    def ends_by(self) -> datetime:
        """When it is all over: the end of the work, or the return of a bicycle that was left."""
        return self.ready_at or self.ends_at

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class AppointmentLine(models.Model):
    """One piece of work, as promised: of the catalogue, or added by a quote (without an offer, a code or minutes)."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=40, blank=True)
    name_fr = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    minutes = models.PositiveSmallIntegerField()
    labour_cents = models.BigIntegerField()
    parts_cents = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_current_language(fr=self.name_fr, en=self.name_en)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def locked(self, pk: int) -> Proposal:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open_(self) -> ProposalQuerySet:
        return self.filter(state=Proposal.State.OPEN)

    def overdue(self, *, at: datetime) -> ProposalQuerySet:
        return self.open_().filter(expires_at__lte=at)


class Proposal(models.Model):
    """Another time, proposed by the workshop: nothing moves until the customer accepts it."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("lapsed")

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="proposals")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="+")
    second_from = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    drop_off_minutes = models.PositiveSmallIntegerField(null=True)  # of a day on which the bicycle is left
    ready_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(state="open"), name="one_open_proposal"),
            *_seat_rules("proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} -> {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def reference(self) -> str:
        return f"proposal:{self.token}"


class AppointmentChange(models.Model):
    """What happened to an appointment, when and by whom; added to, never edited."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="changes")
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=20)  # booked, confirmed, accepted, refused, moved, proposed, cancelled, done…
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.appointment}"
