from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import Collective, Membership, User


class Seller(models.Model):
    """The legal person who invoices: a workshop's own, or the cooperative (CAE) that employs its people."""

    class VatRegime(models.TextChoices):
        STANDARD = "standard", _("VAT charged")
        FRANCHISE = "franchise", _("VAT not applicable (franchise)")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="sellers")
    legal_name = models.CharField(max_length=160)
    legal_form = models.CharField(max_length=60)
    siren = models.CharField(max_length=9)
    address = models.CharField(max_length=240)
    email = models.EmailField(blank=True, default="")
    vat_regime = models.CharField(max_length=10, choices=VatRegime)
    stripe_account = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return self.legal_name


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def open_to_all(self) -> WorkshopQuerySet:
        """What anybody may look at and book."""
        return self.filter(accepted_at__isnull=False, closed_at__isnull=True)

    def visible_to(self, user: User | AnonymousUser) -> WorkshopQuerySet:
        """The workshops whose inside this person sees: their staff, and their collective's coordinators."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        staffed = Q(staff__in=Staff.objects.live().filter(user=user))
        coordinated = Q(collective__memberships__in=Membership.objects.of(user, Membership.Role.COORDINATOR))
        return self.filter(staffed | coordinated).distinct()

    def run_by(self, user: User | AnonymousUser) -> WorkshopQuerySet:
        """The workshops in which this person works and may answer customers."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(staff__in=Staff.objects.live().filter(user=user)).distinct()


class Workshop(models.Model):
    """A member structure that repairs or lends its benches."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("Workshop")
        ITINERANT = "itinerant", _("Comes to you")
        SELF_REPAIR = "self_repair", _("Self-repair")

    class Confirms(models.TextChoices):
        ITSELF = "itself", _("Bookings confirm themselves")
        BY_HAND = "by_hand", _("The workshop confirms each booking")

    class PayNow(models.TextChoices):
        DEPOSIT = "deposit", _("A deposit now, the rest at the counter")
        FULL = "full", _("Everything now")
        COUNTER = "counter", _("Everything at the counter")

    class DepositKind(models.TextChoices):
        ACOMPTE = "acompte", _("down payment (acompte)")
        ARRHES = "arrhes", _("earnest money (arrhes)")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="workshops")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="workshops")
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True, max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    about_fr = models.TextField(blank=True, default="")
    about_en = models.TextField(blank=True, default="")
    street = models.CharField(max_length=160, blank=True, default="")
    postcode = models.CharField(max_length=5)
    city = models.CharField(max_length=80)
    district = models.CharField(max_length=80, blank=True, default="")
    lat = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    lon = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    served_km = models.PositiveSmallIntegerField(null=True)  # itinerant: how far from lat/lon they come
    timezone = models.CharField(max_length=40, default="Europe/Paris")
    phone = models.CharField(max_length=20, blank=True, default="")
    email = models.EmailField(blank=True, default="")

    ebike_certified = models.BooleanField(default=False)
    cargo_stand = models.BooleanField(default=False)
    step_free = models.BooleanField(default=False)
    solidarity_price = models.BooleanField(default=False)

    slot_step_minutes = models.PositiveSmallIntegerField(default=15)
    buffer_minutes = models.PositiveSmallIntegerField(default=0)  # after each appointment
    notice_minutes = models.PositiveIntegerField(default=60)
    horizon_days = models.PositiveSmallIntegerField(default=62)

    confirms = models.CharField(max_length=8, choices=Confirms, default=Confirms.ITSELF)
    answer_hours = models.PositiveSmallIntegerField(default=24)  # by hand: silence after this releases the card
    pay_now = models.CharField(max_length=8, choices=PayNow, default=PayNow.DEPOSIT)
    deposit_bp = models.PositiveIntegerField(default=3000)  # of the total, in basis points
    deposit_kind = models.CharField(max_length=8, choices=DepositKind, default=DepositKind.ACOMPTE)
    free_cancel_hours = models.PositiveSmallIntegerField(default=24)
    late_cancel_keeps_bp = models.PositiveIntegerField(default=10000)  # of what was paid, when cancelled late

    calendar = models.OneToOneField("schedule.Calendar", models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["lat", "lon"], name="workshop_by_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__range=(-90, 90), lon__range=(-180, 180)), name="workshop_is_on_earth"
            ),
            models.CheckConstraint(condition=Q(deposit_bp__lte=10000), name="deposit_at_most_the_whole"),
            models.CheckConstraint(condition=Q(late_cancel_keeps_bp__lte=10000), name="keeps_at_most_what_was_paid"),
            models.CheckConstraint(condition=Q(slot_step_minutes__gte=5), name="slot_step_at_least_a_tick"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.notice_minutes)

    @property
    def confirms_by_hand(self) -> bool:
        return self.confirms == self.Confirms.BY_HAND

    @property
    def is_itinerant(self) -> bool:
        return self.kind == self.Kind.ITINERANT


class StaffQuerySet(models.QuerySet["Staff"]):
    def live(self) -> StaffQuerySet:
        return self.filter(ended_at__isnull=True, user__is_active=True)


class Staff(models.Model):
    """A person who works in a workshop."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MECHANIC = "mechanic", _("mechanic")
        HELPER = "helper", _("helper")

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="staff")
    user = models.ForeignKey(User, models.PROTECT, related_name="staff")
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "user"], condition=Q(ended_at__isnull=True), name="one_live_role_in_a_workshop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.workshop}"


class Mechanic(models.Model):
    """Someone whose time a workshop sells, with a skill from 1 (beginner with guidance) to 5 (expert)."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="mechanics")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="mechanics")
    name = models.CharField(max_length=80)
    skill_level = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    certifications = models.JSONField(default=list)  # brand codes: ["bosch", "shimano"]

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(skill_level__range=(1, 5)), name="skill_from_1_to_5")]

    def __str__(self) -> str:
        return self.name


class Bench(models.Model):
    """A place to work at: a stand, a cargo stand, an e-bike lift, a mechanic's van."""

    class Kind(models.TextChoices):
        STAND = "stand", _("stand")
        CARGO = "cargo", _("cargo stand")
        LIFT = "lift", _("e-bike lift")
        VAN = "van", _("on the road")

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="benches")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STAND)

    def __str__(self) -> str:
        return self.name
