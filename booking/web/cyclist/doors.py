"""What the doors of cyclists' pages share: who may come how often, and what no cache or search engine may keep."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from backend.lib.limits import limit

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Keep the answer out of every cache and every search engine: it is about one person."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return never_kept(view(request, *args, **kwargs))

    return answer


def never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # A signed link is a key: it must not travel to the pages that this one leads to.
    response["Referrer-Policy"] = "same-origin"
    return response


def limited(name: str, rate: str) -> Callable[[View], View]:
    """Count the POSTs of a door; looking stays free."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                limit(name, request, rate=rate)
            return view(request, *args, **kwargs)

        return answer

    return wrap


def asked_by_htmx(request: HttpRequest) -> bool:
    """Tell a request for a part of the page from one for the page."""
    return request.headers.get("HX-Request") == "true"
