"""One answer for every error: `{code, message}`, and `details` where a program can use them."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from backend.lib.errors import BadInput, RuleBroken

logger = logging.getLogger(__name__)


class NotFound(RuleBroken):
    code = "not_found"
    message = gettext_lazy("There is nothing at this address, or nothing that you may see.")
    status = 404


class UnknownField(BadInput):
    """`params["fields"]` names them."""

    code = "unknown_field"
    message = gettext_lazy("This was sent and is not asked for here: %(fields)s.")


class DatabaseAway(RuleBroken):
    code = "try_again"
    message = gettext_lazy("We cannot reach our books just now. Please try again in a moment.")
    status = 503


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal or a malformed request into its answer; anything else is a bug and stays loud."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database does not answer: %s", error)
        error = DatabaseAway()
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, exceptions.NotAuthenticated):
        error.detail = _("Sign in first: this is for people with an account.")
    if isinstance(error, RuleBroken):
        set_rollback()
        return Response(body_of(error), status=error.status, headers=_headers(error))
    response = exception_handler(error, context)
    if response is not None:
        response.data = _body(error, response)
    return response


def body_of(rule: RuleBroken) -> dict[str, Any]:
    """Return what a program is told of a refusal."""
    body: dict[str, Any] = {"code": rule.code, "message": str(rule)}
    return body | {"details": rule.params} if rule.params else body


def _headers(rule: RuleBroken) -> dict[str, str]:
    wait = rule.params.get("wait_seconds")
    return {"Retry-After": str(wait)} if wait else {}


def _body(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        return {
            "code": "invalid",
            "message": _("Some values cannot be accepted; the details say which and why."),
            "details": response.data,
        }
    assert isinstance(error, exceptions.APIException)
    return {"code": str(error.default_code), "message": str(error.detail)}


@csrf_exempt  # nothing happens there: the refusal need not speak of tokens
def nothing_here(request: HttpRequest) -> JsonResponse:
    """Answer programs in their own way at an address that leads nowhere."""
    return JsonResponse(body_of(NotFound()), status=NotFound.status)
