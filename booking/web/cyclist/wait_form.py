"""Who waits, and for which days; what the person answers to an offer: as typed, the use cases judge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.appointments.pay_plan import ways_to_pay
from booking.waiting.accept import must_ask_early_start
from booking.waiting.models import SlotOffer
from booking.web.cyclist.contact_form import Refusing, address_field, email_field, name_field, phone_field

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


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class WaitForm(Refusing):
    """The days and the contact of booking.waiting.join.join_wait()."""

    field_of = FIELD_OF

    first = forms.DateField(label=_("From"), widget=DayInput())
    last = forms.DateField(label=_("To"), widget=DayInput())
    email = email_field(_("We offer you the slot there: look at it in the daytime."))
    phone = phone_field(_("For the workshop, once you have a slot."))
    name = name_field()


class AcceptForm(Refusing):
    """The answers of booking.waiting.accept.accept_offer(); `ways` maps each way to pay to the cents due now."""

    field_of = FIELD_OF

    address = address_field()
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
