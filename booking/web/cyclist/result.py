"""What it probably is, whether to ride, what it costs, how to do it alone, why we think so; then on to the slots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.availability.needs import works_for
from booking.diagnosis.assess import Assessment, Likely, assess
from booking.diagnosis.keep import LONGEST_COMMENT, MOST_PHOTOS, keep_diagnosis
from booking.diagnosis.merge import WorkList, merge
from booking.services.models import Intervention
from booking.services.offers import Offer
from booking.web.cyclist.diagnosis import Complaint, complaints, part_name
from booking.web.cyclist.doors import limited
from booking.web.cyclist.home import symptoms_url
from booking.web.cyclist.said import ELECTRIC, Said
from collective.tools.models import ToolKind
from collective.workshops.models import Workshop

PARTLY_SURE = 0.5
MOVED_LEAST = 0.02  # two points: less is not worth a line


@dataclass(frozen=True)
class Safety:
    """Whether to ride: `kind` is the look of the panel, `steps` the four degrees with the reached one marked."""

    kind: str
    title: str | Promise
    words: str | Promise
    level: int


SAFETY = (
    Safety("ok", _("You can ride"), _("Nothing presses. The sooner it is seen to, the less it wears."), 0),
    Safety("ok", _("You can ride"), _("But not for long: have it seen to within one or two weeks."), 1),
    Safety("slow", _("Ride gently to the workshop"), _("Slowly, without load, and brake early."), 2),
    Safety("stop", _("Do not ride"), _("Come on foot, or have a mechanic come to you."), 3),
)
DEGREES = (_("Can be ridden"), _("Within two weeks"), _("Gently to the workshop"), _("Do not ride"))
SURE = ((0.75, _("very probable")), (0.5, _("probable")), (0.25, _("possible")), (0.0, _("less probable")))
SELF_REPAIR = {
    "yes": _("You can do it alone, with simple tools"),
    "assist": _("You can do it with a helping hand, in a self-repair workshop"),
    "no": _("Leave it to a mechanic"),
}


@dataclass(frozen=True)
class Reason:
    """What one answer did: the cause it moved most, in points of a hundred, up or down."""

    answer: str
    cause: str
    points: int


@dataclass(frozen=True)
class Finding:
    """One trouble assessed, as the page shows it."""

    complaint: Complaint
    shown: list[tuple[Likely, str | Promise]]
    others: list[Likely]
    self_repair: str | Promise
    level: str
    bench_url: str
    tools: list[str]
    reasons: list[Reason]


@dataclass(frozen=True)
class Proposed:
    """A piece of work the causes call for; cents and minutes over the workshops that offer it."""

    code: str
    name: str
    low_cents: int
    high_cents: int
    ticked: bool


@dataclass(frozen=True)
class Estimate:
    """The suggested work together, over the workshops that do all of it: the least and the most of each."""

    total_cents: tuple[int, int]
    labour_cents: tuple[int, int]
    parts_cents: tuple[int, int]
    minutes: tuple[int, int]
    workshops: int
    can_wait: bool


@require_http_methods(["GET", "HEAD", "POST"])
@limited("photo", "10/m")
def result(request: HttpRequest) -> HttpResponse:
    said = Said.read(request.GET)
    if not said.symptoms:
        return redirect(symptoms_url(said))
    told = complaints(said)
    problem = ""
    if request.method == "POST":
        try:
            return _keep_and_go(request, said, told)
        except RuleBroken as rule:
            problem = str(rule)
    context = _context(said, told) | {"problem": problem, "comment": request.POST.get("comment", "")}
    return render(request, "booking/cyclist/result.html", context, status=400 if problem else 200)


def _keep_and_go(request: HttpRequest, said: Said, told: list[Complaint]) -> HttpResponse:
    """Keep the diagnosis, its photos and its comment under a secret token, and look for slots with it."""
    diagnosis = keep_diagnosis(
        items=[{"symptom": one.symptom.code, "answers": one.answers} for one in told],
        bike_type="ebike" if said.electric else "",
        part=said.part,
        comment=request.POST.get("comment", ""),
        photos=request.FILES.getlist("photos"),
        at=database_now(),
    )
    ticked = request.POST.getlist("i") or merge([assess(one.knowledge, one.answers) for one in told]).suggested
    pairs = [("i", code) for code in ticked] + ([("velo", ELECTRIC)] if said.electric else [])
    return redirect(f"{reverse('web:slots')}?{urlencode([*pairs, ('d', str(diagnosis.token))])}")


def _context(said: Said, told: list[Complaint]) -> dict[str, object]:
    assessed = [(one, assess(one.knowledge, one.answers)) for one in told]
    work = merge([assessment for _one, assessment in assessed])
    proposed = _proposed(work)
    return {
        "said": said,
        "part": part_name(said),
        "complaints": told,
        "findings": [_finding(one, assessment) for one, assessment in assessed],
        "safety": SAFETY[work.urgency],
        "degrees": DEGREES,
        "proposed": proposed,
        "suggested": [one for one in proposed if one.ticked],
        "possible": [one for one in proposed if not one.ticked],
        "estimate": _estimate([one.code for one in proposed if one.ticked], electric=said.electric),
        "add_url": symptoms_url(Said(electric=said.electric, symptoms=said.symptoms, answers=said.answers)),
        "most_photos": MOST_PHOTOS,
        "longest_comment": LONGEST_COMMENT,
        "sure": assessed[0][1].top.probability >= PARTLY_SURE,
        "top": assessed[0][1].top,
    }


def how_sure(probability: float) -> str | Promise:
    return next(words for least, words in SURE if probability >= least)


def _finding(one: Complaint, assessment: Assessment) -> Finding:
    cause = assessment.top.cause
    shown = assessment.shown or assessment.likely[:1]
    tools = {tool.code: tool.name for tool in ToolKind.objects.filter(code__in=cause.tools)}
    return Finding(
        complaint=one,
        shown=[(likely, how_sure(likely.probability)) for likely in shown],
        others=[likely for likely in assessment.likely[len(shown) :] if likely.percent],
        self_repair=SELF_REPAIR[cause.self_repair],
        level=cause.self_repair,
        bench_url=_bench_url(assessment),
        tools=[tools[code] for code in cause.tools if code in tools],
        reasons=_reasons(assessment),
    )


def _bench_url(assessment: Assessment) -> str:
    """Where a self-repair workshop has a bench free for the usual remedy; empty when nobody should try alone."""
    if assessment.top.cause.self_repair == "no" or not assessment.interventions:
        return ""
    pairs = [("i", assessment.interventions[0]), ("genre", Workshop.Kind.SELF_REPAIR)]
    return f"{reverse('web:slots')}?{urlencode(pairs)}"


def _reasons(assessment: Assessment) -> list[Reason]:
    names = {likely.cause.id: likely.cause.text for likely in assessment.likely}
    reasons = []
    for moved in assessment.moved:
        cause_id, by = max(moved.by_cause.items(), key=lambda pair: abs(pair[1]))
        if abs(by) >= MOVED_LEAST:
            reasons.append(Reason(f"{moved.question.text} {moved.answer.text}", names[cause_id], round(by * 100)))
    return reasons


def _proposed(work: WorkList) -> list[Proposed]:
    """Name and price the merged work of all troubles; what no workshop offers is left out."""
    codes = [item.intervention for item in work.items]
    names = {one.code: one.name for one in Intervention.objects.current().filter(code__in=codes)}
    totals: dict[str, list[int]] = {code: [] for code in codes}
    for offer in Offer.objects.on_sale().filter(intervention__code__in=codes).select_related("intervention"):
        totals[offer.intervention.code].append(offer.total_cents)
    return [
        Proposed(code, names[code], min(totals[code]), max(totals[code]), code in work.suggested)
        for code in codes
        if totals[code] and code in names
    ]


def _estimate(codes: list[str], *, electric: bool) -> Estimate | None:
    """Price and time of this work together, over the workshops that do all of it."""
    if not codes:
        return None
    workshops = list(Workshop.objects.open_to_all())
    works = list(
        works_for(interventions=codes, bike_type="ebike" if electric else "city", workshops=workshops).values()
    )
    if not works:
        return None
    return Estimate(
        total_cents=_range(work.total_cents for work in works),
        labour_cents=_range(work.labour_cents for work in works),
        parts_cents=_range(work.parts_cents for work in works),
        minutes=_range(work.minutes for work in works),
        workshops=len(works),
        can_wait=not Intervention.objects.filter(code__in=codes, wait=False).exists(),
    )


def _range(values: Iterable[int]) -> tuple[int, int]:
    every = list(values)
    return min(every), max(every)
