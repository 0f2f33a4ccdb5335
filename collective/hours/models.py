from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from collective.members.models import Collective, Membership, User


class TimeAccountQuerySet(models.QuerySet["TimeAccount"]):
    def visible_to(self, user: User | AnonymousUser) -> TimeAccountQuerySet:
        """One's own, and those of the collectives that one coordinates."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        coordinated = Membership.objects.of(user, Membership.Role.COORDINATOR)
        return self.filter(Q(user=user) | Q(collective__memberships__in=coordinated)).distinct()


class TimeAccount(models.Model):
    """
    A person's time credits in a collective, in minutes. The ledger's account 870.<pk>, in the common fund's books, says
    the same; this row is what two who spend at once wait for, and what cannot go below nothing.
    """

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="time_accounts")
    user = models.ForeignKey(User, models.PROTECT, related_name="time_accounts")
    minutes = models.BigIntegerField(default=0)

    objects = TimeAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collective", "user"], name="one_time_account_a_person"),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="minutes_never_below_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.minutes} min"


class TimeGrant(models.Model):
    """Minutes given to a person by a coordinator, and why."""

    account = models.ForeignKey(TimeAccount, models.PROTECT, related_name="grants")
    minutes = models.PositiveIntegerField()
    reason = models.CharField(max_length=240)
    key = models.CharField(max_length=60, unique=True)  # the form's: sent twice, given once
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0), name="a_grant_gives_minutes")]

    def __str__(self) -> str:
        return f"{self.account}: +{self.minutes}"
