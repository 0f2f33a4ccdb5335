"""
Measure one part over one database: python -m tests.bench.play PART FILE OPTIONS (tests.bench starts it).

DATABASE_URL says beside which database an empty one is made; the rows go to FILE. OPTIONS are JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.setup.speak import run_as_command
from tests.bench.report import Row, show
from tests.engines import own_database

Rows = dict[str, list[Row]]


def slots(options: dict[str, Any], at: datetime) -> Rows:
    from tests.bench.slots import compare

    peer = Path(options["peer"]) if options["peer"] else None
    return {"slots": compare(peer, Path(options["folder"]), at=at)}


def growth(options: dict[str, Any], at: datetime) -> Rows:
    from tests.bench.growth import grow

    rows, past = grow(options["sizes"], at=at)
    return {"growth": rows, "past": past}


def http(options: dict[str, Any], at: datetime) -> Rows:
    from tests.bench.over_http import over_http

    rows, shares = over_http(Path(options["folder"]), seconds=options["seconds"], at=at)
    return {"http": rows, "share_of_search": shares}


def refusals(options: dict[str, Any], at: datetime) -> Rows:
    from tests.bench.refusals import AIM_MS, measure_refusals

    rows = [{"what": name, "code": code, "ms": took, "aim": AIM_MS} for name, code, took in measure_refusals()]
    show("What is refused", {"what": "what", "code": "code", "ms": "ms", "aim": "aim"}, rows)
    return {"refusals": rows}


PARTS: dict[str, Callable[[dict[str, Any], datetime], Rows]] = {
    "slots": slots,
    "growth": growth,
    "http": http,
    "refusals": refusals,
}


def main() -> int:
    part, file, options = sys.argv[1:]
    with own_database():
        rows = PARTS[part](json.loads(options), datetime.now(UTC))
    Path(file).write_text(json.dumps(rows))
    return 0


if __name__ == "__main__":
    run_as_command(main)
