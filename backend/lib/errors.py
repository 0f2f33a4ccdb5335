"""Refusals: what people can run into, with a stable code and a sentence they can act on."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RuleBroken(Exception):
    """
    Something that may not be done now. Subclasses stand beside the use case that raises them.

    `code` is stable and for programs, the sentence is for people, `status` is the HTTP answer. `params` fill the
    sentence's placeholders and reach programs as `details`; they hold only what JSON can say.
    """

    code: ClassVar[str] = "rule_broken"
    message: ClassVar[str | Promise] = _("This cannot be done now.")
    status: ClassVar[int] = 409

    def __init__(self, message: str | Promise | None = None, **params: Any) -> None:
        self.params = params
        self._message = message if message is not None else self.message
        super().__init__(self.code)

    def __str__(self) -> str:
        sentence = str(self._message)
        return sentence % self.params if self.params and "%(" in sentence else sentence


class BadInput(RuleBroken):
    """What was sent cannot be understood: the sender can correct it and send it again."""

    code = "bad_input"
    message = _("Something in what you sent cannot be read. Please check it and send it again.")
    status = 400


class NotAllowed(RuleBroken):
    """The person may see the thing, yet has no right to do this to it."""

    code = "not_allowed"
    message = _("Your role does not allow this. Ask a coordinator of the collective.")
    status = 403
