"""Doors of the demonstration only: become somebody, read the post. Anywhere else they do not exist."""

from collections.abc import Callable
from functools import wraps

from csp.decorators import csp
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from booking.demo.cast import cast
from booking.demo.mailbox import letters
from collective.members.models import User

View = Callable[..., HttpResponse]


def demonstration_only(view: View) -> View:
    @wraps(view)
    def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.MOYEU_DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return door


@demonstration_only
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign the visitor in as one of the cast, or out when the persona is empty; then to that persona's own page."""
    persona = request.POST.get("persona", "")
    if not persona:
        logout(request)
        return redirect(back_to(request))
    person = cast()["people"].get(persona)
    if person is None:
        raise Http404
    user = get_object_or_404(User, email=person["email"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("web:welcome")


def back_to(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else "web:home"


@demonstration_only
@never_cache
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/demo/mailbox.html", {"letters": letters(settings.EMAIL_FILE_PATH)})


@demonstration_only
@never_cache
@require_GET
@csp({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "sandbox": ["allow-popups"]})
def letter(request: HttpRequest, place: str) -> HttpResponse:
    """The mail's own HTML, with its inline styles and nothing else: no script, no form, no picture from elsewhere."""
    for found in letters(settings.EMAIL_FILE_PATH):
        if found.place == place:
            return HttpResponse(found.html)
    raise Http404
