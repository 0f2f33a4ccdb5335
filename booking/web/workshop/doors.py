"""What the doors of a workshop's pages share: whose workshop it is, and that nothing of it is kept by a cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from booking.appointments.models import Appointment
from booking.web.cyclist.doors import never_kept
from collective.workshops.models import Workshop

View = Callable[..., HttpResponse]


def at_work(view: View) -> View:
    """For who signed in; the rows are found through `visible_to`, so a stranger gets 404."""

    @wraps(view)
    @login_required
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return never_kept(view(request, *args, **kwargs))

    return answer


def workshop_or_404(request: HttpRequest, slug: str) -> Workshop:
    return get_object_or_404(Workshop.objects.visible_to(request.user).select_related("collective"), slug=slug)


def appointment_or_404(request: HttpRequest, pk: int) -> Appointment:
    """Only through the inside of a workshop: the cyclist's own door is the manage link."""
    seen = Appointment.objects.filter(workshop__in=Workshop.objects.visible_to(request.user))
    return get_object_or_404(
        seen.exclude(status=Appointment.Status.UNPAID).select_related(
            "workshop__collective", "workshop__seller", "mechanic", "second_mechanic", "diagnosis", "payment", "card"
        ),
        pk=pk,
    )
