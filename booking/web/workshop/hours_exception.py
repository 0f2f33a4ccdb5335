"""An exception to the hours: a Sunday opened, an afternoon closed, two weeks away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work
from booking.web.workshop.hours_doors import change_or_ask, owner_or_404
from booking.web.workshop.hours_shown import local_today
from booking.web.workshop.hours_typed import ClockUnreadable, read_clock
from collective.timetable.change_hours import make_exception
from collective.timetable.hours import Owner
from collective.timetable.hours_rules import FARTHEST, LONGEST_LABEL, what_forbids_excepting, workshop_of
from collective.timetable.models import Resource
from collective.timetable.ticks import local_midnight
from collective.timetable.wall_clock import TimeSkipped, moment_at
from collective.timetable.weekly import A_DAY
from collective.workshops.models import Workshop

NOON = 13 * 60  # where a morning ends and an afternoon begins
CLOSED, OPEN = "ferme", "ouvert"
WHOLE, MORNING, AFTERNOON, BY_CLOCK = "jour", "matin", "apres-midi", "heures"
NO_CLOCK = _("Give an hour, as 9:30.")
FIELD_OF = {
    "exception_over": "du",
    "exception_too_far": "du",
    "exception_too_long": "au",
    "exception_inverted": "au",
    "opening_too_long": "au",
    "label_too_long": "motif",
}


class ExceptionForm(forms.Form):
    """Days and hours of the workshop's own clocks, as typed; the use case judges the moments they are."""

    sens = forms.ChoiceField(label=_("Closed or open?"), widget=forms.RadioSelect)
    du = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    au = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Included. Nothing = that one day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    quand = forms.ChoiceField(
        label=_("When"),
        choices=[
            (WHOLE, _("All day")),
            (MORNING, _("Morning")),
            (AFTERNOON, _("Afternoon")),
            (BY_CLOCK, _("From … to …")),
        ],
        help_text=_("Morning ends and afternoon begins at 13:00. Over several days: from the first to the last."),
        widget=forms.RadioSelect,
    )
    de = forms.CharField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time", "step": 300}))
    a = forms.CharField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time", "step": 300}))
    motif = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONGEST_LABEL,
        help_text=_("For you and your colleagues: leave, bicycle fair, dentist."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, owner: Owner, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = workshop_of(owner).zone
        away = isinstance(owner, Resource)
        closed, opened = (_("Away"), _("There all the same")) if away else (_("Closed"), _("Open"))
        if away:
            self.fields["sens"].label = _("Away or there?")
        choose = self.fields["sens"]
        assert isinstance(choose, forms.ChoiceField)
        choose.choices = [(CLOSED, closed), (OPEN, opened)]
        for name in ("de", "a"):
            self.fields[name].required = not self.is_bound or self.data.get("quand") == BY_CLOCK
            self.fields[name].error_messages["required"] = NO_CLOCK
        today = local_today(owner, at)
        bounds = {"min": today.isoformat(), "max": (today + FARTHEST).isoformat()}
        for name in ("du", "au"):
            self.fields[name].widget.attrs.update(bounds)
            self.fields[name].error_messages["invalid"] = _("This day does not exist. Choose one in the calendar.")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            first, last = said["du"], said["au"] or said["du"]
            if last < first:
                self.add_error("au", _("The last day comes before the first. Give a later one, or none."))
            else:
                said["starts_at"], said["ends_at"] = self._moments(said, first, last)
        return said

    def _moments(self, said: Mapping[str, Any], first: date, last: date) -> tuple[datetime | None, datetime | None]:
        if said["quand"] == BY_CLOCK:
            return self._moment("de", first, said), self._moment("a", last, said)
        begins = moment_at(first, NOON, self.zone) if said["quand"] == AFTERNOON else local_midnight(first, self.zone)
        after = local_midnight(last + timedelta(days=1), self.zone)
        return begins, moment_at(last, NOON, self.zone) if said["quand"] == MORNING else after

    def _moment(self, name: str, day: date, said: Mapping[str, Any]) -> datetime | None:
        """Read a clock of that day; an end at 0:00 is the midnight that ends it."""
        try:
            minutes = read_clock(said[name])
            return moment_at(day, minutes or A_DAY if name == "a" else minutes, self.zone)
        except ClockUnreadable:
            self.add_error(name, NO_CLOCK)
        except TimeSkipped as rule:
            self.add_error(name, str(rule))
        return None

    def put_beside_its_field(self, rule: RuleBroken) -> None:
        """Say a refusal at the field that it is about."""
        name = FIELD_OF.get(rule.code)
        if name == "au" and self.cleaned_data["quand"] == BY_CLOCK and not self.cleaned_data["au"]:
            name = "a"
        self.add_error(name, str(rule))


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def exception(request: HttpRequest, slug: str, resource: int | None = None) -> HttpResponse:
    """Close or open for a while; of a mechanic, be away or there all the same."""
    workshop, owner = owner_or_404(request, slug, resource)
    if forbidden := what_forbids_excepting(owner=owner, by=request.user):
        raise forbidden
    at = database_now()
    if request.method != "POST":
        return _page(request, workshop, owner, _begin(request, owner, at=at), at=at)
    form = ExceptionForm(request.POST, owner=owner, at=at)
    if request.POST.get("faire") == "reprendre" or not form.is_valid():
        return _page(request, workshop, owner, form, at=at)
    return _save(request, workshop, owner, form, at=at)


def _save(request: HttpRequest, workshop: Workshop, owner: Owner, form: ExceptionForm, *, at: datetime) -> HttpResponse:
    said = form.cleaned_data
    change = partial(
        make_exception,
        owner=owner,
        starts_at=said["starts_at"],
        ends_at=said["ends_at"],
        is_open=said["sens"] == OPEN,
        label=said["motif"],
        at=at,
        by=request.user,
    )
    fields = [(name, request.POST.get(name, "")) for name in form.fields]
    done = str(_("Noted. Nobody can book what is closed.") if said["sens"] == CLOSED else _("Noted. It can be booked."))
    try:
        return change_or_ask(
            request, workshop=workshop, change=change, done=done, fields=fields, at=at, edit="reprendre"
        )
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        form.put_beside_its_field(rule)
    return _page(request, workshop, owner, form, at=at)


def _begin(request: HttpRequest, owner: Owner, *, at: datetime) -> ExceptionForm:
    """Start closed all day today, or as a link says: another day, an opening."""
    opens = request.GET.get("sens") == OPEN
    day = request.GET.get("jour", "") or local_today(owner, at).isoformat()
    begin = {"sens": OPEN if opens else CLOSED, "quand": BY_CLOCK if opens else WHOLE, "du": day[:10]}
    return ExceptionForm(initial=begin, owner=owner, at=at)


def _page(request: HttpRequest, workshop: Workshop, owner: Owner, form: ExceptionForm, *, at: datetime) -> HttpResponse:
    context = {
        **frame(request, workshop, at=at, current="hours"),
        "owner": owner,
        "is_mechanic": isinstance(owner, Resource),
        "form": form,
    }
    return render(request, "booking/workshop/hours_exception.html", context, status=400 if form.errors else 200)
