"""Programs in a browser sign in as its pages do; the schema names it."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request


class CsrfFailed(exceptions.PermissionDenied):
    default_code = "csrf_failed"
    default_detail = _("Send the CSRF token of this session in the header X-CSRFToken.")


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie, with the CSRF token on unsafe methods; 401 rather than 403 when nobody is signed in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refused:
            raise CsrfFailed from refused


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema tells of it."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of the pages. Unsafe methods also need the header X-CSRFToken.",
        }
