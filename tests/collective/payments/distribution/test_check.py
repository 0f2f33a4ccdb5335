"""Each thing the check looks for is broken once by SQL; it must turn red and say which."""

import pytest
from django.db import connection

from collective.ledger import guards
from collective.payments.distribution.check import what_disagrees_with_the_transfers
from tests.collective.payments.distribution.scene import finish, give_back, make_rounds, pay_online, ready_workshop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payment(provider, at):
    """A receivable netted, transfers sent, a part of them taken back, another repair that waits."""
    workshop = ready_workshop(provider)
    finish(workshop, at=at)
    make_rounds(at=at)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    give_back(payment, 1000, at=at)
    make_rounds(at=at)
    return payment


def test_sound_transfers_are_green(payment):
    assert what_disagrees_with_the_transfers() == []


FIRST = "(SELECT min(id) FROM collective_transfer WHERE state = 'sent')"
BREAKS = {
    "taken back, its reversals": f"""
        UPDATE collective_transfer SET reversed_cents = reversed_cents + 1 WHERE id = {FIRST}""",
    "netted, its nettings": "UPDATE collective_netting SET amount_cents = amount_cents + 1",
    "captured": "UPDATE collective_payment SET captured_cents = 4000, refunded_cents = 0",
    "on 517 of entity": f"UPDATE collective_transfer SET amount_cents = amount_cents + 1 WHERE id = {FIRST}",
    "on 478 of entity": "DELETE FROM collective_netting",
    "the netting account stands at": """
        UPDATE collective_line SET amount = amount + 3 WHERE id = (SELECT min(id) FROM collective_line
        WHERE account = '478')""",
    "transfers and receivables say": "DELETE FROM collective_transfer WHERE state = 'waits'",
}


@pytest.mark.parametrize("said", BREAKS)
def test_what_is_broken_turns_the_check_red(payment, said):
    with guards.lifted(connection), connection.cursor() as cursor:
        cursor.execute(BREAKS[said])
    assert said in "\n".join(what_disagrees_with_the_transfers())
