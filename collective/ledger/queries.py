"""What the books say: pages of entries, balances, totals by workshop and month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from collective.ledger import accounts
from collective.ledger.models import Entity, Entry, Line
from collective.members.models import Collective, User
from collective.workshops.models import Workshop

# What each account of a seller's books is in the totals. Revenue and advances stand in credit, costs in debit: the sign
# turns all of them into amounts a reader expects above zero.
KINDS = {
    accounts.LABOUR: ("labour_cents", -1),
    accounts.PARTS: ("parts_cents", -1),
    accounts.VAT_COLLECTED: ("vat_cents", -1),
    accounts.FUND_CONTRIBUTIONS: ("fund_cents", 1),
    accounts.COMMISSIONS_PAID: ("platform_cents", 1),
    accounts.PAYMENT_FEES: ("fee_cents", 1),
    accounts.ADVANCES: ("advances_cents", -1),
    accounts.CUSTOMERS: ("counter_cents", -1),
    accounts.KEPT_OF_CANCELLATIONS: ("kept_cents", -1),
}


# Of the customers' account only what the counter's journal holds: what they settled there, whatever the means. The
# accounts on the other side (till, cheques, cards) move on to the bank.
COUNTED = Q(account__in=KINDS.keys() - {accounts.CUSTOMERS}) | Q(
    account=accounts.CUSTOMERS, entry__journal=Entry.Journal.COUNTER
)


@dataclass
class Totals:
    """
    Cents before VAT. `advances_cents` is what came in less what the finished work used up: what is still owed;
    `counter_cents` is what was settled at the counter: cash, cheques, cards, transfers, vouchers, third parties.
    """

    labour_cents: int = 0
    parts_cents: int = 0
    vat_cents: int = 0
    fund_cents: int = 0
    platform_cents: int = 0
    fee_cents: int = 0
    advances_cents: int = 0
    counter_cents: int = 0
    kept_cents: int = 0

    @property
    def workshop_cents(self) -> int:
        """What stays with the workshop of its labour."""
        return self.labour_cents - self.fund_cents - self.platform_cents - self.fee_cents

    @property
    def revenue_cents(self) -> int:
        return self.labour_cents + self.parts_cents

    @property
    def stays_cents(self) -> int:
        """What stays with the workshop, its parts at their price included."""
        return self.workshop_cents + self.parts_cents

    @property
    def costs_cents(self) -> int:
        return self.platform_cents + self.fee_cents

    def add(self, account: str, cents: int) -> None:
        if account in KINDS:
            name, sign = KINDS[account]
            setattr(self, name, getattr(self, name) + sign * cents)

    def __add__(self, other: Totals) -> Totals:
        return Totals(**{kind.name: getattr(self, kind.name) + getattr(other, kind.name) for kind in fields(Totals)})


@dataclass(frozen=True)
class WorkshopTotals:
    """One workshop over a period; `months` holds the first days of the months in which something was booked."""

    workshop: Workshop
    totals: Totals = field(default_factory=Totals)
    months: dict[date, Totals] = field(default_factory=dict)


def entries_seen_by(
    user: User | AnonymousUser,
    *,
    entity: Entity | None = None,
    workshop: Workshop | None = None,
    reference: str = "",
    first: date | None = None,
    last: date | None = None,
    zone: ZoneInfo | None = None,
) -> QuerySet[Entry]:
    """
    Return the entries this person may read, newest first, with their lines; page it, two queries a page.

    `first` and `last` are whole days, both included, in `zone` (Europe/Paris without one).
    """
    entries = Entry.objects.visible_to(user)
    if entity is not None:
        entries = entries.filter(entity=entity)
    if workshop is not None:
        entries = entries.filter(workshop=workshop)
    if reference:
        entries = entries.filter(reference=reference)
    begins, ends = _moments(first, last, zone or ZoneInfo("Europe/Paris"))
    if begins:
        entries = entries.filter(occurred_at__gte=begins)
    if ends:
        entries = entries.filter(occurred_at__lt=ends)
    lines = Prefetch("lines", queryset=Line.objects.order_by("-amount", "account"))
    return entries.select_related("entity", "workshop").prefetch_related(lines).order_by("-occurred_at", "-pk")


def balances(*, entities: Iterable[Entity]) -> dict[int, dict[tuple[str, str], int]]:
    """Return what stands on each account, by entity pk and (account, unit), zeros left out. One query."""
    lines = Line.objects.filter(entry__entity__in=list(entities), entry__sealed_at__isnull=False)
    found: dict[int, dict[tuple[str, str], int]] = {}
    rows = lines.values_list("entry__entity", "account", "unit").annotate(total=Sum("amount")).order_by("account")
    for entity, account, unit, total in rows:
        if total:
            found.setdefault(entity, {})[(account, unit)] = total
    return found


def totals_by_workshop(*, collective: Collective, first: date, last: date) -> list[WorkshopTotals]:
    """
    Return each workshop of the collective with its totals from `first` to `last`, both included, in its zone.

    Workshops in which nothing happened are there, with zeros; in the order of their names. Two queries.
    """
    zone = ZoneInfo(collective.timezone)
    begins, ends = _moments(first, last, zone)
    workshops = Workshop.objects.filter(collective=collective, accepted_at__isnull=False).order_by("name", "pk")
    found = {workshop.pk: WorkshopTotals(workshop) for workshop in workshops}
    rows = (
        Line.objects.filter(
            COUNTED,
            entry__entity__collective=collective,
            entry__entity__kind=Entity.Kind.SELLER,
            entry__workshop__in=found,
            entry__sealed_at__isnull=False,
            entry__occurred_at__gte=begins,
            entry__occurred_at__lt=ends,
            unit=Line.Unit.EUR,
        )
        .annotate(month=TruncMonth("entry__occurred_at", tzinfo=zone))
        .values_list("entry__workshop", "month", "account")
        .annotate(total=Sum("amount"))
        .order_by("month")
    )
    for workshop, month, account, total in rows:
        found[workshop].totals.add(account, total)
        found[workshop].months.setdefault(month.date(), Totals()).add(account, total)
    return list(found.values())


def names_of_others(collective: Collective) -> dict[int, str]:
    """Return the names to give `account_name`, for what these entities owe each other."""
    return dict(Entity.objects.filter(collective=collective).values_list("pk", "name"))


def _moments(first: date | None, last: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    begins = datetime.combine(first, time.min, zone) if first else None
    ends = datetime.combine(last + timedelta(days=1), time.min, zone) if last else None
    return begins, ends
