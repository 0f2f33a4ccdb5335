"""Change where a workshop comes to: kilometres around its base, communes, or an area drawn corner by corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.members.models import User
from collective.places.models import Commune
from collective.workshops.models import Workshop
from collective.workshops.ranges import SERVED_KM
from collective.workshops.rights import lock_settings
from collective.workshops.zones import check_area

MOST_COMMUNES = 200


class StaysWhereItIs(RuleBroken):
    code = "stays_where_it_is"
    message = _("Customers come to this workshop: it has no zone.")


class OneZoneOfThree(BadInput):
    code = "one_zone_of_three"
    message = _("Say one: kilometres around the base, communes, or an area.")


class UnknownCommunes(BadInput):
    code = "unknown_communes"
    message = _("We know no commune with these codes: %(codes)s.")


class TooManyCommunes(BadInput):
    code = "too_many_communes"
    message = _("At most 200 communes. Draw an area instead.")


@transaction.atomic
def change_zone(
    *, workshop: Workshop, by: User, km: int | None = None, communes: Sequence[str] = (), area: Sequence[Any] = ()
) -> Workshop:
    """
    Let the workshop come to people in this zone from now on: one of `km` around its base, INSEE codes of `communes`,
    or the corners of an `area` as [latitude, longitude]. Whoever has booked is visited wherever they are.

    :raises NotTheOwner: for anybody but the owner.
    :raises StaysWhereItIs: for a workshop that does not travel.
    :raises OneZoneOfThree, NumberOutOfRange, TooManyCommunes, UnknownCommunes, BadArea: for what cannot be.
    """
    if sum(1 for way in (km is not None, bool(communes), bool(area)) if way) != 1:
        raise OneZoneOfThree
    if km is not None:
        SERVED_KM.check("served_km", km)
    codes = check_communes(communes)
    corners = check_area(area) if area else []
    workshop = lock_settings(workshop, by=by)
    if not workshop.is_itinerant:
        raise StaysWhereItIs
    workshop.served_km, workshop.served_communes, workshop.served_area = km, codes, corners
    workshop.save(update_fields=["served_km", "served_communes", "served_area"])
    return workshop


def check_communes(codes: Sequence[str]) -> list[str]:
    """:raises TooManyCommunes, UnknownCommunes: for more than 200, or codes that are none."""
    if len(codes) > MOST_COMMUNES:
        raise TooManyCommunes
    known = set(Commune.objects.filter(pk__in=codes).values_list("pk", flat=True))
    if unknown := sorted(set(codes) - known):
        raise UnknownCommunes(codes=", ".join(str(code)[:5] for code in unknown[:10]))
    return sorted(known)
