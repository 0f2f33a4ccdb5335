"""Who may change hours, and what an ordinary week's day of beginning and an exception may be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, NotAllowed, RuleBroken
from collective.members.models import User
from collective.timetable.hours import (
    LONGEST_EXCEPTION,
    ExceptionInverted,
    ExceptionTooLong,
    Owner,
    exceptions,
    seasons,
)
from collective.timetable.models import Resource
from collective.workshops.models import Staff, Workshop
from collective.workshops.roles import works_at

FARTHEST = timedelta(days=730)
MOST_SEASONS = 24  # to come
MOST_EXCEPTIONS = 400  # to come
LONGEST_LABEL = 120
CHANGES_HOURS = (Staff.Role.OWNER, Staff.Role.MECHANIC)


class MayNotChangeHours(NotAllowed):
    code = "may_not_change_hours"
    message = _("Only the owner and the mechanics of this workshop change its hours.")


class SeasonInThePast(BadInput):
    code = "season_past"
    message = _("This day is over. Hours change from today on.")


class SeasonTooFar(BadInput):
    code = "season_too_far"
    message = _("This day is more than two years ahead. Choose a nearer one.")


class SeasonInverted(BadInput):
    code = "season_inverted"
    message = _("The last day comes before the first. Give a later one, or none.")


class TooManySeasons(RuleBroken):
    code = "too_many_seasons"
    message = _("There are already %(count)d changes of hours to come. Take one back first.")


class ExceptionOver(BadInput):
    code = "exception_over"
    message = _("This is over already. Choose a moment to come.")


class ExceptionTooFar(BadInput):
    code = "exception_too_far"
    message = _("This is more than two years ahead. Choose a nearer day.")


class OpeningTooLong(BadInput):
    code = "opening_too_long"
    message = _("An opening stays within one day. Make one for each day.")


class TooManyExceptions(RuleBroken):
    code = "too_many_exceptions"
    message = _("There are already %(count)d exceptions to come. Take some back, or change the ordinary week.")


class LabelTooLong(BadInput):
    code = "label_too_long"
    message = _("This is too long. 120 letters are enough.")


def workshop_of(owner: Owner) -> Workshop:
    return owner if isinstance(owner, Workshop) else owner.workshop


def what_forbids_changing_hours(*, owner: Owner, by: User) -> RuleBroken | None:
    """The owner and the mechanics of a workshop change its hours and those of each who works there."""
    staff = Staff.objects.live().filter(workshop=workshop_of(owner), user=by, role__in=CHANGES_HOURS)
    return None if staff.exists() else MayNotChangeHours()


def what_forbids_excepting(*, owner: Owner, by: User) -> RuleBroken | None:
    """Whose own time it is says when they are away, whatever their role; for the rest as for the hours."""
    if (
        isinstance(owner, Resource)
        and owner.mechanic
        and owner.mechanic.user_id == by.pk
        and works_at(by, owner.workshop)
    ):
        return None
    return what_forbids_changing_hours(owner=owner, by=by)


def check_season(*, owner: Owner, from_on: date, until: date | None, at: datetime) -> None:
    """
    Judge the days from and until which an ordinary week is to hold.

    :raises BadInput: when they are over, too far, or the wrong way round.
    :raises TooManySeasons: when the owner has said enough already.
    """
    today = at.astimezone(workshop_of(owner).zone).date()
    if from_on < today:
        raise SeasonInThePast
    if max(from_on, until or from_on) > today + FARTHEST:
        raise SeasonTooFar
    if until and until < from_on:
        raise SeasonInverted
    to_come = [season for season in seasons(owner) if season.from_on > today]
    if len(to_come) >= MOST_SEASONS and (until or from_on > today):
        raise TooManySeasons(count=len(to_come))


def check_exception(
    *, owner: Owner, starts_at: datetime, ends_at: datetime, is_open: bool, label: str, at: datetime
) -> None:
    """
    Judge an exception to the hours.

    :raises BadInput: when it ends before it begins, is too long, over, or too far.
    :raises TooManyExceptions: when the owner has made enough already.
    """
    if ends_at <= starts_at:
        raise ExceptionInverted
    if ends_at > starts_at + LONGEST_EXCEPTION:
        raise ExceptionTooLong
    if ends_at <= at:
        raise ExceptionOver
    if ends_at > at + FARTHEST:
        raise ExceptionTooFar
    if len(label) > LONGEST_LABEL:
        raise LabelTooLong
    zone = workshop_of(owner).zone
    last_moment = (ends_at - timedelta(microseconds=1)).astimezone(zone)
    if is_open and starts_at.astimezone(zone).date() != last_moment.date():
        raise OpeningTooLong
    today = at.astimezone(zone).date()
    to_come = exceptions(owner, first=today, last=today + FARTHEST)
    if len(to_come) >= MOST_EXCEPTIONS:
        raise TooManyExceptions(count=len(to_come))
