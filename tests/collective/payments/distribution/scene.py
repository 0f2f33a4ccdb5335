"""A repair paid online and finished, and what leaves for whom: short words for tests about transfers."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from backend.lib.outbox import sweep_outbox
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Entity
from collective.payments.ask import ask_payment, open_payment
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import SellerAccount
from collective.payments.distribution.order import KIND
from collective.payments.models import Payment
from collective.payments.operations import run_operations
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from collective.sharing.share_out import share_out
from collective.workshops.models import Workshop
from tests.collective.money import a_workshop, settle_in_cash
from tests.collective.payments.distribution.provider import PayingProvider

_numbers = count(1)


def ready_workshop(provider: PayingProvider, **fields: object) -> Workshop:
    """A workshop whose seller and whose fund have active accounts."""
    workshop = a_workshop(**fields)  # type: ignore[arg-type]  # tests pass what the factory takes
    for entity in (books_of(workshop.seller), fund_of(workshop.collective)):
        activate(provider, entity)
    return workshop


def activate(provider: PayingProvider, entity: Entity) -> SellerAccount:
    account = account_of(entity)
    account.account_id = account.account_id or f"acct_e{entity.pk}"
    account.status = SellerAccount.Status.ACTIVE
    account.save()
    provider.set_account(account.account_id, "active")
    return account


def pay_online(provider: PayingProvider, workshop: Workshop, cents: int, *, at: datetime, subject: str = "") -> Payment:
    payment = ask_payment(
        purpose="appointment",
        subject=subject or f"T{next(_numbers):05}",
        workshop=workshop,
        label="Révision complète",
        email="camille@exemple.fr",
        language="fr",
        amount_cents=cents,
        capture="now",
        success_url="http://127.0.0.1:8000/merci",
        cancel_url="http://127.0.0.1:8000/retour",
        expires_at=at + timedelta(minutes=10),
        at=at,
    )
    open_payment(payment=payment, at=at)
    provider.pay(payment)
    return look_at_payment(payment=payment, at=at)


def finish(
    workshop: Workshop,
    *,
    at: datetime,
    payment: Payment | None = None,
    subject: str = "",
    labour: int = 6000,
    parts: int = 0,
    fund_bp: int = 1000,
    platform_bp: int = 300,
) -> str:
    """Finish a repair, the rest taken at the counter; return its reference."""
    online = payment.kept_cents if payment else 0
    reference = payment.subject if payment else subject or f"T{next(_numbers):05}"
    share_out(
        workshop=workshop,
        reference=reference,
        labour_cents=labour,
        parts_cents=parts,
        paid_online_cents=online,
        fund_bp=fund_bp,
        platform_bp=platform_bp,
        fee_cents=payment.fee_cents or 0 if payment else 0,
        payments=[payment] if payment else [],
        at=at,
    )
    if left := labour + parts - online:
        settle_in_cash(workshop, reference, cents=left, at=at)
    return reference


def give_back(payment: Payment, cents: int, *, at: datetime) -> None:
    refund_payment(payment=payment, amount_cents=cents, reason="geste", at=at)


def make_rounds(*, at: datetime) -> None:
    """What the sweeps do, until nothing is due any more."""
    for _ in range(20):
        if not sweep_outbox(at=at, kinds=[KIND]) + run_operations(at=at):
            return
    raise AssertionError("the rounds never end")
