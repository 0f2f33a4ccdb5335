from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.lib.clock import database_now
from collective.timetable.free_days import last_kept, rebuild_timetable
from collective.workshops.models import Workshop


class Command(BaseCommand):
    help = "Compute the free days anew from hours and occupancies, from today to each workshop's last day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these workshops")

    def handle(self, *args: Any, **options: Any) -> None:
        at = database_now()
        workshops = Workshop.objects.filter(closed_at__isnull=True)
        if slugs := set(options["slugs"]):
            workshops = workshops.filter(slug__in=slugs)
            if unknown := sorted(slugs - set(workshops.values_list("slug", flat=True))):
                raise CommandError(f"No open workshop is called {', '.join(unknown)}.")
        rows = 0
        for workshop in workshops:
            today = at.astimezone(workshop.zone).date()
            rows += rebuild_timetable(workshops=[workshop], first=today, last=last_kept(workshop, at=at), at=at)
        self.stdout.write(f"{rows} free days rebuilt.")
