"""Stripe's API under /v1 and /v2: key, description, idempotency, fault, effect, answer."""

import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.faults import Fault
from tests.stripe_emulator.http import Answer, Request, as_json
from tests.stripe_emulator.idempotency import LIFETIME, SECOND_LIFETIME, fingerprint
from tests.stripe_emulator.routes import ROUTES
from tests.stripe_emulator.store import Resource, published
from tests.stripe_emulator.world import World
from tests.stripe_spec import Operation, SpecError

LIVE_KEYS = ("sk_live_", "rk_live_")
LIVE_KEY_REFUSED = (
    "This is a Stripe emulator and the key is a live one. No real key may come here:"
    " use a key that starts with sk_test_, and change the live key if others can read this message."
)
NO_FAULT = Fault(on="api", do="")
BROKEN = {"error": {"type": "api_error", "message": "An unknown error occurred (fault armed on the emulator)."}}


@dataclass(frozen=True)
class Call:
    """A request understood: what is asked of which objects, under which key, and the fault that strikes it."""

    operation: Operation
    path: str
    ids: dict[str, str]
    params: dict[str, Any]
    key: str  # empty: none was sent, or nothing would change
    fault: Fault

    @property
    def is_second_api(self) -> bool:
        return self.path.startswith("/v2/")

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.operation.method, self.path, self.params)


def answer(world: World, request: Request) -> Answer:
    """Answer one request to the API."""
    try:
        refuse_bad_key(request.headers)
        call = _understood(world, request)
        _refuse_for(call.fault)
        return replace(_once(world, call), lost=call.fault.do == "lose_response")
    except StripeError as error:
        return as_json(error.status, error.body())


def refuse_bad_key(headers: Mapping[str, str]) -> None:
    """:raises StripeError: 401 unless the request carries a test key, as a bearer token or as basic user name."""
    scheme, _, credentials = headers.get("Authorization", "").partition(" ")
    key = credentials
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if key.startswith(LIVE_KEYS):
        raise StripeError(LIVE_KEY_REFUSED, status=401)
    if not key.startswith(("sk_test_", "rk_test_")):
        raise StripeError("You did not provide a test API key: send `Authorization: Bearer sk_test_...`.", status=401)


def _understood(world: World, request: Request) -> Call:
    """Read a request. What the description forbids is refused here, before any key is used up, as Stripe does."""
    try:
        operation, ids = world.spec.find(request.method, request.path)
        params = operation.parameters(query=request.query, body=request.body)
    except SpecError as error:
        raise StripeError(str(error), status=404 if error.code == "unknown_url" else 400, code=error.code) from error
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    fault = world.faults.take("api", f"{request.method} {request.path}") or NO_FAULT
    return Call(operation, request.path, ids, params, key, fault)


def _refuse_for(fault: Fault) -> None:
    if fault.do == "rate_limit":
        raise StripeError("Request rate limit exceeded.", status=429, type="rate_limit_error", code="rate_limit")
    if fault.do == "lock":
        raise StripeError("This object cannot be accessed right now.", status=429, code="lock_timeout")
    if fault.do == "conflict":
        raise StripeError("Another request is in progress under this key.", status=409, code="idempotency_key_in_use")
    if fault.do == "revoked":
        raise StripeError("Expired API Key provided: sk_test_…", status=401, code="api_key_expired")


def _once(world: World, call: Call) -> Answer:
    """Do the work, or repeat the answer that was given the first time under the same key."""
    if call.key:
        with world.lock:
            lifetime = SECOND_LIFETIME if call.is_second_api else LIFETIME
            known = world.keys.begin(call.key, call.fingerprint, now=world.clock.now(), lifetime=lifetime)
        if known:
            return as_json(known.status, known.body, Idempotent_Replayed="true")
    if call.fault.do == "delay":
        time.sleep(call.fault.seconds)
    with world.lock:
        if call.fault.do == "error_before":
            world.keys.forget(call.key)
            return as_json(500, BROKEN)
        status, body = _outcome(world, call)
        if call.fault.do == "error_after":
            status, body = 500, BROKEN
        _remember(world, call, status, body)
    return as_json(status, body)


def _remember(world: World, call: Call, status: int, body: Resource) -> None:
    """Store the answer under its key; the second API takes a failed request up again under the same key."""
    if call.is_second_api and status >= 400:
        world.keys.forget(call.key)
    elif call.key:
        world.keys.finish(call.key, status, body)
    if call.operation.method == "POST":
        world.save()


def _outcome(world: World, call: Call) -> tuple[int, Resource]:
    """Return status and body; a bug of ours leaves the key free."""
    try:
        resource = published(ROUTES[call.operation.name](world, call.params, call.ids))
        for path in call.params.get("expand", []):
            _expand(world, resource, path.split("."), path)
        return 200, resource
    except StripeError as error:
        return error.status, error.body()
    except Exception:
        world.keys.forget(call.key)
        raise


def _expand(world: World, node: Any, steps: list[str], path: str) -> None:
    """Replace an id by its object, along `latest_charge.balance_transaction` or `data.payment_intent`."""
    if isinstance(node, list):
        for item in node:
            _expand(world, item, steps, path)
    elif isinstance(node, dict) and steps:
        step, *rest = steps
        if step not in node:
            raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
        if isinstance(node[step], str):
            node[step] = published(world.store.find(node[step]))
        _expand(world, node[step], rest, path)
