"""Let happen what the clock brings, object by object."""

from collections.abc import Callable

from tests.stripe_emulator import balance, intents, payouts, sessions
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

# By kind: when an object is to be looked at (None: never), and what happens to it then.
TIMED: dict[str, tuple[Callable[[World, Resource], int | None], Callable[[World, Resource], None]]] = {
    "balance_transaction": (balance.ripens_at, balance.ripen),
    "checkout.session": (sessions.ends_at, sessions.close),
    "payment_intent": (intents.lapses_at, intents.lapse),
    "payout": (payouts.arrives_at, payouts.arrive),
}


def lapse(world: World) -> None:
    """Expire the sessions, release the holds, and make available the money whose time has come."""
    with world.lock:
        now = world.clock.now()
        for identifier in world.timers.due(now):
            resource = world.store.find(identifier)
            if resource is not None:
                _look(world, resource, now)


def _look(world: World, resource: Resource, now: int) -> None:
    when, act = TIMED[resource["object"]]
    at = when(world, resource)
    if at is None:
        return
    if at <= now:
        act(world, resource)
    else:
        world.timers.set(at, resource["id"])


def set_all(world: World) -> None:
    """Set the timers anew, after the objects were read from a file."""
    world.timers.clear()
    for kind, (when, _) in TIMED.items():
        for resource in world.store.all(kind):
            at = when(world, resource)
            if at is not None:
                world.timers.set(at, resource["id"])
