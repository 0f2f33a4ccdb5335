"""
Labour paid in minutes.

The rule: a minute pays for a minute of this repair's labour, at the price the customer was promised; parts are paid in
euros. The sale stays whole in euros, with its VAT and its shares, since a repair paid in hours is a sale all the same
(CJEU C-283/12, Serebryannay vek: barter is taxed at its worth); the euros of that labour are the workshop's own cost
(65881), which is why a workshop chooses whether it accepts minutes. The minutes leave the member's account in the
common fund's books, in an entry of their own unit. An accountant confirms the rule for a real collective.
"""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.tenders.amounts import check_amount
from booking.tenders.bill import Bill
from booking.tenders.given import Given, Settled, Side
from booking.tenders.means import ABLE, MIN, Means
from booking.tenders.models import Tender
from collective.hours.spend import lines_of_spending, take_minutes
from collective.ledger.entities import fund_of


class MinutesNotAccepted(RuleBroken):
    code = "minutes_not_accepted"
    message = _("This workshop does not take time credits.")


class MoreThanTheLabour(RuleBroken):
    """`params["minutes"]` is what is left of the labour."""

    code = "more_than_the_labour"
    message = _("Minutes pay for labour only: %(minutes)s are left of this repair.")


def settle_by_minutes(bill: Bill, given: Given) -> Settled:
    """
    Take minutes off the customer's account for labour of this bill; all of it when no number is said.

    The cents follow the minutes paid so far, so that the last minute brings the last cent.

    :raises MinutesNotAccepted, MoreThanTheLabour, NotEnoughMinutes: each with its reason.
    """
    if not bill.workshop.accepts_minutes:
        raise MinutesNotAccepted
    paid = Tender.objects.filter(reference=bill.reference, means=Means.MINUTES).settling()
    so_far = paid.aggregate(minutes=Sum("amount", default=0), cents=Sum("settles_cents", default=0))
    left = bill.minutes - so_far["minutes"]
    minutes = left if given.amount is None else check_amount(given.amount)
    cents = bill.labour_cents * (so_far["minutes"] + minutes) // bill.minutes - so_far["cents"] if bill.minutes else 0
    if not 0 < minutes <= left or cents <= 0:
        raise MoreThanTheLabour(minutes=max(0, left))
    account = take_minutes(collective=bill.workshop.collective, user=bill.customer, minutes=minutes)
    side = Side(fund_of(bill.workshop.collective), lines_of_spending(account, minutes=minutes), unit=MIN)
    return Settled(minutes, cents, ABLE[Means.MINUTES].account, {"time_account": account}, (side,))
