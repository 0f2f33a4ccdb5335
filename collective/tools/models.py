"""The kinds of tools that interventions need and that collectives may share."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.lib.bilingual import in_current_language
from collective.members.models import Collective, Membership, User
from collective.workshops.models import Staff, Workshop


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


class ToolQuerySet(models.QuerySet["Tool"]):
    def visible_to(self, user: User | AnonymousUser) -> ToolQuerySet:
        """The tools of the collectives that one belongs to, or in whose workshops one works."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        joined = Membership.objects.of(user).values("collective")
        staffed = Staff.objects.live().filter(user=user).values("workshop__collective")
        return self.filter(Q(collective__in=joined) | Q(collective__in=staffed))

    def in_use(self) -> ToolQuerySet:
        return self.filter(resource__retired_at__isnull=True)


class Tool(models.Model):
    """One tool that the collective shares: it stands at its home, or where it was last used."""

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="tools")
    kind = models.ForeignKey(ToolKind, models.PROTECT, related_name="tools")
    name = models.CharField(max_length=120)
    home = models.ForeignKey(Workshop, models.PROTECT, related_name="tools_at_home")
    # To give it from one place to another: handing it over, and riding the straight-line kilometres times the detour.
    hand_over_minutes = models.PositiveSmallIntegerField(default=15)
    speed_kmh = models.PositiveSmallIntegerField(default=15)
    detour_percent = models.PositiveSmallIntegerField(default=130)

    objects = ToolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(speed_kmh__range=(1, 130), detour_percent__range=(100, 400)),
                name="tool_travels_sanely",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Loan(models.Model):
    """A period that a shared tool is promised to one workshop, or kept out of use for upkeep (`workshop` none)."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tool = models.ForeignKey(Tool, models.PROTECT, related_name="loans")
    workshop = models.ForeignKey(Workshop, models.PROTECT, null=True, related_name="loans")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True, default="")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # given back early, or never begun

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="loan_has_a_length")]

    def __str__(self) -> str:
        return f"{self.tool}: {self.workshop or _('upkeep')}"

    @property
    def reference(self) -> str:
        return f"loan:{self.token}"

    @property
    def is_upkeep(self) -> bool:
        return self.workshop_id is None
