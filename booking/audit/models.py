from __future__ import annotations

from django.db import models
from django.db.models import Q


class AuditRowQuerySet(models.QuerySet["AuditRow"]):
    def chained(self) -> AuditRowQuerySet:
        return self.filter(number__isnull=False).order_by("number")

    def loose(self) -> AuditRowQuerySet:
        """Those that the next round chains."""
        return self.filter(number__isnull=True).order_by("pk")


class AuditRow(models.Model):
    """
    One change of state of one row, written by the database itself with the change (guards.py): no code path is without.

    `was` is empty for a row that is new, `became` for one that is gone. A sweep gives each its `number` and its
    `digest`, which covers the digest before it (chain.py): from then on nothing of it changes unseen.
    """

    watched = models.CharField(max_length=60)  # the table
    row_id = models.BigIntegerField()
    was = models.CharField(max_length=24)
    became = models.CharField(max_length=24)
    happened_at = models.DateTimeField()
    number = models.BigIntegerField(null=True, unique=True)  # from 1, without a gap
    digest = models.CharField(max_length=64, default="")  # SHA-256, in hexadecimal

    objects = AuditRowQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["watched", "row_id"], name="audit_of_row")]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, digest="") | (Q(number__gte=1) & ~Q(digest="")), name="chained_with_its_digest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.watched} {self.row_id}: {self.was or 'new'} -> {self.became or 'gone'}"
