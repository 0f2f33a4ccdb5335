"""Shops and stations that exist around a place, as OpenStreetMap knows them: none of them is a member by this."""

from __future__ import annotations

from django.db import models


class DirectoryEntry(models.Model):
    """
    A bicycle shop, a repair station or a community workshop of OpenStreetMap.

    Data (c) OpenStreetMap contributors, ODbL 1.0: pages that show rows say so.
    """

    class Kind(models.TextChoices):
        SHOP = "shop", "bicycle shop"
        STATION = "station", "repair station"
        COMMUNITY = "community", "community workshop"

    class OsmType(models.TextChoices):
        NODE = "node", "node"
        WAY = "way", "way"
        RELATION = "relation", "relation"

    osm_type = models.CharField(max_length=8, choices=OsmType)
    osm_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    address = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    website = models.CharField(max_length=500, blank=True)
    repairs = models.BooleanField(null=True, help_text="Whether bicycles are repaired; empty: not said.")
    hours = models.TextField(blank=True, help_text="Opening hours that were understood, in canonical writing.")
    hours_raw = models.TextField(blank=True, help_text="Opening hours as they were found.")
    hours_problem = models.CharField(max_length=200, blank=True, help_text="Why hours_raw was not understood.")
    tags = models.JSONField(default=dict)
    imported_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["osm_type", "osm_id"]
        verbose_name_plural = "directory entries"
        indexes = [models.Index(fields=["lat", "lon"], name="directory_by_point")]
        constraints = [
            models.UniqueConstraint(fields=["osm_type", "osm_id"], name="directory_osm_once"),
            models.CheckConstraint(
                name="directory_on_the_map",
                condition=models.Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.osm_type}/{self.osm_id}"
