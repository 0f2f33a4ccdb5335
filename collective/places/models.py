"""Communes, their postcodes, and the other names people give to them."""

from __future__ import annotations

from django.db import models


class Commune(models.Model):
    """A commune of today or an arrondissement of Paris, Lyon or Marseille, by its INSEE code."""

    class Kind(models.TextChoices):
        COMMUNE = "commune", "commune"
        ARRONDISSEMENT = "arrondissement", "arrondissement"

    insee = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=80, help_text="The name as fold_name() leaves it: only a-z and 0-9.")
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.COMMUNE)
    department = models.CharField(max_length=3)
    region = models.CharField(max_length=3)
    population = models.PositiveIntegerField(default=0)
    postcode = models.CharField(max_length=5, blank=True, help_text="The main one; all of them are CommunePostcode.")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["name", "insee"]
        indexes = [models.Index(fields=["key", "-population"], name="commune_by_key")]
        constraints = [
            models.CheckConstraint(
                name="commune_on_the_map",
                condition=models.Q(lat__isnull=True, lon__isnull=True)
                | models.Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.postcode or self.insee})"


class CommuneAlias(models.Model):
    """A name that is no commune of today but that people use: an associated, delegated or merged commune."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=80, help_text="The name as fold_name() leaves it: only a-z and 0-9.")
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="aliases")
    postcode = models.CharField(max_length=5, blank=True)
    lat = models.FloatField(null=True, blank=True, help_text="Its own point; without one, the commune's is taken.")
    lon = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=120)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "commune aliases"
        indexes = [models.Index(fields=["key"], name="commune_alias_by_key")]
        constraints = [models.UniqueConstraint(fields=["key", "commune"], name="commune_alias_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.commune_id})"


class CommunePostcode(models.Model):
    """One postcode of one commune: both may have several of the other."""

    code = models.CharField(max_length=5)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="postcodes")

    class Meta:
        ordering = ["code", "id"]
        constraints = [models.UniqueConstraint(fields=["code", "commune"], name="commune_postcode_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.commune_id})"
