from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from collective.members.models import Collective


class SharingKeyQuerySet(models.QuerySet["SharingKey"]):
    def in_force(self, collective: Collective, *, on: date) -> SharingKey:
        return self.filter(collective=collective, valid_from__lte=on).latest("valid_from")


class SharingKey(models.Model):
    """The voted rule by which revenue is shared, from a day on. A booking keeps the rule it was made under."""

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="sharing_keys")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    fund_bp = models.PositiveIntegerField()  # common fund: basis points of labour before VAT
    platform_bp = models.PositiveIntegerField()  # platform: basis points of labour before VAT

    objects = SharingKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collective", "valid_from"], name="one_sharing_key_a_day"),
            models.CheckConstraint(
                condition=Q(fund_bp__lte=10000 - models.F("platform_bp")), name="shares_at_most_the_labour"
            ),
        ]

    def __str__(self) -> str:
        return self.name
