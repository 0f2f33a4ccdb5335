from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import Membership, User
from collective.workshops.models import Workshop


class KeptCard(models.Model):
    """
    A card that a person let us keep for one thing (`subject`), to be charged when it is due, and then forgotten.

    The number never reaches us: `method_id` is the provider's word for it. Its calls to the provider carry keys made of
    `reference`, which stands here before the first of them.
    """

    class State(models.TextChoices):
        NEW = "new", _("being prepared")
        OPEN = "open", _("waiting for the person")
        SAVED = "saved", _("saved")
        EXPIRED = "expired", _("not given in time")
        LEAVING = "leaving", _("being forgotten")
        FORGOTTEN = "forgotten", _("forgotten")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(max_length=60, db_index=True)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="+")
    email = models.EmailField()
    language = models.CharField(max_length=2, default="fr")
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    success_url = models.URLField(max_length=400)
    cancel_url = models.URLField(max_length=400)
    page_closes_at = models.DateTimeField()
    customer_id = models.CharField(max_length=120, blank=True, default="")
    session_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    session_url = models.TextField(blank=True, default="")
    method_id = models.CharField(max_length=120, blank=True, default="")
    brand = models.CharField(max_length=20, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    consent = models.TextField()  # the words the person agreed to, as they read them
    most_cents = models.BigIntegerField()  # what they agreed may be charged at most
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(most_cents__gt=0), name="a_saved_card_has_a_limit")]

    def __str__(self) -> str:
        return f"{self.brand} •••• {self.last4}" if self.last4 else str(self.get_state_display())


class PaymentQuerySet(models.QuerySet["Payment"]):
    def locked(self, pk: int) -> Payment:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def kept_by(self, user: User | AnonymousUser) -> PaymentQuerySet:
        """Those of the collectives one belongs to; who may act upon them is another question (rights.py)."""
        return self.filter(workshop__collective__memberships__in=Membership.objects.of(user)).distinct()

    def in_trouble(self) -> PaymentQuerySet:
        """Those that need a person: what the provider says does not agree with our row, and nothing was booked."""
        return self.exclude(trouble="")


class Payment(models.Model):
    """
    Money asked of one person through the payment provider. It knows what it is for only by `purpose` and `subject`;
    who asked is told of changes by outbox rows of kind `payment.changed`.
    """

    class Capture(models.TextChoices):
        NOW = "now", _("taken at once")
        LATER = "later", _("authorised, taken on acceptance")

    class State(models.TextChoices):
        NEW = "new", _("being prepared")
        OPEN = "open", _("waiting for the person")
        AUTHORISED = "authorised", _("authorised")
        CAPTURED = "captured", _("paid")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("expired")
        FAILED = "failed", _("failed")

    class Trouble(models.TextChoices):
        """Why a person must look: the provider's word was not taken."""

        AMOUNT = "amount", _("another amount than asked")
        CURRENCY = "currency", _("another currency than asked")
        REFERENCE = "reference", _("another payment's reference")
        LIVEMODE = "livemode", _("test money and real money mixed")
        FEE = "fee", _("another fee than was booked")
        REFUND = "refund", _("a refund that failed or does not add up")
        REFUSED = "refused", _("refused by the payment provider")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, db_index=True)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="payments")
    label = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=2, default="fr")
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="EUR")
    capture = models.CharField(max_length=5, choices=Capture)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    success_url = models.URLField(max_length=400)
    cancel_url = models.URLField(max_length=400)
    card = models.ForeignKey(KeptCard, models.PROTECT, null=True, related_name="payments")  # charged without a page
    session_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    session_url = models.TextField(blank=True, default="")
    session_expires_at = models.DateTimeField(null=True)
    intent_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    charge_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    capture_before = models.DateTimeField(null=True)
    captured_cents = models.BigIntegerField(default=0)
    refunded_cents = models.BigIntegerField(default=0)
    lost_cents = models.BigIntegerField(default=0)  # given back to the customer by their bank: disputes lost
    fee_cents = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)  # when the provider was last asked
    changed_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, choices=Trouble, blank=True, default="")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_payment_asks_for_something"),
            models.CheckConstraint(
                condition=Q(captured_cents__gte=0, captured_cents__lte=F("amount_cents")),
                name="captured_within_the_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("captured_cents")),
                name="refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(lost_cents__gte=0, lost_cents__lte=F("captured_cents") - F("refunded_cents")),
                name="lost_within_what_was_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.amount_cents} {self.state}"

    @property
    def kept_cents(self) -> int:
        return self.captured_cents - self.refunded_cents - self.lost_cents


class Operation(models.Model):
    """One call to the provider, written with its idempotency key before it is made, made by a sweep."""

    class Kind(models.TextChoices):
        OPEN = "open"
        EXPIRE = "expire"
        CAPTURE = "capture"
        RELEASE = "release"
        REFUND = "refund"
        TRANSFER = "transfer"
        REVERSAL = "reversal"
        CHARGE = "charge"

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=120, unique=True)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="operation_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def given(self) -> RefundQuerySet:
        return self.filter(failed_at__isnull=True)

    def waiting(self) -> RefundQuerySet:
        """Those that came back and that nobody has settled yet: the person still waits for the money."""
        return self.filter(failed_at__isnull=False, settled_at__isnull=True)


class Refund(models.Model):
    """Money given back: to the card by us or from the provider's dashboard, or by a bank transfer of ours."""

    class Means(models.TextChoices):
        CARD = "card", _("card")
        BANK = "bank", _("bank transfer")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    operation = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="refund")
    provider_id = models.CharField(max_length=120, unique=True)  # "bank:…" for a bank transfer
    means = models.CharField(max_length=4, choices=Means, default=Means.CARD)
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=60, blank=True, default="")
    refunded_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)  # the card's bank sent it back: taken back in the books
    settled_at = models.DateTimeField(null=True)  # when a person found another way for one that failed
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_refund_gives_something")]

    def __str__(self) -> str:
        return f"{self.payment}: {self.amount_cents}"


class TroubleSettled(models.Model):
    """A payment that needed a person, and what that person found and did."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="troubles_settled")
    trouble = models.CharField(max_length=20, choices=Payment.Trouble)
    note = models.CharField(max_length=500)
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.payment}: {self.trouble}"


class StripeEvent(models.Model):
    """A verified webhook, kept once per event id; only a trigger: the object is read again from the provider."""

    class State(models.TextChoices):
        NEW = "new"
        DONE = "done"
        IGNORED = "ignored"

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120)
    intent_id = models.CharField(max_length=120, blank=True, default="")
    reference = models.CharField(max_length=120, blank=True, default="")  # the payment's, as far as the event says so
    livemode = models.BooleanField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.NEW)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
