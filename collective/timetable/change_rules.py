"""Change how a workshop lets its time be booked: steps, buffers, notice, horizon, limits; and paid in minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.members.models import User
from collective.timetable.rebuild_ahead import rebuild_ahead
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Workshop
from collective.workshops.ranges import BOOKING_RULES, check_numbers
from collective.workshops.rights import lock_settings

RULES = (*BOOKING_RULES, "two_mechanics", "accepts_minutes")
DERIVED_FROM = {"slot_step_minutes", "horizon_days"}


class UnknownSetting(BadInput):
    code = "unknown_setting"
    message = _("There is no setting of this name here: %(names)s.")


@again_when_busy
def change_rules(*, workshop: Workshop, by: User, at: datetime, **rules: Any) -> Workshop:
    """
    Let these rules of RULES hold for whatever is booked from now on; what is booked stays as it was promised.

    :raises NotTheOwner: for anybody else.
    :raises UnknownSetting, NumberOutOfRange, NumberOffItsSteps: for what cannot be.
    """
    if strange := sorted(set(rules) - set(RULES)):
        raise UnknownSetting(names=", ".join(strange))
    check_numbers(rules, BOOKING_RULES)
    with transaction.atomic():
        workshop = lock_settings(workshop, by=by)
        changed = {name for name, value in rules.items() if getattr(workshop, name) != value}
        for name in changed:
            setattr(workshop, name, rules[name])
        workshop.save(update_fields=sorted(changed))
        if changed & DERIVED_FROM:
            rebuild_ahead(workshop, at=at)
    return workshop
