"""Run every test that this machine can run, then say what was run and what was not found.

    python -m backend.setup.suite [words for pytest]

SQLite always; PostgreSQL where one answers (TEST_DATABASE_URL, or the usual local address), with Redis when that
answers too (TEST_REDIS_URL); the pages in Chromium when there is one (CHROMIUM). What is named in the environment and
does not answer is a failure: somebody meant it to be there.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from backend.setup.speak import Halt, run_as_command, tell

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/15"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NOTHING_COLLECTED = 5  # pytest's status when a selection is empty


@dataclass
class Run:
    """One command of the suite, and how it ended."""

    name: str
    command: list[str]
    surroundings: dict[str, str] = field(default_factory=dict)
    may_be_empty: bool = False
    status: int | None = None
    seconds: float = 0

    @property
    def passed(self) -> bool:
        return self.status == 0 or (self.may_be_empty and self.status == NOTHING_COLLECTED)

    def go(self, root: Path) -> None:
        tell(f"\n=== {self.name}")
        began = time.monotonic()
        surroundings = {**os.environ, **self.surroundings}
        self.status = subprocess.run(self.command, cwd=root, env=surroundings, check=False).returncode
        self.seconds = time.monotonic() - began
        if self.status < 0 or self.status in (2, 130):  # pytest's status when a person interrupts it is 2
            raise KeyboardInterrupt


@dataclass
class Found:
    """The servers and the browser of this machine; empty is not there."""

    postgres: str
    redis: str
    chromium: str


def main() -> int:
    root = Path.cwd()
    words = sys.argv[1:]
    found = look_around()
    runs = plan(found, words)
    try:
        for run in runs:
            run.go(root)
    finally:
        report(runs, found)
    return 0 if all(run.passed for run in runs) else 1


def look_around() -> Found:
    """:raises Halt: when what the environment names does not answer."""
    return Found(
        postgres=answering("TEST_DATABASE_URL", POSTGRES, postgres_answers),
        redis=answering("TEST_REDIS_URL", REDIS, redis_answers),
        chromium=find_chromium(),
    )


def answering(variable: str, usual: str, answers) -> str:  # type: ignore[no-untyped-def]
    named = os.environ.get(variable, "")
    if answers(named or usual):
        return named or usual
    if named:
        raise Halt(f"{variable} is {named}, and nothing answers there: start it, or unset the variable.")
    return ""
