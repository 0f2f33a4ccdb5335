"""Say why a search found nothing; only then are more queries made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from booking.availability import why
from booking.availability.able import COLUMNS, Facts, can_meet
from booking.availability.asked import MOST_DAYS
from booking.availability.needs import Need, Work, check_interventions
from booking.availability.question import Around, Question
from booking.availability.rows import KINDS
from booking.availability.scan import Window, scan
from booking.availability.why import Why
from collective.timetable.models import Resource
from collective.tools.models import ToolKind


def explain(question: Question, around: Around) -> Why:
    """
    Give the reason nearest to success: if somebody could do it but for the time, that; else what lacks.

    :raises UnknownIntervention: when the catalogue has no such work.
    """
    if not around.works:
        check_interventions(question.interventions)
        return Why(_nobody_offers(around))
    without_tools = {pk: replace(work, tool_kinds=frozenset()) for pk, work in around.works.items()}
    lacking = _lacking(without_tools)
    able = {pk: work for pk, work in without_tools.items() if not lacking[pk]}
    if not able:
        return Why(why.NO_CERTIFICATE if "certification" in lacking.values() else why.NOBODY_ABLE)
    borrowing = {pk: around.works[pk] for pk in able if around.works[pk].tool_kinds}
    if not borrowing:
        return Why(why.ALL_TAKEN)
    return _tool_taken(question, borrowing, able) or Why(why.ALL_TAKEN)


def _nobody_offers(around: Around) -> str:
    if around.fit:
        return why.NOT_OFFERED
    if around.near.serving:
        return why.NONE_FITS
    return why.NOT_SERVED if around.near.elsewhere else why.NO_WORKSHOP_NEAR


def _lacking(works: dict[int, Work]) -> dict[int, str]:
    """Give what each workshop lacks for the work: "" for nothing, "certification" when somebody has all but that."""
    present: dict[int, list[Facts]] = {pk: [] for pk in works}
    in_use = Resource.objects.filter(workshop__in=works.keys(), kind__in=KINDS, retired_at__isnull=True)
    for row in in_use.values_list(*COLUMNS):
        facts = Facts(*row)
        present[facts.workshop_id].append(facts)
    return {pk: _lacks(work, present[pk]) for pk, work in works.items()}


def _lacks(work: Work, present: list[Facts]) -> str:
    def has(need: Need) -> bool:
        return any(can_meet(facts, need) for facts in present)

    if any(all(map(has, plan)) for plan in work.plans):
        return ""
    uncertified = replace(work, certification="")
    return "certification" if any(all(map(has, plan)) for plan in uncertified.plans) else "anybody"


def _tool_taken(question: Question, borrowing: dict[int, Work], able: dict[int, Work]) -> Why | None:
    """Tell whether the tools are what lacks: somebody is free on these days; and when the first is to be had."""
    free = scan(
        works={pk: able[pk] for pk in borrowing}, window=question.window, at=question.at, want=1, where=question.point
    )
    if not any(free.values()):
        return None
    horizon = min(max(work.workshop.horizon_days for work in borrowing.values()), MOST_DAYS)
    window = Window(question.first, max(question.last, question.at.date() + timedelta(days=horizon)))
    later = scan(works=borrowing, window=window, at=question.at, want=1, where=question.point)
    first = min(((found[0].starts_at, pk) for pk, found in later.items() if found), default=None)
    pk = first[1] if first else next(pk for pk in borrowing if free[pk])
    tool = ToolKind.objects.get(pk=min(borrowing[pk].tool_kinds))
    return Why(why.TOOL_TAKEN, first[0] if first else None, tool, borrowing[pk].workshop.timezone)
