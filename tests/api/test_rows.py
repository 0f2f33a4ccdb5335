"""Lists: as many queries for a hundred rows as for one, and never more than a hundred rows."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.appointments.models import Appointment, AppointmentLine, Proposal
from collective.ledger.entities import books_of, fund_of
from collective.ledger.record import record
from tests.factories import OfferFactory, WorkshopFactory

MOST_QUERIES = 12


def queries_of(send, path: str, by: str, rows: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = send("GET", path, {"page_size": "100"}, by=by)
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == min(rows, 100)
    return len(queries)


def more_appointments(world, count: int) -> None:
    template = world.requested
    for number in range(count):
        start = template.starts_at + timedelta(days=30, minutes=number)
        copy = Appointment.objects.get(pk=template.pk)
        copy.pk, copy.hold, copy.payment = None, None, None
        copy.token = uuid4()
        copy.starts_at, copy.ends_at = start, start + timedelta(minutes=30)
        copy._state.adding = True
        copy.save()
        line = template.lines.get()
        AppointmentLine.objects.create(
            appointment=copy,
            offer=line.offer,
            code=line.code,
            name_fr=line.name_fr,
            name_en=line.name_en,
            minutes=line.minutes,
            labour_cents=line.labour_cents,
            parts_cents=line.parts_cents,
        )
        Proposal.objects.create(
            appointment=copy,
            mechanic=copy.mechanic,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            proposed_by=world.people["mechanic"],
            proposed_at=world.at,
            expires_at=start,
        )


def more_entries(world, count: int) -> None:
    entity, fund = books_of(world.workshop.seller), fund_of(world.workshop.collective)
    for number in range(count):
        record(
            entity=entity,
            journal="sharing",
            source=f"more:{entity.entries.count()}:{number}",
            label="Contribution",
            lines={"6281": 100, f"467.{fund.pk}": -100},
            occurred_at=world.at,
            workshop=world.workshop,
        )


def more_offers(world, count: int) -> None:
    OfferFactory.create_batch(count, workshop=world.workshop)


def more_workshops(world, count: int) -> None:
    WorkshopFactory.create_batch(count)


LISTS = [
    ("appointments/", "owner", more_appointments),
    ("workshops/{slug}/appointments/", "mechanic", more_appointments),
    ("ledger-entries/", "coordinator", more_entries),
    ("workshops/{slug}/offers/", "anonymous", more_offers),
    ("workshops/", "anonymous", more_workshops),
]


@pytest.mark.parametrize(("path", "by", "more"), LISTS, ids=lambda given: getattr(given, "__name__", str(given)))
def test_a_hundred_rows_cost_as_many_queries_as_one(path, by, more, send, world):
    path = path.format(slug=world.workshop.slug)
    counts = []
    send("GET", path, by=by)  # what the first request of a process fetches is not counted
    for extra in (1, 9, 95):
        more(world, extra)
        rows = send("GET", path, by=by).json()["count"]
        counts.append(queries_of(send, path, by, rows))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= MOST_QUERIES


@pytest.mark.parametrize("size", ["101", "1000000000", "0", "-1", "all"])
def test_no_page_is_larger_than_a_hundred(size, send):
    answer = send("GET", "interventions/", {"page_size": size})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_page_beyond_the_last_is_nothing(send):
    assert send("GET", "interventions/", {"page": "2", "page_size": "100"}).status_code == 404
    assert send("GET", "interventions/", {"page": "x"}).status_code == 400
