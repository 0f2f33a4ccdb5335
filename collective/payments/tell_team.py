"""Write to who keeps the collective's money when something needs them."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext

from backend.lib.mail import put_mail
from collective.members.models import Collective, Membership, User

Role = Membership.Role


def tell_team(
    *,
    collective: Collective,
    subject: str,
    about: str,
    key: str,
    at: datetime,
    cents: int | None = None,
    due: datetime | None = None,
) -> None:
    """Mail the treasurers (the coordinators where there is none) that `subject`, a marked message, needs them."""
    for person in keepers_of(collective):
        with translation.override(person.language):
            said = gettext(subject)
        put_mail(
            template="money/attention",
            to=person.email,
            language=person.language,
            context={"subject": said, "about": about, "cents": cents, "due": due, "zone": collective.timezone},
            key=f"{key}:{person.pk}",
            due_at=at,
        )


def keepers_of(collective: Collective) -> list[User]:
    keepers = Membership.objects.live().filter(collective=collective, role__in=(Role.TREASURER, Role.COORDINATOR))
    rows = list(keepers.select_related("user").order_by("user"))
    treasurers = [row.user for row in rows if row.role == Role.TREASURER]
    return list(dict.fromkeys(treasurers or [row.user for row in rows]))
