"""The pages that people see, in French and in English, without scripts."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from tests.stripe_emulator.http import Answer, Request
from tests.stripe_emulator.words import WORDS

PAGES = Path(__file__).with_name("pages")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def language_of(request: Request, locale: str | None) -> str:
    """Return the session's language; without one, what the browser asks for first."""
    wanted = locale if locale and locale != "auto" else request.headers.get("Accept-Language", "fr")
    return "en" if wanted.lower().startswith("en") else "fr"


def origin(url: str | None) -> str:
    target = urlsplit(url or "")
    return f"{target.scheme}://{target.netloc}" if target.netloc else ""


def page(name: str, language: str, *, status: int = 200, allowed: str = "", **values: str) -> Answer:
    words = WORDS[language] | {"language": language}
    shown = {key: escape(value) for key, value in (words | values).items()}
    body = Template((PAGES / f"{name}.html").read_text()).substitute(shown)
    title = shown[f"title_{name}"]
    page = Template((PAGES / "layout.html").read_text()).substitute(shown, title=title, body=body)
    headers = {
        "Content-Security-Policy": f"{POLICY} {allowed}",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Answer(status, page.encode(), "text/html; charset=utf-8", headers)
