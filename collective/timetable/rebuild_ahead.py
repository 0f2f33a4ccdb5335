"""All the free days of one workshop from today on, computed anew after a change of what they derive from."""

from __future__ import annotations

from datetime import datetime

from collective.timetable.free_days import last_kept, rebuild_timetable
from collective.workshops.models import Workshop


def rebuild_ahead(workshop: Workshop, *, at: datetime) -> None:
    """Rebuild in the caller's transaction: up to the horizon, and whatever lies beyond a horizon that was drawn in."""
    today = at.astimezone(workshop.zone).date()
    rebuild_timetable(workshops=[workshop], first=today, last=last_kept(workshop, at=at), at=at)
