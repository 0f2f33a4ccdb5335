"""The rounds: everything due is done, and one sweep that fails stops no other."""

import logging
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from backend.lib.live import KIND as LIVE
from backend.lib.outbox_models import OutboxRow
from booking import tasks
from booking.appointments.models import Appointment
from collective.timetable.models import FreeDay
from tests.booking.appointments.conftest import counter, provider, workshop
from tests.booking.appointments.scene import AT, MINUTE, TEN, book_at, mails, open_page

__all__ = ["counter", "provider", "workshop"]

State = OutboxRow.State


def test_one_round_takes_a_payment_from_the_bank_to_the_mail(workshop, provider, mailoutbox):
    appointment = book_at(workshop)
    open_page(appointment)
    provider.pay(appointment.payment)  # and the webhook is lost

    done = tasks.sweep(at=AT + 2 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.status == Appointment.Status.CONFIRMED
    assert None not in done.values()
    tasks.sweep(at=AT + 2 * MINUTE)
    assert {message.subject for message in mailoutbox} >= set(mails())


def test_one_round_ends_what_is_over(workshop, provider):
    appointment = book_at(workshop)
    open_page(appointment)

    tasks.sweep(at=AT + 11 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.status == Appointment.Status.LAPSED


def test_a_sweep_that_fails_is_logged_and_stops_no_other(counter, monkeypatch, caplog):
    def broken(*, at):
        raise RuntimeError("broken")

    monkeypatch.setitem(tasks.ROUND, "events", broken)
    book_at(counter)

    with caplog.at_level(logging.ERROR):
        done = tasks.sweep(at=AT)

    assert done["events"] is None
    assert done["outbox"] > 0
    assert "the sweep of events failed" in caplog.text


@pytest.mark.parametrize(("in_web", "left"), [(True, True), (False, False)])
def test_live_announcements_are_left_to_the_web_process_that_relays_them(counter, settings, in_web, left):
    settings.MOYEU_RELAY_IN_WEB = in_web
    book_at(counter)

    tasks.sweep(at=AT)

    assert OutboxRow.objects.filter(kind=LIVE, state=State.WAITING).exists() is left


def test_the_command_makes_one_round_and_says_what_it_did(counter, monkeypatch, capsys):
    monkeypatch.setattr("booking.management.commands.sweep.database_now", lambda: AT)
    book_at(counter)

    call_command("sweep")

    assert "outbox: " in capsys.readouterr().out
    assert not OutboxRow.objects.filter(kind="mail", state=State.WAITING).exists()


def test_what_huey_calls_does_the_rounds(counter, monkeypatch):
    monkeypatch.setattr(tasks, "database_now", lambda: AT)
    book_at(counter)

    tasks.wake.call_local()
    assert not OutboxRow.objects.filter(kind="mail", state=State.WAITING).exists()

    book_at(counter, TEN)
    tasks.sweep_everything.call_local()
    assert not OutboxRow.objects.filter(kind="mail", state=State.WAITING).exists()


def test_every_night_the_timetable_grows_by_a_day(counter):
    tasks.sweep(at=AT)
    tasks.sweep(at=AT + MINUTE)
    row = OutboxRow.objects.get(kind=tasks.HORIZON)
    assert row.due_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    last = FreeDay.objects.order_by("-day").values_list("day", flat=True)[0]

    tasks.sweep(at=row.due_at)

    assert FreeDay.objects.order_by("-day").values_list("day", flat=True)[0] > last
