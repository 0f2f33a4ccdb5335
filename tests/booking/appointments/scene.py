"""What happens around an appointment, in a word each: a slot is held, booked, paid; the sweeps pass."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from backend.lib.outbox import sweep_outbox
from backend.lib.outbox_models import OutboxRow
from booking.appointments.ask import PURPOSE
from booking.appointments.book import book
from booking.appointments.hold import hold_day, hold_slot
from booking.appointments.models import Appointment, Hold
from booking.appointments.payments_of import LATER
from booking.services.offers import Offer
from collective.members.models import User
from collective.payments.ask import open_payment
from collective.payments.keep_card import CHANGED, look_at_card, open_card
from collective.payments.models import KeptCard, Payment
from collective.payments.operations import run_operations
from collective.payments.settle import look_at_payment
from collective.places.point import Point
from collective.sharing.models import SharingKey
from collective.timetable.drop_off import sell_days
from collective.timetable.models import Claim, Occupancy
from collective.timetable.wall_clock import moments_of
from collective.workshops.models import Workshop
from tests.booking.appointments.provider import MemoryProvider
from tests.factories import StaffFactory, open_workshop

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Lille
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # the day after, at opening
TEN = NINE + timedelta(hours=1)
NEXT_WEEK = NINE + timedelta(days=7)
IN_A_MONTH = datetime(2026, 12, 29, 8, 0, tzinfo=UTC)  # a Tuesday, after the right to withdraw
MINUTE = timedelta(minutes=1)
FUND_BP, PLATFORM_BP = 600, 300
WHO = {"email": "camille@example.org", "phone": "06 12 34 56 78", "name": "Camille", "language": "fr"}


def make_workshop(**fields: Any) -> Workshop:
    """Open Tuesday to Friday 9:00 to 12:30 and 14:00 to 18:00; one repair of 30 minutes, 15 € and 5 € of parts."""
    workshop = open_workshop(at=AT, **{"email": "atelier@example.org", "deposit_bp": 3000} | fields)
    SharingKey.objects.get_or_create(
        collective=workshop.collective,
        valid_from=date(2026, 1, 1),
        defaults={"name": "2026", "fund_bp": FUND_BP, "platform_bp": PLATFORM_BP},
    )
    return workshop


def staff_of(workshop: Workshop) -> User:
    """Somebody who works there."""
    return StaffFactory(workshop=workshop).user


def hold_at(workshop: Workshop, starts_at: datetime = NINE, *, at: datetime = AT, **given: Any) -> Hold:
    """Hold a slot; an itinerant mechanic comes to her own door, unless `where` says otherwise."""
    if workshop.is_itinerant:
        given = {"where": Point(workshop.lat, workshop.lon)} | given
    return hold_slot(offers=offers_of(workshop), starts_at=starts_at, at=at, **{"bike_type": "city"} | given)


def offers_of(workshop: Workshop) -> list[Offer]:
    return list(workshop.offers.select_related("intervention", "workshop"))


def make_selling_days(*, storage_places: int = 6, return_days: int = 1, **fields: Any) -> Workshop:
    """Bikes are left from 9:00 to 11:00 and promised for 17:00 of the next opening day; paid at the counter."""
    workshop = make_workshop(**{"pay_now": "counter"} | fields)
    sell_days(
        workshop=workshop,
        share_bp=8000,
        arrives_from=9 * 60,
        arrives_until=11 * 60,
        return_days=return_days,
        returns_from=17 * 60,
        storage_places=storage_places,
        at=AT,
    )
    return Workshop.objects.get(pk=workshop.pk)


def hold_day_at(workshop: Workshop, day: date, *, at: datetime = AT, **given: Any) -> Hold:
    return hold_day(offers=offers_of(workshop), day=day, at=at, **{"bike_type": "city"} | given)


def book_at(workshop: Workshop, starts_at: datetime = NINE, *, at: datetime = AT, **given: Any) -> Appointment:
    """Hold and book, by the workshop's own way to pay; with something due, it waits for the payment."""
    return book_hold(hold_at(workshop, starts_at, at=at), at=at, **given)


def book_hold(hold: Hold, *, at: datetime = AT, **given: Any) -> Appointment:
    return book(hold=hold, at=at, **WHO | {"pay": hold.workshop.pay_now, "work_may_begin_early": True} | given)


def leave_for_the_day(appointment: Appointment, *, left_on: date, days: int) -> Appointment:
    """Make it one that was left between 9:00 and 11:00 and promised for 17:00, `days` later."""
    zone = appointment.workshop.zone
    appointment.starts_at, appointment.ends_at = moments_of(left_on, 9 * 60, 11 * 60, zone)
    appointment.ready_at, _ = moments_of(left_on + timedelta(days=days), 17 * 60, 18 * 60, zone)
    appointment.drop_off_minutes, appointment.mechanic = 30, None
    appointment.save()
    return appointment


def open_page(appointment: Appointment, *, at: datetime = AT) -> str:
    assert appointment.payment
    return open_payment(payment=appointment.payment, at=at)


def pay(appointment: Appointment, provider: MemoryProvider, *, at: datetime = AT, **how: Any) -> Appointment:
    """Pay on the page, and let the sweeps pass."""
    assert appointment.payment
    open_page(appointment, at=at)
    provider.pay(appointment.payment, **how)
    return hear_of(appointment, at=at)


def hear_of(appointment: Appointment, *, at: datetime = AT) -> Appointment:
    """The webhook comes."""
    look_at_payment(payment=Payment.objects.get(pk=appointment.payment_id), at=at)
    return pass_sweeps(appointment, at=at)


def give_card(appointment: Appointment, provider: MemoryProvider, *, at: datetime = AT) -> Appointment:
    """Give a card to keep on the page, and let the sweeps pass."""
    assert appointment.card
    open_card(card=appointment.card, at=at)
    provider.give_card(appointment.card)
    look_at_card(card=KeptCard.objects.get(pk=appointment.card_id), at=at)
    return pass_sweeps(appointment, at=at)


def press(payment: Payment, provider: MemoryProvider, *, at: datetime = AT, **how: Any) -> Appointment:
    """Pay a later payment on its page, and let the sweeps pass."""
    open_payment(payment=payment, at=at)
    provider.pay(payment, **how)
    return hear_of_payment(payment, at=at)


def hear_of_payment(payment: Payment, *, at: datetime = AT) -> Appointment:
    look_at_payment(payment=Payment.objects.get(pk=payment.pk), at=at)
    return pass_sweeps(Appointment.objects.numbered(payment.subject).get(), at=at)


def pass_sweeps(appointment: Appointment, *, at: datetime = AT) -> Appointment:
    """Run what is ordered and what follows from it, until nothing is left."""
    kinds = [f"payment.changed.{purpose}" for purpose in (PURPOSE, *LATER)] + [CHANGED]
    while run_operations(at=at) + sweep_outbox(at=at, kinds=kinds):
        pass
    assert not OutboxRow.objects.exclude(last_error="").exists()
    return Appointment.objects.get(pk=appointment.pk)


def confirmed(
    workshop: Workshop, provider: MemoryProvider, starts_at: datetime = NINE, *, at: datetime = AT, **given: Any
) -> Appointment:
    return pay(book_at(workshop, starts_at, at=at, **given), provider, at=at)


def references() -> set[str]:
    """Whose time is taken, at whatever resource, or which minutes of a day."""
    return {kept for model in (Occupancy, Claim) for kept in model.objects.values_list("reference", flat=True)}


def mails(to: str = WHO["email"]) -> list[str]:
    """The subjects of the mails put out for an address, oldest first."""
    rows = OutboxRow.objects.filter(kind="mail", payload__to=to).order_by("pk")
    return [row.payload["subject"] for row in rows]


def kept_cents(appointment: Appointment) -> int:
    """What stays of what was paid online, in our rows."""
    assert appointment.payment_id
    return Payment.objects.get(pk=appointment.payment_id).kept_cents
