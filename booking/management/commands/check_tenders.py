from typing import Any

from django.core.management.base import BaseCommand, CommandError

from booking.tenders.check import what_is_wrong_with_tenders
from booking.tenders.models import Tender


class Command(BaseCommand):
    help = "Look whether what was given for repairs, vouchers and minutes agree with the books; fail when they do not."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = what_is_wrong_with_tenders()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults")
        self.stdout.write(f"{Tender.objects.count()} tenders: they agree with the books.")
