"""One answer for every error: `{code, message}`, and `details` where a program can use them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from backend.lib.errors import RuleBroken


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal or a malformed request into its answer; anything else is a bug and stays loud."""
    if isinstance(error, RuleBroken):
        set_rollback()
        body = {"code": error.code, "message": str(error)}
        if error.params:
            body["details"] = error.params
        return Response(body, status=error.status)
    response = exception_handler(error, context)
    if response is not None:
        response.data = _body(error, response)
    return response


def _body(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
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
