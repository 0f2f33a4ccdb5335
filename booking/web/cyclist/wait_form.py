"""Who waits, and for which days; what the person answers to an offer: as typed, the use cases judge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.contact import LONGEST_ADDRESS, LONGEST_EMAIL, LONGEST_NAME
from booking.appointments.pay_plan import ways_to_pay
from booking.waiting.accept import must_ask_early_start
from booking.waiting.models import SlotOffer

FIELD_OF = {
    "bad_email": "email",
    "bad_phone": "phone",
    "past_date": "first",
    "range_backwards": "last",
    "range_too_long": "last",
    "too_far_ahead": "last",
    "address_missing": "address",
    "not_a_way_to_pay": "pay",
    "early_start_not_asked": "work_may_begin_early",
}


class Refusing(forms.Form):
    def take_refusal(self, rule: RuleBroken) -> None:
        """Show a refusal of the use case beside the field it is about, or above the form."""
        field = FIELD_OF.get(rule.code, rule.params.get("field"))
        self.add_error(field if field in self.fields else None, str(rule))


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class WaitForm(Refusing):
    """The days and the contact of booking.waiting.join.join_wait()."""

    first = forms.DateField(label=_("From"), widget=DayInput())
    last = forms.DateField(label=_("To"), widget=DayInput())
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        help_text=_("We offer you the slot there: look at it in the daytime."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        help_text=_("For the workshop, once you have a slot."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    @staticmethod
    def known(request: HttpRequest) -> dict[str, Any]:
        """What the account knows need not be typed again."""
        if request.user.is_authenticated:
            return {"email": request.user.email, "phone": request.user.phone, "name": request.user.name}
        return {}


class AcceptForm(Refusing):
    """The answers of booking.waiting.accept.accept_offer(); `ways` maps each way to pay to the cents due now."""

    address = forms.CharField(
        label=_("Where the bicycle will be"),
        max_length=LONGEST_ADDRESS,
        help_text=_("Street, number, town: the mechanic comes there."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    work_may_begin_early = forms.BooleanField(
        label=_("I ask for the work to begin before the fourteen days of withdrawal are over."),
        help_text=_("I know that my right to withdraw ends once the repair is finished."),
        error_messages={
            "required": _("The repair would begin within fourteen days: tick this to ask for it, or leave the slot.")
        },
    )

    def __init__(self, *args: Any, offer: SlotOffer, total_cents: int, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        appointment, workshop = offer.wait.appointment, offer.workshop
        self.ways: dict[str, int] = {}
        if appointment is None:
            self.ways = ways_to_pay(workshop=workshop, total_cents=total_cents)
            choices = [(way, way) for way in self.ways]
            self.fields["pay"] = forms.ChoiceField(choices=choices, initial=choices[0][0], widget=forms.RadioSelect)
            self.fields["total_cents"] = forms.IntegerField(initial=total_cents, widget=forms.HiddenInput)
        if appointment is not None or not workshop.is_itinerant:
            del self.fields["address"]
        if not must_ask_early_start(offer, appointment, at=at):
            del self.fields["work_may_begin_early"]
