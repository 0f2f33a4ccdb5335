"""What the workshop quotes once it has seen the bicycle."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.appointments.models import Appointment, AppointmentLine
from collective.members.models import User


class QuoteQuerySet(models.QuerySet["Quote"]):
    def locked(self, pk: int) -> Quote:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open_(self) -> QuoteQuerySet:
        return self.filter(state=Quote.State.OPEN)


class Quote(models.Model):
    """Another price, written by the workshop once it has seen the bicycle: it holds when the customer agrees."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("lapsed")
        REPLACED = "replaced", _("replaced by another")

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="quotes")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.CharField(max_length=400)
    labour_cents = models.BigIntegerField()  # of the whole work, VAT included
    parts_cents = models.BigIntegerField()
    was_cents = models.BigIntegerField()  # the price when it was written
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(state="open"), name="one_open_quote"),
            models.CheckConstraint(condition=Q(labour_cents__gte=0, parts_cents__gte=0), name="a_quote_is_a_price"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment}: {self.total_cents} {self.state}"

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents


class QuoteLine(models.Model):
    """A piece of work at its quoted price: one of the appointment's lines, or a new one."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines")
    line = models.ForeignKey(AppointmentLine, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=160)
    labour_cents = models.BigIntegerField()
    parts_cents = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(labour_cents__gte=0, parts_cents__gte=0), name="a_quoted_line_is_a_price"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents
