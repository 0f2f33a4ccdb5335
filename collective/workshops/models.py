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

    # What its invoices say besides (CGI ann. II art. 242 nonies A; C. com. R123-237 and R123-238).
    siret = models.CharField(max_length=14, blank=True, default="")
    capital_cents = models.BigIntegerField(null=True, blank=True)  # of companies
    register = models.CharField(max_length=80, blank=True, default="")  # "RCS Lille Métropole"
    street = models.CharField(max_length=160, blank=True, default="")
    postcode = models.CharField(max_length=10, blank=True, default="")
    city = models.CharField(max_length=80, blank=True, default="")
    vat_on_debits = models.BooleanField(default=False)  # the option by which VAT is due on invoicing
    # The mandate by which the platform invoices in its name: prior and written (CGI art. 289 I 2).
    mandate_accepted_at = models.DateTimeField(null=True, blank=True)
    mandate_accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

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
        HOLD = "hold", _("Held on the card, taken when the bicycle is ready")
        LATER = "later", _("Card saved, charged when the bicycle is ready")

    class Prices(models.TextChoices):
        ONE = "one", _("One price for everybody")
        LEVELS = "levels", _("Reduced, reference and supporter prices")
        FREE = "free", _("Pay what you can, above a floor")

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
    # Itinerant: where they come, one way of three. Kilometres around lat/lon, INSEE codes of communes, or the corners
    # of an area as [lat, lon] pairs.
    served_km = models.PositiveSmallIntegerField(null=True)
    served_communes = models.JSONField(default=list, blank=True)
    served_area = models.JSONField(default=list, blank=True)
    timezone = models.CharField(max_length=40, default="Europe/Paris")
    phone = models.CharField(max_length=20, blank=True, default="")
    email = models.EmailField(blank=True, default="")

    ebike_certified = models.BooleanField(default=False)
    cargo_stand = models.BooleanField(default=False)
    step_free = models.BooleanField(default=False)
    solidarity_price = models.BooleanField(default=False)

    slot_step_minutes = models.PositiveSmallIntegerField(default=15)
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)  # before each appointment
    buffer_minutes = models.PositiveSmallIntegerField(default=0)  # after each appointment
    setup_minutes = models.PositiveSmallIntegerField(default=0)  # of each offer's minutes, what is done once a visit
    two_mechanics = models.BooleanField(default=False)  # one visit may be shared out between two, one after the other
    open_per_person = models.PositiveSmallIntegerField(null=True, blank=True)  # open appointments; none = no limit
    closed_on_holidays = models.BooleanField(default=True)  # public ones, unless an exception opens
    notice_minutes = models.PositiveIntegerField(default=60)
    horizon_days = models.PositiveSmallIntegerField(default=62)

    confirms = models.CharField(max_length=8, choices=Confirms, default=Confirms.ITSELF)
    answer_hours = models.PositiveSmallIntegerField(default=24)  # by hand: silence after this releases the card
    accepts_minutes = models.BooleanField(default=False)  # of members: time credits pay for its labour
    pay_now = models.CharField(max_length=8, choices=PayNow, default=PayNow.DEPOSIT)
    deposit_bp = models.PositiveIntegerField(default=3000)  # of the total, in basis points
    deposit_kind = models.CharField(max_length=8, choices=DepositKind, default=DepositKind.ACOMPTE)
    free_cancel_hours = models.PositiveSmallIntegerField(default=24)
    late_cancel_keeps_bp = models.PositiveIntegerField(default=10000)  # of what was paid, when cancelled late

    # What a person may choose to pay, in basis points of the reference price: see collective/sharing/solidarity.py.
    prices = models.CharField(max_length=8, choices=Prices, default=Prices.ONE)
    reduced_bp = models.PositiveIntegerField(default=7000)
    supporter_bp = models.PositiveIntegerField(default=12000)
    floor_bp = models.PositiveIntegerField(default=5000)

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
            models.CheckConstraint(
                condition=Q(reduced_bp__lte=10000, floor_bp__lte=10000, supporter_bp__range=(10000, 30000)),
                name="prices_around_the_reference",
            ),
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
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)  # appointments a day; none = no limit
    # How an itinerant one travels: straight-line kilometres times the detour, at that speed.
    speed_kmh = models.PositiveSmallIntegerField(default=15)
    detour_percent = models.PositiveSmallIntegerField(default=130)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(skill_level__range=(1, 5)), name="skill_from_1_to_5"),
            models.CheckConstraint(
                condition=Q(speed_kmh__range=(1, 130), detour_percent__range=(100, 400)), name="mechanic_travels_sanely"
            ),
        ]

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
    cleaning_minutes = models.PositiveSmallIntegerField(default=0)  # after each use, when the mechanic is free already

    def __str__(self) -> str:
        return self.name


class DropOffTerms(models.Model):
    """How a workshop sells whole days instead of exact times: bikes are left in the morning and collected later."""

    workshop = models.OneToOneField(Workshop, models.CASCADE, related_name="drop_off")
    is_on = models.BooleanField(default=True)
    share_bp = models.PositiveIntegerField(default=8000)  # of the mechanics' free minutes of a day, in basis points
    arrives_from = models.PositiveSmallIntegerField(default=9 * 60)  # minutes of the wall clock
    arrives_until = models.PositiveSmallIntegerField(default=11 * 60)
    return_days = models.PositiveSmallIntegerField(default=0)  # opening days later; 0 = the same evening
    returns_from = models.PositiveSmallIntegerField(default=17 * 60)  # minutes of the wall clock, on the day of return
    storage_places = models.PositiveSmallIntegerField(default=6)  # bikes on site at once

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share_bp__range=(0, 10000)), name="drop_off_share_at_most_all"),
            models.CheckConstraint(
                condition=Q(arrives_from__lt=models.F("arrives_until"), arrives_until__lte=1440),
                name="drop_off_arrival_has_a_length",
            ),
            models.CheckConstraint(
                condition=Q(returns_from__lte=1440, return_days__lte=30), name="drop_off_returns_soon"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop}: drop-off"
