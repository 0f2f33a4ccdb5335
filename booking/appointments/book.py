"""Make an appointment of a hold: who comes, what was promised, what is due now."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.ask import ask_again, ask_for_card, ask_for_due, was_paid
from booking.appointments.changes import write_down
from booking.appointments.confirm import confirm_appointment, request_appointment
from booking.appointments.contact import Contact, read_contact
from booking.appointments.extend import HoldExpired
from booking.appointments.limit import check_open_appointments
from booking.appointments.models import Appointment, AppointmentLine, Hold, HoldLine
from booking.appointments.pay_plan import WHOLLY_ONLINE, PaidOnlineOnly, choose_way, late_charge
from booking.appointments.payments_of import to_pay_cents
from booking.appointments.policy import free_until, needs_early_start
from booking.appointments.seat import SEAT_FIELDS, keep_seat
from booking.appointments.terms import VERSION
from booking.appointments.where import read_address
from collective.members.models import User
from collective.sharing.choices import choice_of
from collective.sharing.models import SharingKey
from collective.sharing.solidarity import REFERENCE, choose_price
from collective.workshops.models import Workshop

KEPT = (*SEAT_FIELDS, "certification", "lat", "lon", "place")  # an appointment has these as its hold had them

# What the booking, its mails and its answer say besides, read with the lock.
WITH_HOLD = ("workshop__collective", "workshop__seller", "mechanic", "second_mechanic", "diagnosis")


class EarlyStartNotAsked(BadInput):
    code = "early_start_not_asked"
    message = _(
        "This slot comes before your fourteen days to withdraw are over. Please tick that the work may begin earlier,"
        " or choose a later slot."
    )


def what_forbids_booking(hold: Hold, *, work_may_begin_early: bool, at: datetime) -> RuleBroken | None:
    if not hold.is_live(at=at):
        return HoldExpired()
    if not work_may_begin_early and needs_early_start(workshop=hold.workshop, starts_at=hold.starts_at, booked_at=at):
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
    price: str = REFERENCE,
    own_cents: int | None = None,
    cyclist: User | None = None,
    at: datetime,
) -> Appointment:
    """
    Book what is held, at the hold's prices or at the chosen one (`price`; `own_cents` for "own"). A form sent twice
    gives the appointment of the first time; one corrected before the payment corrects it.
    With something due now it waits for its payment or card, on the hold's ten minutes; otherwise it stands at once, or
    waits for the workshop where that confirms by hand.

    :raises BadInput: for a contact, a way to pay, a missing consent or an address elsewhere, that can be corrected.
    :raises HoldExpired: when the slot is kept no more.
    :raises TooManyOpen: when the person has as many open appointments there as the workshop takes.
    """
    hold = Hold.objects.select_related(*WITH_HOLD).locked(hold.pk)
    booked = Appointment.objects.filter(hold=hold).first()
    if booked and booked.status != Appointment.Status.UNPAID:
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
    contact = replace(contact, address=read_address(contact.address, hold=hold))
    check_open_appointments(
        workshop=hold.workshop, cyclist=cyclist, email=contact.email, phone=contact.phone, but=booked, at=at
    )
    if booked:
        return _correct(booked, hold, contact, pay=pay, price=price, own_cents=own_cents, at=at)
    appointment = _write(hold, contact, pay=pay, work_may_begin_early=work_may_begin_early, cyclist=cyclist, at=at)
    _choose(appointment, price=price, own_cents=own_cents, at=at)
    return _begin(appointment, hold, at=at)


def _choose(appointment: Appointment, *, price: str, own_cents: int | None, at: datetime) -> bool:
    """Keep what the person chose to pay; return whether that changed."""
    if price == REFERENCE and own_cents is None and choice_of(appointment.number) is None:
        return False
    before = to_pay_cents(appointment)
    if (price != REFERENCE or own_cents is not None) and appointment.pay_now not in WHOLLY_ONLINE:
        raise PaidOnlineOnly
    choose_price(
        workshop=appointment.workshop,
        reference=appointment.number,
        price_cents=appointment.total_cents,
        level=price,
        own_cents=own_cents,
        at=at,
    )
    return to_pay_cents(appointment) != before


def _begin(appointment: Appointment, hold: Hold, *, at: datetime) -> Appointment:
    """Ask for what is due now, or give the slot at once."""
    write_down(appointment, kind="booked", by=appointment.cyclist, at=at)
    if appointment.due_now_cents:
        ask_for_due(appointment, hold, at=at)
    elif appointment.pay_now == Workshop.PayNow.LATER:
        ask_for_card(appointment, hold, at=at)
    else:
        _seat(appointment, hold, at=at)
    return appointment


def _correct(
    appointment: Appointment,
    hold: Hold,
    contact: Contact,
    *,
    pay: str,
    price: str,
    own_cents: int | None,
    at: datetime,
) -> Appointment:
    """The person came back from the payment page: take what they changed, unless the payment has arrived since."""
    pay, due = choose_way(
        workshop=hold.workshop, total_cents=appointment.total_cents, pay=pay, ready_at=_ready_at(hold), at=at
    )
    if was_paid(appointment):
        return appointment
    appointment.pay_now = pay
    chosen = _choose(appointment, price=price, own_cents=own_cents, at=at)
    if due != appointment.due_now_cents or (chosen and due):
        ask_again(appointment, hold, due_now_cents=due, at=at)
    elif chosen:
        ask_for_card(appointment, hold, at=at)
    appointment.deposit_kind = hold.workshop.deposit_kind if pay == Workshop.PayNow.DEPOSIT else ""
    for field, value in asdict(contact).items():
        setattr(appointment, field, value)
    appointment.save()
    return appointment


def _write(
    hold: Hold, contact: Contact, *, pay: str, work_may_begin_early: bool, cyclist: User | None, at: datetime
) -> Appointment:
    lines = list(hold.lines.select_related("offer__intervention").order_by("pk"))
    labour, parts = sum(line.labour_cents for line in lines), sum(line.parts_cents for line in lines)
    way, due = choose_way(workshop=hold.workshop, total_cents=labour + parts, pay=pay, ready_at=_ready_at(hold), at=at)
    appointment = Appointment.objects.create(
        hold=hold,
        workshop=hold.workshop,
        cyclist=cyclist,
        bike_type=hold.bike_type,
        diagnosis=hold.diagnosis,
        status=Appointment.Status.UNPAID,
        booked_at=at,
        labour_cents=labour,
        parts_cents=parts,
        due_now_cents=due,
        late_charge_cents=late_charge(workshop=hold.workshop, total_cents=labour + parts, pay=way),
        work_may_begin_early=work_may_begin_early,
        **{field: getattr(hold, field) for field in KEPT},
        **asdict(contact),
        **_promises(hold, pay=way, at=at),
    )
    AppointmentLine.objects.bulk_create(_line(appointment, line) for line in lines)
    return appointment


def _ready_at(hold: Hold) -> datetime:
    return hold.ready_at or hold.ends_at


def _promises(hold: Hold, *, pay: str, at: datetime) -> dict[str, Any]:
    """What is in force today and stays true for this booking, whatever changes later."""
    workshop = hold.workshop
    key = SharingKey.objects.in_force(workshop.collective, on=at.astimezone(workshop.zone).date())
    return {
        "pay_now": pay,
        "deposit_kind": workshop.deposit_kind if pay == Workshop.PayNow.DEPOSIT else "",
        "free_until": free_until(workshop=workshop, starts_at=hold.starts_at, booked_at=at),
        "free_cancel_hours": workshop.free_cancel_hours,
        "late_cancel_keeps_bp": workshop.late_cancel_keeps_bp,
        "fund_bp": key.fund_bp,
        "platform_bp": key.platform_bp,
        "terms_version": VERSION,
    }


def _line(appointment: Appointment, held: HoldLine) -> AppointmentLine:
    intervention = held.offer.intervention
    return AppointmentLine(
        appointment=appointment,
        offer=held.offer,
        code=intervention.code,
        name_fr=intervention.name_fr,
        name_en=intervention.name_en,
        minutes=held.minutes,
        labour_cents=held.labour_cents,
        parts_cents=held.parts_cents,
    )


def _seat(appointment: Appointment, hold: Hold, *, at: datetime) -> None:
    if not keep_seat(appointment, hold, at=at):
        raise HoldExpired
    if appointment.workshop.confirms_by_hand:
        request_appointment(appointment, at=at)
    else:
        confirm_appointment(appointment, by=None, at=at)
