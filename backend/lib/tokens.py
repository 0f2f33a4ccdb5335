"""Signed links: they name one row and one purpose, and cannot be forged; opening one never acts."""

from django.core import signing
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken


class ForgedLink(RuleBroken):
    code = "forged_link"
    message = _("This link is not whole, or not ours. Open it from the message we sent you, or ask us for a new one.")
    status = 404


def sign(purpose: str, value: str) -> str:
    return signing.Signer(salt=f"moyeu.{purpose}").sign(value)


def unsign(purpose: str, token: str) -> str:
    """
    Return what `sign` was given.

    :raises ForgedLink: when the token was changed, cut, or signed for another purpose.
    """
    try:
        return signing.Signer(salt=f"moyeu.{purpose}").unsign(token)
    except signing.BadSignature as bad:
        raise ForgedLink from bad
