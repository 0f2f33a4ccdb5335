"""Who comes and how it is paid, as typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from booking.appointments.contact import LONGEST_NOTE
from booking.appointments.models import Appointment, Hold
from booking.appointments.pay_plan import ways_to_pay
from booking.appointments.policy import needs_early_start
from booking.web.cyclist.contact_form import Refusing, address_field, email_field, known_of, name_field, phone_field
from collective.sharing.models import PriceChoice
from collective.sharing.solidarity import REFERENCE, prices_offered

OWN = PriceChoice.Level.OWN.value
FIELD_OF = {
    "bad_email": "email",
    "bad_phone": "phone",
    "address_missing": "address",
    "address_elsewhere": "address",
    "not_a_way_to_pay": "pay",
    "paid_online_only": "pay",
    "not_a_price_offered": "price",
    "below_the_floor": "price",
    "fund_is_short": "price",
}


class BookForm(Refusing):
    """The fields are the arguments of booking.appointments.book.book()."""

    field_of = FIELD_OF

    email = email_field(_("For the confirmation and the link to move or cancel."))
    phone = phone_field(_("If something comes up at the workshop."))
    name = name_field()
    address = address_field()
    note = forms.CharField(
        label=_("A word for the workshop"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    work_may_begin_early = forms.BooleanField(
        label=_("I ask for the work to begin before the fourteen days of withdrawal are over."),
        help_text=_("I know that my right to withdraw ends once the repair is finished."),
        required=False,
    )

    def __init__(self, *args: Any, hold: Hold, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workshop = hold.workshop
        self.lines = list(hold.lines.select_related("offer__intervention"))
        total = sum(line.labour_cents + line.parts_cents for line in self.lines)
        self.ways = ways_to_pay(workshop=workshop, total_cents=total, ready_at=hold.ready_at or hold.ends_at, at=at)
        choices = [(way, way) for way in self.ways]
        self.fields["pay"] = forms.ChoiceField(choices=choices, initial=choices[0][0], widget=forms.RadioSelect)
        self.prices = prices_offered(workshop=workshop, price_cents=total, at=at)
        self.take_prices()
        if not workshop.is_itinerant:
            del self.fields["address"]
        elif hold.place:
            self.fields["address"].help_text = _("Street and number in %(place)s: the time was found for there.") % {
                "place": hold.place
            }
        if needs_early_start(workshop=workshop, starts_at=hold.starts_at, booked_at=at):
            self.fields["work_may_begin_early"].required = True
            self.fields["work_may_begin_early"].error_messages["required"] = _(
                "The repair would begin within fourteen days: tick this to ask for it, or choose a later slot."
            )
        else:
            del self.fields["work_may_begin_early"]

    def take_prices(self) -> None:
        """Ask what the person wants to pay where they may choose."""
        if not self.prices.are_several:
            return
        names = [*self.prices.levels, *([OWN] if self.prices.floor_cents is not None else [])]
        choices = [(name, name) for name in names]
        self.fields["price"] = forms.ChoiceField(choices=choices, initial=REFERENCE, widget=forms.RadioSelect)
        if self.prices.floor_cents is not None:
            self.fields["own"] = forms.DecimalField(
                label=_("My own price, in euros"),
                required=False,
                min_value=0,
                max_digits=7,
                decimal_places=2,
                localize=True,
            )

    @staticmethod
    def known(request: HttpRequest, appointment: Appointment | None) -> dict[str, Any]:
        """What need not be typed again: what was typed before the payment page, or what the account knows."""
        if appointment:
            names = ("email", "phone", "name", "address", "note", "work_may_begin_early")
            return {name: getattr(appointment, name) for name in names} | {"pay": appointment.pay_now}
        return known_of(request)

    def clean(self) -> dict[str, Any]:
        said = {"work_may_begin_early": False} | self.cleaned_data
        own = said.pop("own", None)
        if said.get("price") == OWN:
            said["own_cents"] = int(own * 100) if own is not None else None
        return said
