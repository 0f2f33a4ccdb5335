"""Answers given in one place: a broken rule becomes a message, a door may demand the second factor, no page films."""

from collections.abc import Callable
from functools import cache

from allauth.mfa.utils import is_mfa_enabled
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from servestatic.middleware import ServeStaticMiddleware

from backend.lib.errors import RuleBroken
from backend.lib.limits import check_size
from collective.workshops.roles import commits_others

GetResponse = Callable[[HttpRequest], HttpResponse]


class explain_broken_rules:  # noqa: N801 - named as what it does, like a function middleware, but hooks exceptions
    """
    Answer a `RuleBroken` that a page let through: back to the page with a message, or a page of its own.

    A page that knows better (a form to fill again) catches it first. Programs get JSON from `api.errors`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RuleBroken):
            return None
        if request.method == "POST" and (back := getattr(request, "on_refusal", None)):
            messages.error(request, str(exception))
            return redirect(back)
        return render(request, "refusal.html", {"rule": exception}, status=exception.status)


class refuse_large_bodies:  # noqa: N801 - named as what it does, like a function middleware, but hooks views
    """
    Answer 413 to what is longer than a page marked `smaller_than` takes, before anything reads it.

    It stands in front of the CSRF check, which reads forms whole to find their token.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        most = getattr(view, "largest_body", None)
        try:
            check_size(request, most=most) if most else None
        except RuleBroken as rule:
            return render(request, "refusal.html", {"rule": rule}, status=rule.status)
        return None


def give_up_powers(get_response: GetResponse) -> GetResponse:
    """Tell browsers what no page of ours asks of a device; where one is, only for "my position", on a press."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
        return response

    return answer


def serve_static_files(get_response: GetResponse) -> GetResponse:
    """
    Serve what lies under STATIC_URL; let every page pass without a detour.

    ServeStatic is asynchronous, the pages are not: through it each page would start an event loop and a thread. It is
    made for the first file that somebody asks for, since it looks through all of them.
    """

    @cache
    def files() -> GetResponse:
        return async_to_sync(ServeStaticMiddleware(sync_to_async(get_response)))

    def answer(request: HttpRequest) -> HttpResponse:
        return files()(request) if request.path_info.startswith(settings.STATIC_URL) else get_response(request)

    return answer


def demand_second_factor(get_response: GetResponse) -> GetResponse:
    """Send coordinators, treasurers and workshop owners to set up a second factor before they do anything else."""

    def answer(request: HttpRequest) -> HttpResponse:
        if _must_set_up(request):
            messages.info(request, _("You decide for others here: please add a second factor to your sign-in first."))
            return redirect("mfa_index")
        return get_response(request)

    return answer


def _must_set_up(request: HttpRequest) -> bool:
    if not settings.MOYEU_DEMAND_SECOND_FACTOR or not request.user.is_authenticated:
        return False
    allowed = (reverse("mfa_index"), reverse("account_logout"), reverse("account_reauthenticate"), settings.STATIC_URL)
    if request.path.startswith(allowed) or is_mfa_enabled(request.user):
        return False
    return commits_others(request.user)
