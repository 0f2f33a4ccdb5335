"""What every page knows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    """An entry of a menu: `current` when the request is for that very page."""

    label: str | Promise
    url: str
    current: bool


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor of the demonstration may become; the empty key is nobody."""

    key: str
    name: str | Promise
    role: str | Promise = ""


HEADER_PAGES = (
    ("web:home", _("Repair my bike")),
    ("web:workshops", _("Workshops")),
    ("collective:accounts", _("Open accounts")),
)
FOOTER_PAGES = (
    ("web:privacy", _("Your data")),
    ("web:terms", _("Terms of sale")),
    ("web:ranking", _("How results are ranked")),
    ("web:legal", _("Legal notice")),
    ("web:accessibility", _("Accessibility")),
    ("api:docs", _("For programs (API)")),
)
PERSONAS = (
    Persona("camille", "Camille", _("cyclist")),
    Persona("moussa", "Moussa", _("mechanic")),
    Persona("lou", "Lou", _("travelling mechanic")),
    Persona("ines", "Inès", _("treasurer")),
    Persona("", _("nobody")),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the context of `templates/base.html`; a menu leaves out the pages that this installation lacks."""
    become_url = address("web:become") if settings.MOYEU_DEMO else ""
    return {
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "source_url": settings.SOURCE_URL,
        "demo": settings.MOYEU_DEMO,
        "become_url": become_url,
        "mailbox_url": address("web:mailbox") if settings.MOYEU_DEMO else "",
        "demo_personas": PERSONAS if become_url else (),
        "header_pages": pages(HEADER_PAGES, request),
        "footer_pages": pages(FOOTER_PAGES, request),
        "home_url": address("web:home") or "/",
        "welcome_url": address("web:welcome"),
        "map_tile_url": settings.MAP_TILE_URL,
        "map_attribution": settings.MAP_ATTRIBUTION,
    }


def pages(entries: tuple[tuple[str, Promise], ...], request: HttpRequest) -> list[Page]:
    found = [(label, address(name)) for name, label in entries]
    return [Page(label, url, current=url == request.path) for label, url in found if url]


def address(name: str) -> str:
    """Return the address of the named page, or an empty string where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
