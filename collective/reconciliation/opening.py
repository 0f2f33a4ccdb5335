"""Begin to compare: what stood where at that moment."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, Sum

from collective.ledger.accounts import PROVIDER
from collective.ledger.models import Entity, Line
from collective.payments import gateway
from collective.payments.models import Payment
from collective.reconciliation.models import Opening


@transaction.atomic
def open_comparison(*, livemode: bool, at: datetime, note: str = "") -> Opening:
    """
    Return where the comparison begins, deciding it the first time: `at`, or the first payment that the provider knows.

    What was booked before is carried as it stands; what the provider held before comes with its first answer.
    """
    standing = Opening.objects.filter(livemode=livemode).first()
    if standing:
        return standing
    known = Payment.objects.exclude(session_id="", intent_id="").aggregate(first=Min("created_at"))["first"]
    begins = min(known, at) if known else at
    opening, _created = Opening.objects.get_or_create(
        livemode=livemode,
        defaults={"at": begins, "books_cents": books_cents(before=begins), "note": note[:200]},
    )
    return opening


def standing_opening(*, at: datetime) -> Opening:
    return open_comparison(livemode=gateway.provider().livemode, at=at)


def books_cents(*, before: datetime | None = None) -> int:
    """Return what our books say the provider holds for the platform (account 517), in cents."""
    lines = Line.objects.filter(account=PROVIDER, unit=Line.Unit.EUR, entry__entity__kind=Entity.Kind.PLATFORM)
    if before is not None:
        lines = lines.filter(entry__occurred_at__lt=before)
    return int(lines.aggregate(total=Sum("amount", default=0))["total"])
