from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.tenders.means import ABLE, EUR, MIN, NOTED, SETTLES, Able, Means, State
from collective.hours.models import TimeAccount
from collective.ledger.models import Line
from collective.members.models import Collective, Membership, User
from collective.workshops.models import Workshop

MOST_CENTS = 1_000_000  # of one tender: what is typed beyond it is a slip


def _ours(user: User | AnonymousUser) -> Q:
    """Rows of the workshops whose inside this person sees."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    return Q(workshop__in=Workshop.objects.visible_to(user))


class Payer(models.Model):
    """Somebody else than the customer who pays a part: an eco-organisation, an employer, an insurer, a town hall."""

    class Kind(models.TextChoices):
        SCHEME = "scheme", _("Bonus réparation")
        EMPLOYER = "employer", _("employer")
        INSURER = "insurer", _("insurer")
        TOWN_HALL = "town_hall", _("town hall")
        OTHER = "other", _("somebody else")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="payers")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collective", "kind", "name"], name="one_payer_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def visible_to(self, user: User | AnonymousUser) -> VoucherQuerySet:
        """Those of one's workshops; the collective's own, to its coordinators."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        coordinated = Collective.objects.filter(
            memberships__in=Membership.objects.of(user, Membership.Role.COORDINATOR)
        )
        return self.filter(_ours(user) | Q(workshop=None, collective__in=coordinated)).distinct()


class Voucher(models.Model):
    """
    Money of a bill paid before anybody knows which: sold by a workshop, for its own work, or offered by the common
    fund, for any workshop of the collective (`workshop` None). For many purposes: VAT is due when it is used.

    The code is given once, when it is issued; the row keeps its digest and its last letters.
    """

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="vouchers")
    workshop = models.ForeignKey(Workshop, models.PROTECT, null=True, related_name="vouchers")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    face_cents = models.BigIntegerField()
    left_cents = models.BigIntegerField()
    means = models.CharField(max_length=11, choices=Means, blank=True, default="")  # by which it was sold
    reason = models.CharField(max_length=240, blank=True, default="")  # why it was offered
    key = models.CharField(max_length=60, unique=True)  # the form's: sent twice, issued once
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_on = models.DateField()  # the last day on which it can be used

    objects = VoucherQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(face_cents__gt=0, left_cents__gte=0, left_cents__lte=F("face_cents")),
                name="a_voucher_holds_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(workshop__isnull=False, means__in=("cash", "cheque", "terminal"))
                | Q(workshop=None, means=""),
                name="a_voucher_is_sold_or_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint} {self.left_cents}/{self.face_cents}"

    def is_over(self, *, on: date) -> bool:
        return on > self.expires_on


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User | AnonymousUser) -> ReceiptQuerySet:
        return self.filter(_ours(user)).distinct()

    def unmatched(self) -> ReceiptQuerySet:
        return self.filter(left_cents__gt=0)


class Receipt(models.Model):
    """A transfer seen on the bank statement, without anything that says what it was for; `left_cents` wait."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="receipts")
    amount_cents = models.BigIntegerField()
    left_cents = models.BigIntegerField()
    received_on = models.DateField()
    payer = models.CharField(max_length=120)  # as the statement names them
    note = models.CharField(max_length=240, blank=True, default="")
    key = models.CharField(max_length=60, unique=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, left_cents__gte=0, left_cents__lte=F("amount_cents")),
                name="a_receipt_holds_what_is_left",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.amount_cents}"


class RepairLabel(models.Model):
    """A label that a workshop holds for a while, such as QualiRépar: some schemes pay for labelled repairers only."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="repair_labels")
    label = models.CharField(max_length=20)
    number = models.CharField(max_length=60, blank=True, default="")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "label", "valid_from"], name="one_label_from_a_day"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="a_label_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop}: {self.label}"


class TenderQuerySet(models.QuerySet["Tender"]):
    def visible_to(self, user: User | AnonymousUser) -> TenderQuerySet:
        return self.filter(_ours(user)).distinct()

    def locked(self, pk: int) -> Tender:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def of(self, reference: str) -> TenderQuerySet:
        """What was given for one bill, in the order in which it was given."""
        return self.filter(reference=reference).order_by("recorded_at", "pk")

    def settling(self) -> TenderQuerySet:
        return self.filter(state__in=SETTLES)


class Tender(models.Model):
    """
    One means by which a part of a bill is settled. `amount` is in `unit` (cents or minutes), `settles_cents` what it
    takes off the bill. Its entries are "tender:<pk>" in each of the books it concerns.
    """

    reference = models.CharField(max_length=60, db_index=True)  # of the bill: an appointment's number
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="tenders")
    means = models.CharField(max_length=11, choices=Means)
    unit = models.CharField(max_length=3, choices=Line.Unit, default=Line.Unit.EUR)
    amount = models.BigIntegerField()
    settles_cents = models.BigIntegerField()
    given_cents = models.BigIntegerField(null=True)  # handed over; what is above the amount was given back as change
    state = models.CharField(max_length=8, choices=State)
    evidence = models.JSONField(default=dict)  # what means.NOTED names
    key = models.CharField(max_length=60, unique=True)  # the form's: sent twice, recorded once
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="tenders")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="tenders")
    time_account = models.ForeignKey(TimeAccount, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # none: the house itself
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # who took it back
    ended_reason = models.CharField(max_length=240, blank=True, default="")

    objects = TenderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["workshop", "means", "state"], name="tender_to_follow")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, settles_cents__gt=0), name="a_tender_settles_something"),
            models.CheckConstraint(
                condition=Q(means="minutes", unit=MIN, time_account__isnull=False)
                | (~Q(means="minutes") & Q(unit=EUR, settles_cents=F("amount"), time_account=None)),
                name="minutes_never_mixed_with_euros",
            ),
            models.CheckConstraint(
                condition=Q(given_cents=None) | Q(means="cash", given_cents__gte=F("amount")),
                name="change_is_given_on_cash",
            ),
            models.CheckConstraint(
                condition=Q(means="voucher", voucher__isnull=False) | (~Q(means="voucher") & Q(voucher=None)),
                name="a_voucher_tender_names_its_voucher",
            ),
            models.CheckConstraint(
                condition=Q(state="reversed", ended_by__isnull=False) & ~Q(ended_reason="") | ~Q(state="reversed"),
                name="who_takes_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.means} {self.amount} {self.unit}"

    @property
    def source(self) -> str:
        return f"tender:{self.pk}"

    @property
    def change_cents(self) -> int:
        """What was given back of the cash handed over."""
        return self.given_cents - self.amount if self.given_cents is not None else 0

    @property
    def settles(self) -> bool:
        return self.state in SETTLES

    @property
    def able(self) -> Able:
        return ABLE[Means(self.means)]

    @property
    def number(self) -> str:
        """Of the cheque, the ticket, the transfer or the file; "" without."""
        return str(self.evidence.get("number", ""))

    @property
    def noted(self) -> Iterator[str]:
        """The evidence in the order in which people read it."""
        return (str(self.evidence[name]) for name in NOTED if self.evidence.get(name))


class Claim(models.Model):
    """The file by which a third party is asked for its part of a bill."""

    class State(models.TextChoices):
        TO_SEND = "to_send", _("to send")
        SENT = "sent", _("sent")
        PAID = "paid", _("paid")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")  # its tender was taken back

    tender = models.OneToOneField(Tender, models.PROTECT, related_name="claim")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="claims")
    scheme = models.CharField(max_length=40, blank=True, default="")  # its code in data/schemes.yaml
    file_number = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.TO_SEND)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=240, blank=True, default="")  # of a refusal

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="refused", refused_at__isnull=False)
                | Q(state="paid", paid_at__isnull=False)
                | Q(state="sent", sent_at__isnull=False)
                | Q(state__in=("to_send", "dropped")),
                name="a_claim_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payer}: {self.tender}"
