from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collective.ledger.models import Entity, Entry
from collective.members.models import User


class CounterRecord(models.Model):
    """
    A link of the chain of what was taken at one seller's counter: each entry of the counter's journal has one.

    `sha256` is over the entry and the link before it, so that nothing in the middle can be changed, added or left out
    without changing all that follows (CGI art. 286 I 3° bis: inaltérabilité).
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="counter_records")
    number = models.PositiveIntegerField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="counter_record")
    previous = models.CharField(max_length=64)  # the hash before; zeros before the first
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "number"], name="one_counter_record_a_number")]

    def __str__(self) -> str:
        return f"{self.entity_id}:{self.number}"


class Closing(models.Model):
    """
    A day, month or year of a counter that is over: its totals, and the grand total since the beginning.

    Cents. `taken` is what came into class 5 accounts (till, cheques…) less what went out, `totals` the same by account,
    `counted` what lay in the till when somebody counted. Closings are a chain of their own.
    """

    class Kind(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="closings")
    kind = models.CharField(max_length=5, choices=Kind)
    number = models.PositiveIntegerField()  # among all closings of the entity
    first = models.DateField()
    last = models.DateField()
    ends_at = models.DateTimeField()
    first_record = models.PositiveIntegerField(null=True)
    last_record = models.PositiveIntegerField(null=True)
    chain = models.CharField(max_length=64)  # the hash of the last link
    records = models.PositiveIntegerField()
    taken_cents = models.BigIntegerField()
    grand_total_cents = models.BigIntegerField()
    totals = models.JSONField(default=dict)
    counted_cents = models.BigIntegerField(null=True)
    difference_cents = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    previous = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["entity", "kind", "ends_at"], name="closing_of_entity")]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="one_closing_a_number"),
            models.UniqueConstraint(fields=["entity", "kind", "first"], name="a_period_is_closed_once"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="a_closing_has_a_length"),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.kind} {self.first}"
