"""Turn invented visits into appointments, payments and books: through the product's own rules wherever money moves."""

import random
from datetime import datetime, timedelta

from booking.appointments.models import Appointment, AppointmentChange, AppointmentLine
from booking.appointments.pay_plan import due_now, ways_to_pay
from booking.appointments.policy import free_until
from booking.appointments.terms import VERSION
from booking.demo.customers import Customer
from booking.demo.diary import Visit
from booking.diagnosis.models import Diagnosis
from booking.jobs.finish import finish_repair
from collective.ledger.advances import book_capture, book_fee
from collective.members.models import User
from collective.payments.models import Payment
from collective.payments.take_word import advance_of
from collective.sharing.models import SharingKey
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop

Status = Appointment.Status
NO_SHOW_SHARE = 0.06  # booking_stats.json: 5 % of same-day bookings to 20 % overall; people come more often to a repair
CANCELLED_SHARE = 0.05
LATE = timedelta(minutes=4)  # how long after the planned end a repair is marked done
DEMO_STREETS = ("rue Gambetta", "rue du Faubourg-d’Arras", "rue de Wazemmes", "avenue de Dunkerque", "rue Solférino")


def write_appointment(
    visit: Visit,
    customer: Customer,
    *,
    status: str,
    booked_at: datetime,
    key: SharingKey,
    rng: random.Random,
    cyclist: User | None = None,
    diagnosis: Diagnosis | None = None,
    online: bool = False,
) -> Appointment:
    """Write a booked appointment with its lines, its occupancies and its history; paid online when `online`."""
    workshop = visit.workshop
    labour, parts = sum(o.labour_cents for o in visit.offers), sum(o.parts_cents for o in visit.offers)
    way = next(iter(ways_to_pay(workshop=workshop, total_cents=labour + parts))) if online else Workshop.PayNow.COUNTER
    closed_at = booked_at + timedelta(hours=3) if status == Status.CANCELLED else None
    appointment = Appointment.objects.create(
        workshop=workshop,
        mechanic=visit.mechanic.mechanic,
        cyclist=cyclist,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        address=f"{rng.randint(1, 90)} {rng.choice(DEMO_STREETS)}, {workshop.city}" if workshop.is_itinerant else "",
        bike_type=customer.bike_type,
        note=diagnosis.comment if diagnosis else "",
        diagnosis=diagnosis,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=status,
        booked_at=booked_at,
        answer_by=min(booked_at + timedelta(days=2), visit.starts_at) if status == Status.REQUESTED else None,
        closed_at=closed_at,
        pay_now=way,
        labour_cents=labour,
        parts_cents=parts,
        due_now_cents=due_now(workshop=workshop, total_cents=labour + parts, pay=way) if online else 0,
        free_until=free_until(workshop=workshop, starts_at=visit.starts_at, booked_at=booked_at),
        free_cancel_hours=workshop.free_cancel_hours,
        late_cancel_keeps_bp=workshop.late_cancel_keeps_bp,
        deposit_kind=workshop.deposit_kind if way == Workshop.PayNow.DEPOSIT else "",
        work_may_begin_early=True,
        fund_bp=key.fund_bp,
        platform_bp=key.platform_bp,
        terms_version=VERSION,
    )
    write_lines(appointment, visit)
    if status != Status.CANCELLED:
        occupy(appointment, visit)
    return appointment


def write_lines(appointment: Appointment, visit: Visit) -> None:
    AppointmentLine.objects.bulk_create(
        AppointmentLine(
            appointment=appointment,
            offer=offer,
            code=offer.intervention.code,
            name_fr=offer.intervention.name_fr,
            name_en=offer.intervention.name_en,
            minutes=offer.minutes,
            labour_cents=offer.labour_cents,
            parts_cents=offer.parts_cents,
        )
        for offer in visit.offers
    )
    AppointmentChange.objects.create(appointment=appointment, happened_at=appointment.booked_at, kind="booked")


def occupy(appointment: Appointment, visit: Visit) -> None:
    """Take the mechanic and the bench; free days are rebuilt once for all afterwards."""
    after = timedelta(minutes=visit.workshop.buffer_minutes)
    Occupancy.objects.bulk_create(
        Occupancy(
            resource=resource,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at + after,
            reason=Occupancy.Reason.APPOINTMENT,
            reference=appointment.reference,
        )
        for resource in (visit.mechanic, visit.bench)
    )


def pay_in_the_past(appointment: Appointment) -> None:
    """Write a payment captured when the visit was booked, at the provider's usual fee (1.5 % and 25 cents)."""
    cents = appointment.due_now_cents
    if not cents:
        return
    fee = 25 + (cents * 15 + 500) // 1000
    payment = Payment.objects.create(
        purpose="appointment",
        subject=appointment.number,
        workshop=appointment.workshop,
        label=f"{appointment.workshop.name} {appointment.number}",
        email=appointment.email,
        amount_cents=cents,
        capture=Payment.Capture.NOW,
        state=Payment.State.CAPTURED,
        captured_cents=cents,
        fee_cents=fee,
        created_at=appointment.booked_at,
        changed_at=appointment.booked_at,
    )
    Appointment.objects.filter(pk=appointment.pk).update(payment=payment)
    appointment.payment = payment
    book_capture(advance_of(payment), cents=cents, at=appointment.booked_at)
    book_fee(advance_of(payment), cents=fee, at=appointment.booked_at)


def finish(appointment: Appointment, *, by: User) -> Appointment:
    return finish_repair(appointment=appointment, by=by, at=appointment.ends_at + LATE)


def mark_absent(appointment: Appointment) -> Appointment:
    appointment.status, appointment.closed_at = Status.NO_SHOW, appointment.ends_at
    appointment.save(update_fields=["status", "closed_at"])
    return appointment
