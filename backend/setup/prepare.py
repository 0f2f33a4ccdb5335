"""Make the data of the demonstration ready, in one process: tables, static files, catalogue, places, the Lille demo.

Every step can be run again and does nothing when nothing changed.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command

from backend.setup.install import digest
from backend.setup.speak import Halt, run_as_command, tell

STEPS = (
    ("tables", ["migrate", "--verbosity", "0"]),
    ("catalogue", ["load_catalogue"]),
    ("communes", ["load_places"]),
    ("workshops of Lille", ["load_demo"]),
)


def main() -> int:
    django.setup()
    step("static files", collect_static_files)
    for name, command in STEPS:
        step(name, partial(call_command, *command))
    return 0


def step(name: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    tell(f"Preparing: {name}…")
    try:
        work()
    except CommandError as refusal:
        raise Halt(f"The {name} could not be made ready: {refusal}") from refusal
    took = time.monotonic() - began
    if took > 1:
        tell(f"  done in {took:.1f} s")


def collect_static_files() -> None:
    """Compressing takes seconds, so only when a source is not what it was."""
    root = Path(settings.BASE_DIR)
    sources = sorted(path for path in (root / "backend" / "static").rglob("*") if path.is_file())
    made = Path(settings.STATIC_ROOT) / ".made"
    wanted = digest(root / "requirements.lock", root / "package-lock.json", root / "backend/settings.py", *sources)
    if made.is_file() and made.read_text() == wanted:
        return
    call_command("collectstatic", "--no-input", "--clear", "--verbosity", "0")
    made.write_text(wanted)


if __name__ == "__main__":
    run_as_command(main)
