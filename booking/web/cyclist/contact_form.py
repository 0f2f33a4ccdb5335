"""How somebody can be reached, as typed; the use cases judge, this only puts their refusals beside the fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.contact import LONGEST_ADDRESS, LONGEST_EMAIL, LONGEST_NAME


class Refusing(forms.Form):
    """`field_of` says which field a refusal is about, by its code."""

    field_of: ClassVar[dict[str, str]] = {}

    def take_refusal(self, rule: RuleBroken) -> None:
        """Show a refusal of the use case beside the field it is about, or above the form."""
        field = self.field_of.get(rule.code, rule.params.get("field"))
        self.add_error(field if field in self.fields else None, str(rule))


def email_field(help_text: Any) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label=_("E-mail"), max_length=LONGEST_EMAIL, help_text=help_text, widget=widget)


def phone_field(help_text: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    return forms.CharField(label=_("Phone"), max_length=40, help_text=help_text, widget=widget)


def name_field() -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    return forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False, widget=widget)


def address_field() -> forms.CharField:
    return forms.CharField(
        label=_("Where the bicycle will be"),
        max_length=LONGEST_ADDRESS,
        help_text=_("Street, number, town: the mechanic comes there."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


def known_of(request: HttpRequest) -> dict[str, Any]:
    """What the account knows need not be typed again."""
    if request.user.is_authenticated:
        return {"email": request.user.email, "phone": request.user.phone, "name": request.user.name}
    return {}
