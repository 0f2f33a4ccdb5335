"""Web servers and other processes over the database of a test: for what crosses processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from backend.setup.demo import HOST, free_port

PATIENCE = 60.0  # seconds for a process to answer


def database_url() -> str:
    """Where another process finds the rows of this test, which must be a transactional one."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


@contextmanager
def running(*commands: list[str], log: Path, **surroundings: str) -> Iterator[None]:
    """
    Run these commands beside the test, each Python's arguments, and stop them.

    Visitors are told apart by X-Forwarded-For, so that what is limited for one address does not end the test.
    """
    ours = {"DATABASE_URL": database_url(), "REDIS_URL": "", "TRUSTED_PROXIES": "1"} | surroundings
    with log.open("ab") as words:
        started = [
            subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env=os.environ | ours,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            for command in commands
        ]
    try:
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGINT)
        for process in started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def running_servers(count: int, *, log: Path, **surroundings: str) -> Iterator[list[str]]:
    """Run that many web servers over one database; yield their addresses, all of which answer."""
    ports: list[int] = []
    for _server in range(count):
        ports.append(free_port(ports[-1] + 1 if ports else 18900))
    serve = ["-m", "uvicorn", "backend.asgi:application", "--host", HOST, "--log-level", "warning", "--port"]
    with running(*[[*serve, str(port)] for port in ports], log=log, **surroundings):
        addresses = [f"http://{HOST}:{port}" for port in ports]
        for address in addresses:
            wait_for(address, log)
        yield addresses


def wait_for(address: str, log: Path) -> None:
    """:raises AssertionError: with the server's words, when it does not answer in time."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{address}/api/v1/places/?q=lille", timeout=10).close()
        except OSError:
            assert time.monotonic() < until, log.read_text(errors="replace")
            time.sleep(0.2)
        else:
            return
