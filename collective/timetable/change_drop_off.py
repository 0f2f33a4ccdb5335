"""Change whether and how a workshop sells whole days to bikes that are left there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from collective.members.models import User
from collective.timetable.drop_off import sell_days
from collective.timetable.retry import again_when_busy
from collective.workshops.models import DropOffTerms, Workshop
from collective.workshops.ranges import DROP_OFF, check_numbers
from collective.workshops.rights import lock_settings

FIELDS = ("is_on", *DROP_OFF)


def terms_of(workshop: Workshop) -> DropOffTerms:
    """Give the terms on which the workshop sells its days; the usual ones, switched off, when it never did."""
    found = DropOffTerms.objects.filter(workshop=workshop).first()
    return found or DropOffTerms(workshop=workshop, is_on=False)


@again_when_busy
def change_drop_off(*, workshop: Workshop, by: User, at: datetime, **values: Any) -> DropOffTerms:
    """
    Let these terms (FIELDS; the others stay) hold for the days sold from now on; what is sold stays sold.

    :raises NotTheOwner: for anybody but the owner.
    :raises NumberOutOfRange, NumberOffItsSteps, BadTerms: for what cannot be.
    """
    assert set(values) <= set(FIELDS), values
    check_numbers(values, DROP_OFF)
    with transaction.atomic():
        workshop = lock_settings(workshop, by=by)
        present = terms_of(workshop)
        terms = {name: getattr(present, name) for name in FIELDS} | values
        return sell_days(workshop=workshop, at=at, **terms)
