"""
Try at length what must never break: `make campaign WHICH=race` (or timetable, oracle, payments, books).

Each campaign is played on every database of this machine, each time in an empty one of its own. The last line says how
much was tried and how often it broke; the status is 0 only if it never did.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.setup.speak import Halt, run_as_command, tell
from tests.campaigns.result import Result
from tests.engines import engines, surroundings

ROOT = Path(__file__).resolve().parents[2]
# What is tried unless --count says otherwise: slots and payments on each database; steps and cases over all of them.
COUNTS = {"race": 500, "timetable": 50_000, "oracle": 5_000, "payments": 1_000, "books": 50_000}
ON_EACH = {"race", "payments"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns")
    parser.add_argument("which", choices=COUNTS, help="what is tried")
    parser.add_argument("--count", type=int, help="how much to try")
    parser.add_argument("--on", choices=("SQLite", "PostgreSQL"), help="one database only")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="moyeu-campaign-") as folder:
        found = engines(f"campaign_{options.which}", folder=Path(folder))
        if options.on and options.on not in found:
            raise Halt("No PostgreSQL answers here: start one, or name it with TEST_DATABASE_URL.")
        chosen = {name: url for name, url in found.items() if options.on in (None, name)}
        count = options.count or COUNTS[options.which]
        shares = [count if options.which in ON_EACH else -(-count // len(chosen))] * len(chosen)
        results = [
            play(options.which, share, name, url, Path(folder))
            for share, (name, url) in zip(shares, chosen.items(), strict=True)
        ]
    total = sum(results[1:], results[0])
    if "PostgreSQL" not in chosen and not options.on:
        tell("PostgreSQL: none answers here, so it was not tried.")
    tell(str(total))
    return 1 if total.violations else 0


def play(which: str, count: int, name: str, url: str, folder: Path) -> Result:
    """:raises Halt: when the campaign itself breaks; its words are above."""
    tell(f"=== {which} on {name}")
    file = folder / "result.json"
    command = [sys.executable, "-m", "tests.campaigns.play", which, str(count), str(file)]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(url), check=False)
    if done.returncode:
        raise Halt(f"The campaign {which} broke on {name} (status {done.returncode}): its words are above.")
    result = Result.from_json(file.read_text())
    for violation in result.violations[:20]:
        tell(f"  {violation}")
    tell(str(result))
    return result


if __name__ == "__main__":
    run_as_command(main)
