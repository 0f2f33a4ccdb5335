"""The forms of a workshop's settings: their bounds are those of the use cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backend.lib.money import decimal
from booking.services.bike_types import BikeType
from booking.services.change_offers import MINUTES, OFFER
from booking.services.models import Intervention
from booking.services.offers import Offer
from booking.tenders.amounts import WrongTakings, read_takings
from collective.tools.models import ToolKind
from collective.web.forms import number
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Bench, Mechanic, Workshop
from collective.workshops.ranges import BENCH, BOOKING_RULES, MECHANIC

SKILLS = [
    (1, _("1, beginner with guidance")),
    (2, _("2, simple repairs")),
    (3, _("3, everyday repairs")),
    (4, _("4, experienced")),
    (5, _("5, expert")),
]
DEAREST = 500_000  # cents


class EurosField(forms.CharField):
    """Euros as people type them, cents inside."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=16, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return number_format(decimal(value), decimal_pos=2, use_l10n=True) if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        try:
            cents = read_takings(super().clean(value))
        except WrongTakings as wrong:
            raise ValidationError(_("Write euros such as 18 or 18.50.")) from wrong
        if (cents or 0) > DEAREST:
            raise ValidationError(_("At most 5,000 euros."))
        return cents or 0


class RulesForm(forms.Form):
    slot_step_minutes = number(
        BOOKING_RULES["slot_step_minutes"], help_text=_("At least 5, by fives: 15 offers 9:00, 9:15, 9:30…")
    )
    notice_minutes = number(
        BOOKING_RULES["notice_minutes"], help_text=_("How long before a slot it can still be booked; 1440 is a day.")
    )
    horizon_days = number(BOOKING_RULES["horizon_days"])
    open_per_person = number(BOOKING_RULES["open_per_person"], help_text=_("Nothing written means no limit."))
    buffer_before_minutes = number(BOOKING_RULES["buffer_before_minutes"])
    buffer_minutes = number(BOOKING_RULES["buffer_minutes"])
    setup_minutes = number(
        BOOKING_RULES["setup_minutes"],
        help_text=_("Of each repair’s minutes, what is done once a visit: it counts once when several are booked."),
    )
    two_mechanics = forms.BooleanField(
        label=_("Two mechanics may share a visit"),
        required=False,
        help_text=_("One takes over from the other when none is free for the whole of it."),
    )
    accepts_minutes = forms.BooleanField(
        label=_("Members may pay for labour in minutes"),
        required=False,
        help_text=_("Their time credits; parts stay in euros, and the euros of that labour are your own cost."),
    )

    @classmethod
    def of(cls, workshop: Workshop, data: Any = None) -> RulesForm:
        return cls(data, initial={name: getattr(workshop, name) for name in cls.base_fields})


class MechanicForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    skill_level = forms.TypedChoiceField(label=_("Skill"), choices=SKILLS, coerce=int, initial=3)
    daily_limit = number(MECHANIC["daily_limit"], help_text=_("Nothing written means no limit."))
    certifications = forms.MultipleChoiceField(
        label=_("Certified for these e-bikes"),
        choices=list(EBIKE_BRANDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    speed_kmh = number(MECHANIC["speed_kmh"])
    detour_percent = number(MECHANIC["detour_percent"], help_text=_("130: the road is 1.3 times the straight line."))

    def __init__(self, *args: Any, travels: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not travels:
            del self.fields["speed_kmh"], self.fields["detour_percent"]

    @classmethod
    def of(cls, workshop: Workshop, mechanic: Mechanic | None = None, data: Any = None) -> MechanicForm:
        shown = mechanic or Mechanic(skill_level=3)
        initial = {name: getattr(shown, name) for name in cls.base_fields}
        return cls(data, initial=initial, travels=workshop.is_itinerant)


class BenchForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(value, capfirst(label)) for value, label in Bench.Kind.choices])
    cleaning_minutes = number(BENCH["cleaning_minutes"], help_text=_("The mechanic is free already; the bench is not."))

    @classmethod
    def of(cls, bench: Bench | None = None, data: Any = None) -> BenchForm:
        shown = bench or Bench()
        return cls(data, initial={name: getattr(shown, name) for name in cls.base_fields})


class OfferForm(forms.Form):
    labour = EurosField(label=_("Labour, in euros with VAT"))
    parts = EurosField(
        label=_("Usual parts, in euros with VAT"), required=False, help_text=_("0 when parts are brought along.")
    )
    minutes = number(OFFER["minutes"], label=_("Minutes of work"))
    borrows = forms.ModelChoiceField(
        ToolKind.objects.none(),
        to_field_name="code",
        label=_("Tool borrowed from the collective"),
        required=False,
        empty_label=_("none, we have what it takes"),
        help_text=_("The slot is offered only when the tool can be there."),
    )

    def __init__(self, *args: Any, kinds: list[ToolKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        borrows: Any = self.fields["borrows"]
        borrows.queryset = ToolKind.objects.filter(pk__in=[kind.pk for kind in kinds])
        borrows.label_from_instance = lambda kind: kind.name
        for value, label in BikeType.choices:
            field = number(MINUTES, label=capfirst(label))
            field.required = False
            self.fields[f"minutes_{value}"] = field

    @property
    def lengths(self) -> list[Any]:
        """The bound fields of the other lengths, by type of bicycle."""
        return [self[f"minutes_{value}"] for value in BikeType.values]

    @property
    def values(self) -> dict[str, Any]:
        """What the use cases ask for."""
        read = self.cleaned_data
        lengths = {value: read[f"minutes_{value}"] for value in BikeType.values if read[f"minutes_{value}"]}
        return {
            "labour_cents": read["labour"],
            "parts_cents": read["parts"],
            "minutes": read["minutes"],
            "minutes_for": lengths,
            "borrows": read["borrows"],
        }

    @classmethod
    def of(cls, offer: Offer, kinds: list[ToolKind], data: Any = None) -> OfferForm:
        initial = {
            "labour": offer.labour_cents,
            "parts": offer.parts_cents,
            "minutes": offer.minutes,
            "borrows": offer.borrows.code if offer.borrows else None,
            **{f"minutes_{value}": minutes for value, minutes in offer.minutes_for.items()},
        }
        return cls(data, kinds=kinds, initial=initial)


class NewOfferForm(OfferForm):
    """The same for work that the workshop does not offer yet."""

    intervention = forms.ModelChoiceField(
        Intervention.objects.none(), to_field_name="code", label=_("Work"), empty_label=_("Choose…")
    )
    field_order = ["intervention"]

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Offer.objects.filter(workshop=workshop).values("intervention")
        work: Any = self.fields["intervention"]
        work.queryset = Intervention.objects.current().exclude(pk__in=offered)
        work.label_from_instance = lambda intervention: intervention.name
