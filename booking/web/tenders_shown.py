"""What was paid for an appointment and by what: the rows that its workshop and its customer read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking.appointments.models import Appointment
from booking.appointments.payments_of import payments_of
from booking.tenders.means import Means, State, may_become
from booking.tenders.models import Tender

MARKS = {
    State.PROMISED: "wait",
    State.RECORDED: "wait",
    State.RECEIVED: "ok",
    State.REMITTED: "ok",
    State.REFUSED: "late",
    State.BORNE: "off",
    State.REVERSED: "off",
}


@dataclass(frozen=True)
class Paid:
    """One row. `cents` is what it takes off the bill: nothing, once it is refused or taken back."""

    words: str | Promise
    cents: int
    at: datetime | None
    state: str | Promise = ""
    mark: str = "ok"
    tender: Tender | None = None
    may_take_back: bool = False
    may_bounce: bool = False
    may_receive: bool = False

    @property
    def is_over(self) -> bool:
        return self.tender is not None and self.tender.state in (State.REFUSED, State.REVERSED)


def paid_of(appointment: Appointment, *, is_owner: bool = False, works_here: bool = False) -> list[Paid]:
    """Return what was paid online, then the tenders in their order. Two queries."""
    online = [Paid(_("card online"), payment.kept_cents, payment.created_at) for payment in payments_of(appointment)]
    tenders = Tender.objects.of(appointment.number).select_related("claim__payer", "recorded_by", "ended_by", "voucher")
    return online + [_row(tender, is_owner=is_owner, works_here=works_here) for tender in tenders]


def _row(tender: Tender, *, is_owner: bool, works_here: bool) -> Paid:
    state = State(tender.state)
    claim = getattr(tender, "claim", None)
    return Paid(
        words=claim.payer.name if claim else tender.get_means_display(),
        cents=tender.settles_cents,
        at=tender.recorded_at,
        state=claim.get_state_display() if claim and state == State.RECORDED else tender.get_state_display(),
        mark=MARKS[state],
        tender=tender,
        may_take_back=is_owner and may_become(tender.means, state, State.REVERSED),
        may_bounce=is_owner and tender.means != Means.THIRD_PARTY and may_become(tender.means, state, State.REFUSED),
        may_receive=works_here and state == State.PROMISED,
    )
