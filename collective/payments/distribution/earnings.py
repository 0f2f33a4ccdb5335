"""What a workshop earned in a month, repair by repair, and where that money is: from the books and the transfers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta

from django.db.models import Q, Sum

from collective.ledger import accounts
from collective.ledger.models import Entity, Entry, Line
from collective.payments.distribution.models import Netting, Receivable, Transfer
from collective.payments.models import Payment
from collective.workshops.models import Workshop

INCOME = (accounts.LABOUR, accounts.PARTS, accounts.VAT_COLLECTED, accounts.KEPT_OF_CANCELLATIONS)


@dataclass(frozen=True)
class Amounts:
    """
    Cents, VAT included. What is the workshop's is `yours_cents`: of it `elsewhere_cents` was paid to the workshop
    itself, `unpaid_cents` not yet, and the rest comes from online payments: sent, waiting, or used to pay what it owed.
    """

    price_cents: int = 0
    online_cents: int = 0
    elsewhere_cents: int = 0  # at the counter, or in any other way straight to the workshop
    unpaid_cents: int = 0
    fund_cents: int = 0
    platform_cents: int = 0
    fee_cents: int = 0
    sent_cents: int = 0  # less what was taken back
    waiting_cents: int = 0
    netted_cents: int = 0  # of this repair's money, used to pay what was owed for another
    owed_cents: int = 0  # what this repair leaves the workshop owing, before anything was netted

    @property
    def contributions_cents(self) -> int:
        return self.fund_cents + self.platform_cents + self.fee_cents

    @property
    def yours_cents(self) -> int:
        return self.price_cents - self.contributions_cents

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Amounts)})


@dataclass(frozen=True)
class Earning:
    """One repair: its amounts, and the rows that say where its money is."""

    reference: str
    finished_at: datetime
    amounts: Amounts
    transfers: Sequence[Transfer] = field(default_factory=list)
    receivable: Receivable | None = None
    pays_for: Sequence[str] = field(default_factory=list)  # the repairs whose debts it paid


def read_earnings(*, workshop: Workshop, first: date, last: date) -> list[Earning]:
    """
    Return the repairs finished (or cancelled late, something being kept) from `first` to `last`, both included, oldest
    first. Refunds and transfers made since are in them. Seven queries.
    """
    entity = Entity.objects.filter(seller=workshop.seller_id).first()
    finished = _finished(entity, workshop, first, last) if entity else {}
    if entity is None or not finished:
        return []
    references = list(finished)
    standing = _standing(entity, references)
    online = _online(references)
    transfers: dict[str, list[Transfer]] = defaultdict(list)
    rows = Transfer.objects.filter(entity=entity, reference__in=references)
    for row in rows.select_related("payment", "batch").order_by("pk"):
        transfers[row.reference].append(row)
    owed = {row.reference: row for row in Receivable.objects.filter(entity=entity, reference__in=references)}
    nettings: dict[str, list[Netting]] = defaultdict(list)
    paid = Netting.objects.filter(receivable__entity=entity, reference__in=references)
    for netting in paid.select_related("receivable").order_by("pk"):
        nettings[netting.reference].append(netting)
    return [
        Earning(
            reference=reference,
            finished_at=moment,
            amounts=_amounts(
                standing[reference], online[reference], transfers[reference], nettings[reference], owed.get(reference)
            ),
            transfers=transfers[reference],
            receivable=owed.get(reference),
            pays_for=sorted({netting.receivable.reference for netting in nettings[reference]}),
        )
        for reference, moment in finished.items()
    ]


def _finished(entity: Entity, workshop: Workshop, first: date, last: date) -> dict[str, datetime]:
    zone = workshop.zone
    entries = Entry.objects.sealed().filter(
        Q(source__startswith="sale:") | Q(source__startswith="kept:"),
        entity=entity,
        workshop=workshop,
        mirrors__isnull=True,
        occurred_at__gte=datetime.combine(first, time(), zone),
        occurred_at__lt=datetime.combine(last + timedelta(days=1), time(), zone),
    )
    return dict(entries.order_by("occurred_at", "pk").values_list("reference", "occurred_at"))


def _standing(entity: Entity, references: Iterable[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    lines = Line.objects.filter(entry__entity=entity, entry__reference__in=references, unit=Line.Unit.EUR)
    for reference, account, total in lines.values_list("entry__reference", "account").annotate(total=Sum("amount")):
        found[reference][account] += total
    return found


def _online(references: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    paid = Payment.objects.filter(subject__in=references, captured_cents__gt=0)
    for subject, captured, refunded in paid.values_list("subject", "captured_cents", "refunded_cents"):
        found[subject] += captured - refunded
    return found


def _amounts(
    standing: Mapping[str, int],
    online: int,
    transfers: Iterable[Transfer],
    nettings: Iterable[Netting],
    owed: Receivable | None,
) -> Amounts:
    transfers = list(transfers)
    price = -sum(standing[account] for account in INCOME)
    unpaid = standing[accounts.CUSTOMERS]
    used = online + min(0, standing[accounts.ADVANCES])  # what is still an advance is the customer's
    sent = [row for row in transfers if row.state == Transfer.State.SENT]
    return Amounts(
        price_cents=price,
        online_cents=used,
        elsewhere_cents=price - used - unpaid,
        unpaid_cents=unpaid,
        fund_cents=standing[accounts.FUND_CONTRIBUTIONS],
        platform_cents=standing[accounts.COMMISSIONS_PAID],
        fee_cents=standing[accounts.PAYMENT_FEES],
        sent_cents=sum(row.kept_cents for row in sent),
        waiting_cents=sum(row.amount_cents for row in transfers if row.state != Transfer.State.SENT),
        netted_cents=sum(netting.amount_cents for netting in nettings),
        owed_cents=owed.amount_cents if owed else 0,
    )
