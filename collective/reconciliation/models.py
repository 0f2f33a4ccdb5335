from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import Collective, Membership, User
from collective.payments.models import Payment


class Opening(models.Model):
    """
    Where the comparison with the payment provider begins: what stood in our books and at the provider at that moment.

    What the books held before (another system's payments, a demonstration's invented past) is carried here in the open
    instead of being compared with something that never knew it.
    """

    livemode = models.BooleanField(unique=True)
    at = models.DateTimeField()
    books_cents = models.BigIntegerField()
    provider_cents = models.BigIntegerField(null=True)  # None until the provider has answered once
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.at}: {self.books_cents} in the books, {self.provider_cents} at the provider"


class Payout(models.Model):
    """Money that the provider sends to the platform's bank account; its movements are told once it has listed them."""

    class Status(models.TextChoices):
        PENDING = "pending", _("announced")
        IN_TRANSIT = "in_transit", _("on its way")
        PAID = "paid", _("arrived")
        CANCELED = "canceled", _("cancelled")
        FAILED = "failed", _("refused by the bank")

    provider_id = models.CharField(max_length=120, unique=True)
    amount_cents = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status)
    is_automatic = models.BooleanField()
    arrives_on = models.DateField()
    created_at = models.DateTimeField()
    itemised_at = models.DateTimeField(null=True)  # when its movements were read, and summed up to it
    listed_cents = models.BigIntegerField(null=True)  # what its movements sum up to

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.amount_cents} {self.status}"


class BalanceMovement(models.Model):
    """One line of the platform's balance at the provider, and the cause in our books that answers to it."""

    provider_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    source_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="movements")
    cause = models.CharField(max_length=120, blank=True, default="", db_index=True)  # an entry's source; empty: unknown
    matched_at = models.DateTimeField(null=True)  # when the books said the same amount

    class Meta:
        indexes = [models.Index(fields=["matched_at"], name="movement_unmatched")]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}: {self.net_cents}"


class DisagreementQuerySet(models.QuerySet["Disagreement"]):
    def visible_to(self, user: User | AnonymousUser) -> DisagreementQuerySet:
        """Those of the collectives one belongs to; who may settle them is another question."""
        return self.filter(collective__memberships__in=Membership.objects.of(user)).distinct()

    def open(self) -> DisagreementQuerySet:
        return self.filter(resolved_at__isnull=True)

    def locked(self, pk: int) -> Disagreement:
        return self.select_for_update(of=("self",)).get(pk=pk)


class Disagreement(models.Model):
    """
    Something on which our books and the provider, or our own rows, do not say the same; who settled it, and how.

    What settles itself is closed by the next check; what a person accepts with a note stays accepted as long as both
    sides say what they said then.
    """

    class Kind(models.TextChoices):
        BOOKS = "books", _("Our own books")
        UNKNOWN = "unknown", _("Moved at the provider, unknown to the books")
        MISSING = "missing", _("In the books, unknown to the provider")
        DIFFERS = "differs", _("Another amount than in the books")
        BALANCE = "balance", _("The balance at the provider")
        PAYOUT_SUM = "payout_sum", _("A payout that does not add up")
        PAYOUT_FAILED = "payout_failed", _("A payout that the bank refused")
        PAYOUT_MANUAL = "payout_manual", _("A payout made by hand")

    class How(models.TextChoices):
        ITSELF = "itself", _("settled by itself")
        ACCEPTED = "accepted", _("settled by a person")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="disagreements")
    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=200)
    said = models.TextField(blank=True, default="")  # by a check of our own rows
    about = models.CharField(max_length=120, blank=True, default="")  # an entry's source, or the provider's own name
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="disagreements")
    ours_cents = models.BigIntegerField(null=True)
    theirs_cents = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    objects = DisagreementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resolved_at", "since"], name="disagreement_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["collective", "key"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_disagreement_a_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def off_cents(self) -> int:
        return (self.theirs_cents or 0) - (self.ours_cents or 0)


class BooksCheck(models.Model):
    """One look at everything: when, how long, what it found. Claimed by its `slot`, so one process makes it."""

    class Provider(models.TextChoices):
        COMPARED = "compared", _("compared")
        MOVING = "moving", _("moving while we looked: the next check compares")
        SILENT = "silent", _("it did not answer")
        NONE = "none", _("no online payment here")
        QUICK = "quick", _("not asked")

    slot = models.DateTimeField(unique=True)
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(null=True)
    provider = models.CharField(max_length=10, choices=Provider, blank=True, default="")
    entries = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # what each check found: {"books": 0, …}
    open_count = models.PositiveIntegerField(default=0)  # disagreements open after it
    books_cents = models.BigIntegerField(null=True)  # 517 of the platform
    provider_cents = models.BigIntegerField(null=True)  # available and pending

    class Meta:
        indexes = [models.Index(fields=["finished_at"], name="check_finished")]

    def __str__(self) -> str:
        return f"{self.at}: {self.open_count}"

    @property
    def is_green(self) -> bool:
        return self.finished_at is not None and self.open_count == 0 and self.provider != self.Provider.SILENT
