"""What the doors of the books share: whose collective it is, and that nothing of its inside is kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from collective.members.models import Collective

View = Callable[..., HttpResponse]


def inside(view: View) -> View:
    """For members who signed in; the rows are found through `visible_to`, so a stranger gets 404."""

    @wraps(view)
    @login_required
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def collective_or_404(request: HttpRequest) -> Collective:
    """The collective one belongs to: the one asked for by its name in the address, or the first."""
    mine = Collective.objects.visible_to(request.user).order_by("name")
    if slug := request.GET.get("collectif", ""):
        mine = mine.filter(slug=slug)
    if found := mine.first():
        return found
    raise Http404
