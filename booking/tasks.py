"""
Later work, swept: rows with a state and a due time, claimed one by one, so a crash loses nothing and two sweepers do
nothing twice. huey (`manage.py run_huey`) makes the rounds; `manage.py sweep` makes one by hand, for cron or a test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from backend.lib import live
from backend.lib.clock import database_now
from backend.lib.outbox import handles, put, sweep_outbox
from booking.appointments import card_saved, paid, paid_later, remind
from booking.appointments.expire import expire_holds
from booking.appointments.lapse import lapse_unanswered
from booking.audit.chain import chain_audit_rows
from booking.jobs.papers import issue_due_papers
from booking.jobs.pick_up import release_lapsing_holds
from booking.waiting import erase, offer_freed
from booking.waiting.end import end_waits
from booking.waiting.lapse import lapse_offers
from collective.invoices import make_paper
from collective.invoices.invoice_commission import invoice_commissions
from collective.ledger.close_period import close_counters
from collective.payments.distribution import distribute
from collective.payments.distribution.accounts import poll_accounts
from collective.payments.keep_card import sweep_cards
from collective.payments.operations import run_operations
from collective.payments.receive import poll_payments, sweep_events
from collective.payments.take_dispute import poll_disputes
from collective.reconciliation.check_books import check_when_due
from collective.timetable.free_days import extend_horizon
from collective.timetable.occupy import release_expired

logger = logging.getLogger(__name__)

Sweep = Callable[..., int]
HANDLERS = (
    paid.payment_changed,
    paid_later.balance_changed,
    paid_later.late_changed,
    card_saved.card_changed,
    remind.remind,
    offer_freed.offer_freed,
    erase.erase_ended,
    distribute.distribution_ordered,
    make_paper.make_paper,
)  # importing them made the outbox know them
HORIZON = "timetable.extend"
COUNTERS = "counters.close"
NIGHT_WORK = (HORIZON, erase.ERASE, COUNTERS)
NIGHT = time(1, 30)  # UTC: the small hours wherever our workshops are


def sweep_rows(*, at: datetime) -> int:
    """Handle the due outbox rows; live announcements too, unless the web process relays them from its own memory."""
    return sweep_outbox(at=at, but=(live.KIND,) if settings.MOYEU_RELAY_IN_WEB else ())


@handles(HORIZON)
def extend(payload: dict[str, Any], *, at: datetime) -> None:
    """Make the new last bookable day."""
    extend_horizon(at=at)


@handles(COUNTERS)
def close_the_counters(payload: dict[str, Any], *, at: datetime) -> None:
    """Close the days, months and years that are over at every counter; the platform invoices the month that is over."""
    close_counters(at=at)
    invoice_commissions(at=at)


def plan_the_night(*, at: datetime) -> int:
    """Put tonight's work once a day, whoever makes the rounds: huey, cron or the demonstration."""
    tonight = datetime.combine(at.date() + timedelta(days=1), NIGHT, tzinfo=UTC)
    with transaction.atomic():
        for work in NIGHT_WORK:
            put(work, {}, due_at=tonight, key=f"{work}:{tonight:%Y-%m-%d}")
    return 0


# In the order in which one's work makes the next one's: an event moves a payment, the payment an appointment, which
# orders a refund and puts mails out.
ROUND: dict[str, Sweep] = {
    "events": sweep_events,
    "operations": run_operations,
    "payments": poll_payments,
    "disputes": poll_disputes,
    "accounts": poll_accounts,
    "holds of cards": release_lapsing_holds,
    "cards": sweep_cards,
    "cards to forget": card_saved.forget_cards,
    "holds": expire_holds,
    "unanswered": lapse_unanswered,
    "offers": lapse_offers,
    "waits": end_waits,
    "occupancies": release_expired,
    "papers": issue_due_papers,
    "night": plan_the_night,
    "drawings": make_paper.draw_due_papers,
    "outbox": sweep_rows,
    "audit": chain_audit_rows,
    "books": check_when_due,  # after all that moves money, and in its own ten minutes
}
SHORT_ROUND = ("events", "operations", "drawings", "outbox")


def sweep(*, at: datetime, names: tuple[str, ...] = tuple(ROUND)) -> dict[str, int | None]:
    """Make one round; return what each sweep did, None for one that failed. A failure is logged and stops no other."""
    return {name: _attempt(name, at=at) for name in names}


def _attempt(name: str, *, at: datetime) -> int | None:
    try:
        return ROUND[name](at=at)
    except Exception:
        logger.exception("the sweep of %s failed", name)
        return None


@db_periodic_task(crontab(minute="*"))
def sweep_everything() -> None:
    sweep(at=database_now())


@db_task()
def wake() -> None:
    """Do at once what a commit has just caused; the round of the minute would have done it too."""
    sweep(at=database_now(), names=SHORT_ROUND)
