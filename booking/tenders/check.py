"""Look whether what was given agrees with the books: rows that people read, against entries that nobody can change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q, Sum

from booking.tenders.models import Receipt, Tender, Voucher
from collective.hours.models import TimeAccount
from collective.ledger import accounts
from collective.ledger.models import Entry, Line


def what_is_wrong_with_tenders() -> list[str]:
    """Return a sentence for each fault; none when all is well. A fixed number of queries, whatever there is."""
    return [*_settled(), *_vouchers(), *_receipts(), *_minutes()]


def _settled() -> Iterator[str]:
    """What tenders take off a bill is what the counter's journal credits to its customer."""
    counter = Line.objects.filter(account=accounts.CUSTOMERS, entry__journal=Entry.Journal.COUNTER)
    rows = counter.values_list("entry__reference").annotate(total=Sum("amount"))
    booked = {reference: -total for reference, total in rows}
    given = Tender.objects.settling().order_by().values_list("reference").annotate(total=Sum("settles_cents"))
    for reference in sorted(booked.keys() | (said := dict(given)).keys()):
        if booked.get(reference, 0) != said.get(reference, 0):
            yield f"{reference}: tenders settle {said.get(reference, 0)}, the books say {booked.get(reference, 0)}"


def _vouchers() -> Iterator[str]:
    """What is left on each is what it held less its tenders; all of it is owed on 41971."""
    used = Tender.objects.settling().order_by().exclude(voucher=None).values_list("voucher")
    spent = dict(used.annotate(total=Sum("amount")))
    for voucher in Voucher.objects.order_by("pk"):
        if voucher.face_cents - spent.get(voucher.pk, 0) != voucher.left_cents:
            yield f"voucher {voucher.pk} holds {voucher.left_cents}, of {voucher.face_cents}"
    left = Voucher.objects.aggregate(total=Sum("left_cents", default=0))["total"]
    if (owed := -_standing(accounts.VOUCHERS)) != left:
        yield f"vouchers hold {left}, the books owe {owed}"


def _receipts() -> Iterator[str]:
    left = Receipt.objects.aggregate(total=Sum("left_cents", default=0))["total"]
    if (waiting := -_standing(accounts.UNMATCHED)) != left:
        yield f"transfers to place hold {left}, the books say {waiting}"


def _minutes() -> Iterator[str]:
    lines = Line.objects.filter(Q(unit=Line.Unit.MIN, account__startswith=f"{accounts.MINUTES}."))
    rows = lines.values_list("account").annotate(total=Sum("amount"))
    booked = Counter({account: -total for account, total in rows})
    for account in TimeAccount.objects.order_by("pk"):
        if (said := booked[accounts.minutes_of(account.pk)]) != account.minutes:
            yield f"account of minutes {account.pk} holds {account.minutes}, the books say {said}"


def _standing(account: str) -> int:
    return int(Line.objects.filter(account=account).aggregate(total=Sum("amount", default=0))["total"])
