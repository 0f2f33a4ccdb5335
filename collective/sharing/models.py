from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from collective.members.models import Collective
from collective.workshops.models import Workshop


class SharingKeyQuerySet(models.QuerySet["SharingKey"]):
    def in_force(self, collective: Collective, *, on: date) -> SharingKey:
        return self.filter(collective=collective, valid_from__lte=on).latest("valid_from")


class SharingKey(models.Model):
    """The voted rule by which revenue is shared, from a day on. A booking keeps the rule it was made under."""

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="sharing_keys")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    fund_bp = models.PositiveIntegerField()  # common fund: basis points of labour before VAT
    platform_bp = models.PositiveIntegerField()  # platform: basis points of labour before VAT
    solidarity_cap_cents = models.BigIntegerField(default=3000)  # what the fund adds to one repair at most

    objects = SharingKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collective", "valid_from"], name="one_sharing_key_a_day"),
            models.CheckConstraint(
                condition=Q(fund_bp__lte=10000 - models.F("platform_bp")), name="shares_at_most_the_labour"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceChoice(models.Model):
    """
    What one person chose to pay of one repair's price, without a word of why. Only they and the treasurer read it.

    The reference price is the sale's; `aid_cents` of it come from the common fund, `gift_cents` go to the fund besides.
    """

    class Level(models.TextChoices):
        REDUCED = "reduced"
        SUPPORTER = "supporter"
        OWN = "own"  # an amount of their own, above the floor

    class State(models.TextChoices):
        PROMISED = "promised"  # counted against what the fund has
        BOOKED = "booked"
        ENDED = "ended"  # the repair never took place

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60, unique=True)  # what the repair's payments are asked for
    level = models.CharField(max_length=10, choices=Level)
    price_cents = models.BigIntegerField()
    aid_cents = models.BigIntegerField(default=0)
    gift_cents = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.PROMISED)
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(price_cents__gt=0, aid_cents__gte=0, gift_cents__gte=0, aid_cents__lte=F("price_cents"))
                & (Q(aid_cents=0) | Q(gift_cents=0)),
                name="a_price_choice_adds_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.pays_cents}"

    @property
    def pays_cents(self) -> int:
        return self.price_cents - self.aid_cents + self.gift_cents
