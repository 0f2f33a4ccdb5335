"""
What the law wants said before anybody pays, in the words of the pages and the mails.

Who sells, who mediates, how results are ranked, what moving and cancelling cost (C. conso L111-1, L111-7, L221-5,
L616-1). A lawyer reads these sentences before a launch; a new wording is a new VERSION, and each appointment keeps the
version it was booked under.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from backend.templatetags.moyeu import euros, moment, percent
from booking.appointments.models import Appointment
from booking.appointments.pay_plan import AT_THE_END
from booking.appointments.policy import WITHDRAWAL_DAYS
from collective.members.models import Collective
from collective.workshops.models import Seller, Workshop

VERSION = "2026-11"


def seller_lines(seller: Seller) -> list[str]:
    """Return who sells, one fact a line: name and legal form, SIREN, address, e-mail, VAT."""
    facts = [
        f"{seller.legal_name}, {seller.legal_form}",
        _("SIREN %(siren)s") % {"siren": _in_threes(seller.siren)},
        seller.address,
        seller.email,
        str(seller.get_vat_regime_display()),
    ]
    return [fact for fact in facts if fact]


def mediator_sentence(collective: Collective) -> str:
    """Say to whom a quarrel can be taken for nothing (C. conso L612-1, L616-1); empty when nobody is named yet."""
    if not collective.mediator:
        return ""
    return _(
        "If a complaint to the workshop stays without a good answer, you can go to the consumer mediator, free of"
        " charge: %(mediator)s."
    ) % {"mediator": collective.mediator}


def ranking_sentence() -> str:
    """Say how results are ranked (C. conso L111-7, D111-7)."""
    return _(
        "Results are ordered by the earliest free slot, by distance or by price, as you choose; equal ones change"
        " places every day. No workshop pays to be listed or to stand higher. All of them are members of the"
        " collective."
    )


def deposit_sentence(kind: str) -> str:
    """Say what money paid in advance means (C. conso L214-1: earnest money, unless the contract says otherwise)."""
    if kind == Workshop.DepositKind.ARRHES:
        return _(
            "This is earnest money (arrhes): you may give it up and not come; a workshop that does not keep its word"
            " owes you twice as much."
        )
    return _("This is a down payment (acompte): it is taken off the final price.")


def hold_sentence() -> str:
    """Say what a card that is held means."""
    return _(
        "The price is reserved on your card and not taken: it is taken when the bicycle is ready, never more than what"
        " was reserved. Should the bank let go of it before, we write to you."
    )


def card_sentence(*, workshop: Workshop, most_cents: int, late_cents: int, free_until: datetime) -> str:
    """Say what a saved card may be charged, and when it is forgotten: the words that its person agrees to."""
    said = _(
        "You let %(workshop)s charge this card once the repair is done, for the agreed price: %(most)s at most, unless"
        " you agree to a quote. Nothing is taken today. The card is forgotten when the appointment is closed, or when"
        " you ask for it."
    ) % {"workshop": workshop.name, "most": euros(most_cents)}
    return f"{said} {late_sentence(late_cents=late_cents, free_until=free_until, zone=workshop.timezone)}".strip()


def late_sentence(*, late_cents: int, free_until: datetime, zone: str) -> str:
    """Say what cancelling late, or not coming, costs when nothing was paid before; empty when it costs nothing."""
    if not late_cents:
        return ""
    return _("If you cancel after %(moment)s, or do not come, %(late)s is taken from the card.") % {
        "moment": moment(free_until, zone),
        "late": euros(late_cents),
    }


def withdrawal_sentence() -> str:
    """Say how to withdraw (C. conso L221-5, L221-18, L221-21)."""
    return _(
        "You may withdraw within %(days)s days of booking, without giving a reason, from the page of your appointment:"
        " “Withdraw from the contract here”. If you ask for the work to begin earlier, this right ends when the repair"
        " is finished."
    ) % {"days": WITHDRAWAL_DAYS}


def cancel_sentence(appointment: Appointment) -> str:
    """Say until when cancelling is free, and what it costs after, as promised at booking."""
    if appointment.pay_now in AT_THE_END:
        late = late_sentence(
            late_cents=appointment.late_charge_cents,
            free_until=appointment.free_until,
            zone=appointment.workshop.timezone,
        )
        return late or _("You can cancel at no cost until it begins.")
    return cancel_words(
        free_until=appointment.free_until, keeps_bp=appointment.late_cancel_keeps_bp, zone=appointment.workshop.timezone
    )


def cancel_words(*, free_until: datetime, keeps_bp: int, zone: str) -> str:
    """The same for a booking that is still being made."""
    when = {"moment": moment(free_until, zone), "share": percent(keeps_bp / 10_000)}
    if not keeps_bp:
        return _("You can cancel at no cost until it begins.")
    return (
        _("You can move or cancel at no cost until %(moment)s; after that, %(share)s of what was paid is kept.") % when
    )


def _in_threes(siren: str) -> str:
    return "\u202f".join(siren[start : start + 3] for start in range(0, len(siren), 3))
