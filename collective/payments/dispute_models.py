from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import Membership, User
from collective.payments.models import Payment


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: User | AnonymousUser) -> DisputeQuerySet:
        """Those of the collectives one belongs to; who may act upon them is another question."""
        mine = Membership.objects.of(user)
        return self.filter(payment__workshop__collective__memberships__in=mine).distinct()

    def open(self) -> DisputeQuerySet:
        return self.filter(closed_at__isnull=True)

    def against_refunds(self) -> DisputeQuerySet:
        """Those during which the provider refuses a refund: the bank would give the money back as well."""
        return self.open().filter(is_refundable=False)


class Dispute(models.Model):
    """
    A payment that its card's holder contests at the bank. What the provider took stands in the books (4687) until it
    is closed: `taken_cents` is what the bank has of it now, `fee_cents` what the contest cost so far.
    """

    class Status(models.TextChoices):
        WARNING_NEEDS_RESPONSE = "warning_needs_response", _("a question of the bank, to be answered")
        WARNING_UNDER_REVIEW = "warning_under_review", _("a question of the bank, answered")
        WARNING_CLOSED = "warning_closed", _("a question of the bank, closed")
        NEEDS_RESPONSE = "needs_response", _("contested, evidence to be sent")
        UNDER_REVIEW = "under_review", _("contested, the bank decides")
        WON = "won", _("won")
        LOST = "lost", _("lost")
        PREVENTED = "prevented", _("prevented")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    provider_id = models.CharField(max_length=120, unique=True)
    amount_cents = models.BigIntegerField()
    taken_cents = models.BigIntegerField(default=0)
    fee_cents = models.BigIntegerField(default=0)
    lost_cents = models.BigIntegerField(default=0)  # given back to the customer by the bank, taken from the seller
    twice_cents = models.BigIntegerField(default=0)  # given back although it was refunded before: the platform's loss
    status = models.CharField(max_length=24, choices=Status)
    reason = models.CharField(max_length=60, blank=True, default="")  # the provider's word: fraudulent, duplicate…
    is_refundable = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_dispute_is_about_something"),
            models.CheckConstraint(
                condition=Q(lost_cents__gte=0, twice_cents__gte=0), name="a_dispute_loses_zero_or_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.amount_cents} {self.status}"
