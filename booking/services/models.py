"""What a workshop can be asked to do. The catalogue is the collective's; offers are each workshop's own."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from backend.lib.bilingual import in_current_language
from collective.tools.models import ToolKind


class InterventionQuerySet(models.QuerySet["Intervention"]):
    def current(self) -> InterventionQuerySet:
        """Leave out what is no longer in the catalogue file: old appointments still point to it."""
        return self.filter(retired_at__isnull=True)


class Intervention(models.Model):
    """A catalogue entry: usual minutes and usual prices (cents, VAT included, labour apart from parts)."""

    class PriceBasis(models.TextChoices):
        OBSERVED = "observed", "published lists"
        MIXED = "mixed", "partial list and estimate"
        ESTIMATE = "estimate", "labour rate by minutes"

    code = models.CharField(max_length=20, unique=True)
    category = models.CharField(max_length=20, db_index=True)
    name_fr = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    minutes_min = models.PositiveSmallIntegerField()
    minutes_median = models.PositiveSmallIntegerField()
    minutes_max = models.PositiveSmallIntegerField()
    labour_low_cents = models.PositiveIntegerField()
    labour_typical_cents = models.PositiveIntegerField()
    labour_high_cents = models.PositiveIntegerField()
    parts_low_cents = models.PositiveIntegerField(default=0)
    parts_high_cents = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list, blank=True, help_text='List of {"fr": str, "en": str}.')
    skill_level = models.PositiveSmallIntegerField(help_text="1 beginner with guidance ... 5 expert.")
    wait = models.BooleanField(default=False, help_text="Done while the cyclist waits.")
    drop_off = models.BooleanField(default=False, help_text="The bike stays at the workshop.")
    itinerant = models.BooleanField(default=False, help_text="Can be done at the cyclist's place.")
    self_service = models.BooleanField(default=False, help_text="Can be done by the cyclist, with help.")
    tools = models.ManyToManyField(ToolKind, blank=True, related_name="interventions")
    price_basis = models.CharField(max_length=10, choices=PriceBasis)
    sources = models.JSONField(default=list, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="When it left the catalogue file.")

    objects = InterventionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="intervention_minutes_ordered",
                condition=Q(minutes_min__gt=0, minutes_min__lte=F("minutes_median"))
                & Q(minutes_median__lte=F("minutes_max")),
            ),
            models.CheckConstraint(
                name="intervention_labour_ordered",
                condition=Q(labour_low_cents__lte=F("labour_typical_cents"))
                & Q(labour_typical_cents__lte=F("labour_high_cents")),
            ),
            models.CheckConstraint(
                name="intervention_parts_ordered",
                condition=Q(parts_low_cents__lte=F("parts_high_cents")),
            ),
            models.CheckConstraint(
                name="intervention_skill_in_range",
                condition=Q(skill_level__gte=1, skill_level__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return in_current_language(fr=self.name_fr, en=self.name_en)

    @property
    def parts_names(self) -> list[str]:
        return [in_current_language(fr=part["fr"], en=part["en"]) for part in self.parts]
