"""The kinds of tools that interventions need and that collectives may share."""

from __future__ import annotations

from django.db import models

from backend.lib.bilingual import in_current_language


class ToolKind(models.Model):
    """A kind of tool of the catalogue, not one tool on one shelf."""

    code = models.SlugField(max_length=40, unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    shareable = models.BooleanField(default=False, help_text="Dear and seldom used: worth owning together.")
    price_cents = models.PositiveIntegerField(help_text="What a new one costs, roughly, with VAT.")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="When it left the catalogue file.")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return in_current_language(fr=self.name_fr, en=self.name_en)
