"""Make an appointment of a hold: who comes, what was promised, what is due now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.confirm import confirm_appointment, request_appointment
from booking.appointments.contact import Contact, read_contact
from booking.appointments.extend import HoldExpired
from booking.appointments.links import hold_url, pay_return_url
from booking.appointments.models import Appointment, AppointmentLine, Hold
from booking.appointments.paid import PURPOSE
from booking.appointments.pay_plan import due_now
from booking.appointments.policy import free_until, needs_early_start
from booking.appointments.seat import keep_seat
from booking.appointments.terms import VERSION
from collective.members.models import User
from collective.payments.ask import ask_payment
from collective.payments.models import Payment
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop

SESSION_LASTS = timedelta(minutes=31)  # Stripe keeps a payment page open for thirty minutes at least


class EarlyStartNotAsked(BadInput):
    code = "early_start_not_asked"
    message = _(
        "This slot comes before your fourteen days to withdraw are over. Please tick that the work may begin earlier,"
        " or choose a later slot."
    )


def what_forbids_booking(hold: Hold, *, work_may_begin_early: bool, at: datetime) -> RuleBroken | None:
    if not hold.is_live(at=at):
        return HoldExpired()
    if not work_may_begin_early and needs_early_start(zone=hold.workshop.zone, starts_at=hold.starts_at, booked_at=at):
        return EarlyStartNotAsked()
    return None


@transaction.atomic
def book(
    *,
    hold: Hold,
    email: str,
    phone: str,
    name: str = "",
    language: str,
    note: str = "",
    address: str = "",
    pay: str,
    work_may_begin_early: bool,
    cyclist: User | None = None,
    at: datetime,
) -> Appointment:
    """
    Book what is held, at the hold's prices; a form sent twice gives the appointment of the first time.

    With something due now the appointment waits for its payment, on the hold's ten minutes; otherwise it stands at
    once, or waits for the workshop where that confirms by hand.

    :raises BadInput: for a contact, a way to pay or a missing consent that can be corrected.
    :raises HoldExpired: when the slot is kept no more.
    """
    hold = Hold.objects.locked(hold.pk)
    if booked := Appointment.objects.filter(hold=hold).first():
        return booked
    if forbidden := what_forbids_booking(hold, work_may_begin_early=work_may_begin_early, at=at):
        raise forbidden
    contact = read_contact(
        email=email,
        phone=phone,
        name=name,
        language=language,
        note=note,
        address=address,
        comes_to_you=hold.workshop.is_itinerant,
    )
    appointment = _write(hold, contact, pay=pay, work_may_begin_early=work_may_begin_early, cyclist=cyclist, at=at)
    write_down(appointment, kind="booked", by=cyclist, at=at)
    if appointment.due_now_cents:
        _ask(appointment, hold, at=at)
    else:
        _seat(appointment, hold, at=at)
    return appointment


def _write(
    hold: Hold, contact: Contact, *, pay: str, work_may_begin_early: bool, cyclist: User | None, at: datetime
) -> Appointment:
    workshop = hold.workshop
    lines = list(hold.lines.select_related("offer__intervention").order_by("pk"))
    labour, parts = sum(line.labour_cents for line in lines), sum(line.parts_cents for line in lines)
    key = SharingKey.objects.in_force(workshop.collective, on=at.astimezone(workshop.zone).date())
    appointment = Appointment.objects.create(
        hold=hold,
        workshop=workshop,
        mechanic=hold.mechanic,
        cyclist=cyclist,
        email=contact.email,
        phone=contact.phone,
        name=contact.name,
        language=contact.language,
        address=contact.address,
        note=contact.note,
        bike_type=hold.bike_type,
        diagnosis=hold.diagnosis,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        status=Appointment.Status.UNPAID,
        booked_at=at,
        pay_now=pay,
        labour_cents=labour,
        parts_cents=parts,
        due_now_cents=due_now(workshop=workshop, total_cents=labour + parts, pay=pay),
        free_until=free_until(
            free_cancel_hours=workshop.free_cancel_hours, zone=workshop.zone, starts_at=hold.starts_at, booked_at=at
        ),
        free_cancel_hours=workshop.free_cancel_hours,
        late_cancel_keeps_bp=workshop.late_cancel_keeps_bp,
        deposit_kind=workshop.deposit_kind if pay == Workshop.PayNow.DEPOSIT else "",
        work_may_begin_early=work_may_begin_early,
        fund_bp=key.fund_bp,
        platform_bp=key.platform_bp,
        terms_version=VERSION,
    )
    AppointmentLine.objects.bulk_create(
        AppointmentLine(
            appointment=appointment,
            offer=line.offer,
            code=line.offer.intervention.code,
            name_fr=line.offer.intervention.name_fr,
            name_en=line.offer.intervention.name_en,
            minutes=line.minutes,
            labour_cents=line.labour_cents,
            parts_cents=line.parts_cents,
        )
        for line in lines
    )
    return appointment


def _ask(appointment: Appointment, hold: Hold, *, at: datetime) -> None:
    workshop = appointment.workshop
    with translation.override(appointment.language):
        label = gettext("Repair %(number)s at %(workshop)s") % {"number": appointment.number, "workshop": workshop.name}
    appointment.payment = ask_payment(
        purpose=PURPOSE,
        subject=appointment.number,
        workshop=workshop,
        label=label,
        email=appointment.email,
        language=appointment.language,
        amount_cents=appointment.due_now_cents,
        capture=Payment.Capture.LATER if workshop.confirms_by_hand else Payment.Capture.NOW,
        success_url=pay_return_url(appointment),
        cancel_url=hold_url(hold, language=appointment.language),
        expires_at=at + SESSION_LASTS,
        at=at,
    )
    appointment.save(update_fields=["payment"])


def _seat(appointment: Appointment, hold: Hold, *, at: datetime) -> None:
    if not keep_seat(appointment, hold, at=at):
        raise HoldExpired
    if appointment.workshop.confirms_by_hand:
        request_appointment(appointment, at=at)
    else:
        confirm_appointment(appointment, by=None, at=at)
