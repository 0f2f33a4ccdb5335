"""The check is green on what use cases write, and sees each row that was changed behind their backs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from booking.jobs.settle import take_back
from booking.tenders.models import Receipt, Tender, Voucher
from booking.tenders.receipts import record_receipt
from booking.tenders.vouchers import sell_voucher
from collective.hours.models import TimeAccount
from tests.booking.tenders.conftest import DONE_AT


@pytest.fixture
def busy(workshop, staff, owner, pay, done):
    """A cheque taken back, a voucher and a listed transfer used in part."""
    until = DONE_AT.date().replace(year=2027)
    issued = sell_voucher(workshop=workshop, cents=900, means="cash", expires_on=until, key="v", by=staff, at=DONE_AT)
    receipt = record_receipt(
        workshop=workshop, cents=900, payer="M", note="", received_on=DONE_AT.date(), key="r", by=staff, at=DONE_AT
    )
    pay("voucher", 500, code=issued.code)
    pay("transfer", 500, receipt=receipt.pk)
    cheque = pay("cheque", 300)
    take_back(appointment=done, tender=cheque.pk, reason="Erreur", by=owner, at=DONE_AT)


def check():
    out = StringIO()
    try:
        call_command("check_tenders", stdout=out)
    except CommandError as red:
        return f"{out.getvalue()}{red}"
    return out.getvalue()


def test_green(busy):
    assert check() == "3 tenders: they agree with the books.\n"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: Tender.objects.filter(means="voucher").update(amount=499, settles_cents=499), "tenders settle 999"),
        (lambda: Tender.objects.filter(means="transfer").update(state="refused"), "tenders settle 500"),
        (lambda: Voucher.objects.update(left_cents=F("left_cents") + 1), "vouchers hold 401"),
        (lambda: Receipt.objects.update(left_cents=1), "transfers to place hold 1"),
    ],
)
def test_red(busy, change, told):
    change()
    assert told in check()


def test_minutes_from_nowhere(busy, workshop, staff):
    TimeAccount.objects.create(collective=workshop.collective, user=staff, minutes=5)
    assert "holds 5, the books say 0" in check()
