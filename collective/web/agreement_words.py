"""What a person can do about each kind of disagreement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from collective.reconciliation.models import Disagreement

Kind = Disagreement.Kind

CHECKS = {
    "books": _("The entries balance"),
    "payments": _("Payments, refunds and disputes are booked"),
    "people": _("Nothing waits for a person"),
    "transfers": _("Transfers are booked"),
    "holds": _("Holds can still be taken"),
    "appointments": _("Appointments and their money"),
    "provider": _("The provider’s balance, payout by payout"),
}
ADVICE = {
    Kind.BOOKS: _("Nobody settles this by a note: whoever keeps the program mends it, and the next check closes it."),
    Kind.UNKNOWN: _(
        "Open it on the provider’s pages. A payment or refund made there by hand is booked once we look again; what is "
        "none of ours, settle with a note of what it is."
    ),
    Kind.MISSING: _(
        "We booked money that the provider does not list. Look again in an hour; if it stays, write to the provider "
        "with this reference before settling it."
    ),
    Kind.DIFFERS: _("Compare both amounts on the provider’s pages: nothing was booked for the difference."),
    Kind.BALANCE: _(
        "Every movement is named above or agrees, and the sums differ all the same: look again, then write to the "
        "provider."
    ),
    Kind.PAYOUT_SUM: _("The movements listed for this payout do not sum up to it: ask the provider for its report."),
    Kind.PAYOUT_FAILED: _(
        "The bank refused it and the money is at the provider again. Correct the bank account on its pages, then "
        "settle this with a note."
    ),
    Kind.PAYOUT_MANUAL: _(
        "A payout made by hand cannot be itemised. Set payouts to automatic on the provider’s pages, then settle this."
    ),
}
