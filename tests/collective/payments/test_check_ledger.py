"""Each thing the command looks for is broken once by SQL; it must turn red and say which."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collective.ledger import guards
from collective.ledger.models import Entry
from collective.payments.operations import run_operations
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from collective.sharing.share_out import share_out
from tests.collective.money import settle_in_cash

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payment(paid, at):
    """Paid, refunded in part, finished, refunded in part again."""
    payment = look_at_payment(payment=paid(), at=at)
    give_back(payment, 600, at)
    share_out(
        workshop=payment.workshop,
        reference=payment.subject,
        labour_cents=9000,
        parts_cents=1000,
        paid_online_cents=9000,
        fund_bp=500,
        platform_bp=200,
        fee_cents=payment.fee_cents,
        payments=[payment],
        at=at,
    )
    give_back(payment, 1234, at)
    return payment


def give_back(payment, cents, at):
    refund_payment(payment=payment, amount_cents=cents, reason="geste", at=at)
    run_operations(at=at)


def check():
    out = StringIO()
    try:
        call_command("check_ledger", stdout=out)
    except CommandError as red:
        return f"{out.getvalue()}{red}"
    return out.getvalue()


def test_sound_books_are_green(payment):
    assert check() == f"{Entry.objects.count()} entries: the books hold together.\n"


SALE = "(SELECT id FROM collective_entry WHERE source LIKE 'sale:%')"
CAPTURE = "(SELECT max(id) FROM collective_entry WHERE source LIKE 'capture:%')"
SHARES = "(SELECT min(id) FROM collective_entry WHERE source LIKE 'shares:%')"
BREAKS = {
    "is out of balance by 1 EUR": """
        UPDATE collective_line SET amount = amount + 1 WHERE account = '706' AND entry_id = SALE""",
    "is out of balance by -100 MIN": """
        INSERT INTO collective_line (entry_id, account, amount, unit) VALUES (SALE, '411', -100, 'MIN')""",
    "has no lines": "DELETE FROM collective_line WHERE entry_id = CAPTURE",
    "is not sealed": "UPDATE collective_entry SET sealed_at = NULL WHERE id = SALE",
    "account 999 is not in the plan": "UPDATE collective_line SET account = '999' WHERE account = '707'",
    "disagree by": """
        UPDATE collective_line SET amount = amount - 7 WHERE account LIKE '467.%' AND entry_id = SHARES""",
    "stands at 50 after the sale": """
        UPDATE collective_line SET amount = amount - 50 WHERE account = '4191' AND entry_id = SALE""",
    "the books say 9600, the payments 9599": "UPDATE collective_payment SET captured_cents = 9599",
    "the books say None, the payments 9600": """
        UPDATE collective_entry SET source = 'lost' WHERE id < CAPTURE AND source LIKE 'capture:%'""",
    "the books say -169, the payments None": "UPDATE collective_payment SET fee_cents = NULL",
    "the books say -600, the payments None": "DELETE FROM collective_refund WHERE amount_cents = 600",
    "says 1834 given back, its refunds 1835": """
        UPDATE collective_refund SET amount_cents = 1235 WHERE amount_cents = 1234""",
    "waits for a person: amount": "UPDATE collective_payment SET trouble = 'amount'",
}


@pytest.mark.parametrize("said", BREAKS)
def test_what_is_broken_turns_the_check_red(payment, said):
    with guards.lifted(connection), connection.cursor() as cursor:
        sql = BREAKS[said].replace("SALE", SALE).replace("CAPTURE", CAPTURE).replace("SHARES", SHARES)
        cursor.execute(sql)
    report = check()
    assert said in report
    assert "faults in the books" in report


def test_a_missing_guard_turns_the_check_red(payment):
    guards.remove(connection)
    try:
        assert "the database's guard ledger_line_never_changes is missing" in check()
    finally:
        guards.install(connection)


def test_the_check_asks_as_much_of_many_payments_as_of_one(payment, paid, at):
    with CaptureQueriesContext(connection) as one:
        check()
    for _ in range(3):
        look_at_payment(payment=paid(), at=at)
    with CaptureQueriesContext(connection) as many:
        check()
    assert len(many) == len(one)


def test_a_bill_settled_twice_is_told(payment, at):
    settle_in_cash(payment.workshop, payment.subject, cents=1001, at=at)  # 10 € were left
    assert "is settled by 1 more than was owed" in check()
