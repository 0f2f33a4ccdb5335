"""Reading Stripe's objects, where the emulator does not lead."""

import pytest

from collective.payments.stripe_objects import is_a_refund


@pytest.mark.parametrize(
    ("status", "balance_transaction", "expected"),
    [
        ("succeeded", "txn_1", True),
        ("succeeded", None, False),  # a hold let go: nothing had come in
        ("pending", None, True),
        ("requires_action", None, True),
        ("failed", "txn_1", False),
        ("canceled", None, False),
    ],
)
def test_money_given_back_is_told_from_a_hold_let_go(status, balance_transaction, expected):
    assert is_a_refund({"status": status, "balance_transaction": balance_transaction}) is expected
