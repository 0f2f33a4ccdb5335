from __future__ import annotations

from django.db import models
from django.db.models import Q

from collective.workshops.models import Mechanic, Workshop


class FinishedWork(models.Model):
    """A finished repair as facts: booking writes it, sharing and transparency read it and know no appointment."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="finished_works")
    mechanic = models.ForeignKey(Mechanic, models.PROTECT, null=True, related_name="finished_works")
    reference = models.CharField(max_length=60, unique=True)
    finished_at = models.DateTimeField(db_index=True)
    minutes = models.PositiveIntegerField()
    labour_cents = models.BigIntegerField()  # with VAT, as sold
    parts_cents = models.BigIntegerField()
    interventions = models.JSONField(default=list)  # catalogue codes

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(labour_cents__gte=0, parts_cents__gte=0), name="work_is_not_negative")
        ]

    def __str__(self) -> str:
        return self.reference
