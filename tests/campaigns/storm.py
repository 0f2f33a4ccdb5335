"""A thousand payments while almost every third call to the provider goes wrong; and events in every order."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from typing import Any

from backend.lib.errors import RuleBroken
from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.refuse import refuse_appointment
from booking.jobs.finish import finish_repair
from booking.tasks import SHORT_ROUND, sweep
from collective.ledger.models import Line
from collective.payments.ask import PaymentClosed, PaymentUnavailable, open_payment
from collective.payments.operations import run_operations
from collective.payments.ports import ProviderError
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from tests.campaigns.paying import WAYS, Paying

MINUTE = timedelta(minutes=1)
FIVE = (
    "checkout.session.completed",
    "payment_intent.succeeded",
    "charge.succeeded",
    "charge.refunded",
    "refund.created",
)


def many_payments(world: Paying, count: int, rate: float, rng: random.Random) -> Iterator[str]:
    """Take so many payments, at a fault `rate` between 0 and 1; yield what is wrong in the end."""
    world.stripe.fault(on="api", do="random", rate=rate, seed=rng.randrange(10**6))
    open_: list[Appointment] = []
    for number in range(count):
        open_.append(world.book(rng.choice(list(WAYS))))
        go_and_pay(world, open_[-1], rng)
        if len(open_) > 5:
            with suppress(RuleBroken):
                live_on(world, open_.pop(rng.randrange(len(open_))), rng)
        if number % 3 == 0:
            world.pass_time(MINUTE)
            yield from (f"the sweep of {name} broke" for name in world.round())
    world.stripe.fault(do="clear")
    world.pass_time(timedelta(hours=30))  # errors that were stored under a key are forgotten by then
    yield from world.work_off(rounds=12)


def go_and_pay(world: Paying, appointment: Appointment, rng: random.Random) -> None:
    """Go to the page, which may take a try or two; some never come back from it."""
    for _try in range(3):
        with suppress(PaymentUnavailable, PaymentClosed):
            open_payment(payment=world.payment(appointment), at=world.at)
            world.press(appointment, rng.choice(["pay", "pay", "pay", "pay", "decline", "authenticate", "abandon"]))
            break
        world.pass_time(timedelta(seconds=9))
    if rng.random() < 0.6:
        with suppress(ProviderError):
            look_at_payment(payment=world.payment(appointment), at=world.at)


def live_on(world: Paying, appointment: Appointment, rng: random.Random) -> None:
    """Let one thing happen to it."""
    by, at = world.owner_of(appointment), world.at
    match rng.randrange(6):
        case 0:
            cancel_appointment(appointment=appointment, by=None, at=at)
        case 1:
            accept_appointment(appointment=appointment, by=by, at=at)
        case 2:
            refuse_appointment(appointment=appointment, by=by, reason="Complet", at=at)
        case 3:
            finish_repair(appointment=appointment, by=by, at=appointment.starts_at)
        case 4:
            finish_repair(appointment=appointment, by=by, at=appointment.starts_at)
            payment = world.payment(appointment)
            refund_payment(payment=payment, amount_cents=rng.randrange(1, 600), reason="geste", at=at)
        case _:
            for event in world.events_of(appointment):
                world.deliver(event)


def every_order(world: Paying) -> Iterator[str]:
    """Deliver five events of a payment in every order, each twice, three days late: all come to one end."""
    orders = list(permutations(FIVE))
    paid = [paid_and_partly_given_back(world) for _order in orders]
    world.pass_time(timedelta(hours=72))
    told = events_by_session(world)
    ends: Counter[tuple[object, ...]] = Counter()
    for order, appointment in zip(orders, paid, strict=True):
        events = told[world.payment(appointment).session_id]
        for kind in order:
            for _twice in range(2):
                world.deliver(events[kind])
                sweep(at=world.at, names=SHORT_ROUND)
        ends[end_of(world, appointment)] += 1
    if len(ends) != 1:
        yield f"{len(ends)} ends of five events in every order: {ends}"
    yield from world.work_off()


def paid_and_partly_given_back(world: Paying) -> Appointment:
    appointment = world.book("full")
    run_operations(at=world.at, payment=appointment.payment)
    world.press(appointment)
    world.stripe.give_back(world.intent_of(appointment), cents=300)
    return appointment


def events_by_session(world: Paying) -> dict[str, dict[str, dict[str, Any]]]:
    """Every event that the emulator has, by the page that it came from and by its type."""
    sessions = {one["payment_intent"]: one["id"] for one in world.stripe.objects("checkout.session")}
    told: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for event in world.stripe.objects("event"):
        subject = event["data"]["object"]
        intent = subject.get("payment_intent") or subject["id"]
        if intent in sessions:
            told[sessions[intent]][event["type"]] = event
    return told


def end_of(world: Paying, appointment: Appointment) -> tuple[object, ...]:
    payment = world.payment(appointment)
    lines = Line.objects.filter(entry__reference=appointment.number).order_by("account", "amount")
    return (
        payment.state,
        payment.captured_cents,
        payment.refunded_cents,
        payment.trouble,
        world.again(appointment).status,
        tuple(lines.values_list("account", "amount")),
    )
