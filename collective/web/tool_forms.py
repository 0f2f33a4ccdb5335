"""The forms of the shared tools: their bounds are those of the use cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collective.members.models import Collective
from collective.tools.change_tools import NUMBERS
from collective.tools.lend import LONGEST_NOTE
from collective.tools.models import Tool, ToolKind
from collective.web.forms import number
from collective.workshops.models import Workshop

MOMENT = {"type": "datetime-local", "step": "900"}


def homes_in(collective: Collective) -> Any:
    """The member workshops that take part."""
    return Workshop.objects.open_to_all().filter(collective=collective).order_by("name")


class ToolForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    home = forms.ModelChoiceField(
        Workshop.objects.none(), to_field_name="slug", label=_("At home in"), empty_label=_("Choose…")
    )
    hand_over_minutes = number(NUMBERS["hand_over_minutes"], help_text=_("Packing, explaining, signing for it."))
    speed_kmh = number(NUMBERS["speed_kmh"])
    detour_percent = number(NUMBERS["detour_percent"], help_text=_("130: the road is 1.3 times the straight line."))

    def __init__(self, *args: Any, collective: Collective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home: Any = self.fields["home"]
        home.queryset = homes_in(collective)

    @classmethod
    def of(cls, tool: Tool, data: Any = None) -> ToolForm:
        initial = {name: getattr(tool, name) for name in ("name", *NUMBERS)}
        return cls(data, collective=tool.collective, initial=initial | {"home": tool.home.slug})


class NewToolForm(ToolForm):
    kind = forms.ModelChoiceField(
        ToolKind.objects.none(), to_field_name="code", label=_("Kind of tool"), empty_label=_("Choose…")
    )
    field_order = ["kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = Tool()
        kwargs.setdefault("initial", {name: getattr(usual, name) for name in NUMBERS})
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.queryset = ToolKind.objects.filter(shareable=True, retired_at__isnull=True)
        kind.label_from_instance = lambda one: one.name


class PeriodForm(forms.Form):
    """A moment to a moment, on the clock of the tool's home."""

    starts_at = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"))
    ends_at = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M"))
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)
    marks = "upkeep_%s"  # the ids of its fields: several of these forms stand on one page

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=self.marks, **kwargs)


class LoanForm(PeriodForm):
    to = forms.ModelChoiceField(
        Workshop.objects.none(), to_field_name="slug", label=_("To which workshop"), empty_label=_("Choose…")
    )
    field_order = ["to"]
    marks = "loan_%s"

    def __init__(self, *args: Any, collective: Collective, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = homes_in(collective)
