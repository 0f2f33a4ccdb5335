"""What is said before anybody pays: what, how much, now and later, to whom, under which terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking.appointments.extend import EXTENSION, what_forbids_extending
from booking.appointments.hold import HOLD_LASTS
from booking.appointments.models import Appointment, Hold
from booking.appointments.pay_plan import AT_THE_END, late_charge
from booking.appointments.policy import free_until
from booking.appointments.terms import (
    cancel_words,
    card_sentence,
    deposit_sentence,
    hold_sentence,
    late_sentence,
    mediator_sentence,
    ranking_sentence,
    seller_lines,
    withdrawal_sentence,
)
from booking.web.cyclist.book_form import OWN, BookForm
from booking.web.cyclist.split import shares
from collective.sharing.solidarity import REFERENCE
from collective.workshops.models import Workshop

NOW_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    Workshop.PayNow.DEPOSIT: (_("A deposit by card now"), _("The rest at the counter, when it is repaired")),
    Workshop.PayNow.FULL: (_("Everything by card now"), _("Given back if the work changes or is cancelled in time")),
    Workshop.PayNow.HOLD: (
        _("Reserved on my card now, taken when the bicycle is ready"),
        _("Nothing is taken today, and never more than what is reserved"),
    ),
    Workshop.PayNow.LATER: (
        _("My card is saved now, charged when the bicycle is ready"),
        _("Nothing is reserved or taken today"),
    ),
    Workshop.PayNow.COUNTER: (_("Everything at the counter"), _("When it is repaired, by card or in cash")),
}


@dataclass(frozen=True)
class Way:
    """One way to pay; cents due at once and later."""

    value: str
    words: str | Promise
    hint: str | Promise
    now_cents: int
    later_cents: int
    chosen: bool


def checkout(hold: Hold, form: BookForm, appointment: Appointment | None, *, at: datetime) -> dict[str, Any]:
    """Return the context of hold.html; an appointment is one that waits for its payment."""
    workshop, lines = hold.workshop, form.lines
    labour = sum(line.labour_cents for line in lines)
    parts = sum(line.parts_cents for line in lines)
    ways = _ways(form, labour + parts)
    free = free_until(workshop=workshop, starts_at=hold.starts_at, booked_at=at)
    return {
        "hold": hold,
        "workshop": workshop,
        "form": form,
        "lines": lines,
        "labour_cents": labour,
        "parts_cents": parts,
        "total_cents": labour + parts,
        "ways": ways,
        "chosen": next(way for way in ways if way.chosen),
        "seconds_left": max(0, int((hold.expires_at - at).total_seconds())),
        "seconds_whole": int((HOLD_LASTS + (EXTENSION if hold.extended_at else HOLD_LASTS * 0)).total_seconds()),
        "can_extend": what_forbids_extending(hold, at=at) is None,
        "by_hand": workshop.confirms_by_hand,
        **_terms(workshop, form, labour + parts, free_until=free),
        "prices": _prices(form),
        "own_price": OWN if form.prices.floor_cents is not None else "",
        "appointment": appointment,
        "shares": shares(workshop, labour_cents=labour, parts_cents=parts, at=at),
        "seller": seller_lines(workshop.seller),
        "mediator": mediator_sentence(workshop.collective),
        "ranking": ranking_sentence(),
        "withdrawal": withdrawal_sentence(),
    }


PRICE_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "reduced": (_("Reduced price"), _("The common fund pays the rest. Nobody asks why.")),
    REFERENCE: (_("Reference price"), _("What the repair costs.")),
    "supporter": (_("Supporter price"), _("What is above the price goes to the common fund, as a gift.")),
}


def _prices(form: BookForm) -> list[tuple[str, str | Promise, str | Promise, int, bool]]:
    """The prices one may choose: name, words, hint, cents, whether it is chosen; none where there is one for all."""
    if "price" not in form.fields:
        return []
    wanted = form["price"].value()
    levels = form.prices.levels.items()
    return [(name, *PRICE_WORDS[name], cents, name == wanted) for name, cents in levels]


def _terms(workshop: Workshop, form: BookForm, total_cents: int, *, free_until: datetime) -> dict[str, Any]:
    """What cancelling costs and what the money given now means, by the way it is given."""
    first = next(iter(form.ways))
    late = late_charge(workshop=workshop, total_cents=total_cents, pay=first)
    when: dict[str, Any] = {"free_until": free_until, "zone": workshop.timezone}
    policy = cancel_words(keeps_bp=workshop.late_cancel_keeps_bp, **when)
    means = deposit_sentence(workshop.deposit_kind) if Workshop.PayNow.DEPOSIT in form.ways else ""
    if first == Workshop.PayNow.HOLD:
        means = hold_sentence()
    elif first == Workshop.PayNow.LATER:
        means = card_sentence(workshop=workshop, most_cents=total_cents, late_cents=late, free_until=free_until)
    if first in AT_THE_END:
        policy = late_sentence(late_cents=late, **when) or cancel_words(keeps_bp=0, **when)
    return {"policy": policy, "deposit_words": means}


def _ways(form: BookForm, total_cents: int) -> list[Way]:
    wanted = form["pay"].value()
    if wanted not in form.ways:
        wanted = next(iter(form.ways))
    return [
        Way(value, *NOW_WORDS[value], now_cents=now, later_cents=total_cents - now, chosen=value == wanted)
        for value, now in form.ways.items()
    ]
