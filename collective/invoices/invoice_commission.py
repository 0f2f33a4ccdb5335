"""Invoice the platform's commission and re-charged fees to each seller, month by month, from what was shared out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from collective.invoices.amounts import Sold, amounts_of
from collective.invoices.facts import Buyer, Paper, Settled
from collective.invoices.issue import Draft, issue
from collective.invoices.letterhead import NOBODY, letterhead_of
from collective.invoices.models import Invoice
from collective.ledger.accounts import COMMISSIONS_PAID, PAYMENT_FEES
from collective.ledger.models import Entity, Entry, Line
from collective.members.models import Collective

NAMES = {
    COMMISSIONS_PAID: ("Commission de la plateforme, {:%m/%Y}", "Platform commission, {:%m/%Y}"),
    PAYMENT_FEES: ("Frais de paiement refacturés, {:%m/%Y}", "Payment fees re-charged, {:%m/%Y}"),
}
HELD_BACK = ("Retenu sur les sommes encaissées", "Kept out of the money received")


def invoice_commissions(*, at: datetime) -> int:
    """Issue what each collective's platform is due for the month before `at`; return how many papers stand for it."""
    return sum(
        invoice_month(collective=collective, month=_month_before(collective, at), at=at)
        for collective in Collective.objects.order_by("pk")
    )


@transaction.atomic
def invoice_month(*, collective: Collective, month: date, at: datetime) -> int:
    """
    Issue the platform's invoices of the month that begins on `month`, one to each seller that owes something.

    The shares book commissions as whole amounts, so that an invoice says them with VAT at none: a platform that charges
    VAT has its rate booked first. A platform that nobody has described (`IssuerDetails`) invoices nobody.
    """
    platform = Entity.objects.filter(collective=collective, kind=Entity.Kind.PLATFORM).first()
    if platform is None or letterhead_of(platform).siren == NOBODY:
        return 0
    sellers = Entity.objects.filter(collective=collective, kind=Entity.Kind.SELLER).select_related("seller")
    issued = 0
    for seller in sellers.order_by("pk"):
        lines = _lines(seller, month)
        if lines:
            issue(_draft(platform, seller, lines, month, at))
            issued += 1
    return issued


def _lines(seller: Entity, month: date) -> list[Sold]:
    """What the month's shares, less what refunds took back of them, left as the seller's costs."""
    zone = ZoneInfo(seller.collective.timezone)
    begins = datetime.combine(month, time.min, zone)
    ends = datetime.combine((month.replace(day=28) + timedelta(days=4)).replace(day=1), time.min, zone)
    booked = Line.objects.filter(
        entry__entity=seller,
        entry__journal=Entry.Journal.SHARING,
        entry__sealed_at__isnull=False,
        entry__occurred_at__gte=begins,
        entry__occurred_at__lt=ends,
        account__in=NAMES,
        unit=Line.Unit.EUR,
    )
    sums = dict(booked.values_list("account").annotate(Sum("amount")).order_by("account"))
    return [
        Sold(NAMES[account][0].format(month), NAMES[account][1].format(month), cents)
        for account, cents in sorted(sums.items())
        if cents > 0
    ]


def _draft(platform: Entity, seller: Entity, lines: list[Sold], month: date, at: datetime) -> Draft:
    total = sum(line.gross_cents for line in lines)
    bought = letterhead_of(seller)
    paper = Paper(
        seller=letterhead_of(platform),
        buyer=Buyer(
            name=bought.name,
            email=bought.email,
            street=bought.street,
            postcode=bought.postcode,
            city=bought.city,
            siren=bought.siren,
            vat_number=bought.vat_number,
        ),
        kind=Invoice.Kind.COMMISSION,
        reference="",
        workshop="",
        service_on=(month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1),
        lines=lines,
        amounts=amounts_of(lines, labour_cents=total, parts_cents=0, vat_bp=0),
        vat_bp=0,
        settled=[Settled("held", *HELD_BACK, total)],
    )
    cause = f"commission:{month:%Y-%m}:{seller.pk}"
    return Draft(entity=platform, paper=paper, cause=cause, at=at, buyer_entity=seller)


def _month_before(collective: Collective, at: datetime) -> date:
    today = at.astimezone(ZoneInfo(collective.timezone)).date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
