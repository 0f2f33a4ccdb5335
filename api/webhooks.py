"""The door of the payment provider: keep its signed word, answer at once, look at the payment afterwards."""

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from api.errors import DatabaseAway, body_of, nothing_here
from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.tasks import wake
from collective.payments.receive import LARGEST_EVENT, receive_event

logger = logging.getLogger(__name__)


@csrf_exempt  # a signature says who speaks; there is no session
@require_POST
def stripe_event(request: HttpRequest) -> HttpResponse:
    """
    Keep an event: 200; 400 when it is not signed for us, changed, old or too large; 503 when it must be sent again.

    Nothing is done with it here: the provider waits for the answer, and the sweep is woken.
    """
    if not settings.STRIPE_SECRET_KEY:  # a site that takes no money online has no such door
        return nothing_here(request)
    try:
        receive_event(
            payload=request.read(LARGEST_EVENT + 1),
            signature=request.headers.get("Stripe-Signature", ""),
            at=database_now(),
        )
    except RuleBroken as rule:
        return JsonResponse(body_of(rule), status=rule.status)
    except (OperationalError, InterfaceError):
        logger.exception("an event could not be kept; the provider sends it again")
        return JsonResponse(body_of(DatabaseAway()), status=DatabaseAway.status)
    _wake_the_sweep()
    return JsonResponse({"received": True})


def _wake_the_sweep() -> None:
    """Bring the next sweep forward; without the queue the round of the minute finds the event all the same."""
    if not settings.MOYEU_WAKE:
        return
    try:
        wake()
    except Exception:
        logger.exception("the sweep could not be woken")
