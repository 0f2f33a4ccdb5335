"""The control: what a crash does when each call has a fresh key, to know that the campaign can see it."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any
from unittest.mock import patch

from collective.payments import operations
from collective.payments.models import Operation
from collective.payments.perform import Answer
from collective.payments.refund import refund_payment
from tests.campaigns.kills import heard, in_a_doomed_process
from tests.campaigns.paying import Paying

PEOPLE = 3


def charged_twice_with_fresh_keys(world: Paying) -> int:
    """Kill the worker after its call and let another do it again, with another key; count who was served twice."""
    with patch.object(operations, "perform", with_a_fresh_key(operations.perform)):
        for _person in range(PEOPLE):
            appointment = heard(world, "full")
            refund_payment(payment=world.payment(appointment), amount_cents=500, reason="geste", at=world.at)
            in_a_doomed_process(world.round, point="after the call")
            world.work_off()
    refunds = Counter(refund["payment_intent"] for refund in world.stripe.objects("refund"))
    return sum(count > 1 for count in refunds.values())


def with_a_fresh_key(perform: Any) -> Any:
    def performed(operation: Operation) -> Answer:
        operation.key = f"{operation.kind}:{uuid.uuid4()}"
        return perform(operation)

    return performed
