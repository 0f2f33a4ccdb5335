"""What a page of slots has by the hundred: days of buttons, badges, hidden fields, each written without a template."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from backend.templatetags.moyeu import icon, machine_time, short_clock, short_day

register = template.Library()


class Starting(Protocol):
    """A slot: only when it begins is shown."""

    @property
    def starts_at(self) -> datetime: ...


class DayOfSlots(Protocol):
    """The slots of one local day; `starts_at` is the first."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def slots(self) -> Sequence[Starting]: ...


class Badge(Protocol):
    """A few words with an icon; `kind` is a colour of parts.css, or empty."""

    @property
    def words(self) -> str | Promise: ...
    @property
    def icon(self) -> str: ...
    @property
    def kind(self) -> str: ...


@register.simple_tag
def slot_days(days: Iterable[DayOfSlots], zone: str, mark_first: object = False) -> SafeString:
    """Each day with its buttons, for a form around; `mark_first` sets the very first button off."""
    language, mark = get_language(), bool(mark_first)
    written = []
    for day in days:
        buttons = [_button(slot.starts_at, zone, language, mark and not place) for place, slot in enumerate(day.slots)]
        name = short_day(day.starts_at, zone)
        written.append(f'<section class="day"><h3>{name}</h3><div>{"".join(buttons)}</div></section>')
        mark = False
    return mark_safe("".join(written))  # noqa: S308 - buttons are escaped, names of days are our own words


@lru_cache(maxsize=16384)
def _button(moment: datetime, zone: str, language: str | None, is_first: bool) -> SafeString:
    """One button for each moment and language: workshops offer the same quarters of an hour, page after page."""
    return format_html(
        '<button class="slot num{}" type="submit" name="debut" value="{}"><span class="vh">{}, </span>{}</button>',
        " first" if is_first else "",
        machine_time(moment, zone),
        short_day(moment, zone),
        short_clock(moment, zone),
    )


@register.simple_tag
def badges(tags: Iterable[Badge]) -> SafeString:
    """The items of a list of badges."""
    return format_html_join(
        "",
        '<li class="badge {}">{}{}</li>',
        ((tag.kind, icon(tag.icon) if tag.icon else "", tag.words) for tag in tags),
    )


@register.simple_tag
def hidden_fields(pairs: Iterable[tuple[str, object]]) -> SafeString:
    """What a form carries along without showing it, by name; the same name may come again."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
