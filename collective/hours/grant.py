"""A coordinator gives somebody minutes: for hours worked for all, until the account of hours says them by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, NotAllowed, RuleBroken
from collective.hours.models import TimeAccount, TimeGrant
from collective.ledger import accounts
from collective.ledger.entities import fund_of
from collective.ledger.models import Entry, Line
from collective.ledger.record import record
from collective.members.models import Collective, Membership, User
from collective.workshops.roles import coordinates

MOST_MINUTES = 6000  # a hundred hours at once
LONGEST_REASON = 240


class NotACoordinator(NotAllowed):
    code = "not_a_coordinator"
    message = _("Only a coordinator of the collective gives minutes.")


class WrongMinutes(BadInput):
    code = "wrong_minutes"
    message = _("Give between 1 and %(most)s minutes.")


class GrantNeedsReason(BadInput):
    code = "grant_needs_reason"
    message = _("Say why these minutes are given, in at most 240 letters.")


class NotAMember(RuleBroken):
    code = "not_a_member"
    message = _("Minutes are given to members of the collective: this person is not one.")


def what_forbids_granting(collective: Collective, *, by: User) -> RuleBroken | None:
    return None if coordinates(by, collective) else NotACoordinator()


@transaction.atomic
def grant_minutes(
    *, collective: Collective, user: User, minutes: int, reason: str, key: str, by: User, at: datetime
) -> TimeAccount:
    """
    Add minutes to the account of a member; the same `key` gives them once.

    In the common fund's books, in MIN: debit 864, credit 870.<account>. No euro moves.

    :raises RuleBroken: for who does not coordinate, for somebody who is no member.
    :raises BadInput: minutes that are none or too many, no reason.
    """
    if forbidden := what_forbids_granting(collective, by=by):
        raise forbidden
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 < minutes <= MOST_MINUTES:
        raise WrongMinutes(most=MOST_MINUTES)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise GrantNeedsReason
    if not Membership.objects.of(user).filter(collective=collective).exists():
        raise NotAMember
    account, _made = TimeAccount.objects.get_or_create(collective=collective, user=user)
    account = TimeAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if TimeGrant.objects.filter(key=key).exists():
        return account
    grant = TimeGrant.objects.create(
        account=account, minutes=minutes, reason=reason.strip(), key=key, granted_by=by, granted_at=at
    )
    TimeAccount.objects.filter(pk=account.pk).update(minutes=F("minutes") + minutes)
    account.refresh_from_db()
    record(
        entity=fund_of(collective),
        journal=Entry.Journal.MISC,
        source=f"grant:{grant.pk}",
        label=collective.name,
        lines={accounts.MINUTES_GIVEN: minutes, accounts.minutes_of(account.pk): -minutes},
        occurred_at=at,
        unit=Line.Unit.MIN,
    )
    return account
