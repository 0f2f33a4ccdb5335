"""Words for templates: money, moments, lengths and distances as people read them, icons, the bicycle, the language."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import phonenumbers
from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, override

from backend.bicycle import list_parts, place_parts
from backend.lib.money import decimal

register = template.Library()

THIN, WIDE = "\u202f", "\u00a0"  # no-break spaces: inside a number or before a sign; between a number and its word


FRANCE = 33


def speaks_french() -> bool:
    return (get_language() or "fr").startswith("fr")


# ---- People ----------------------------------------------------------------------------------------------------------


@register.filter
def telephone(number: str) -> str:
    """ "+33612345678" -> "06 12 34 56 78", one of another country with its prefix; what is no number stays as it is."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    style = national if read.country_code == FRANCE else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(read, style)).replace(" ", WIDE)


# ---- Money and measures ----------------------------------------------------------------------------------------------


@register.filter
def euros(cents: int) -> str:
    """2300 -> "23,00 €" or "€23.00"; -50 -> "−0,50 €" or "−€0.50"."""
    sign = "−" if cents < 0 else ""
    amount = number_format(decimal(abs(cents)), decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{sign}{amount}{WIDE}€" if speaks_french() else f"{sign}€{amount}"


@register.filter
def round_euros(cents: int) -> str:
    """2300 -> "23 €" or "€23", where there are no odd cents; 2350 -> "23,50 €" or "€23.50"."""
    if cents % 100:
        return euros(cents)
    sign = "−" if cents < 0 else ""
    amount = number_format(abs(cents) // 100, use_l10n=True, force_grouping=True)
    return f"{sign}{amount}{WIDE}€" if speaks_french() else f"{sign}€{amount}"


@register.filter
def euros_to(low: int, high: int) -> str:
    """1100, 3500 -> "11 à 35 €" or "€11 to €35"; the same twice is said once."""
    if low == high:
        return round_euros(low)
    words = {"low": round_euros(low).removesuffix(f"{WIDE}€"), "high": round_euros(high)}
    return gettext("%(low)s to %(high)s") % words


@register.filter
def percent(share: float) -> str:
    """0.674 -> "67 %" or "67%"."""
    return f"{round(share * 100)}{THIN if speaks_french() else ''}%"


@register.filter
def hundredths(share: float) -> str:
    """0.674 -> "67.4", for the width of a bar 100 wide: never a decimal comma, which SVG does not read."""
    return f"{min(max(share, 0), 1) * 100:.1f}"


@register.filter
def minutes(count: int) -> str:
    """15 -> "15 min"; 60 -> "1 h"; 75 -> "1 h 15" or "1 h 15 min"."""
    hours, rest = divmod(int(count), 60)
    if not hours:
        return f"{rest}{WIDE}min"
    if not rest:
        return f"{hours}{WIDE}h"
    return f"{hours}{WIDE}h{WIDE}{rest:02}" + ("" if speaks_french() else f"{WIDE}min")


@register.filter
def distance(kilometres: float) -> str:
    """0.34 -> "300 m"; 1.24 -> "1,2 km" or "1.2 km"; 5 -> "5 km"; 12.4 -> "12 km"."""
    if kilometres < 0.95:
        return f"{max(1, round(kilometres * 10)) * 100}{WIDE}m"
    rounded = round(kilometres, 1) if kilometres < 9.95 else round(kilometres)
    places = 0 if rounded == int(rounded) else 1
    return f"{number_format(rounded, decimal_pos=places, use_l10n=True)}{WIDE}km"


# ---- Moments: every one is given with the zone of the workshop it is about -------------------------------------------


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(str(zone)))


def _remembered(write: Callable[[datetime, str], str]) -> Callable[[datetime, str], str]:
    """Write each moment once a language: a page of slots has hundreds of them, and the next page has the same."""

    @lru_cache(maxsize=8192)
    def once(moment: datetime, zone: str, language: str | None) -> str:
        return write(moment, zone)

    @wraps(write)
    def remembered(moment: datetime, zone: str) -> str:
        return once(moment, str(zone), get_language())

    return remembered


@register.filter
@_remembered
def clock(moment: datetime, zone: str) -> str:
    """ "14 h 40", "14 h" or "14:40" at the workshop: as its door has it, in both languages."""
    local = _local(moment, zone)
    if speaks_french():
        return f"{local.hour}{WIDE}h" + (f"{WIDE}{local.minute:02}" if local.minute else "")
    return f"{local.hour}:{local.minute:02}"


@register.filter
@_remembered
def short_clock(moment: datetime, zone: str) -> str:
    """ "9:40": for a button among many."""
    local = _local(moment, zone)
    return f"{local.hour}:{local.minute:02}"


@register.filter
@_remembered
def day(moment: datetime, zone: str) -> str:
    """ "lundi 23 novembre", "mardi 1er décembre" or "Monday 23 November"."""
    local = _local(moment, zone)
    number = "1er" if local.day == 1 and speaks_french() else str(local.day)
    return f"{format_date(local, 'l')} {number}{WIDE}{format_date(local, 'F')}"


@register.filter
def day_and_year(moment: datetime, zone: str) -> str:
    """ "lundi 23 novembre 2026"."""
    return f"{day(moment, zone)} {_local(moment, zone).year}"


@register.filter
@_remembered
def short_day(moment: datetime, zone: str) -> str:
    """ "Lun. 23 nov." or "Mon 23 Nov."."""
    local = _local(moment, zone)
    weekday = capfirst(format_date(local, "D")) + ("." if speaks_french() else "")
    return f"{weekday} {local.day}{WIDE}{format_date(local, 'N')}"


@register.simple_tag
def near_day(moment: datetime, zone: str, at: datetime) -> str:
    """As `short_day`, with today and tomorrow, as seen from `at`, by name: "Demain 22 nov."."""
    local, today = _local(moment, zone), _local(at, zone).date()
    names = {today: gettext("today"), today + timedelta(days=1): gettext("tomorrow")}
    if name := names.get(local.date()):
        return f"{capfirst(name)} {local.day}{WIDE}{format_date(local, 'N')}"
    return short_day(moment, zone)


@register.filter
def moment(at: datetime, zone: str) -> str:
    """ "lundi 23 novembre, 9 h 40" or "Monday 23 November, 9:40"."""
    return f"{day(at, zone)}, {clock(at, zone)}"


class Timed(Protocol):
    """What is booked: an exact time or, when it has a `ready_at`, a day on which something is left."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def ready_at(self) -> datetime | None: ...


@register.simple_tag
def hours_between(begins: datetime, ends: datetime, zone: str) -> str:
    """ "entre 9 h et 11 h" or "between 9:00 and 11:00"."""
    return gettext("between %(begins)s and %(ends)s") % {"begins": clock(begins, zone), "ends": clock(ends, zone)}


@register.filter
def hours(booked: Timed, zone: str) -> str:
    """When to come, on the day itself: "9 h 40"; with a bicycle to leave, "entre 9 h et 11 h"."""
    if booked.ready_at is None:
        return clock(booked.starts_at, zone)
    return hours_between(booked.starts_at, booked.ends_at, zone)


@register.filter
def when(booked: Timed, zone: str) -> str:
    """When to come: "lundi 23 novembre, 9 h 40"; with a bicycle to leave, "lundi 23 novembre, entre 9 h et 11 h"."""
    return f"{day(booked.starts_at, zone)}, {hours(booked, zone)}"


@register.filter
@_remembered
def machine_time(at: datetime, zone: str) -> str:
    """The same moment for a `datetime` attribute, with its offset."""
    return _local(at, zone).isoformat(timespec="minutes")


# ---- Pictures --------------------------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """An icon of moyeu/svg/icons.svg beside words that say the same."""
    sprite = static("moyeu/svg/icons.svg")
    return format_html(
        '<svg class="ico" aria-hidden="true" focusable="false"><use href="{}#i-{}"></use></svg>', sprite, name
    )


@register.simple_tag
@lru_cache(maxsize=16)
def bike_icon(kind: str) -> SafeString:
    """A small bicycle of moyeu/svg/bikes.svg: city, ebike, road, kid, cargo, mtb."""
    sprite = static("moyeu/svg/bikes.svg")
    return format_html(
        '<svg class="bikelet" aria-hidden="true" focusable="false"><use href="{}#b-{}"></use></svg>', sprite, kind
    )


@register.inclusion_tag("components/bike_drawing.html")
def bike_drawing(links: Mapping[str, str], electric: bool = False, current: str = "") -> dict[str, Any]:
    """The bicycle whose parts are links; `links` maps every id of backend.bicycle.PARTS to an address."""
    return {"parts": place_parts(links, current=current), "electric": electric}


@register.inclusion_tag("components/bike_list.html")
def bike_list(links: Mapping[str, str], electric: bool = False, current: str = "") -> dict[str, Any]:
    """The same parts in words."""
    return {"rows": list_parts(links, current=current), "electric": electric}


@register.inclusion_tag("components/bike_switch.html")
def bike_switch(path: str, electric: bool = False) -> dict[str, Any]:
    """Bicycle or e-bike: two links to `path`, one with `?velo=electrique`; bike.js switches in place."""
    return {"plain_url": path, "electric_url": f"{path}?{urlencode({'velo': 'electrique'})}", "electric": electric}


# ---- Language --------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def other_language_url(context: template.Context, language: str) -> str:
    """The address of this page in `language`, query kept; of the home page where this one has no twin."""
    request: HttpRequest = context["request"]
    try:
        resolve(request.path)
    except Resolver404:
        with override(language):
            return reverse("web:home")
    return translate_url(request.get_full_path(), language)
