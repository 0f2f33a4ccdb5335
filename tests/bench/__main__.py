"""
Measure: python -m tests.bench [slots] [growth] [http] [refusals] [--quick] (`make bench`).

- slots: the search beside django-appointment's, on the same data and engine, the same slots asserted first;
- growth: the first 20 slots among up to 10,000 mechanics, beside the bare queries, with and without a past;
- http: searches and bookings over HTTP on PostgreSQL, for two arrangements of servers;
- refusals: how soon impossible hours are refused.

Each part has an empty database of its own, on every engine of this machine. What was measured goes to var/bench.json.
docs/measurements.md says what each number means.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backend.setup.speak import Halt, run_as_command, tell
from tests.bench.beside import PEER, NoPeer, make_environment
from tests.engines import engines, surroundings

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("slots", "growth", "http", "refusals")
ON_ONE = {"http": "PostgreSQL", "refusals": "SQLite"}  # what production runs on; what needs no database at all
SIZES = {"SQLite": [100, 1000], "PostgreSQL": [100, 1000, 10_000]}
QUICK_SIZES = [100]
SECONDS, QUICK_SECONDS = 20, 3  # that requests are sent, of each kind


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it runs, not how fast")
    parser.add_argument("--on", choices=SIZES, help="one database only")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        raise Halt(f"There is no part called {', '.join(sorted(unknown))}: choose among {', '.join(PARTS)}.")
    parts = options.parts or PARTS
    var = Path(os.environ.get("MOYEU_VAR_DIR") or ROOT / "var")
    var.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {"measured_at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()), "machine": machine()}
    with TemporaryDirectory(prefix="moyeu-bench-") as folder:
        found = engines("bench", folder=Path(folder))
        asked = {"folder": folder, "peer": peer_python(var) if "slots" in parts else ""}
        asked["seconds"] = QUICK_SECONDS if options.quick else SECONDS
        for part in parts:
            for name, url in chosen(found, part, options.on).items():
                asked["sizes"] = QUICK_SIZES if options.quick else SIZES[name]
                for kind, rows in play(part, name, url, asked).items():
                    report[kind] = [*report.get(kind, []), *rows]
    (var / "bench.json").write_text(json.dumps(report, indent=1))
    tell("\nAll of it is in bench.json, in the folder of variable files (var/).")
    return 0


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "kind": platform.machine(), "python": platform.python_version()}


def chosen(found: dict[str, str], part: str, only: str | None) -> dict[str, str]:
    """Give the databases to measure this part on, and say when the one it asks for is not here."""
    wanted = ON_ONE.get(part) or only
    if wanted and wanted not in found:
        tell(f"\n{part}: no {wanted} answers here, so it is not measured (name one with TEST_DATABASE_URL).")
    return {name: url for name, url in found.items() if wanted in (None, name)}


def peer_python(var: Path) -> str:
    """Give the Python of the peer's environment; nothing, with a word, when it cannot be had."""
    try:
        return str(make_environment(var / "peer"))
    except NoPeer as absent:
        tell(f"{PEER[0]} {PEER[1]} cannot be installed, so ours is measured alone. {absent}")
        return ""


def play(part: str, name: str, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """:raises Halt: when the measurement itself breaks; its words are above."""
    tell(f"\n=== {part} on {name}")
    file = Path(asked["folder"]) / "rows.json"
    command = [sys.executable, "-m", "tests.bench.play", part, str(file), json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(url), check=False)
    if done.returncode:
        raise Halt(f"Measuring {part} broke on {name} (status {done.returncode}): its words are above.")
    return dict(json.loads(file.read_text()))


if __name__ == "__main__":
    run_as_command(main)
