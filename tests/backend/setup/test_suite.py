"""`make test` says what it ran and what it did not find, and its status tells the truth; `make help` lists all."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from backend.setup import suite
from backend.setup.speak import Halt

ROOT = Path(__file__).resolve().parents[3]
EVERYTHING = suite.Found(postgres="postgres://there", redis="redis://there", chromium=sys.executable)
NOTHING = suite.Found(postgres="", redis="", chromium="")


def a_run(code: str, **options: object) -> suite.Run:
    return suite.Run("A run", [sys.executable, "-c", code], **options)


def test_a_run_keeps_the_closing_line_of_pytest(tmp_path, capsys):
    run = a_run("print('.'); print('\\x1b[32m==== 12 passed, 1 deselected in 3.4s ====\\x1b[0m')")
    run.go(tmp_path)
    suite.report([run], EVERYTHING)
    assert run.passed
    assert "passed   A run  (12 passed, 1 deselected in 3.4s)" in capsys.readouterr().out


def test_a_run_that_fails_or_collects_nothing_does_not_pass(tmp_path, capsys):
    failed, empty, chosen = a_run("raise SystemExit(1)"), a_run("raise SystemExit(5)"), a_run("raise SystemExit(5)")
    chosen.may_be_empty = True
    for run in (failed, empty, chosen):
        run.go(tmp_path)
    assert [run.passed for run in (failed, empty, chosen)] == [False, False, True]
    suite.report([failed, a_run("never started")], NOTHING)
    said = capsys.readouterr().out
    assert "FAILED   A run" in said
    assert "not run  A run" in said
    assert said.count("nothing answers at") == 2
    assert "no browser" in said


def test_a_persons_own_settings_do_not_reach_the_tests(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_mine")
    monkeypatch.setenv("DATABASE_URL", "postgres://mine")
    show = "import os; print(os.environ.get('STRIPE_SECRET_KEY'), os.environ['DATABASE_URL'])"
    a_run(show, surroundings={"DATABASE_URL": "postgres://tests"}).go(tmp_path)
    assert "None postgres://tests" in capfd.readouterr().out


def test_what_is_found_decides_what_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests" / "e2e").mkdir(parents=True)
    assert [run.name for run in suite.plan(EVERYTHING, [])] == [
        "No model changed without its migration",
        "On SQLite",
        "Coverage of the domain",
        "On PostgreSQL with Redis",
        "In Chromium",
    ]
    assert [run.name for run in suite.plan(EVERYTHING, []) if "--cov" in run.command] == ["On SQLite"]
    assert [run.name for run in suite.plan(NOTHING, ["-k", "cancel"])] == [
        "No model changed without its migration",
        "On SQLite",
    ]


def test_a_server_that_the_environment_names_must_answer(monkeypatch):
    monkeypatch.setenv("TEST_REDIS_URL", "redis://127.0.0.1:9/0")
    with pytest.raises(Halt, match="TEST_REDIS_URL is redis://127.0.0.1:9/0"):
        suite.answering("TEST_REDIS_URL", suite.REDIS, suite.redis_answers)
    monkeypatch.delenv("TEST_REDIS_URL")
    assert suite.answering("TEST_REDIS_URL", "redis://127.0.0.1:9/0", suite.redis_answers) == ""
    assert not suite.postgres_answers("postgres://nobody@127.0.0.1:9/nothing")
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(Halt, match="CHROMIUM is no-such-browser"):
        suite.find_chromium()


def test_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"^  make (\S+) +\S", done.stdout, re.MULTILINE) == targets
