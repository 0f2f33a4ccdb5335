"""
The peer: django-appointment of PyPI, in a virtual environment of its own under var/, over a database of its own.

Its process stays up and answers rounds over a pipe, so that neither its start nor ours is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from backend.setup.speak import Halt, meaning_of, tell

PEER = ("django-appointment", "3.12.0")
# The same Django and the same driver as ours; the rest as the package asks.
PACKAGES = (f"{PEER[0]}=={PEER[1]}", "django", "psycopg[binary]")


class NoPeer(Exception):
    """The peer cannot be installed here: a sentence says why."""


def make_environment(folder: Path) -> Path:
    """
    Make the peer's environment unless it is there; give its Python.

    :raises NoPeer: when there is no network.
    """
    python = folder / "bin" / "python"
    stamp = folder / ".made"
    wanted = " ".join(pinned())
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    tell(f"Installing {PEER[0]} {PEER[1]} beside (once)…")
    uv = [str(Path(sys.executable).parent / "uv")]
    for command in (
        [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
        [*uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(python), *pinned()],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPeer(meaning_of(done.stderr) or done.stderr.strip().splitlines()[-1])
    stamp.write_text(wanted)
    return python


def pinned() -> list[str]:
    """What to install: our own versions of what both use, so that no difference is theirs."""
    from importlib.metadata import version

    ours = [f"{name}=={version(name.partition('[')[0])}" for name in PACKAGES[1:]]
    return [PACKAGES[0], *ours]


class Peer:
    """The peer's process. Asked a dict, it answers one."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, do: str, **asked: Any) -> dict[str, Any]:
        """:raises Halt: when the peer breaks; its words are above."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Halt(f"{PEER[0]} stopped in the middle of a round: its words are above.")
        return dict(json.loads(answer))


@contextmanager
def running_peer(python: Path, folder: Path) -> Iterator[Peer]:
    """Run the peer over an empty database on the engine that ours is on, set up as ours is."""
    with empty_database(folder) as database:
        process = subprocess.Popen(
            [str(python), str(Path(__file__).with_name("peer.py")), json.dumps(database)],
            env={"PYTHONWARNINGS": "ignore", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "peer.log").open("w"),
            text=True,
        )
        try:
            yield Peer(process)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def empty_database(folder: Path) -> Iterator[dict[str, Any]]:
    """Give Django's settings of an empty database beside ours, with our options; it goes at the end."""
    ours = connection.settings_dict
    kept = {key: ours[key] for key in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    if connection.vendor == "sqlite":
        file = folder / "peer.sqlite3"
        file.unlink(missing_ok=True)
        yield kept | {"NAME": str(file)}
        return
    name = f"{ours['NAME']}_peer"
    login = {key: value for key in ("user", "password", "host", "port") if (value := ours[key.upper()])}
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            # A connection kept, as ours is while it is measured.
            yield kept | {"NAME": name, "CONN_MAX_AGE": None}
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
