from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collective.members.models import Collective, Membership, User
from collective.workshops.models import Seller, Staff


class EntityQuerySet(models.QuerySet["Entity"]):
    def visible_to(self, user: User | AnonymousUser) -> EntityQuerySet:
        """The books of the collectives one belongs to (they are open inside), and of the workshops one works in."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        member = Q(collective__memberships__in=Membership.objects.of(user))
        staff = Q(seller__workshops__staff__in=Staff.objects.live().filter(user=user))
        return self.filter(member | staff).distinct()


class Entity(models.Model):
    """A legal person with its own books."""

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("platform")
        FUND = "fund", _("common fund")
        SELLER = "seller", _("workshop")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="entities")
    kind = models.CharField(max_length=10, choices=Kind)
    seller = models.OneToOneField(Seller, models.PROTECT, null=True, related_name="entity")
    name = models.CharField(max_length=160)

    objects = EntityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entities"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="seller", seller__isnull=False) | (~Q(kind="seller") & Q(seller__isnull=True)),
                name="a_sellers_books_have_a_seller",
            ),
            models.UniqueConstraint(
                fields=["collective", "kind"], condition=~Q(kind="seller"), name="one_platform_and_one_fund"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User | AnonymousUser) -> EntryQuerySet:
        """Those of the books one sees; the private ones for treasurers of their collective only."""
        treasurers = Membership.objects.of(user, Membership.Role.TREASURER)
        private = Exists(PrivateReference.objects.filter(reference=OuterRef("reference")))
        seen = self.sealed().filter(entity__in=Entity.objects.visible_to(user))
        return seen.filter(~private | Q(entity__collective__in=treasurers.values("collective")))

    def sealed(self) -> EntryQuerySet:
        """The books proper: an entry that is not sealed is one being written, in a transaction not yet committed."""
        return self.filter(sealed_at__isnull=False)


class Entry(models.Model):
    """
    One event in one entity's books. Its lines sum to zero per unit when it is sealed; sealed, nothing moves.

    `source` names the cause ("capture:<payment>"): a cause is booked once per entity.
    """

    class Journal(models.TextChoices):
        SALES = "sales", _("Sales")
        BANK = "bank", _("Bank")
        COUNTER = "counter", _("Counter")
        SHARING = "sharing", _("Sharing")
        MISC = "misc", _("Miscellaneous")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="entries")
    journal = models.CharField(max_length=8, choices=Journal)
    source = models.CharField(max_length=120)
    label = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, blank=True, default="", db_index=True)  # a payment's subject
    workshop = models.ForeignKey("collective.Workshop", models.PROTECT, null=True, related_name="entries")
    occurred_at = models.DateTimeField()
    mirrors = models.ForeignKey("self", models.PROTECT, null=True, related_name="mirrored_by")  # what it takes back
    sealed_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["entity", "occurred_at"], name="entry_of_entity")]
        constraints = [models.UniqueConstraint(fields=["entity", "source"], name="a_cause_is_booked_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.label}"

    @property
    def debit_cents(self) -> int:
        """What the entry moves: the sum of its debits. Reads the lines, which lists prefetch."""
        return sum(line.amount for line in self.lines.all() if line.amount > 0)


class Line(models.Model):
    """An amount on an account: debit above zero, credit below. Cents for EUR; minutes for MIN (time credits)."""

    class Unit(models.TextChoices):
        EUR = "EUR", "EUR"
        MIN = "MIN", "min"

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines")
    account = models.CharField(max_length=20)  # see accounts.py: the French general chart of accounts
    amount = models.BigIntegerField()
    unit = models.CharField(max_length=3, choices=Unit, default=Unit.EUR)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="a_line_is_not_zero")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def credit_cents(self) -> int:
        return max(0, -self.amount)


class PrivateReference(models.Model):
    """A reference whose entries tell what one person can afford: of a collective's people only treasurers read them."""

    reference = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.reference
