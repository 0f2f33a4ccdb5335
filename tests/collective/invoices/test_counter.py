"""The counter: a chain that one byte breaks, days that stay closed, archives that anybody can check."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from booking.jobs.finish import finish_repair
from collective.ledger import guards
from collective.ledger.archive import archive_of
from collective.ledger.check_closings import what_is_wrong_at_the_counters
from collective.ledger.close_period import (
    BadCount,
    NotTheCounter,
    TooEarlyToClose,
    close_counters,
    close_day,
    first_open,
)
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.counter_chain import PeriodClosed
from collective.ledger.counter_guards import GUARDS
from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import record
from tests.booking.appointments.scene import NINE, book_at, staff_of
from tests.collective.money import a_workshop, books
from tests.factories import StaffFactory, UserFactory

Kind = Closing.Kind
DAY = date(2026, 11, 24)


@pytest.fixture
def shop(db):
    return a_workshop()


@pytest.fixture
def staff(shop):
    return StaffFactory(workshop=shop).user


def take(shop, cents=2000, *, at=NINE, source=""):
    return record(
        entity=books_of(shop.seller),
        journal=Entry.Journal.COUNTER,
        source=source or f"counter:{at.isoformat()}:{cents}",
        label="Crevaison",
        lines={"53": cents, "411": -cents},
        occurred_at=at,
        reference="M00001",
        workshop=shop,
    )


def entity_of(shop):
    return books_of(shop.seller)


def test_each_entry_of_the_counter_joins_its_chain(shop):
    for place in range(3):
        take(shop, at=NINE + timedelta(minutes=place))
    links = list(CounterRecord.objects.order_by("number"))
    assert [link.number for link in links] == [1, 2, 3]
    assert [link.previous for link in links] == ["0" * 64, links[0].sha256, links[1].sha256]
    assert what_is_wrong_at_the_counters() == []


def test_the_same_cause_twice_is_one_link(shop):
    """Fault 36: the same takings entered twice."""
    assert take(shop, source="counter:M00001") == take(shop, source="counter:M00001")
    assert CounterRecord.objects.count() == 1


def test_other_journals_join_none(shop):
    record(
        entity=entity_of(shop), journal="sales", source="s", label="s", lines={"411": 1, "706": -1}, occurred_at=NINE
    )
    assert not CounterRecord.objects.exists()


def seal_outside_the_chain(entity):
    loose = Entry.objects.create(entity=entity, journal="counter", source="x", label="x", occurred_at=NINE)
    loose.lines.create(account="53", amount=1)
    loose.lines.create(account="411", amount=-1)
    Entry.objects.filter(pk=loose.pk).update(sealed_at=NINE)


def test_the_database_refuses_an_entry_outside_the_chain(shop):
    entity = entity_of(shop)
    with pytest.raises(DatabaseError, match="joins its chain"), transaction.atomic():
        seal_outside_the_chain(entity)


@pytest.mark.parametrize("table", ["collective_counterrecord", "collective_closing"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET number = number + 7", "DELETE FROM {}"])
def test_the_database_refuses_a_change_of_the_chain(shop, staff, table, sql):
    take(shop)
    close_day(entity=entity_of(shop), day=DAY, by=staff, at=NINE + timedelta(hours=9))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE collective_line SET amount = amount * 2",
        "UPDATE collective_entry SET label = 'Crevaisom'",
        "UPDATE collective_entry SET occurred_at = '2026-11-24 08:00:01+00:00' WHERE source = 'counter:2'",
        "UPDATE collective_counterrecord SET sha256 = REPLACE(sha256, SUBSTR(sha256, 1, 1), 'g') WHERE number = 2",
        "UPDATE collective_closing SET taken_cents = taken_cents + 1, grand_total_cents = grand_total_cents + 1",
        "UPDATE collective_closing SET counted_cents = 5",
        "DELETE FROM collective_counterrecord WHERE number = 2",
        "DELETE FROM collective_closing WHERE number = 1",
    ],
)
def test_one_changed_byte_turns_the_check_red(shop, staff, sql):
    for number in (1, 2, 3):
        take(shop, source=f"counter:{number}")
    close_counters(at=NINE + timedelta(days=40))
    with guards.lifted(connection), GUARDS.lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_closings", stdout=out)
    assert out.getvalue()


# --- Closing ----------------------------------------------------------------------------------------------------------


def test_the_night_closes_days_months_and_years_that_are_over(shop):
    for days in (0, 1, 40, 60):
        take(shop, 1000 + days, at=NINE + timedelta(days=days))
    assert close_counters(at=NINE + timedelta(days=60)) == 5
    closings = Closing.objects.order_by("number")
    assert [(one.kind, one.first.isoformat(), one.taken_cents, one.grand_total_cents) for one in closings] == [
        ("day", "2026-11-24", 1000, 1000),
        ("day", "2026-11-25", 1001, 2001),
        ("month", "2026-11-01", 2001, 2001),
        ("year", "2026-01-01", 2001, 2001),
        ("day", "2027-01-03", 1040, 3041),
    ]
    assert close_counters(at=NINE + timedelta(days=60)) == 0
    call_command("check_closings", stdout=StringIO())


def test_what_was_counted_and_is_missing_is_booked(shop, staff):
    take(shop, 5000)
    closing = close_day(entity=entity_of(shop), day=DAY, by=staff, counted_cents=4900, at=NINE + timedelta(hours=9))
    assert (closing.taken_cents, closing.counted_cents, closing.difference_cents) == (5000, 4900, -100)
    assert books(shop)["seller"] == {"53": 4900, "411": -5000, "6588": 100}
    call_command("check_closings", stdout=StringIO())


def test_too_much_in_the_till_is_booked_too(shop, staff):
    take(shop, 5000)
    close_day(entity=entity_of(shop), day=DAY, by=staff, counted_cents=5010, at=NINE + timedelta(hours=9))
    assert books(shop)["seller"]["7588"] == -10


def test_fault_36_a_closed_day_takes_nothing_more(shop, staff):
    take(shop)
    close_day(entity=entity_of(shop), day=DAY, by=staff, at=NINE + timedelta(hours=9))
    before = Entry.objects.count()
    with pytest.raises(PeriodClosed):
        take(shop, 1, at=NINE + timedelta(hours=10))
    with pytest.raises(PeriodClosed):
        take(shop, 1, at=NINE - timedelta(days=3))
    assert Entry.objects.count() == before
    take(shop, 1, at=NINE + timedelta(days=1))
    assert what_is_wrong_at_the_counters() == []


def test_fault_36_the_database_refuses_it_too(shop, staff):
    take(shop)
    close_day(entity=entity_of(shop), day=DAY, by=staff, at=NINE + timedelta(hours=9))
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        Entry.objects.create(entity=entity_of(shop), journal="counter", source="x", label="x", occurred_at=NINE)


def test_fault_36_finishing_a_repair_in_a_closed_day_moves_nothing(counter):
    staff = staff_of(counter)
    appointment = book_at(counter)
    close_day(entity=books_of(counter.seller), day=DAY, by=staff, at=NINE)
    with pytest.raises(PeriodClosed):
        finish_repair(appointment=appointment, by=staff, at=NINE + timedelta(hours=1))
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"
    assert not Entry.objects.exists()


def test_a_day_is_closed_once_and_by_who_works_there(shop, staff):
    entity = entity_of(shop)
    take(shop)
    with pytest.raises(NotTheCounter):
        close_day(entity=entity, day=DAY, by=UserFactory(), at=NINE)
    with pytest.raises(TooEarlyToClose):
        close_day(entity=entity, day=DAY + timedelta(days=1), by=staff, at=NINE)
    close_day(entity=entity, day=DAY, by=staff, at=NINE)
    with pytest.raises(PeriodClosed):
        close_day(entity=entity, day=DAY, by=staff, at=NINE)


@pytest.mark.parametrize("cents", [-1, 10**12])
def test_cash_that_no_till_holds_is_refused(shop, staff, cents):
    with pytest.raises(BadCount):
        close_day(entity=entity_of(shop), day=DAY, by=staff, counted_cents=cents, at=NINE)
    assert not Closing.objects.exists()


def test_a_day_begins_at_the_workshops_midnight(shop):
    late = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)  # 23:59 in Lille
    take(shop, at=late)
    take(shop, at=late + timedelta(minutes=2))
    close_counters(at=NINE + timedelta(days=5))
    days = Closing.objects.filter(kind=Kind.DAY).order_by("number")
    assert [(one.first.isoformat(), one.records) for one in days] == [("2026-11-24", 1), ("2026-11-25", 1)]
    assert first_open(entity_of(shop), [NINE]) == days[1].ends_at


# --- The archive ------------------------------------------------------------------------------------------------------


def test_an_archive_can_be_checked_by_what_it_says_itself(shop):
    take(shop, source="counter:1")
    take(shop, source="=1+1")
    close_counters(at=NINE + timedelta(days=40))
    packed = zipfile.ZipFile(io.BytesIO(archive_of(entity=entity_of(shop), at=NINE)))
    files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files["manifest.json"])
    for name, said in manifest["sha256"].items():
        assert hashlib.sha256(files[name]).hexdigest() == said
    for name in ("records.jsonl", "closings.jsonl"):
        previous = "0" * 64
        for line in files[name].splitlines():
            row = json.loads(line)
            said = row.pop("sha256")
            again = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            assert (hashlib.sha256(again).hexdigest(), row["previous"]) == (said, previous)
            previous = said
    assert b"'=1+1" in files["records.csv"]
