"""A campaign says how much it tried, and fails when anything broke; small races stand in for the long ones."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from backend.lib.clock import database_now
from tests.campaigns import __main__ as campaigns
from tests.campaigns import kills, race
from tests.campaigns.control import double_bookings_without_guards
from tests.campaigns.control_of_keys import charged_twice_with_fresh_keys
from tests.campaigns.paying import Paying, emulator_beside
from tests.campaigns.person import Person
from tests.campaigns.result import Result
from tests.money.judge import faults
from tests.servers import running_servers


@pytest.fixture
def play(monkeypatch):
    """Let campaigns give these results, one a database, instead of being played."""

    def let(*violations: list[str]) -> None:
        results = iter([Result("race", 100, found, 2.0, "requests") for found in violations])
        monkeypatch.setattr(campaigns, "engines", lambda _name, folder: {"SQLite": "sqlite://", "PostgreSQL": "x"})
        monkeypatch.setattr(campaigns, "play", lambda *_asked: next(results))
        monkeypatch.setattr("sys.argv", ["campaigns", "race"])

    return let


def test_a_clean_campaign_ends_with_its_count(play, capsys):
    play([], [])
    assert campaigns.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "race: 200 requests in 4 s, violations: 0"


def test_one_violation_on_one_database_fails_the_campaign(play, capsys):
    play([], ["a bench was taken twice"])
    assert campaigns.main() == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("violations: 1")


def test_a_campaign_that_breaks_fails():
    with pytest.raises(campaigns.Halt, match="broke"):
        campaigns.play("nothing", 1, "SQLite", "sqlite:///:memory:", campaigns.ROOT)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_locks_and_guard_the_race_takes_slots_twice():
    at = database_now()
    workshop = race.lay(at=at)
    assert double_bookings_without_guards(workshop, race.work_of(workshop), at=at) > 0
    call_command("check", tags=["database"], databases=["default"])  # the guard is back


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_people_who_move_and_want_what_expires_never_share_a_slot(tmp_path):
    workshop = race.lay(at=database_now())
    log = tmp_path / "servers.log"
    with running_servers(race.SERVERS, log=log) as servers, race.sweeping(log, tmp_path):
        people = [Person(number, servers[number % race.SERVERS], workshop.slug, race.CODE) for number in range(6)]
        small = race.Race(workshop, people)
        race.hold_and_book(small, 6)
        race.move(small, 3)
        race.expire(small, 3)
    small.all_at_once(Person.leave)
    race.judge(small, log.read_text(errors="replace"))
    assert small.violations == []


@pytest.fixture
def paying(transactional_db):
    with emulator_beside() as stripe:
        yield Paying(stripe)


@pytest.mark.race
def test_workers_killed_at_each_step_leave_the_books_as_the_provider_says(paying):
    assert [*kills.at_each_step(paying, 1), *kills.while_finishing(paying, 1)] == []
    assert faults(paying.stripe, at=paying.at) == []


@pytest.mark.race
def test_with_fresh_keys_a_crash_serves_people_twice(paying):
    assert charged_twice_with_fresh_keys(paying) > 0
    assert faults(paying.stripe, at=paying.at) != []  # and the campaign's judge sees it
