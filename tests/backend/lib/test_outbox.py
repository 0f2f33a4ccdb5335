"""Later work: nothing lost, nothing done twice, the failing one tried again and at last left to a person."""

from datetime import timedelta

import pytest
from django.db import transaction

from backend.lib import outbox
from backend.lib.outbox_models import OutboxRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    seen = []
    monkeypatch.setitem(outbox._handlers, "note", lambda payload, *, at: seen.append(payload["text"]))
    return seen


def test_a_row_is_handled_once_when_it_is_due(done, now):
    outbox.put("note", {"text": "later"}, due_at=now + timedelta(hours=1))
    outbox.put("note", {"text": "now"}, due_at=now)
    assert outbox.sweep_outbox(at=now) == 1
    assert outbox.sweep_outbox(at=now) == 0
    assert done == ["now"]
    outbox.sweep_outbox(at=now + timedelta(hours=1))
    assert done == ["now", "later"]


def test_the_same_key_is_put_once(done, now):
    outbox.put("note", {"text": "a"}, due_at=now, key="k")
    outbox.put("note", {"text": "b"}, due_at=now, key="k")
    assert OutboxRow.objects.get(key="k").payload == {"text": "a"}
    outbox.sweep_outbox(at=now)
    assert done == ["a"]


def test_what_fails_is_tried_again_later_and_undoes_its_writes(monkeypatch, now):
    def fail(payload, *, at):
        OutboxRow.objects.create(kind="stray", payload={}, due_at=at)
        raise OSError("the mail server is away")

    monkeypatch.setitem(outbox._handlers, "note", fail)
    outbox.put("note", {"text": "x"}, due_at=now)
    row = OutboxRow.objects.get()
    assert outbox.sweep_outbox(at=now) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due_at) == ("waiting", 1, now + timedelta(seconds=5))
    assert "the mail server is away" in row.last_error
    assert not OutboxRow.objects.filter(kind="stray").exists()


def test_after_the_last_attempt_it_is_left_to_a_person(monkeypatch, now):
    monkeypatch.setitem(outbox._handlers, "note", lambda payload, *, at: 1 / 0)
    outbox.put("note", {}, due_at=now)
    row = OutboxRow.objects.get()
    for day in range(outbox.MOST_ATTEMPTS + 3):
        outbox.sweep_outbox(at=now + timedelta(days=day))
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", outbox.MOST_ATTEMPTS)


def test_a_row_whose_sweeper_died_is_taken_up_after_its_lease(done, now):
    outbox.put("note", {"text": "orphan"}, due_at=now)
    OutboxRow.objects.update(claimed_until=now + outbox.LEASE)
    assert outbox.sweep_outbox(at=now) == 0
    assert outbox.sweep_outbox(at=now + outbox.LEASE) == 1


def test_a_row_taken_back_is_not_handled(done, now):
    outbox.put("note", {"text": "reminder"}, due_at=now, key="reminder:1")
    outbox.forget("reminder:1")
    outbox.sweep_outbox(at=now)
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_putting_outside_a_transaction_is_a_bug(now):
    with pytest.raises(RuntimeError):
        outbox.put("note", {}, due_at=now)
    with transaction.atomic():
        outbox.put("note", {}, due_at=now)
