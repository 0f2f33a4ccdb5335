from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collective.ledger.models import Entity, Entry
from collective.members.models import Membership, User
from collective.workshops.models import Seller, Staff, Workshop


class IssuerDetails(models.Model):
    """Who the platform or the fund is before the law; a seller says it of itself."""

    entity = models.OneToOneField(Entity, models.PROTECT, related_name="details")
    legal_name = models.CharField(max_length=160)
    legal_form = models.CharField(max_length=60)
    siren = models.CharField(max_length=9)
    register = models.CharField(max_length=80, blank=True, default="")
    street = models.CharField(max_length=160)
    postcode = models.CharField(max_length=10)
    city = models.CharField(max_length=80)
    email = models.EmailField(blank=True, default="")
    vat_regime = models.CharField(max_length=10, choices=Seller.VatRegime)

    class Meta:
        verbose_name_plural = "issuer details"

    def __str__(self) -> str:
        return self.legal_name


class InvoiceSeries(models.Model):
    """The counter of one series of one issuer in one year: its row is locked while a number is taken."""

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="invoice_series")
    series = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "invoice series"
        constraints = [models.UniqueConstraint(fields=["entity", "series", "year"], name="one_counter_a_series")]

    def __str__(self) -> str:
        return f"{self.series}{self.year}: {self.last}"


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: User | AnonymousUser) -> InvoiceQuerySet:
        """
        One's own, those of the workshops one works in, and those of the collectives whose treasurer one is.

        A guest comes by the signed link. A seller reads what the platform invoices to it through its workshops' owners.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        at_work = Staff.objects.live().filter(user=user)
        treasurer = Membership.objects.of(user, Membership.Role.TREASURER)
        return self.filter(
            Q(buyer=user)
            | Q(workshop__in=at_work.values("workshop"))
            | Q(buyer_entity__seller__workshops__in=at_work.filter(role=Staff.Role.OWNER).values("workshop"))
            | Q(entity__collective__in=treasurer.values("collective"))
        ).distinct()

    def sold(self) -> InvoiceQuerySet:
        return self.filter(kind=Invoice.Kind.INVOICE)


class Invoice(models.Model):
    """
    A paper issued in a seller's name: invoice, receipt of a deposit, or credit note. From then on nothing in it moves.

    `facts` is all that it says, `sha256` the hash of its canonical JSON; PDF and XML are made from them afterwards.
    Cents include VAT. A credit note's amounts are above zero and lower those of the paper that it `corrects`.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        DEPOSIT = "deposit", _("Deposit invoice")
        CREDIT_NOTE = "credit", _("Credit note")
        COMMISSION = "fees", _("Platform’s invoice")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="invoices")  # the issuer
    kind = models.CharField(max_length=8, choices=Kind)
    series = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    number = models.CharField(max_length=24, db_index=True)
    cause = models.CharField(max_length=120)  # what it is issued for, once for each issuer
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="invoice")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by")
    workshop = models.ForeignKey(Workshop, models.PROTECT, null=True, related_name="invoices")
    reference = models.CharField(max_length=60, blank=True, default="", db_index=True)
    buyer = models.ForeignKey(User, models.PROTECT, null=True, related_name="invoices")
    buyer_entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="invoices_received")
    buyer_name = models.CharField(max_length=160)
    language = models.CharField(max_length=2, default="fr")
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    gross_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    facts = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["entity", "issued_on"], name="invoice_of_entity")]
        constraints = [
            models.UniqueConstraint(fields=["entity", "series", "year", "seq"], name="a_number_is_taken_once"),
            models.UniqueConstraint(fields=["entity", "cause"], name="an_invoice_is_issued_once"),
            models.CheckConstraint(
                condition=Q(vat_cents__gte=0, gross_cents__gte=F("vat_cents")), name="invoice_amounts_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(kind="credit", corrects__isnull=False) | (~Q(kind="credit") & Q(corrects=None)),
                name="a_credit_note_corrects_one",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.vat_cents

    @property
    def file_name(self) -> str:
        return f"{self.facts['seller']['siren']}-{self.number}"


class InvoicePaper(models.Model):
    """The PDF with its XML inside (Factur-X), as given out: made once, with their hashes."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="paper")
    pdf = models.BinaryField()
    xml = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    xml_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.invoice)
