from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collective.workshops.models import Bench, Mechanic, Workshop


class Resource(models.Model):
    """Anything whose time is taken: a mechanic, a bench, later a shared tool or a room."""

    class Kind(models.TextChoices):
        MECHANIC = "mechanic", _("mechanic")
        BENCH = "bench", _("bench")

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="resources")
    kind = models.CharField(max_length=10, choices=Kind)
    mechanic = models.OneToOneField(Mechanic, models.PROTECT, null=True, related_name="resource")
    bench = models.OneToOneField(Bench, models.PROTECT, null=True, related_name="resource")
    calendar = models.OneToOneField("schedule.Calendar", models.PROTECT, null=True, related_name="+")  # its own hours
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="mechanic", mechanic__isnull=False, bench__isnull=True)
                | Q(kind="bench", bench__isnull=False, mechanic__isnull=True),
                name="resource_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.mechanic or self.bench)


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
        CLOSURE = "closure", _("closed")

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="occupancies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=12, choices=Reason)
    reference = models.CharField(max_length=60, db_index=True)  # "hold:<uuid>", "appointment:<uuid>"
    expires_at = models.DateTimeField(null=True)

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
    ticks.
    """

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="free_days")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="free_days")
    day = models.DateField()
    t0 = models.DateTimeField()
    ticks = models.PositiveSmallIntegerField()
    bits = models.BinaryField()
    steps = models.BinaryField()
    longest = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="one_free_day_a_resource")]
        indexes = [models.Index(fields=["workshop", "day", "longest"], name="free_day_search")]

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"
