"""The reminder: the evening before, once."""

from datetime import UTC, datetime, timedelta

from backend.lib.outbox import sweep_outbox
from backend.lib.outbox_models import OutboxRow
from booking.appointments.cancel import cancel_appointment
from booking.appointments.move import move_appointment
from booking.appointments.remind import KIND
from tests.booking.appointments.scene import AT, MINUTE, NEXT_WEEK, NINE, TEN, book_at, mails

EVENING = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)  # 18:00 in Lille, the day before NEXT_WEEK


def due():
    return list(OutboxRow.objects.filter(kind=KIND, state=OutboxRow.State.WAITING).values_list("due_at", flat=True))


def sweep(at):
    return sweep_outbox(at=at, kinds=[KIND])


def test_it_is_written_at_six_in_the_evening_before_once(counter):
    book_at(counter, NEXT_WEEK)
    assert due() == [EVENING]
    assert sweep(EVENING - MINUTE) == 0

    sweep(EVENING)
    sweep(EVENING + MINUTE)

    assert len(mails()) == 2


def test_who_books_less_than_a_day_ahead_gets_none(counter):
    book_at(counter, NINE, at=AT + MINUTE)
    assert due() == []

    book_at(counter, TEN)  # in 25 hours: this evening
    assert due() == [datetime(2026, 11, 23, 17, 0, tzinfo=UTC)]


def test_it_goes_with_the_appointment(counter):
    cancel_appointment(appointment=book_at(counter, NEXT_WEEK), by=None, at=AT + MINUTE)

    assert due() == []


def test_it_moves_with_the_appointment(counter):
    appointment = book_at(counter, NEXT_WEEK)

    move_appointment(appointment=appointment, starts_at=NEXT_WEEK + timedelta(days=1), by=None, at=AT + MINUTE)

    assert due() == [EVENING + timedelta(days=1)]


def test_one_that_waits_for_something_else_by_then_says_nothing(counter):
    appointment = book_at(counter, NEXT_WEEK)
    row = OutboxRow.objects.get(kind=KIND)
    move_appointment(appointment=appointment, starts_at=NEXT_WEEK + timedelta(days=1), by=None, at=AT + MINUTE)
    before = len(mails())
    OutboxRow.objects.filter(kind=KIND).delete()
    OutboxRow.objects.create(kind=KIND, key="stale", payload=row.payload, due_at=EVENING)

    sweep(EVENING)

    assert len(mails()) == before
