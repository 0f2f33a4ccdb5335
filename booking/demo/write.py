"""Turn invented visits into rows, many at a time; the money through the very drafts that real repairs are booked by."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.models import Appointment, AppointmentChange, AppointmentLine
from booking.appointments.pay_plan import due_now, ways_to_pay
from booking.appointments.policy import free_until
from booking.appointments.terms import VERSION
from booking.demo.customers import Customer
from booking.demo.diary import Spot, Visit, cleaning_of
from booking.demo.pay_out import Finished, pay_out
from booking.demo.settling import Settling, unpaid_among
from booking.diagnosis.models import Diagnosis
from collective.activity.models import FinishedWork
from collective.ledger.advances import draft_capture, draft_fee
from collective.ledger.counter_chain import closed_until
from collective.ledger.entities import books_of
from collective.ledger.record import Draft, record_all
from collective.members.models import User
from collective.payments.models import Payment
from collective.payments.take_word import advance_of
from collective.sharing.models import SharingKey
from collective.sharing.share_out import draft_shares
from collective.timetable.models import Claim, Occupancy, Resource
from collective.workshops.models import Workshop

Status = Appointment.Status
LATE = timedelta(minutes=4)  # how long after the planned end a repair is marked done
SELLS_VOUCHERS = "atelier-du-pave"
STREETS = ("rue Gambetta", "rue du Faubourg-d’Arras", "rue de Wazemmes", "avenue de Dunkerque", "rue Solférino")


@dataclass(frozen=True)
class Told:
    """An appointment not yet written, and the visit it is made of."""

    appointment: Appointment
    visit: Visit

    @property
    def is_done(self) -> bool:
        return self.appointment.status == Status.DONE

    @property
    def number(self) -> str:
        return self.appointment.number


def tell_appointment(
    visit: Visit,
    customer: Customer,
    *,
    status: str,
    booked_at: datetime,
    key: SharingKey,
    rng: random.Random,
    diagnosis: Diagnosis | None = None,
    online: bool = False,
) -> Told:
    """Make up an appointment in `status`; paid online in the workshop's first way when `online`."""
    workshop = visit.workshop
    labour, parts = sum(o.labour_cents for o in visit.offers), sum(o.parts_cents for o in visit.offers)
    way = next(iter(ways_to_pay(workshop=workshop, total_cents=labour + parts))) if online else Workshop.PayNow.COUNTER
    paid = due_now(workshop=workshop, total_cents=labour + parts, pay=way) if online else 0
    appointment = Appointment(
        workshop=workshop,
        mechanic=None if visit.promise else visit.mechanic.mechanic,
        note=diagnosis.comment if diagnosis else "",
        diagnosis=diagnosis,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=status,
        booked_at=booked_at,
        answer_by=min(booked_at + timedelta(days=2), visit.starts_at) if status == Status.REQUESTED else None,
        closed_at=closing(status, visit, booked_at),
        pay_now=way,
        labour_cents=labour,
        parts_cents=parts,
        due_now_cents=paid,
        keeps_cents=paid if status == Status.DONE else 0,
        work_may_begin_early=True,
        deposit_kind=workshop.deposit_kind if way == Workshop.PayNow.DEPOSIT else "",
        terms_version=VERSION,
        **left_or_visited(visit, rng),
        **known_of(customer),
        **promised(visit, booked_at, key),
    )
    return Told(appointment, visit)


def left_or_visited(visit: Visit, rng: random.Random) -> dict[str, object]:
    """What a bike left for the day has besides, and a visit at the customer's."""
    said: dict[str, object] = {}
    if visit.promise:
        said |= {"drop_off_minutes": visit.minutes, "ready_at": visit.promise.ready_at}
    if spot := visit.spot:
        said |= {"place": spot.place, "lat": spot.lat, "lon": spot.lon}
        said["address"] = f"{rng.randint(1, 90)} {rng.choice(STREETS)}, {spot.place}"
    return said


def known_of(customer: Customer) -> dict[str, str]:
    return {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "bike_type": customer.bike_type,
    }


def promised(visit: Visit, booked_at: datetime, key: SharingKey) -> dict[str, object]:
    """What a booking keeps of the policy and the sharing key of its day."""
    workshop = visit.workshop
    return {
        "free_until": free_until(workshop=workshop, starts_at=visit.starts_at, booked_at=booked_at),
        "free_cancel_hours": workshop.free_cancel_hours,
        "late_cancel_keeps_bp": workshop.late_cancel_keeps_bp,
        "fund_bp": key.fund_bp,
        "platform_bp": key.platform_bp,
    }


def closing(status: str, visit: Visit, booked_at: datetime) -> datetime | None:
    if status == Status.CANCELLED:
        return booked_at + timedelta(hours=3)
    return visit.over_at + LATE if status in {Status.DONE, Status.NO_SHOW} else None


def write_all(told: Sequence[Told], *, by: User, at: datetime) -> None:
    """
    Write the appointments of one workshop with all that hangs on them; `by` closed those that are closed, and took what
    was paid at the counter, which went its way until `at`.
    """
    Appointment.objects.bulk_create([one.appointment for one in told], batch_size=200)
    AppointmentLine.objects.bulk_create([line for one in told for line in lines_of(one)], batch_size=200)
    AppointmentChange.objects.bulk_create([change for one in told for change in changes_of(one, by)], batch_size=200)
    seated = [one for one in told if one.appointment.status != Status.CANCELLED]
    Occupancy.objects.bulk_create([taken for one in seated for taken in occupancies_of(one)], batch_size=200)
    Claim.objects.bulk_create([claim_of(one) for one in seated if one.visit.promise], batch_size=200)
    fees = pay_in_the_past([one for one in told if one.is_done and one.appointment.due_now_cents])
    done = finish_all([one for one in told if one.is_done], fees, by=by, at=at)
    pay_out(done, by=by, at=at)


def lines_of(told: Told) -> list[AppointmentLine]:
    return [
        AppointmentLine(
            appointment=told.appointment,
            offer=offer,
            code=offer.intervention.code,
            name_fr=offer.intervention.name_fr,
            name_en=offer.intervention.name_en,
            minutes=offer.minutes,
            labour_cents=offer.labour_cents,
            parts_cents=offer.parts_cents,
        )
        for offer in told.visit.offers
    ]


def changes_of(told: Told, by: User) -> list[AppointmentChange]:
    one = told.appointment
    changes = [AppointmentChange(appointment=one, happened_at=one.booked_at, kind="booked")]
    if one.closed_at:
        closer = None if one.status == Status.CANCELLED else by
        changes.append(AppointmentChange(appointment=one, happened_at=one.closed_at, kind=one.status, by=closer))
    return changes


def occupancies_of(told: Told) -> list[Occupancy]:
    """Take the mechanic, the bench and the borrowed tool; free days are rebuilt once for all afterwards."""
    visit = told.visit
    if visit.bench is None:
        return []
    after = visit.ends_at + timedelta(minutes=visit.workshop.buffer_minutes)
    takings: list[tuple[Resource, datetime, Spot | Workshop | None]]
    takings = [(visit.mechanic, after, visit.spot), (visit.bench, after + cleaning_of(visit.bench), None)]
    if visit.tool:
        takings.append((visit.tool, visit.ends_at, visit.workshop))
    return [
        Occupancy(
            resource=resource,
            starts_at=visit.starts_at,
            ends_at=ends_at,
            reason=Occupancy.Reason.APPOINTMENT,
            reference=told.appointment.reference,
            lat=where.lat if where else None,
            lon=where.lon if where else None,
        )
        for resource, ends_at, where in takings
    ]


def claim_of(told: Told) -> Claim:
    """Take the minutes of the day, and a storage place until the bicycle goes back."""
    visit = told.visit
    assert visit.promise is not None
    return Claim(
        resource=visit.stock,
        day=visit.starts_at.astimezone(visit.workshop.zone).date(),
        leaves_on=visit.promise.leaves_on,
        minutes=visit.minutes,
        skill_level=max(offer.intervention.skill_level for offer in visit.offers),
        reason=Occupancy.Reason.APPOINTMENT,
        reference=told.appointment.reference,
    )


def pay_in_the_past(told: Sequence[Told]) -> dict[str, int]:
    """Write payments captured when the visits were booked, and book them; return each one's fee by number."""
    payments = [payment_of(one) for one in told]
    Payment.objects.bulk_create(payments, batch_size=200)
    for one, payment in zip(told, payments, strict=True):
        one.appointment.payment = payment
    Appointment.objects.bulk_update([one.appointment for one in told], ["payment"], batch_size=200)
    drafts: list[Draft] = []
    for payment in payments:
        advance = advance_of(payment)
        drafts += draft_capture(advance, cents=payment.captured_cents, at=payment.created_at)
        drafts += draft_fee(advance, cents=payment.fee_cents or 0, at=payment.created_at)
    record_all(drafts)
    return {payment.subject: payment.fee_cents or 0 for payment in payments}


def payment_of(told: Told) -> Payment:
    """A payment at the provider's usual fee: 1.5 % and 25 cents."""
    one, cents = told.appointment, told.appointment.due_now_cents
    return Payment(
        purpose="appointment",
        subject=one.number,
        workshop=one.workshop,
        label=f"{one.workshop.name} {one.number}",
        email=one.email,
        amount_cents=cents,
        capture=Payment.Capture.NOW,
        state=Payment.State.CAPTURED,
        captured_cents=cents,
        fee_cents=25 + (cents * 15 + 500) // 1000,
        created_at=one.booked_at,
        changed_at=one.booked_at,
    )


def finish_all(told: Sequence[Told], fees: dict[str, int], *, by: User, at: datetime) -> list[Finished]:
    """
    Keep the finished repairs as facts, share them out by the rule that was promised, and say how each was paid: all but
    the last one of a workshop that sells vouchers. Return what is to leave.
    """
    FinishedWork.objects.bulk_create([work_of(one) for one in told], batch_size=200)
    drafts: list[Draft] = []
    finished: list[Finished] = []
    until = closed_until(books_of(told[0].appointment.workshop.seller)) if told else None
    for one in told:
        appointment = one.appointment
        moment = max(filter(None, [appointment.ends_by + LATE, until]))
        shares, entries = draft_shares(
            workshop=appointment.workshop,
            reference=appointment.number,
            labour_cents=appointment.labour_cents,
            parts_cents=appointment.parts_cents,
            paid_online_cents=appointment.due_now_cents,
            fund_bp=appointment.fund_bp,
            platform_bp=appointment.platform_bp,
            fee_cents=fees.get(appointment.number, 0),
            at=moment,
        )
        drafts += entries
        finished.append(Finished(appointment, appointment.payment, shares, moment))
    paid = [one.appointment for one in told]
    if told and told[0].appointment.workshop.slug == SELLS_VOUCHERS and (owing := unpaid_among(paid)):
        paid.remove(owing)
    if told:
        settling = Settling(told[0].appointment.workshop, by=by, at=at)
        drafts += settling.settle((one, max(filter(None, [one.ends_by + LATE, until]))) for one in paid)
    record_all(drafts)
    return finished


def work_of(told: Told) -> FinishedWork:
    one = told.appointment
    return FinishedWork(
        workshop=one.workshop,
        mechanic=told.visit.mechanic.mechanic,
        reference=one.number,
        finished_at=one.ends_by + LATE,
        minutes=told.visit.minutes,
        labour_cents=one.labour_cents,
        parts_cents=one.parts_cents,
        interventions=[offer.intervention.code for offer in told.visit.offers],
    )
