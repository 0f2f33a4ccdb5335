"""The demonstration, with two of its workshops and a month of its past: the same for one seed, alive on any day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from booking.appointments.models import Appointment
from booking.availability.needs import works_for
from booking.availability.scan import slots_of
from booking.demo.cast import cast
from booking.demo.load import load_demo
from booking.diagnosis.load_knowledge import load_knowledge
from booking.services.load_catalogue import load_catalogue
from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.models import Line
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.dispute_models import Dispute
from collective.payments.distribution.check import what_disagrees_with_the_transfers
from collective.payments.distribution.models import BankBatch, SellerAccount, Transfer
from collective.payments.models import Operation, Payment
from collective.reconciliation.check_books import check_books
from collective.reconciliation.models import Opening
from collective.reconciliation.opening import books_cents
from collective.timetable.check import find_faults
from collective.workshops.models import Workshop

SATURDAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ODD_DAYS = [
    datetime(2026, 11, 22, 22, 30, tzinfo=UTC),  # a Sunday, nearly midnight in Lille
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # the night that loses an hour
    datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),  # already next year in Lille
]
Status = Appointment.Status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_small_cast(monkeypatch) -> None:
    few = [about for about in cast()["workshops"] if about["slug"] in ("atelier-du-pave", "le-cliquet")]
    assert len(few) == 2
    monkeypatch.setitem(cast(), "workshops", [about | {"joined_days_ago": 30} for about in few])
    load_catalogue(at=SATURDAY)
    load_knowledge(at=SATURDAY)


def story() -> list[tuple[object, ...]]:
    """What the rows say, whatever their keys."""
    fields = ("workshop__slug", "starts_at", "ends_at", "status", "email", "labour_cents", "parts_cents", "pay_now")
    rows = Appointment.objects.order_by("workshop__slug", "starts_at", "mechanic__name")
    return list(rows.values_list(*fields, "diagnosis__comment"))


def told(seed: int) -> list[tuple[object, ...]]:
    with transaction.atomic():
        load_demo(at=SATURDAY, seed=seed)
        rows = story()
        transaction.set_rollback(True)
    return rows


def faults(at: datetime) -> Iterator[str]:
    yield from what_is_wrong_in_the_books()
    yield from what_disagrees_with_the_payments()
    yield from what_disagrees_with_the_transfers()
    yield from find_faults(at=at)


def test_a_seed_tells_one_story_and_another_another():
    first, again, other = told(1), told(1), told(2)
    assert len(first) > 50
    assert first == again
    assert first != other


def test_a_second_run_adds_nothing_and_a_later_day_goes_on_from_there():
    load_demo(at=SATURDAY)
    before = story()
    assert load_demo(at=SATURDAY).added == 0
    assert story() == before

    later = SATURDAY + timedelta(days=4)
    loaded = load_demo(at=later)

    assert not loaded.is_new
    assert loaded.added > 0
    assert loaded.finished > 0
    assert not Appointment.objects.filter(status=Status.CONFIRMED, ends_at__lt=later).exists()
    assert list(faults(later)) == []


@pytest.mark.parametrize("at", [SATURDAY, *ODD_DAYS], ids=lambda at: f"{at:%a %d %b %Y}")
def test_it_is_alive_on_any_day(at):
    load_demo(at=at)

    ahead = Appointment.objects.filter(starts_at__gt=at, starts_at__lt=at + timedelta(days=4))
    assert {Status.CONFIRMED, Status.REQUESTED} <= set(Appointment.objects.values_list("status", flat=True))
    assert ahead.exists()
    assert ahead.exclude(diagnosis=None).exists()
    for workshop in Workshop.objects.all():
        work = works_for(interventions=["TYR-PUNCT"], bike_type="city", workshops=[workshop])[workshop.pk]
        today = at.astimezone(workshop.zone).date()
        assert slots_of(work=work, first=today, last=today + timedelta(days=7), at=at)
    assert Line.objects.exists()
    assert list(faults(at)) == []


def test_past_repairs_have_left_for_their_workshops_and_nothing_of_them_is_asked_of_the_provider():
    load_demo(at=SATURDAY)

    assert Transfer.objects.filter(state="sent", payment__isnull=False).exists()
    assert Transfer.objects.filter(state="waits").exists()
    assert not Transfer.objects.filter(state="planned").exists()
    assert not Operation.objects.exists()
    states = set(SellerAccount.objects.values_list("status", flat=True))
    assert {"active", "restricted", "pending", "none"} <= states
    assert all("<Document" in xml for xml in BankBatch.objects.values_list("xml", flat=True))


def test_the_treasurer_finds_a_dispute_and_a_refund_that_came_back_and_the_books_agree_otherwise():
    load_demo(at=SATURDAY)

    check, said = check_books(at=SATURDAY, with_provider=False)

    found = [sentence for sentences in said.values() for sentence in sentences]
    assert len(found) == 1
    assert "came back and waits for a person" in found[0]
    assert check.open_count == 1
    assert Dispute.objects.open().count() == 1
    assert Opening.objects.get().books_cents == books_cents()  # nothing of the past is compared


def test_nothing_is_paid_online_that_the_provider_does_not_know_once_it_is_compared():
    load_demo(at=SATURDAY)
    before = Payment.objects.count()
    load_demo(at=SATURDAY + timedelta(days=40))
    assert Payment.objects.count() == before
    assert Opening.objects.get().books_cents == books_cents()
