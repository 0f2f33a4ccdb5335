from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backend.lib.clock import database_now


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; the e-mail address is the identity, whatever its capitals."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    language = models.CharField(_("language"), max_length=2, default="fr")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=database_now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_whatever_the_case")]

    def __str__(self) -> str:
        return self.name or self.email


class CollectiveQuerySet(models.QuerySet["Collective"]):
    def visible_to(self, user: User | AnonymousUser) -> CollectiveQuerySet:
        """The collectives whose inside this person belongs to; what is public goes through `open_`."""
        if not user.is_active or not user.is_authenticated:
            return self.none()
        return self.filter(memberships__in=Membership.objects.live().filter(user=user)).distinct()


class Collective(models.Model):
    """The cooperative that member workshops form."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    timezone = models.CharField(max_length=40, default="Europe/Paris")
    contact_email = models.EmailField(blank=True, default="")
    mediator = models.CharField(max_length=200, blank=True, default="")  # consumer mediator, named before payment

    objects = CollectiveQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> MembershipQuerySet:
        return self.filter(ended_at__isnull=True, user__is_active=True)

    def of(self, user: User | AnonymousUser, *roles: str) -> MembershipQuerySet:
        if not user.is_authenticated:
            return self.none()
        mine = self.live().filter(user=user)
        return mine.filter(role__in=roles) if roles else mine


class Membership(models.Model):
    """A person in a collective, with a role and a status."""

    class Role(models.TextChoices):
        MECHANIC = "mechanic", _("mechanic")
        COORDINATOR = "coordinator", _("coordinator")
        TREASURER = "treasurer", _("treasurer")
        VOLUNTEER = "volunteer", _("volunteer")

    class Status(models.TextChoices):
        EMPLOYEE = "employee", _("employee")
        CAPE = "cape", _("CAPE contract")
        FREELANCE = "freelance", _("freelance")
        VOLUNTEER = "volunteer", _("volunteer")

    collective = models.ForeignKey(Collective, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    status = models.CharField(max_length=12, choices=Status)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collective", "user", "role"],
                condition=Q(ended_at__isnull=True),
                name="one_live_membership_a_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    def is_live(self, *, at: datetime) -> bool:
        return self.ended_at is None or self.ended_at > at
