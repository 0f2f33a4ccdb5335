"""Why a search found nothing: a stable word for programs, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collective.tools.models import ToolKind

NO_WORKSHOP_NEAR = "no_workshop_near"
NOT_SERVED = "not_served"
NONE_FITS = "none_fits_the_filters"
NOT_OFFERED = "not_offered_near"
NOBODY_ABLE = "nobody_able"
NO_CERTIFICATE = "no_certificate"
TOOL_TAKEN = "tool_taken"
ALL_TAKEN = "all_taken"

SENTENCES = {
    NO_WORKSHOP_NEAR: gettext_lazy("No workshop of the collective is that near."),
    NOT_SERVED: gettext_lazy("The mechanics near there who come to people do not come to this place."),
    NONE_FITS: gettext_lazy("No workshop near there is of that kind, or has what you ticked."),
    NOT_OFFERED: gettext_lazy("The workshops near there do not offer this work."),
    NOBODY_ABLE: gettext_lazy("The workshops near there lack the person or the stand for this work."),
    NO_CERTIFICATE: gettext_lazy("Nobody near there is certified for this brand of e-bike."),
    TOOL_TAKEN: gettext_lazy("The shared tool that this work needs is not there on those days."),
    ALL_TAKEN: gettext_lazy("The workshops near there are full on those days."),
}


@dataclass(frozen=True, slots=True)
class Why:
    """The reason; `until` is when the tool that lacks can be had, in a workshop of the time zone `timezone`."""

    code: str
    until: datetime | None = None
    tool: ToolKind | None = None
    timezone: str = "UTC"

    def __str__(self) -> str:
        if self.tool is None:
            return str(SENTENCES[self.code])
        if self.until is None:
            return _("The shared tool that this work needs (%(tool)s) is not to be had.") % {"tool": self.tool.name}
        day = date_format(self.until.astimezone(ZoneInfo(self.timezone)), "l j F")
        return _("The shared tool that this work needs (%(tool)s) is taken until %(day)s.") % {
            "tool": self.tool.name,
            "day": day,
        }
