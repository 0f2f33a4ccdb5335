"""Who has which shared tool when: no tool in two places, nor on its way for less time than the way takes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from collective.places.point import Point
from collective.places.travel import travel_minutes
from collective.timetable.models import Occupancy, Resource
from collective.workshops.models import Workshop

Use = tuple[datetime, datetime, Point]


class Lending:
    """The collective's tools, and their uses told so far."""

    def __init__(self, workshops: Sequence[Workshop]) -> None:
        tools = Resource.objects.filter(workshop__in=workshops, kind=Resource.Kind.TOOL).select_related("tool")
        self.tools = {resource.tool.kind_id: resource for resource in tools.order_by("pk") if resource.tool}
        self.uses: dict[tuple[int, date], list[Use]] = defaultdict(list)
        for used in Occupancy.objects.filter(resource__in=self.tools.values()):
            if used.lat is not None and used.lon is not None:
                key = used.resource_id, used.starts_at.date()
                self.uses[key].append((used.starts_at, used.ends_at, Point(used.lat, used.lon)))

    def lend(self, kind: int, workshop: Workshop, starts_at: datetime, ends_at: datetime) -> Resource | None:
        """Lend a tool of the kind for these hours, if it can be there by then and gone in time; days are apart."""
        resource = self.tools.get(kind)
        if resource is None:
            return None
        told, here = self.uses[resource.pk, starts_at.date()], Point(workshop.lat, workshop.lon)
        for begins, ends, where in told:
            way = self._hand_over(resource, where, here)
            if starts_at < ends + way and begins < ends_at + way:
                return None
        told.append((starts_at, ends_at, here))
        return resource

    def _hand_over(self, resource: Resource, a: Point, b: Point) -> timedelta:
        tool = resource.tool
        if a == b or tool is None:
            return timedelta(0)
        way = travel_minutes(a, b, speed_kmh=tool.speed_kmh, detour_percent=tool.detour_percent)
        return timedelta(minutes=way + tool.hand_over_minutes)
