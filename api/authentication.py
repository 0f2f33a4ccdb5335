"""Programs in a browser sign in as its pages do; the schema names it."""

from rest_framework import authentication


class SessionAuthentication(authentication.SessionAuthentication):
    """The session cookie, with the CSRF token on unsafe methods; 401 rather than 403 when nobody is signed in."""

    def authenticate_header(self, request) -> str:
        return "Session"
