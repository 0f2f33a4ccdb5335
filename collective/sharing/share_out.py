"""Turn a finished repair into revenue and shares, in the books of every entity it concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.ledger import accounts
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.ledger.models import Entity, Entry
from collective.ledger.record import Draft, record_all
from collective.ledger.take_back import sale_source, shares_source
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Payment
from collective.payments.refund import refundable_cents
from collective.sharing.vat import vat_bp
from collective.sharing.what_shares import Shares, what_shares
from collective.workshops.models import Workshop

Journal = Entry.Journal


class MoreThanSold(RuleBroken):
    code = "more_than_sold"
    message = _("More was paid than this repair costs. Give the difference back first.")


class PaidChanged(RuleBroken):
    code = "paid_changed"
    message = _("What was paid online has just changed. Look at it again, then finish the repair.")


@dataclass(frozen=True)
class _Sale:
    """What the entries of one finished repair have in common."""

    workshop: Workshop
    reference: str
    label: str
    at: datetime

    def draft(self, entity: Entity, journal: str, source: str, lines: Mapping[str, int]) -> Draft:
        return Draft(
            entity=entity,
            journal=journal,
            source=source,
            label=self.label,
            lines=lines,
            occurred_at=self.at,
            reference=self.reference,
            workshop=self.workshop,
        )


@transaction.atomic
def share_out(
    *,
    workshop: Workshop,
    reference: str,
    labour_cents: int,
    parts_cents: int,
    paid_online_cents: int,
    fund_bp: int,
    platform_bp: int,
    fee_cents: int,
    payments: Sequence[Payment] | None = None,
    gift_cents: int = 0,
    at: datetime,
    label: str = "",
) -> Shares:
    """
    Book the sale and the shares; return the shares. Amounts in cents, VAT included.

    The seller sells labour and parts, VAT apart; the advance paid online is extinguished, all the rest is owed by the
    customer until it is settled by other means (booking/tenders). The shares pass through the platform, to which the
    seller owes them. `reference` is the `subject` that the online payments were asked for. `gift_cents` were paid with
    it and are none of the sale's: they stay an advance (book_solidarity.py). Doing it again changes nothing.

    :raises MoreThanSold: when more was paid than the repair costs.
    :raises PaidChanged: when `paid_online_cents`, with the gift, is not what `payments` keep (without them, all of
        this subject).
    """
    _judge_paid(reference, payments, paid_online_cents + gift_cents)
    shares, drafts = draft_shares(
        workshop=workshop,
        reference=reference,
        labour_cents=labour_cents,
        parts_cents=parts_cents,
        paid_online_cents=paid_online_cents,
        fund_bp=fund_bp,
        platform_bp=platform_bp,
        fee_cents=fee_cents,
        at=at,
        label=label,
    )
    record_all(drafts)
    order_distribution(reference=reference, at=at)
    return shares


def draft_shares(
    *,
    workshop: Workshop,
    reference: str,
    labour_cents: int,
    parts_cents: int,
    paid_online_cents: int,
    fund_bp: int,
    platform_bp: int,
    fee_cents: int,
    at: datetime,
    label: str = "",
) -> tuple[Shares, list[Draft]]:
    """
    Return the shares, and the entries that `share_out` writes for them.

    :raises MoreThanSold: when more was paid than the repair costs.
    """
    owed = labour_cents + parts_cents - paid_online_cents
    if owed < 0:
        raise MoreThanSold
    shares = what_shares(
        labour_cents=labour_cents,
        parts_cents=parts_cents,
        fund_bp=fund_bp,
        platform_bp=platform_bp,
        vat_bp=vat_bp(seller=workshop.seller, on=at.astimezone(workshop.zone).date()),
        fee_cents=fee_cents,
    )
    sale = _Sale(workshop, reference, label or workshop.name, at)
    drafts = [
        _draft_sale(sale, shares, advance_cents=paid_online_cents, owed_cents=owed),
        *_draft_contributions(sale, shares),
    ]
    return shares, [draft for draft in drafts if draft.amounts]


def _judge_paid(reference: str, payments: Sequence[Payment] | None, paid_online_cents: int) -> None:
    """
    The lock keeps a refund from passing between this look and the sale: it is booked before it, or takes it back.

    A second payment of the same booking (two tabs) is not the sale's: it stays an advance until it is given back, as
    does what is on its way back of the others.
    """
    if strange := [payment.subject for payment in payments or () if payment.subject != reference]:
        raise ValueError(f"a payment is for {strange[0]}, not for {reference}")
    if Entry.objects.filter(source=sale_source(reference)).exists():
        return  # shared out before: refunds made since are mirrors
    found = list(Payment.objects.select_for_update(of=("self",)).filter(subject=reference).order_by("pk"))
    named = None if payments is None else {payment.pk for payment in payments}
    counted = [paid for paid in found if named is None or paid.pk in named]
    if found and sum(refundable_cents(paid) for paid in counted) != paid_online_cents:
        raise PaidChanged


def _draft_sale(sale: _Sale, shares: Shares, *, advance_cents: int, owed_cents: int) -> Draft:
    lines = {
        accounts.ADVANCES: advance_cents,
        accounts.CUSTOMERS: owed_cents,
        accounts.LABOUR: -shares.labour_net_cents,
        accounts.PARTS: -shares.parts_cents,
        accounts.VAT_COLLECTED: -shares.vat_cents,
    }
    return sale.draft(books_of(sale.workshop.seller), Journal.SALES, sale_source(sale.reference), lines)


def _draft_contributions(sale: _Sale, shares: Shares) -> list[Draft]:
    collective = sale.workshop.collective
    platform, fund, seller = platform_of(collective), fund_of(collective), books_of(sale.workshop.seller)
    by_entity = {
        seller: {
            accounts.FUND_CONTRIBUTIONS: shares.fund_cents,
            accounts.COMMISSIONS_PAID: shares.platform_cents,
            accounts.PAYMENT_FEES: shares.fee_cents,
            accounts.owed_with(platform): -shares.contributions_cents,
        },
        platform: {
            accounts.owed_with(seller): shares.contributions_cents,
            accounts.owed_with(fund): -shares.fund_cents,
            accounts.COMMISSIONS_EARNED: -shares.platform_cents,
            accounts.FEES_RECHARGED: -shares.fee_cents,
        },
        fund: {
            accounts.owed_with(platform): shares.fund_cents,
            accounts.CONTRIBUTIONS_RECEIVED: -shares.fund_cents,
        },
    }
    source = shares_source(sale.reference)
    return [sale.draft(entity, Journal.SHARING, source, lines) for entity, lines in by_entity.items()]
