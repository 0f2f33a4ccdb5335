"""Photos of a diagnosis: for the holder of the appointment's link and the workshop's people, never by their file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from booking.appointments.links import appointment_by_link
from booking.appointments.models import Appointment
from booking.diagnosis.models import DiagnosisPhoto
from booking.web.cyclist.doors import private


@require_safe
@private
def by_link(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    appointment = appointment_by_link(token, at=database_now())
    return _send(get_object_or_404(DiagnosisPhoto, pk=pk, diagnosis=appointment.diagnosis))


@require_safe
@login_required
@private
def by_account(request: HttpRequest, pk: int) -> HttpResponse:
    """For who sees an appointment that this photo came with: its cyclist, its workshop."""
    seen = Appointment.objects.visible_to(request.user).values("diagnosis")
    return _send(get_object_or_404(DiagnosisPhoto, pk=pk, diagnosis__in=seen))


def _send(photo: DiagnosisPhoto) -> HttpResponse:
    with photo.file.open("rb") as file:  # small: it was drawn anew at 1600 pixels when it came
        response = HttpResponse(file.read(), content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
