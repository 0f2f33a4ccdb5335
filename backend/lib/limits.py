"""Limits on what strangers may ask for in a while, counted in the cache by the address they come from."""

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken

View = Callable[..., HttpResponse]
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RATE = re.compile(r"(\d+)/(\d*)([smhd])")


class TooManyRequests(RuleBroken):
    """`params["wait_seconds"]` says how long until the next try counts afresh."""

    code = "too_many_requests"
    message = _("That is a lot in a short while. Please wait %(wait_seconds)s seconds, then try again.")
    status = 429


class BodyTooLarge(RuleBroken):
    """`params["most"]` is the limit, in bytes."""

    code = "too_large"
    message = _("This is too large: %(most)s bytes at most.")
    status = 413


def limit(name: str, request: HttpRequest, *, rate: str) -> None:
    """
    Count one more `name` from this visitor's address; `rate` is a number and a while: "20/m", "5/10m", "100/h".

    Time is cut into whiles of that length, so up to twice the number can pass around a cut: enough to stop a flood, and
    one counter per visitor is all it costs. Counters live in the default cache: shared by all processes with Redis, one
    per process without.

    :raises TooManyRequests: when there were more of them than the rate allows.
    :raises ValueError: when the rate cannot be read.
    """
    most, seconds = read_rate(rate)
    now = time.time()
    key = f"limit:{name}:{visitor_address(request)}:{int(now // seconds)}"
    if _count(key, lasts=seconds + 1) > most:
        raise TooManyRequests(wait_seconds=int(seconds - now % seconds) + 1)


def _count(key: str, *, lasts: int) -> int:
    """Return how many there are with this one. Of those who come at once, one begins a counter that is not there."""
    for _attempt in range(2):
        try:
            return int(cache.incr(key))
        except ValueError:
            if cache.add(key, 1, timeout=lasts):
                break
    return 1


def check_size(request: HttpRequest, *, most: int) -> None:
    """
    Look at how long the body is said to be, before any of it is read; no server of ours reads further than that.

    :raises BodyTooLarge: when it is longer than `most` bytes.
    """
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    if not said.isdigit() or int(said[:15]) > most:
        raise BodyTooLarge(most=most)


def smaller_than(most: int) -> Callable[[View], View]:
    """Mark a page whose forms are small: `backend.middleware` refuses larger ones before anything reads them."""

    def mark(view: View) -> View:
        view.largest_body = most  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


def read_rate(rate: str) -> tuple[int, int]:
    """
    Return how many, and in how many seconds: "5/10m" is (5, 600).

    :raises ValueError: when the rate cannot be read.
    """
    match = _RATE.fullmatch(rate)
    if not match:
        raise ValueError(f"{rate!r} is no rate: write 20/m or 5/10m")
    most, times, unit = match.groups()
    return int(most), int(times or 1) * SECONDS[unit]


def visitor_address(request: HttpRequest) -> str:
    """
    Return the address of who asks, as the last proxy that is ours saw it.

    `X-Forwarded-For` grows to the right: with TRUSTED_PROXIES of ours in front, the entry that many places from its end
    was written by our first proxy; what stands to its left is whatever the visitor pretends.
    """
    proxies = settings.TRUSTED_PROXIES
    seen = [address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",") if address.strip()]
    if proxies and len(seen) >= proxies:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
