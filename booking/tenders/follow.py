"""What still has to happen to what was given: cheques and cards to bank, files to follow, transfers to place."""

from __future__ import annotations

from dataclasses import dataclass

from booking.tenders.means import Means, State
from booking.tenders.models import Claim, Receipt, Tender, Voucher
from collective.workshops.models import Workshop

MOST = 100


@dataclass(frozen=True)
class ToFollow:
    """Of one workshop, the oldest first; MOST of each at a time."""

    to_bank: list[Tender]
    announced: list[Tender]
    claims: list[Claim]
    receipts: list[Receipt]
    vouchers: list[Voucher]

    @property
    def to_bank_cents(self) -> int:
        return sum(tender.amount for tender in self.to_bank)

    @property
    def claimed_cents(self) -> int:
        return sum(claim.tender.amount for claim in self.claims)

    @property
    def unmatched_cents(self) -> int:
        return sum(receipt.left_cents for receipt in self.receipts)

    @property
    def vouchers_cents(self) -> int:
        return sum(voucher.left_cents for voucher in self.vouchers)


def to_follow(workshop: Workshop) -> ToFollow:
    """Five queries, however much there is."""
    given = Tender.objects.filter(workshop=workshop).order_by("recorded_at", "pk")
    to_bank = given.filter(means__in=(Means.CHEQUE, Means.TERMINAL), state=State.RECEIVED)
    waiting = Claim.objects.filter(
        tender__workshop=workshop, state__in=(Claim.State.TO_SEND, Claim.State.SENT)
    ).select_related("tender", "payer")
    vouchers = Voucher.objects.filter(workshop=workshop, left_cents__gt=0).order_by("expires_on", "pk")
    return ToFollow(
        to_bank=list(to_bank[:MOST]),
        announced=list(given.filter(state=State.PROMISED)[:MOST]),
        claims=list(waiting.order_by("tender__recorded_at", "pk")[:MOST]),
        receipts=list(Receipt.objects.filter(workshop=workshop).unmatched().order_by("received_on", "pk")[:MOST]),
        vouchers=list(vouchers[:MOST]),
    )
