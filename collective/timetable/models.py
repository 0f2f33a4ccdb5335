from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import User
from collective.workshops.models import Bench, Mechanic, Workshop


class Resource(models.Model):
    """
    Anything whose time is taken: a mechanic, a bench, a shared tool, the days a workshop sells to bikes left there.

    A tool stays with no workshop for a day: it has no free days, only occupancies, each with the place where it is;
    its `workshop` is its home.
    """

    class Kind(models.TextChoices):
        MECHANIC = "mechanic", _("mechanic")
        BENCH = "bench", _("bench")
        TOOL = "tool", _("shared tool")
        DROP_OFF = "drop_off", _("drop-off days")

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="resources")
    kind = models.CharField(max_length=10, choices=Kind)
    mechanic = models.OneToOneField(Mechanic, models.PROTECT, null=True, related_name="resource")
    bench = models.OneToOneField(Bench, models.PROTECT, null=True, related_name="resource")
    tool = models.OneToOneField("collective.Tool", models.PROTECT, null=True, related_name="resource")
    calendar = models.OneToOneField("schedule.Calendar", models.PROTECT, null=True, related_name="+")  # its own hours
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="mechanic", mechanic__isnull=False, bench=None, tool=None)
                | Q(kind="bench", bench__isnull=False, mechanic=None, tool=None)
                | Q(kind="tool", tool__isnull=False, mechanic=None, bench=None)
                | Q(kind="drop_off", tool=None, mechanic=None, bench=None),
                name="resource_is_one_thing",
            ),
            models.UniqueConstraint(fields=["workshop"], condition=Q(kind="drop_off"), name="one_stock_of_days"),
        ]

    def __str__(self) -> str:
        return str(self.mechanic or self.bench or self.tool or self.workshop)


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def live(self, *, at: datetime) -> OccupancyQuerySet:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))

    def expired(self, *, at: datetime) -> OccupancyQuerySet:
        return self.filter(expires_at__lte=at)


class Occupancy(models.Model):
    """
    A period taken on a resource: the truth from which free days are derived.

    Two of one resource never overlap; the database refuses it (an exclusion constraint on PostgreSQL, a trigger on
    SQLite). An expired one (a hold nobody paid) counts for nothing; who needs its room deletes it first.
    """

    class Reason(models.TextChoices):
        HOLD = "hold", _("held")
        APPOINTMENT = "appointment", _("appointment")
        PROPOSAL = "proposal", _("proposed")
        OFFER = "offer", _("offered to who waits")
        LOAN = "loan", _("lent")
        CLOSURE = "closure", _("closed")

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="occupancies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=12, choices=Reason)
    reference = models.CharField(max_length=60, db_index=True)  # "hold:<uuid>", "appointment:<uuid>"
    expires_at = models.DateTimeField(null=True)
    # Where it happens, for what travels there (an itinerant mechanic, a shared tool); none = nowhere in particular.
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "occupancies"
        indexes = [
            models.Index(fields=["resource", "starts_at"], name="occupancy_of_resource"),
            models.Index(fields=["expires_at"], name="occupancy_expiry", condition=Q(expires_at__isnull=False)),
        ]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occupancy_has_a_length")]

    def __str__(self) -> str:
        return f"{self.resource}: {self.reason} {self.starts_at:%Y-%m-%d %H:%M}"


class FreeDay(models.Model):
    """
    What is still free of one resource on one local day: bit i set = the five minutes from t0 + 5 i minutes are free.

    Derived from hours and occupancies, recomputed whole in the writer's transaction, never patched. `t0` is local
    midnight in UTC; a day has 276, 288 or 300 ticks. `steps` has the ticks at which the workshop lets a slot start
    (each opening, then every slot_step_minutes), little end first as `bits`. `longest` is the longest free run, in
    ticks, that may still be sold. `open_ticks` and `taken_ticks` count what is open, and what of it is taken.

    Of a stock of drop-off days (kind DROP_OFF), `bits` is five numbers of 16 bits, little end first: the ticks of work
    that needs skill 1, 2 ... 5 that may still be sold that day; `longest` is the first of them; `open_ticks` counts
    the mechanics' open ticks, `taken_ticks` those that drop-offs claim.
    """

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="free_days")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="free_days")
    day = models.DateField()
    t0 = models.DateTimeField()
    ticks = models.PositiveSmallIntegerField()
    bits = models.BinaryField()
    steps = models.BinaryField()
    longest = models.PositiveSmallIntegerField()
    open_ticks = models.PositiveSmallIntegerField(default=0)
    taken_ticks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="one_free_day_a_resource")]
        indexes = [models.Index(fields=["workshop", "day", "longest"], name="free_day_search")]

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def live(self, *, at: datetime) -> ClaimQuerySet:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))

    def expired(self, *, at: datetime) -> ClaimQuerySet:
        return self.filter(expires_at__lte=at)


class Claim(models.Model):
    """
    Minutes of a workshop's day sold to a bike that is left there: the truth of drop-off days.

    The bike takes a storage place from `day` to `leaves_on`, both included. The stock of the day is judged under the
    lock of its free days.
    """

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="claims")  # of kind DROP_OFF
    day = models.DateField()
    leaves_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    skill_level = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=12, choices=Occupancy.Reason)
    reference = models.CharField(max_length=60, db_index=True)
    expires_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "day"], name="claims_of_a_day")]
        constraints = [
            models.CheckConstraint(condition=Q(leaves_on__gte=F("day")), name="claim_leaves_after_it_came"),
            models.CheckConstraint(condition=Q(minutes__gte=5), name="claim_has_minutes"),
            models.CheckConstraint(condition=Q(skill_level__range=(1, 5)), name="claim_skill_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.day}: {self.minutes} min"


class HoursChange(models.Model):
    """
    A change of hours: who made it, when, and what it was; added to, never edited.

    `resource` is whose hours changed, none = the workshop's own; `details` are what pages put into words.
    """

    class Kind(models.TextChoices):
        WEEK = "week", _("ordinary week")
        SEASON_REMOVED = "season_removed", _("season taken back")
        EXCEPTION = "exception", _("exception")
        EXCEPTION_REMOVED = "exception_removed", _("exception taken back")
        HOLIDAYS = "holidays", _("public holidays")
        IMPORTED = "imported", _("import")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="hours_changes")
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, related_name="hours_changes")
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # none: a command, or the demonstration
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["workshop", "-happened_at"], name="hours_changes_of")]

    def __str__(self) -> str:
        return f"{self.workshop}: {self.kind}"
