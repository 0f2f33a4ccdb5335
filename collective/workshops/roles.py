"""Who may do what, by membership and by staff: the words the doors and the use cases share."""

from django.contrib.auth.models import AnonymousUser

from collective.members.models import Collective, Membership, User
from collective.workshops.models import Staff, Workshop

Person = User | AnonymousUser


def works_at(user: Person, workshop: Workshop) -> bool:
    return user.is_authenticated and Staff.objects.live().filter(user=user, workshop=workshop).exists()


def owns(user: Person, workshop: Workshop) -> bool:
    return (
        user.is_authenticated
        and Staff.objects.live().filter(user=user, workshop=workshop, role=Staff.Role.OWNER).exists()
    )


def coordinates(user: Person, collective: Collective) -> bool:
    return Membership.objects.of(user, Membership.Role.COORDINATOR).filter(collective=collective).exists()


def commits_others(user: User) -> bool:
    """Coordinators, treasurers and owners handle others' money and data: they sign in with two factors."""
    roles = (Membership.Role.COORDINATOR, Membership.Role.TREASURER)
    owned = Staff.objects.live().filter(user=user, role=Staff.Role.OWNER)
    return Membership.objects.of(user, *roles).exists() or owned.exists()
