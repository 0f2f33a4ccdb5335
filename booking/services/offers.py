from __future__ import annotations

from django.db import models
from django.db.models import Q

from collective.workshops.models import Workshop


class OfferQuerySet(models.QuerySet["Offer"]):
    def on_sale(self) -> OfferQuerySet:
        return self.filter(
            withdrawn_at__isnull=True, workshop__accepted_at__isnull=False, workshop__closed_at__isnull=True
        )


class Offer(models.Model):
    """An intervention as one workshop does it: its price, with VAT, and its minutes."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="offers")
    intervention = models.ForeignKey("booking.Intervention", models.PROTECT, related_name="offers")
    minutes = models.PositiveSmallIntegerField()
    labour_cents = models.BigIntegerField()
    parts_cents = models.BigIntegerField(default=0)  # the usual parts, as a package; 0 = none, or brought along
    minutes_for = models.JSONField(default=dict, blank=True)  # other lengths, by type of bicycle: {"cargo": 55}
    # The kind of tool that the workshop borrows from the collective for this work; none = it has what it needs.
    borrows = models.ForeignKey("collective.ToolKind", models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "intervention"], name="one_offer_an_intervention"),
            models.CheckConstraint(condition=Q(minutes__range=(5, 600)), name="offer_takes_5_to_600_minutes"),
            models.CheckConstraint(
                condition=Q(labour_cents__range=(0, 500_000), parts_cents__range=(0, 500_000)),
                name="offer_price_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intervention} · {self.workshop}"

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents
