"""
Kill the process that does the work, by `kill -9`, at each named step and at random, and look what is there afterwards.

The process is a fork of this one: it makes the rounds as a worker does, and dies where it is told to, or whenever.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connections

from backend.lib.outbox_models import OutboxRow
from booking.appointments import paid
from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.refuse import refuse_appointment
from booking.jobs import finish
from collective.payments import operations, receive
from collective.payments.expire import expire_payment
from collective.payments.settle import look_at_payment
from tests.campaigns.paying import Paying

LONGEST = 0.25  # seconds before a random kill: a round takes less
POINTS = ("before the call", "after the call", "before the commit", "after the commit")
Stage = Callable[[Paying], Appointment]


def die(*_args: Any, **_words: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    def acting(*args: Any, **words: Any) -> Any:
        act(*args, **words)
        die()

    return acting


def doom(point: str) -> None:
    """Make this process die there, the next time it comes by."""
    places: dict[str, tuple[Any, str]] = {
        "the call": (operations, "perform"),
        "the commit": (operations, "take_word"),
        "seating": (paid, "seat_who_gave"),
        "the books": (finish, "_book"),
        "the event": (receive, "_look"),
    }
    when, _, place = point.partition(" ")
    if point == "after the commit":
        operations._settle = then_die(operations._settle)
        return
    module, name = places[place]
    # Before the commit is after the word was taken and booked, in a transaction that is still open.
    is_after = when == "after" or place == "the commit"
    setattr(module, name, then_die(getattr(module, name)) if is_after else die)


def in_a_doomed_process(act: Callable[[], Any], *, point: str | None = None, after: float | None = None) -> bool:
    """Run `act` in a fork that dies at `point`, or `after` so many seconds; tell whether it was killed."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            if point:
                doom(point)
            act()
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


# --- What is about to happen when it is killed ------------------------------------------------------------------


def to_open(world: Paying) -> Appointment:
    return world.book("deposit")


def paid_for(world: Paying, way: str) -> Appointment:
    """Booked, and paid or reserved on the page; we have not heard of it."""
    appointment = world.book(way)
    operations.run_operations(at=world.at, payment=appointment.payment)
    world.press(appointment)
    return appointment


def heard(world: Paying, way: str) -> Appointment:
    appointment = paid_for(world, way)
    look_at_payment(payment=world.payment(appointment), at=world.at)
    world.round()
    appointment = world.again(appointment)
    assert appointment.status != Appointment.Status.UNPAID, (world.payment(appointment), errors())
    return appointment


def errors() -> list[str]:
    return list(OutboxRow.objects.exclude(last_error="").values_list("last_error", flat=True))


def to_capture(world: Paying) -> Appointment:
    appointment = heard(world, "by hand")
    return accept_appointment(appointment=appointment, by=world.owner_of(appointment), at=world.at)


def to_release(world: Paying) -> Appointment:
    appointment = heard(world, "by hand")
    return refuse_appointment(appointment=appointment, by=world.owner_of(appointment), reason="Complet", at=world.at)


def to_refund(world: Paying) -> Appointment:
    return cancel_appointment(appointment=heard(world, "full"), by=None, at=world.at)


def to_expire(world: Paying) -> Appointment:
    appointment = world.book("deposit")
    operations.run_operations(at=world.at, payment=appointment.payment)
    expire_payment(payment=world.payment(appointment), at=world.at)
    return appointment


def to_hear(world: Paying) -> Appointment:
    appointment = paid_for(world, "full")
    for event in world.events_of(appointment):
        world.deliver(event)
    return appointment


def to_seat(world: Paying) -> Appointment:
    appointment = paid_for(world, "full")
    look_at_payment(payment=world.payment(appointment), at=world.at)
    return appointment


STAGES: dict[str, tuple[Stage, tuple[str, ...]]] = {
    "open": (to_open, POINTS),
    "capture": (to_capture, POINTS),
    "release": (to_release, POINTS),
    "refund": (to_refund, POINTS),
    "expire": (to_expire, POINTS),
    "event": (to_hear, ("before the event", "after the event")),
    "seat": (to_seat, ("before seating", "after seating")),
}


STEPS = sum(len(points) for _stage, points in STAGES.values()) + 2  # and two of finishing


def at_each_step(world: Paying, times: int) -> Iterator[str]:
    """Kill so many workers at each named step; yield what is wrong after each."""
    for kind, (stage, points) in STAGES.items():
        for point in points:
            for _time in range(times):
                stage(world)
                if not in_a_doomed_process(world.round, point=point):
                    yield f"{kind}, {point}: the worker was not killed there"
                yield from (f"{kind}, {point}: {fault}" for fault in world.work_off())


def while_finishing(world: Paying, times: int) -> Iterator[str]:
    """Kill the process in which a mechanic marks a repair done, before and after it stands in the books."""
    for point in ("before the books", "after the books"):
        for _time in range(times):
            appointment = heard(world, "full")

            def mark(appointment: Appointment = appointment) -> None:
                finish.finish_repair(appointment=appointment, by=world.owner_of(appointment), at=appointment.starts_at)

            if not in_a_doomed_process(mark, point=point):
                yield f"finish, {point}: the process was not killed there"
            if world.again(appointment).status != Appointment.Status.CONFIRMED:
                yield f"finish, {point}: half done"
            mark()


def at_random(world: Paying, times: int, rng: random.Random) -> Iterator[str]:
    """Kill workers in the middle of whatever they do."""
    for _time in range(times):
        for stage, _points in rng.sample(list(STAGES.values()), 2):
            stage(world)

        def work() -> None:
            while True:
                world.round()

        in_a_doomed_process(work, after=rng.uniform(0, LONGEST))
        world.let_leases_run_out()
    yield from (f"killed at random: {fault}" for fault in world.work_off())
