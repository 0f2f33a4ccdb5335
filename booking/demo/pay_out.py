"""
What left for sellers and the common fund after the past repairs: rows and entries as `distribute` would have made them.

The provider's emulator has never seen these payments, so nothing is asked of it: sent is sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.appointments.models import Appointment
from booking.demo.cast import cast
from collective.ledger.accounts import BANK, PROVIDER
from collective.ledger.distributions import Owed, draft_netting, draft_sent
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.ledger.models import Entity
from collective.ledger.record import Draft, record_all
from collective.members.models import Collective, User
from collective.payments.distribution.by_bank import credits_of
from collective.payments.distribution.distribute import netting_source
from collective.payments.distribution.models import BankBatch, Netting, Receivable, SellerAccount, Transfer
from collective.payments.distribution.pain import BankAccount, write_pain
from collective.payments.distribution.readiness import what_its_account_lacks
from collective.payments.distribution.send import transfer_source
from collective.payments.models import Payment
from collective.sharing.what_shares import Shares
from collective.workshops.models import Seller, Workshop

# Published examples of IBANs: they are nobody's.
IBANS = {"platform": "FR7630006000011234567890189", "fund": "FR1420041010050500013M02606"}
SELLERS_IBAN = "BE68539007547034"
BATCH_DAY = 4  # of the month after


@dataclass(frozen=True)
class Finished:
    """A past repair, shared out; `payment` holds what was paid online, if anything."""

    appointment: Appointment
    payment: Payment | None
    shares: Shares
    at: datetime

    @property
    def workshop(self) -> Workshop:
        return self.appointment.workshop

    @property
    def online_cents(self) -> int:
        return self.payment.captured_cents if self.payment else 0


@dataclass
class _Rows:
    """What is to be written, and what entries follow from it once it has keys."""

    transfers: list[Transfer] = field(default_factory=list)
    receivables: dict[tuple[int, str], Receivable] = field(default_factory=dict)
    nettings: list[Netting] = field(default_factory=list)
    open: dict[int, list[Receivable]] = field(default_factory=lambda: defaultdict(list))
    batches: dict[date, BankBatch] = field(default_factory=dict)


def tell_accounts(collective: Collective, *, at: datetime) -> None:
    """How each seller of the cast is paid: an account in its state, or its bank."""
    for about in cast()["sellers"].values():
        seller = Seller.objects.get(collective=collective, siren=about["siren"])
        _tell_account(books_of(seller), about.get("paid", "active"), about["legal_name"], SELLERS_IBAN, at=at)
    _tell_account(fund_of(collective), "active", "Caisse commune des Moyeux", IBANS["fund"], at=at, has_bank=True)
    _tell_account(platform_of(collective), "bank", "Les Moyeux de la metropole", IBANS["platform"], at=at)


def _tell_account(
    entity: Entity, paid: str, holder: str, iban: str, *, at: datetime, has_bank: bool = False
) -> SellerAccount:
    by_bank = paid == "bank"
    known = by_bank or has_bank
    status = SellerAccount.Status.NONE if by_bank else SellerAccount.Status(paid)
    return SellerAccount.objects.create(
        entity=entity,
        way=SellerAccount.Way.BANK if by_bank else SellerAccount.Way.ACCOUNT,
        status=status,
        due=["identity.business_details.registered_name"] if status == SellerAccount.Status.RESTRICTED else [],
        looked_at=at,
        active_since=at if status == SellerAccount.Status.ACTIVE else None,
        iban=iban if known else "",
        holder=holder[:70] if known else "",
    )


def pay_out(finished: Iterable[Finished], *, by: User, at: datetime) -> None:
    """Write what left for whom, repair by repair as they were finished, and book it."""
    in_order = sorted(finished, key=lambda one: (one.at, one.appointment.pk))
    rows = _Rows()
    for one in in_order:
        seller = _owed(books_of(one.workshop.seller), one)
        left = one.online_cents - one.shares.contributions_cents
        room = one.online_cents - _settle(rows, seller, left, one, room=one.online_cents, by=by, at=at)
        fund = _owed(fund_of(one.workshop.collective), one)
        _settle(rows, fund, one.shares.fund_cents, one, room=room, by=by, at=at)
    _write(rows)


def _owed(entity: Entity, one: Finished) -> Owed:
    entity.collective = one.workshop.collective  # with its books at hand
    return Owed(entity, one.appointment.number, one.workshop)


def _settle(rows: _Rows, owed: Owed, cents: int, one: Finished, *, room: int, by: User, at: datetime) -> int:
    """Net and send what one is owed of one repair; return how much of it leaves out of its payment, within `room`."""
    if cents < 0:
        row = Receivable(
            entity=owed.entity,
            reference=owed.reference,
            workshop=owed.workshop,
            cause=Receivable.Cause.CONTRIBUTIONS,
            amount_cents=-cents,
            since=one.at,
        )
        rows.receivables[owed.entity.pk, owed.reference] = row
        rows.open[owed.entity.pk].append(row)
        return 0
    cents -= _net(rows, owed, cents, one)
    account = owed.entity.account
    through = min(cents, room) if one.payment and account.way == SellerAccount.Way.ACCOUNT else 0
    if through:
        rows.transfers.append(_transfer(owed, account, through, one, payment=one.payment))
    if cents > through:
        rows.transfers.append(_by_bank(rows, owed, account, cents - through, one, by=by, at=at))
    return through


def _net(rows: _Rows, owed: Owed, cents: int, one: Finished) -> int:
    paid, open_ = 0, rows.open[owed.entity.pk]
    while open_ and paid < cents:
        row = open_[0]
        part = min(row.left_cents, cents - paid)
        rows.nettings.append(
            Netting(
                receivable=row, reference=owed.reference, workshop=owed.workshop, amount_cents=part, netted_at=one.at
            )
        )
        row.netted_cents += part
        paid += part
        if not row.left_cents:
            open_.pop(0)
    return paid


def _transfer(
    owed: Owed, account: SellerAccount, cents: int, one: Finished, *, payment: Payment | None = None
) -> Transfer:
    row = Transfer(
        entity=owed.entity,
        reference=owed.reference,
        workshop=owed.workshop,
        payment=payment,
        amount_cents=cents,
        created_at=one.at,
    )
    if payment and account.status == SellerAccount.Status.ACTIVE:
        row.state, row.sent_at, row.account_id = Transfer.State.SENT, one.at, "acct_past"
        row.provider_id = f"tr_past_{owed.entity.pk}_{owed.reference}"
    else:
        row.reason = what_its_account_lacks(row, account)
    return row


def _by_bank(
    rows: _Rows, owed: Owed, account: SellerAccount, cents: int, one: Finished, *, by: User, at: datetime
) -> Transfer:
    """Paid early in the month after; this month's still waits."""
    row = _transfer(owed, account, cents, one)
    day = (one.at.date().replace(day=1) + timedelta(days=31)).replace(day=BATCH_DAY)
    if account.iban and day < at.date():
        if day not in rows.batches:
            rows.batches[day] = _batch(owed.entity.collective, day, by=by)
        row.batch = rows.batches[day]
        row.state, row.reason, row.sent_at = Transfer.State.SENT, Transfer.Reason.NOTHING, row.batch.closed_at
    return row


def _batch(collective: Collective, day: date, *, by: User) -> BankBatch:
    made_at = datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo(collective.timezone)) + timedelta(hours=9)
    return BankBatch.objects.get_or_create(
        collective=collective,
        executes_on=day,
        defaults={
            "state": BankBatch.State.SENT,
            "total_cents": 1,  # until `close_batches`
            "payments": 0,
            "xml": "",
            "made_at": made_at,
            "made_by": by,
            "closed_at": made_at + timedelta(hours=1),
            "closed_by": by,
        },
    )[0]


def close_batches(collective: Collective) -> None:
    """Write the files of past months, once all workshops have told what is in them."""
    ours = platform_of(collective).account
    for batch in BankBatch.objects.filter(collective=collective, xml=""):
        rows = list(batch.transfers.select_related("entity__account").order_by("entity", "pk"))
        credits = credits_of(batch, rows)
        batch.total_cents, batch.payments = sum(row.amount_cents for row in rows), len(credits)
        batch.xml = write_pain(
            message_id=batch.message_id,
            debtor=BankAccount(ours.holder, ours.iban, ours.bic),
            credits=credits,
            executes_on=batch.executes_on,
            made_at=batch.made_at,
        )
        batch.save()


def _write(rows: _Rows) -> None:
    Receivable.objects.bulk_create(rows.receivables.values(), batch_size=200)
    for netting in rows.nettings:
        netting.receivable = netting.receivable  # which has its key by now
    Netting.objects.bulk_create(rows.nettings, batch_size=200)
    Transfer.objects.bulk_create(rows.transfers, batch_size=200)
    record_all([*_drafts_of_transfers(rows.transfers), *_drafts_of_nettings(rows.nettings)])


def _drafts_of_transfers(transfers: Sequence[Transfer]) -> list[Draft]:
    drafts: list[Draft] = []
    for row in transfers:
        if row.sent_at:
            owed = Owed(row.entity, row.reference, row.workshop)
            account = PROVIDER if row.payment_id else BANK
            drafts += draft_sent(
                owed, cents=row.amount_cents, account=account, source=transfer_source(row), at=row.sent_at
            )
    return drafts


def _drafts_of_nettings(nettings: Sequence[Netting]) -> list[Draft]:
    drafts: list[Draft] = []
    for row in nettings:
        entity = row.receivable.entity
        due = Owed(entity, row.receivable.reference, row.receivable.workshop)
        paid_with = Owed(entity, row.reference, row.workshop)
        drafts += draft_netting(
            due=due, paid_with=paid_with, cents=row.amount_cents, source=netting_source(row), at=row.netted_at
        )
    return drafts
