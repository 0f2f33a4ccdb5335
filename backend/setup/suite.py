"""Run every test that this machine can run, then say what was run and what was not found.

    python -m backend.setup.suite [words for pytest]

SQLite always; PostgreSQL where one answers (TEST_DATABASE_URL, or the usual local address), with Redis where that
answers (TEST_REDIS_URL: for the servers that a test starts, since the workers of a run would share its counters and
announcements); the pages in Chromium where there is one (CHROMIUM). What the environment names and does not
answer is a failure: somebody meant it to be there.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
import redis

from backend.setup.speak import Halt, run_as_command, tell

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/15"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# What a person's own settings would change in a test.
NOT_FOR_TESTS = re.compile(r"(DATABASE_.*|REDIS_URL|SECRET_KEY|SITE_URL|ALLOWED_HOSTS|EMAIL_.*|(MOYEU|STRIPE)_.*)$")
CLOSING = re.compile(r"^=+ (.*\b(?:passed|failed|errors?|deselected|no tests ran)\b.*?) =+$", re.MULTILINE)
WITHOUT_DATABASE = ["--ignore=tests/backend/setup", "--ignore=tests/test_architecture.py"]  # once is enough
# Taken once: it makes a run half as long again, and what only PostgreSQL runs is a few lines. Judged right after.
COVERAGE = ["--cov", "--cov-report=", "--cov-fail-under=0"]
NOTHING_COLLECTED = 5  # pytest's status when a selection is empty


@dataclass
class Found:
    """The servers and the browser of this machine; an empty one is not there."""

    postgres: str
    redis: str
    chromium: str


@dataclass
class Run:
    """One command of the suite, and how it ended."""

    name: str
    command: list[str]
    surroundings: dict[str, str] = field(default_factory=dict)
    may_be_empty: bool = False
    status: int | None = None
    seconds: float = 0
    closing: str = ""

    @property
    def passed(self) -> bool:
        return self.status == 0 or (self.may_be_empty and self.status == NOTHING_COLLECTED)

    def go(self, root: Path) -> None:
        """Run it, showing its words and keeping pytest's closing line."""
        tell(f"\n=== {self.name}")
        began = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if not NOT_FOR_TESTS.match(name)}
        with subprocess.Popen(self.command, cwd=root, env=kept | self.surroundings, stdout=subprocess.PIPE) as process:
            said = relay(process.stdout) if process.stdout else ""
        self.status = process.returncode
        self.seconds = time.monotonic() - began
        closings = CLOSING.findall(re.sub(r"\x1b\[[0-9;]*m", "", said))
        self.closing = closings[-1] if closings else ""


def relay(words: IO[bytes]) -> str:
    """Show a tool's words as they come, dot by dot; return the last of them."""
    last = b""
    while some := os.read(words.fileno(), 8192):
        sys.stdout.buffer.write(some)
        sys.stdout.flush()
        last = (last + some)[-8192:]
    return last.decode(errors="replace")


def main() -> int:
    words = sys.argv[1:]
    found = look_around()
    runs = plan(found, words)
    try:
        for run in runs:
            run.go(Path.cwd())
    finally:
        report(runs, found)
    return 0 if all(run.passed for run in runs) else 1


def look_around() -> Found:
    """:raises Halt: when what the environment names is not there."""
    return Found(
        postgres=answering("TEST_DATABASE_URL", POSTGRES, postgres_answers),
        redis=answering("TEST_REDIS_URL", REDIS, redis_answers),
        chromium=find_chromium(),
    )


def answering(variable: str, usual: str, answers: Callable[[str], bool]) -> str:
    named = os.environ.get(variable, "")
    if answers(named or usual):
        return named or usual
    if named:
        raise Halt(f"{variable} is {named}, and nothing answers there: start it, or unset the variable.")
    return ""


def postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def redis_answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_connect_timeout=2).ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def find_chromium() -> str:
    """:raises Halt: when CHROMIUM names no program."""
    if named := os.environ.get("CHROMIUM", ""):
        if path := shutil.which(named):
            return path
        raise Halt(f"CHROMIUM is {named}, and that is no program: name another, or unset the variable.")
    return next(filter(None, map(shutil.which, CHROMIUMS)), "")


def plan(found: Found, words: list[str]) -> list[Run]:
    """The runs of this machine, in order. With words for pytest, a run may be empty and coverage is not judged."""
    chosen = bool(words)
    runs = [
        Run("No model changed without its migration", python("manage.py", "makemigrations", "--check", "--dry-run"))
    ]
    runs.append(Run("On SQLite", pytest("not e2e and not postgres and not redis", *COVERAGE, *words), {}, chosen))
    if not chosen:
        runs.append(Run("Coverage of the domain", python("-m", "coverage", "report")))
    if found.postgres:
        where = "On PostgreSQL with Redis" if found.redis else "On PostgreSQL"
        which = "not e2e" if found.redis else "not e2e and not redis"
        servers = {"DATABASE_URL": found.postgres, "TEST_REDIS_URL": found.redis}
        runs.append(Run(where, pytest(which, *WITHOUT_DATABASE, *words), servers, chosen))
    elif found.redis:
        runs.append(Run("With Redis", pytest("redis", *words), {"TEST_REDIS_URL": found.redis}, True))
    if found.chromium and Path("tests/e2e").is_dir():
        command = python("-m", "pytest", "-m", "e2e", *colours(), *words)
        runs.append(Run("In Chromium", command, {"CHROMIUM": found.chromium}, chosen))
    return runs


def pytest(which: str, *more: str) -> list[str]:
    return python("-m", "pytest", "-n", "auto", "--dist", "worksteal", "-m", which, *colours(), *more)


def python(*words: str) -> list[str]:
    return [sys.executable, *words]


def colours() -> list[str]:
    return ["--color=yes"] if sys.stdout.isatty() else []


def report(runs: list[Run], found: Found) -> None:
    tell("\n=== What was run")
    for run in runs:
        mark = "not run" if run.status is None else "passed " if run.passed else "FAILED "
        tell(f"  {mark}  {run.name}  ({run.closing or f'{run.seconds:.0f} s'})")
    absent = {
        f"PostgreSQL: nothing answers at {POSTGRES} (name one with TEST_DATABASE_URL)": found.postgres,
        f"Redis: nothing answers at {REDIS} (name one with TEST_REDIS_URL)": found.redis,
        "Chromium: no browser, so no test drove the pages (name one with CHROMIUM)": found.chromium,
    }
    missing = [sentence for sentence, there in absent.items() if not there]
    if missing:
        tell("=== What was not found here, and so not tried")
        for sentence in missing:
            tell(f"  {sentence}")


if __name__ == "__main__":
    run_as_command(main)
