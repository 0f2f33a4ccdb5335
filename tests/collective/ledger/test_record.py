import pytest

from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import CannotBeBooked, record
from collective.ledger.reverse import reverse
from tests.collective.money import AT, a_workshop, standing


@pytest.fixture
def seller(db):
    return books_of(a_workshop().seller)


def write(entity, lines, source="test:1", **more):
    return record(
        entity=entity, journal=Entry.Journal.MISC, source=source, label="Essai", lines=lines, occurred_at=AT, **more
    )


def test_an_entry_is_sealed_with_its_lines(seller):
    entry = write(seller, {"411": 1200, "706": -1000, "44571": -200, "707": 0})
    assert entry.sealed_at is not None
    assert sorted(entry.lines.values_list("account", "amount")) == [("411", 1200), ("44571", -200), ("706", -1000)]


def test_the_same_cause_is_booked_once(seller):
    first = write(seller, {"411": 100, "706": -100})
    assert write(seller, {"411": 100, "706": -100}) == first
    assert Entry.objects.count() == 1


def test_the_same_cause_with_other_amounts_is_refused(seller):
    write(seller, {"411": 100, "706": -100})
    with pytest.raises(CannotBeBooked, match="other lines"):
        write(seller, {"411": 200, "706": -200})


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ({"411": 100, "706": -99}, "out of balance by 1"),
        ({"411": 0, "706": 0}, "no lines"),
        ({"999": 100, "706": -100}, "outside the plan: 999"),
        ({"467": 100, "706": -100}, "outside the plan: 467"),
        ({"411.3": 100, "706": -100}, "outside the plan: 411.3"),
    ],
)
def test_what_would_make_the_books_wrong_is_refused(seller, lines, why):
    with pytest.raises(CannotBeBooked, match=why):
        write(seller, lines)
    assert not Entry.objects.exists()


def test_minutes_are_booked_in_their_own_unit(seller):
    entry = write(seller, {"411": 30, "706": -30}, unit="MIN")
    assert set(entry.lines.values_list("unit", flat=True)) == {"MIN"}
    assert reverse(entry=entry, label="Erreur", at=AT).lines.first().unit == "MIN"


def test_an_entry_is_taken_back_by_its_mirror_once(seller):
    entry = write(seller, {"411": 1200, "706": -1200})
    mirror = reverse(entry=entry, label="Erreur", at=AT)
    assert mirror == reverse(entry=entry, label="Erreur", at=AT)
    assert mirror.mirrors == entry
    assert standing(seller) == {}
    with pytest.raises(CannotBeBooked, match="is a mirror"):
        reverse(entry=mirror, label="Erreur", at=AT)


def test_an_entry_taken_back_in_part_is_not_taken_back_whole(seller):
    entry = write(seller, {"411": 1200, "706": -1200})
    write(seller, {"411": -200, "706": 200}, source="test:2", mirrors=entry)
    with pytest.raises(CannotBeBooked, match="in part"):
        reverse(entry=entry, label="Erreur", at=AT)
