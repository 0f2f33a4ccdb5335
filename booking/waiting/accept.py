"""
A person takes the slot that was offered: what was kept for them is theirs, in one transaction.

Who waited for a first slot books it, with the payment that the workshop asks for; who asked to be moved up has their
appointment there, and only then is the old slot free.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.book import EarlyStartNotAsked, book
from booking.appointments.calendar_file import Method
from booking.appointments.changes import write_down
from booking.appointments.close import lapse_proposals
from booking.appointments.hold import OfferWithdrawn
from booking.appointments.models import Appointment
from booking.appointments.move import set_new_time, what_forbids_moving
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.pay_plan import ways_to_pay
from booking.appointments.policy import needs_early_start
from booking.appointments.seat import times_of
from booking.appointments.take_over import take_over
from booking.appointments.where import where_at, where_named
from booking.availability.needs import Work
from booking.availability.take import Seat
from booking.waiting.finish import finish_wait
from booking.waiting.matching import comes_to, work_for
from booking.waiting.models import SlotOffer, Wait
from collective.members.models import User
from collective.places.find import UnknownPlace
from collective.timetable.models import Occupancy
from collective.timetable.occupy import release, rename
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Bench


class OfferOver(RuleBroken):
    code = "offer_over"
    message = _("The time to answer is over: this slot went to the next person, or back on sale.")
    status = 410


class OfferAccepted(RuleBroken):
    code = "offer_accepted"
    message = _("You have taken this slot. To give it up, cancel the appointment.")


class SoonerAlready(RuleBroken):
    code = "sooner_already"
    message = _("Your appointment is sooner than this slot already: leave it to the next person.")


class PriceChanged(RuleBroken):
    code = "price_changed"
    message = _("The workshop has just changed its price. Please look at it again before you take the slot.")


def what_forbids_answering(offer: SlotOffer, *, at: datetime) -> RuleBroken | None:
    if offer.state == SlotOffer.State.ACCEPTED:
        return OfferAccepted()
    return None if offer.is_open(at=at) else OfferOver()


def what_forbids_moving_up(
    offer: SlotOffer, appointment: Appointment, *, work_may_begin_early: bool, at: datetime
) -> RuleBroken | None:
    if forbidden := what_forbids_moving(appointment, by=None, at=at):
        return forbidden
    if offer.starts_at >= appointment.starts_at:
        return SoonerAlready()
    if must_ask_early_start(offer, appointment, at=at) and not work_may_begin_early:
        return EarlyStartNotAsked()
    return None


def must_ask_early_start(offer: SlotOffer, appointment: Appointment | None, *, at: datetime) -> bool:
    """Tell whether the work would begin before the right to withdraw ends, and this was not asked for yet."""
    if appointment is not None and appointment.work_may_begin_early:
        return False
    booked_at = appointment.booked_at if appointment else at
    return needs_early_start(workshop=offer.workshop, starts_at=offer.starts_at, booked_at=booked_at)


@again_when_busy
@transaction.atomic
def accept_offer(
    *,
    offer: SlotOffer,
    pay: str = "",
    work_may_begin_early: bool = False,
    address: str = "",
    total_cents: int | None = None,
    at: datetime,
) -> Appointment:
    """
    Take the offered slot; taking it twice gives the same appointment.

    `pay` is one of the workshop's ways, its own when empty. With something due now the appointment waits for its
    payment, ten minutes from now; otherwise it stands at once. `total_cents` is the price that the person saw, if they
    did: another one is refused.

    :raises OfferOver: after the deadline, or when it was declined.
    :raises PriceChanged: when the work costs something else than `total_cents`.
    :raises RuleBroken: whatever `book` or moving refuses; nothing has changed then, and the slot is still kept.
    """
    wait = Wait.objects.locked(offer.wait_id)
    offer = SlotOffer.objects.select_related("workshop__seller", "workshop__collective").locked(offer.pk)
    offer.wait = wait
    if offer.state == SlotOffer.State.ACCEPTED and offer.appointment:
        return offer.appointment
    if forbidden := what_forbids_answering(offer, at=at):
        raise forbidden
    if wait.appointment_id is not None:
        appointment = _move_up(offer, wait.appointment_id, work_may_begin_early=work_may_begin_early, at=at)
    else:
        appointment = _book(
            offer,
            pay=pay,
            work_may_begin_early=work_may_begin_early,
            address=address,
            total_cents=total_cents,
            at=at,
        )
    offer.state, offer.answered_at, offer.appointment = SlotOffer.State.ACCEPTED, at, appointment
    offer.save(update_fields=["state", "answered_at", "appointment"])
    finish_wait(wait, state=Wait.State.SERVED, at=at)
    return appointment


def _book(
    offer: SlotOffer, *, pay: str, work_may_begin_early: bool, address: str, total_cents: int | None, at: datetime
) -> Appointment:
    """Make a hold of what is kept, and book it: the same rules and the same payment as for anybody."""
    wait, workshop = offer.wait, offer.workshop
    work = offered_work(offer)
    if total_cents is not None and total_cents != work.total_cents:
        raise PriceChanged
    where = comes_to(wait, workshop)
    hold = take_over(
        reference=offer.reference, work=work, seat=kept_seat(offer), where=where, place=_place_of(wait), at=at
    )
    return book(
        hold=hold,
        email=wait.email,
        phone=wait.phone,
        name=wait.name,
        language=wait.language,
        address=address,
        pay=pay or next(iter(ways_to_pay(workshop=workshop, total_cents=work.total_cents))),
        work_may_begin_early=work_may_begin_early,
        cyclist=_account_of(wait),
        at=at,
    )


def _place_of(wait: Wait) -> str:
    """Name the place of the wait as people write it in an address."""
    try:
        return where_named(wait.place).name
    except UnknownPlace:
        return where_at(wait.lat, wait.lon).name


def offered_work(offer: SlotOffer) -> Work:
    """
    Return the work as the workshop sells it now.

    :raises OfferWithdrawn: when it does not sell all of it any more.
    """
    work = work_for(offer.wait, offer.workshop)
    if work is None:
        raise OfferWithdrawn
    return work


def total_of(offer: SlotOffer) -> int:
    """
    Return what the work costs, in cents: what was promised for an appointment, today's price for a new one.

    :raises OfferWithdrawn: when the workshop does not sell all of it any more.
    """
    appointment = offer.wait.appointment
    return appointment.total_cents if appointment else offered_work(offer).total_cents


def kept_seat(offer: SlotOffer) -> Seat:
    """
    Return who and what is kept for the offer.

    :raises OfferOver: when somebody made room of it after its deadline.
    """
    kept = Occupancy.objects.filter(reference=offer.reference, resource__bench__isnull=False)
    bench = Bench.objects.filter(resource__occupancies__in=kept).first()
    if bench is None or offer.mechanic is None:
        raise OfferOver
    return Seat(offer.mechanic, bench, offer.starts_at, offer.ends_at, offer.second_mechanic, offer.second_from)


def _account_of(wait: Wait) -> User | None:
    return wait.cyclist if wait.cyclist is not None and wait.cyclist.is_active else None


def _move_up(offer: SlotOffer, pk: int, *, work_may_begin_early: bool, at: datetime) -> Appointment:
    """Give the appointment what is kept, then the old slot free: together, or neither."""
    appointment = Appointment.objects.locked(pk)
    if forbidden := what_forbids_moving_up(offer, appointment, work_may_begin_early=work_may_begin_early, at=at):
        raise forbidden
    seat, was = kept_seat(offer), times_of(appointment)
    lapse_proposals(appointment, at=at)
    release(reference=appointment.reference, at=at)
    taken = Occupancy.Reason.APPOINTMENT
    if not rename(reference=offer.reference, to=appointment.reference, reason=taken, expires_at=None, at=at):
        raise OfferOver
    if work_may_begin_early and not appointment.work_may_begin_early:
        appointment.work_may_begin_early = True
        appointment.save(update_fields=["work_may_begin_early"])
    set_new_time(appointment, seat, at=at)
    write_down(appointment, kind="moved", by=None, at=at, was_at=was.starts_at.isoformat(), moved_up=True)
    calendar: Method | None = "REQUEST" if appointment.status == Appointment.Status.CONFIRMED else None
    tell_customer(appointment, "moved", at=at, calendar=calendar, was=was)
    tell_workshop(appointment, "moved_up", at=at, calendar=calendar, was=was)
    return appointment
