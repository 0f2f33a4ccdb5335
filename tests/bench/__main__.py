"""
Measure pages and API on the data of the demonstration, served in the ways that a production could choose.

    python -m tests.bench [--seconds 5] [--people 8]

One server process each time, and as many people asking at once as named; the same machine serves and asks, so the
numbers compare the ways with each other and say little about another machine.
"""

import argparse
import http.client
import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from backend.setup import demo
from backend.setup.speak import Halt, run_as_command, tell

ROOT = Path(__file__).resolve().parents[2]
PATHS = ("/", "/en/", "/api/v1/places/?q=villeneuve", "/api/v1/interventions/")
WAYS = {
    "ASGI, uvicorn": ["uvicorn", "backend.asgi:application", "--host", demo.HOST, "--log-level", "error"],
    "WSGI, uvicorn": [
        "uvicorn",
        "backend.wsgi:application",
        "--interface",
        "wsgi",
        "--host",
        demo.HOST,
        "--log-level",
        "error",
    ],
    "ASGI, daphne": ["daphne", "--bind", demo.HOST, "--verbosity", "0", "backend.asgi:application"],
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--people", type=int, default=8)
    options = parser.parse_args()
    if not (ROOT / "var" / "demo.sqlite3").exists():
        raise Halt("There is no demonstration to measure yet: run make demo once, then make bench.")
    tell(f"{'':<16}{'path':<34}{'answers/s':>10}{'median ms':>11}{'95 % ms':>9}{'failed':>8}")
    for name, command in WAYS.items():
        measure_way(name, command, options.seconds, options.people)
    return 0


def measure_way(name: str, command: list[str], seconds: float, people: int) -> None:
    port = demo.free_port(8200)
    surroundings = demo.environment(ROOT / "var", port, port + 1) | {"TRUSTED_PROXIES": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)], cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port, server)
        for path in PATHS:
            took, failed = ask(port, path, seconds, people)
            if not took:
                tell(f"{name:<16}{path:<34}{'nothing answered':>30}{failed:>8}")
                continue
            slow = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
            rate = len(took) / seconds
            tell(f"{name:<16}{path:<34}{rate:>10.0f}{statistics.median(took):>11.1f}{slow:>9.1f}{failed:>8}")
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """:raises Halt: when the server dies or does not answer within a minute."""
    until = time.monotonic() + 60
    while not demo.answers(f"http://{demo.HOST}:{port}/"):
        if server.poll() is not None or time.monotonic() > until:
            raise Halt("The server to measure does not answer: what it said is above.")
        time.sleep(0.1)


def ask(port: int, path: str, seconds: float, people: int) -> tuple[list[float], int]:
    """Milliseconds of every good answer (200) that people got who asked again and again, and how many were not good."""
    took: list[float] = []
    failed: list[int] = []
    until = time.monotonic() + seconds
    addresses = map("10.0.{0}.1".format, itertools.cycle(range(250)))

    def one_person() -> None:
        line = http.client.HTTPConnection(demo.HOST, port, timeout=30)
        while time.monotonic() < until:
            began = time.monotonic()
            line.request("GET", path, headers={"X-Forwarded-For": next(addresses)})  # the rate limit is by address
            answer = line.getresponse()
            answer.read()
            if answer.status == 200:
                took.append((time.monotonic() - began) * 1000)
            else:
                failed.append(answer.status)

    asking = [threading.Thread(target=one_person) for _ in range(people)]
    for person in asking:
        person.start()
    for person in asking:
        person.join()
    return took, len(failed)


if __name__ == "__main__":
    os.environ.pop("STRIPE_SECRET_KEY", None)
    run_as_command(main)
