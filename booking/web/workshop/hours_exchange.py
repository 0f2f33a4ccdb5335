"""Hours out and in: as text and calendar files, shown before they are taken over. No address is ever fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from backend.lib.limits import smaller_than
from booking.appointments.change_knowingly import change_knowingly
from booking.appointments.outside import Outside
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.hours_doors import owner_or_404, read_known
from booking.web.workshop.hours_shown import Span, local_today, say_span
from booking.web.workshop.shown import midnight
from collective.timetable.apply_hours import Imported
from collective.timetable.change_hours import import_hours
from collective.timetable.export_hours import kept_export
from collective.timetable.hours import Owner
from collective.timetable.hours_rules import FARTHEST, what_forbids_changing_hours
from collective.timetable.ics_lines import MOST_BYTES
from collective.timetable.models import Resource
from collective.timetable.read_hours import read_hours
from collective.timetable.read_ics import Meaning
from collective.timetable.weekly import describe_week
from collective.workshops.models import Workshop

LARGEST_FORM = MOST_BYTES * 3 // 2  # a calendar of 1 MB, as forms send it
EXCEPTIONS_SHOWN = 40
DO = "faire"


class ImportForm(forms.Form):
    """Whose hours, from when, and what says them: a file, or its text."""

    qui = forms.ChoiceField(label=_("Whose hours"))
    du = forms.DateField(label=_("From this day on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    fichier = forms.FileField(
        label=_("A file"),
        required=False,
        help_text=_("A calendar (.ics) of 1 MB at most, or a text file."),
        widget=forms.FileInput(attrs={"accept": ".ics,.txt,.osm,text/calendar,text/plain"}),
    )
    texte = forms.CharField(
        label=_("Or its text"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("As OpenStreetMap writes it: Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00; PH off"),
    )
    sens = forms.ChoiceField(
        label=_("In a calendar, the events are"),
        choices=[
            (Meaning.OPENINGS.value, _("when you are open")),
            (Meaning.CLOSURES.value, _("when you are closed, or away")),
            (Meaning.MARKED.value, _("both: open when “free”, closed when “busy”")),
        ],
        widget=forms.RadioSelect,
        initial=Meaning.OPENINGS.value,
    )

    def __init__(self, *args: Any, workshop: Workshop, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose = self.fields["qui"]
        assert isinstance(choose, forms.ChoiceField)
        choose.choices = [("", workshop.name)] + [(str(one.pk), str(one)) for one in mechanics_of(workshop)]
        choose.empty_values = []  # the workshop's own name stands for nothing, and is a choice
        self.fields["du"].widget.attrs.update({"min": today.isoformat(), "max": (today + FARTHEST).isoformat()})
        self.fields["du"].error_messages["invalid"] = _("This day does not exist. Choose one in the calendar.")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file = said.get("fichier")
        said["given"] = file.read(MOST_BYTES + 1) if file else said.get("texte", "")
        if not said["given"] and not self.errors:
            self.add_error("texte", _("Choose a file, or paste its text."))
        return said


@dataclass(frozen=True)
class WeekSaid:
    begins: datetime
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ExceptionSaid:
    span: Span
    is_open: bool
    label: str


@require_http_methods(["GET", "HEAD", "POST"])
@smaller_than(LARGEST_FORM)
@at_work
def exchange(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the hours as text and files, and take some in."""
    workshop, at = workshop_or_404(request, slug), database_now()
    today = local_today(workshop, at)
    if request.method != "POST":
        return _page(request, workshop, ImportForm(initial={"du": today}, workshop=workshop, today=today), at=at)
    if forbidden := what_forbids_changing_hours(owner=workshop, by=request.user):
        raise forbidden
    form = ImportForm(request.POST, request.FILES, workshop=workshop, today=today)
    if request.POST.get(DO) == "reprendre" or not form.is_valid():
        return _page(request, workshop, form, at=at)
    try:
        return _take(request, workshop, form, at=at)
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        form.add_error("du" if rule.code.startswith("season_") else "texte", str(rule))
    return _page(request, workshop, form, at=at)


def _take(request: HttpRequest, workshop: Workshop, form: ImportForm, *, at: datetime) -> HttpResponse:
    """Show what would change; at the second press change it, unless more appointments fall outside than were shown."""
    said = form.cleaned_data
    _workshop, owner = owner_or_404(request, workshop.slug, int(said["qui"]) if said["qui"] else None)
    read = read_hours(given=said["given"], owner=owner, meaning=Meaning(said["sens"]), first=said["du"])
    change = partial(import_hours, owner=owner, read=read, at=at, by=request.user)
    done: list[Imported] = []
    decided = request.POST.get(DO) == "importer"
    fallen = change_knowingly(
        workshop=workshop,
        change=lambda: done.append(change()),
        known=read_known(request),
        at=at,
        only_look=not decided,
    )
    if decided and not fallen:
        messages.success(request, _("These hours hold now."))
        return redirect("web:hours", slug=workshop.slug)
    return _preview(request, workshop, owner, form, done[-1], fallen, at=at)


def _preview(
    request: HttpRequest,
    workshop: Workshop,
    owner: Owner,
    form: ImportForm,
    done: Imported,
    fallen: list[Outside],
    *,
    at: datetime,
) -> HttpResponse:
    given = form.cleaned_data["given"]
    text = given if isinstance(given, str) else given.decode("utf-8-sig", "replace")
    exceptions = [
        ExceptionSaid(say_span(one.period, workshop, at=at), one.is_open, one.label)
        for one in done.exceptions[:EXCEPTIONS_SHOWN]
    ]
    context = {
        **frame(request, Workshop.objects.get(pk=workshop.pk), at=at, current="hours"),
        "owner": owner,
        "is_mechanic": isinstance(owner, Resource),
        "done": done,
        "weeks": [WeekSaid(midnight(one.from_on, workshop), tuple(describe_week(one.ranges))) for one in done.weeks],
        "exceptions": exceptions,
        "more": len(done.exceptions) - len(exceptions),
        "fallen": fallen,
        "known": ",".join(str(outside.appointment.pk) for outside in fallen),
        "fields": [(name, request.POST.get(name, "")) for name in ("qui", "du", "sens")] + [("texte", text)],
    }
    return render(request, "booking/workshop/hours_import.html", context)


def _page(request: HttpRequest, workshop: Workshop, form: ImportForm, *, at: datetime) -> HttpResponse:
    context = {
        **frame(request, workshop, at=at, current="hours"),
        "form": form,
        "text": kept_export(workshop, calendar=False, at=at).decode(),
        "mechanics": mechanics_of(workshop),
        "may_change": what_forbids_changing_hours(owner=workshop, by=request.user) is None,
    }
    return render(request, "booking/workshop/hours_exchange.html", context, status=400 if form.errors else 200)


def mechanics_of(workshop: Workshop) -> list[Resource]:
    found = workshop.resources.filter(kind=Resource.Kind.MECHANIC, retired_at__isnull=True)
    return list(found.select_related("workshop", "mechanic__workshop").order_by("mechanic__name", "pk"))
