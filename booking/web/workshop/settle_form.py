"""The form by which something given is recorded: read strictly, filled with what this bill can be settled by."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from backend.lib.limits import limit
from booking.appointments.models import Appointment
from booking.jobs.settle import bill_of
from booking.tenders.amounts import WrongTakings, read_takings
from booking.tenders.claims import what_forbids_scheme
from booking.tenders.given import Given
from booking.tenders.means import ABLE, Means
from booking.tenders.models import Payer, Receipt
from booking.tenders.schemes import schemes_on
from collective.hours.models import TimeAccount

VOUCHERS_TRIED = "60/h"
LATER = "later"  # nothing is given now
FIRST = (Means.TERMINAL, Means.CASH)  # what most repairs are paid by
BY_HAND = [*FIRST, *(means for means in Means if ABLE[means].by_hand and means not in FIRST)]
PAYERS = [kind for kind in Payer.Kind if kind != Payer.Kind.SCHEME]


def read_given(request: HttpRequest) -> Given | None:
    """
    Return what the form says was given; None for nothing now. What does not belong to the means is left out.

    :raises WrongTakings: for an amount that cannot be read.
    :raises TooManyRequests: for who tries codes of vouchers one after the other.
    """
    sent = request.POST
    means = sent.get("means", LATER)
    if means == Means.VOUCHER:
        limit("voucher", request, rate=VOUCHERS_TRIED)
    if means == LATER:
        return None
    able = ABLE.get(means)  # type: ignore[call-overload]  # a text that is none is refused by the use case, with its reason
    evidence = {name: sent.get(name, "") for name in (*(able.evidence if able else ()), "note")}
    receipt = sent.get("receipt", "")
    scheme = sent.get("scheme", "") if means == Means.THIRD_PARTY else ""
    return Given(
        means=means,
        key=sent.get("key", ""),
        amount=_minutes(sent.get("minutes", "")) if means == Means.MINUTES else read_takings(sent.get("amount", "")),
        given_cents=read_takings(sent.get("given", "")) if means == Means.CASH else None,
        evidence=evidence,
        is_promise=means == Means.TRANSFER and sent.get("announced") == "on",
        code=sent.get("code", "") if means == Means.VOUCHER else "",
        receipt=int(receipt) if means == Means.TRANSFER and receipt.isascii() and receipt.isdecimal() else None,
        scheme=scheme,
        payer_kind=sent.get("payer_kind", ""),
        payer=sent.get("payer", ""),
        is_eligible=sent.get("eligible") == "on",
    )


def _minutes(typed: str) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 5:
        raise WrongTakings
    return int(typed)


def settle_context(appointment: Appointment, *, left_cents: int, at: datetime) -> dict[str, Any]:
    """What the form offers: only what could be taken for this bill."""
    bill, workshop = bill_of(appointment), appointment.workshop
    on = at.astimezone(workshop.zone).date()
    schemes = [
        (scheme, min(scheme.gives_cents(bill.total_cents), left_cents))
        for scheme in schemes_on(on)
        if what_forbids_scheme(scheme, bill, on=on) is None
    ]
    minutes = 0
    if workshop.accepts_minutes and bill.customer:
        account = TimeAccount.objects.filter(collective=workshop.collective, user=bill.customer).first()
        minutes = account.minutes if account else 0
    offered = [means for means in BY_HAND if means != Means.MINUTES or minutes]
    return {
        "form_key": uuid.uuid4().hex,
        "means": [(means.value, means.label) for means in offered],
        "schemes": schemes,
        "payer_kinds": [(kind.value, kind.label) for kind in PAYERS],
        "receipts": list(Receipt.objects.filter(workshop=workshop).unmatched().order_by("received_on", "pk")[:20]),
        "their_minutes": minutes,
        "labour_minutes": bill.minutes,
    }
