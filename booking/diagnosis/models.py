"""What cyclists can describe, and the diagnoses that were kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from backend.lib.bilingual import in_current_language


class SymptomQuerySet(models.QuerySet["Symptom"]):
    def current(self) -> SymptomQuerySet:
        """Leave out what is no longer in the knowledge file: old diagnoses still name it."""
        return self.filter(retired_at__isnull=True)


class Symptom(models.Model):
    """A complaint in the cyclist's words, with its questions and causes as data (see knowledge.py)."""

    code = models.CharField(max_length=10, unique=True)
    category = models.CharField(max_length=20, db_index=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Its place in the knowledge file.")
    urgency = models.PositiveSmallIntegerField(help_text="0 can be ridden ... 3 do not ride.")
    bike_types = models.JSONField(default=list, help_text='["all"] or the types of bicycle that can have it.')
    bike_parts = models.JSONField(default=list, help_text="Parts of the drawing that lead to it; see parts.py.")
    name_fr = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    knowledge = models.JSONField(help_text="Questions with their answers and factors, causes with their priors.")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="When it left the knowledge file.")

    objects = SymptomQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(name="symptom_urgency_in_range", condition=Q(urgency__gte=0, urgency__lte=3)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return in_current_language(fr=self.name_fr, en=self.name_en)


class Diagnosis(models.Model):
    """
    What one cyclist found out, without who they are: the secret token is the only way to it.

    `items` is a list of {"symptom": code, "answers": {question: value}, "assessment": {...}} as keep.py writes it.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField()
    bike_type = models.CharField(max_length=20, blank=True)
    part = models.CharField(max_length=20, blank=True, help_text="The part of the drawing that was pressed first.")
    comment = models.TextField(max_length=2000, blank=True)
    items = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "diagnoses"

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} {', '.join(item['symptom'] for item in self.items)}"


class DiagnosisPhoto(models.Model):
    """A picture of the trouble, re-encoded without its metadata."""

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="diagnosis/%Y/%m")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file.name or f"photo {self.pk}"
