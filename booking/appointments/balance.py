"""Pay the rest online: the workshop sends a link, or the customer presses the button on their own page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.links import balance_url, manage_url, pay_return_url
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer
from booking.appointments.payments_of import BALANCE, left_cents
from booking.appointments.rights import Closed, NotPaidYet, NotYours, is_customer, what_forbids_staff
from collective.members.models import User
from collective.payments.ask import LEAST_CENTS, ask_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Payment

PAGE_LASTS = timedelta(minutes=31)  # Stripe keeps a payment page open for thirty minutes at least
MAY_PAY = (Appointment.Status.CONFIRMED, Appointment.Status.DONE)
WAITS = (Payment.State.NEW, Payment.State.OPEN)


class NothingLeft(RuleBroken):
    code = "nothing_left_to_pay"
    message = gettext_lazy("Nothing is left to pay online for this repair.")


class NoAddress(RuleBroken):
    code = "no_address"
    message = gettext_lazy("This customer left no e-mail address: give them the link, or take the rest at the counter.")


class NotTheRest(BadInput):
    code = "not_the_rest"
    message = gettext_lazy("A part of the rest is between 50 cents and what is left to pay.")


def what_forbids_paying(appointment: Appointment) -> RuleBroken | None:
    """What stands against paying something online now, whoever asks."""
    if appointment.status == Appointment.Status.UNPAID:
        return NotPaidYet()
    if appointment.status not in MAY_PAY:
        return Closed(status=str(appointment.get_status_display()))
    return None if left_cents(appointment) >= LEAST_CENTS else NothingLeft()


@transaction.atomic
def ask_balance(*, appointment: Appointment, by: User, at: datetime) -> Appointment:
    """
    Send the customer a link to the page where the rest is paid; the amount is reckoned when they open it.

    :raises RuleBroken: for a stranger, with nothing left to pay, or without an address.
    """
    appointment = Appointment.objects.select_related("workshop__seller").locked(appointment.pk)
    if forbidden := what_forbids_staff(appointment, by=by) or what_forbids_paying(appointment):
        raise forbidden
    if not appointment.email:
        raise NoAddress
    send_balance(appointment, by=by, at=at)
    return appointment


def send_balance(appointment: Appointment, *, by: User | None, at: datetime, why: str = "balance") -> None:
    """Put out the mail with the link; `why` names its template."""
    appointment.sequence += 1
    appointment.save(update_fields=["sequence"])
    write_down(appointment, kind="balance_asked", by=by, at=at)
    tell_customer(appointment, why, at=at, balance_url=balance_url(appointment), rest_cents=left_cents(appointment))


@transaction.atomic
def pay_balance(
    *, appointment: Appointment, by: User | None = None, amount_cents: int | None = None, at: datetime
) -> Payment:
    """
    Ask for the rest, or for `amount_cents` of it, and return the payment whose page `open_payment` opens.

    A page that waits for the same amount is the one; for another amount it is closed and a new one asked for. Were both
    paid in two tabs, the second goes back: see paid_later.py.

    :raises RuleBroken: for a stranger, with nothing left to pay, or an appointment that is not confirmed.
    :raises NotTheRest: for less than 50 cents, more than is left, or what is no whole number of cents.
    """
    appointment = Appointment.objects.select_related("workshop__seller").locked(appointment.pk)
    if not is_customer(by, appointment):
        raise NotYours
    if forbidden := what_forbids_paying(appointment):
        raise forbidden
    left = left_cents(appointment)
    cents = left if amount_cents is None else amount_cents
    if not isinstance(cents, int) or isinstance(cents, bool) or not LEAST_CENTS <= cents <= left:
        raise NotTheRest(left_cents=left)
    waiting = Payment.objects.select_for_update(of=("self",)).filter(
        subject=appointment.number, purpose=BALANCE, card=None, state__in=WAITS
    )
    for payment in waiting.order_by("pk"):
        if payment.amount_cents == cents and payment.session_expires_at and payment.session_expires_at > at:
            return payment
        expire_payment(payment=payment, at=at)
    return _ask(appointment, cents, at=at)


def _ask(appointment: Appointment, cents: int, *, at: datetime) -> Payment:
    with translation.override(appointment.language):
        label = _("Rest of repair %(number)s at %(workshop)s") % {
            "number": appointment.number,
            "workshop": appointment.workshop.name,
        }
    return ask_payment(
        purpose=BALANCE,
        subject=appointment.number,
        workshop=appointment.workshop,
        label=label,
        email=appointment.email,
        language=appointment.language,
        amount_cents=cents,
        capture=Payment.Capture.NOW,
        success_url=pay_return_url(appointment),
        cancel_url=manage_url(appointment),
        expires_at=at + PAGE_LASTS,
        at=at,
    )
