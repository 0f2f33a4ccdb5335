from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collective.ledger.models import Entity
from collective.members.models import Collective, Membership, User
from collective.payments.models import Operation, Payment
from collective.workshops.models import Staff, Workshop


def kept_by_treasurer(user: User) -> models.QuerySet[Collective]:
    mine = Membership.objects.of(user, Membership.Role.TREASURER)
    return Collective.objects.filter(memberships__in=mine)


class SellerAccountQuerySet(models.QuerySet["SellerAccount"]):
    def visible_to(self, user: User | AnonymousUser) -> SellerAccountQuerySet:
        """Those of the sellers behind the workshops whose inside one sees; all of the collective, for its treasurer."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        inside = Q(entity__seller__workshops__in=Workshop.objects.visible_to(user))
        return self.filter(inside | Q(entity__collective__in=kept_by_treasurer(user))).distinct()

    def locked(self, pk: int) -> SellerAccount:
        return self.select_for_update(of=("self",)).get(pk=pk)


class SellerAccount(models.Model):
    """
    How a legal person is paid: a seller, or the common fund; of the platform itself, the bank its transfers leave from.

    `status` and `due` are the provider's last word on its account there; only an active one is sent anything. Whoever
    has none, or does not want one, is paid by transfers between banks (`way`).
    """

    class Way(models.TextChoices):
        ACCOUNT = "account", _("account at the payment provider")
        BANK = "bank", _("bank transfer")

    class Status(models.TextChoices):
        NONE = "none", _("not begun")
        PENDING = "pending", _("being checked")
        RESTRICTED = "restricted", _("something is missing")
        ACTIVE = "active", _("active")
        UNSUPPORTED = "unsupported", _("cannot receive transfers")
        CLOSED = "closed", _("closed")

    entity = models.OneToOneField(Entity, models.PROTECT, related_name="account")
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what the provider knows it by
    way = models.CharField(max_length=8, choices=Way, default=Way.ACCOUNT)
    account_id = models.CharField(max_length=120, blank=True, default="", db_index=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.NONE)
    due = models.JSONField(default=list, blank=True)  # what the provider still asks for, in its own words
    looked_at = models.DateTimeField(null=True)
    active_since = models.DateTimeField(null=True)
    iban = models.CharField(max_length=34, blank=True, default="")
    bic = models.CharField(max_length=11, blank=True, default="")
    holder = models.CharField(max_length=70, blank=True, default="")
    bank_changed_at = models.DateTimeField(null=True)
    bank_changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = SellerAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(iban="", holder="") | (~Q(iban="") & ~Q(holder="")), name="an_iban_has_a_holder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity}: {self.status}"

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def iban_end(self) -> str:
        """The last four characters: enough to recognise it by."""
        return self.iban[-4:]


class BankBatchQuerySet(models.QuerySet["BankBatch"]):
    def visible_to(self, user: User | AnonymousUser) -> BankBatchQuerySet:
        """Those of the collectives one is treasurer of."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(collective__in=kept_by_treasurer(user))


class BankBatch(models.Model):
    """A file of transfers for the collective's bank. Booked when the treasurer says that the bank has taken it."""

    class State(models.TextChoices):
        LISTED = "listed", _("to be sent to the bank")
        SENT = "sent", _("sent to the bank")
        CANCELLED = "cancelled", _("cancelled")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="bank_batches")
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    executes_on = models.DateField()
    total_cents = models.BigIntegerField()
    payments = models.PositiveIntegerField()  # how many transfers between banks
    xml = models.TextField()  # as it was given to the treasurer
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = BankBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "bank batches"
        constraints = [models.CheckConstraint(condition=Q(total_cents__gt=0), name="a_batch_pays_something")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.total_cents}"

    @property
    def message_id(self) -> str:
        """At most 35 characters, as the file's format wants."""
        return f"MOYEU-{self.reference.hex[:24].upper()}"


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: User | AnonymousUser) -> TransferQuerySet:
        """A seller's, to who sees the inside of the workshop it is for; all of the collective's, to its treasurer."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        inside = Q(entity__kind=Entity.Kind.SELLER, workshop__in=Workshop.objects.visible_to(user))
        return self.filter(inside | Q(entity__collective__in=kept_by_treasurer(user)))

    def run_by(self, user: User | AnonymousUser) -> TransferQuerySet:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(workshop__staff__in=Staff.objects.live().filter(user=user))

    def waiting_for_a_person(self) -> TransferQuerySet:
        """Those that time alone will not send: an account to begin, to complete or that is closed, a refusal."""
        return self.filter(state=Transfer.State.WAITS, reason__in=Transfer.NEEDS_A_PERSON)

    def in_flight(self) -> TransferQuerySet:
        return self.filter(state=Transfer.State.PLANNED)


class Transfer(models.Model):
    """
    What a beneficiary is owed of one repair and how it gets there: out of one online payment, or between banks.

    A waiting row is a plan: its amount follows what the books say until it is sent.
    """

    class State(models.TextChoices):
        WAITS = "waits", _("waiting")
        PLANNED = "planned", _("on its way")
        SENT = "sent", _("sent")

    class Reason(models.TextChoices):
        """What a waiting row waits for."""

        NOTHING = "", _("next round")
        NO_ACCOUNT = "no_account", _("no account has been opened yet")
        PENDING = "pending", _("the account is being checked")
        RESTRICTED = "restricted", _("the account lacks something")
        UNSUPPORTED = "unsupported", _("the account cannot receive transfers")
        CLOSED = "closed", _("the account is closed")
        FROZEN = "frozen", _("the customer disputes the payment")
        REFUSED = "refused", _("the payment provider refused the transfer")
        NO_IBAN = "no_iban", _("no bank details are known")
        BATCH = "batch", _("the next bank transfer")

    NEEDS_A_PERSON = ("no_account", "restricted", "unsupported", "closed", "refused", "no_iban")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="transfers")
    reference = models.CharField(max_length=60, db_index=True)  # the repair: a payment's subject
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="transfers")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="transfers")  # none: between banks
    batch = models.ForeignKey(BankBatch, models.PROTECT, null=True, related_name="transfers")
    operation = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="transfer")
    amount_cents = models.BigIntegerField()
    reversed_cents = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITS)
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default="")
    said = models.CharField(max_length=200, blank=True, default="")  # by the provider, when it refused
    provider_id = models.CharField(max_length=120, blank=True, default="")
    account_id = models.CharField(max_length=120, blank=True, default="")  # where it went
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["entity", "state"], name="transfer_of_entity"),
            models.Index(fields=["state", "reason"], name="transfer_waits"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_transfer_sends_something"),
            models.CheckConstraint(
                condition=Q(reversed_cents__gte=0, reversed_cents__lte=F("amount_cents")),
                name="reversed_within_the_transfer",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(reversed_cents=0)),
                name="only_what_was_sent_comes_back",
            ),
            models.UniqueConstraint(
                fields=["entity", "reference", "payment"],
                condition=Q(state="waits"),
                name="one_waiting_transfer_a_payment",
            ),
            models.UniqueConstraint(
                fields=["entity", "reference"],
                condition=Q(state="waits", payment__isnull=True),
                name="one_waiting_bank_transfer_a_repair",
            ),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~Q(provider_id=""), name="a_transfer_is_known_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.entity}: {self.amount_cents} {self.state}"

    @property
    def kept_cents(self) -> int:
        return self.amount_cents - self.reversed_cents

    @property
    def is_by_bank(self) -> bool:
        return self.payment_id is None


class Reversal(models.Model):
    """A part of a transfer taken back after a refund. One that fails stays so: its amount becomes a receivable."""

    class State(models.TextChoices):
        PLANNED = "planned", _("on its way")
        DONE = "done", _("taken back")
        FAILED = "failed", _("could not be taken back")

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="reversals")
    operation = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="reversal")
    amount_cents = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    said = models.CharField(max_length=200, blank=True, default="")
    provider_id = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_reversal_takes_something"),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~Q(provider_id=""), name="a_reversal_is_known_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer}: {self.amount_cents} {self.state}"


class ReceivableQuerySet(models.QuerySet["Receivable"]):
    def visible_to(self, user: User | AnonymousUser) -> ReceivableQuerySet:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        inside = Q(entity__kind=Entity.Kind.SELLER, workshop__in=Workshop.objects.visible_to(user))
        return self.filter(inside | Q(entity__collective__in=kept_by_treasurer(user)))

    def open_(self) -> ReceivableQuerySet:
        return self.filter(amount_cents__gt=F("netted_cents"))


class Receivable(models.Model):
    """
    What a beneficiary owes the platform of one repair: contributions on what was paid at the counter, or a refund that
    its account could not give back. Netted against what it is owed next.
    """

    class Cause(models.TextChoices):
        CONTRIBUTIONS = "contributions", _("contributions on a repair paid at the counter")
        REFUND = "refund", _("a refund after the money was sent")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="receivables")
    reference = models.CharField(max_length=60)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="receivables")
    cause = models.CharField(max_length=14, choices=Cause)
    amount_cents = models.BigIntegerField()  # what was owed in all
    netted_cents = models.BigIntegerField(default=0)
    since = models.DateTimeField()

    objects = ReceivableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "reference"], name="one_receivable_a_repair"),
            models.CheckConstraint(
                condition=Q(netted_cents__gte=0, amount_cents__gte=F("netted_cents")), name="netted_within_what_is_owed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.entity}: {self.left_cents}"

    @property
    def left_cents(self) -> int:
        return self.amount_cents - self.netted_cents


class Netting(models.Model):
    """A part of a receivable paid with what is owed for another repair, `reference`."""

    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="nettings")
    reference = models.CharField(max_length=60, db_index=True)
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField()
    netted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="a_netting_pays_something")]

    def __str__(self) -> str:
        return f"{self.receivable} with {self.reference}: {self.amount_cents}"


class Freeze(models.Model):
    """While it lasts nothing more is sent for this repair: a customer disputes the payment at the bank."""

    subject = models.CharField(max_length=60, db_index=True)
    cause = models.CharField(max_length=120)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "cause"], condition=Q(lifted_at__isnull=True), name="one_freeze_a_cause"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.cause}"
