"""A month, read from an address such as ?mois=2026-10."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from backend.lib.clock import database_now
from collective.members.models import Collective


@dataclass(frozen=True)
class Month:
    first: date

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def before(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> Month:
        return Month((self.first.replace(day=28) + timedelta(days=4)).replace(day=1))

    @property
    def code(self) -> str:
        return f"{self.first:%Y-%m}"


def read_month(text: str, *, today: date) -> Month:
    """Read "2026-10"; what cannot be read is the current month: a link cut short still leads somewhere."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return Month(first if 2000 < first.year < 2100 else today.replace(day=1))


def zone_of(collective: Collective) -> ZoneInfo:
    return ZoneInfo(collective.timezone)


def today_in(collective: Collective) -> date:
    return database_now().astimezone(zone_of(collective)).date()
