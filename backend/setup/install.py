"""Make `.venv` and `node_modules` what the locks say; what is already so costs nothing.

`python -m backend.setup.install run`: what the demonstration and a server need; `dev` adds what tests and checks need.

Wheels only, every one checked against the hash in the lock. The locks name no index: pip and uv use the one that this
machine is set up for. A stamp beside what was installed holds the digest of what it was made from.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from backend.setup.speak import Halt, meaning_of, run_as_command, tell

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
ROOM = {"run": 900, "dev": 1500}  # MB, measured on Linux with a tenth to spare: packages, and the index's cache


def main() -> int:
    parser = argparse.ArgumentParser(prog="make", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=LOCKS)
    what = parser.parse_args().what
    root = Path.cwd()
    install_packages(root, what)
    install_assets(root)
    return 0


def install_packages(root: Path, what: str) -> None:
    """
    Make `.venv` hold what the lock names.

    :raises Halt: no venv module, no room, no network, no wheel for this machine.
    """
    home = root / ".venv"
    lock = root / LOCKS[what]
    if not (home / ".made").is_file() or not runs(home / "bin" / "python"):
        make_environment(root, home)
    wanted = digest(lock)
    if stamped(home / f".{what}", wanted):
        return
    demand_room(root, ROOM[what])
    tell(f"Installing {count(lock)} packages into .venv (once; about a minute)…")
    began = time.monotonic()
    fetch_packages(root, home, lock)
    (home / f".{what}").write_text(wanted)
    if what == "dev":  # it holds the other set: both locks are made from one resolution
        (home / ".run").write_text(digest(root / LOCKS["run"]))
    tell(f"  done in {time.monotonic() - began:.0f} s")


def make_environment(root: Path, home: Path) -> None:
    tell(f"Making .venv with Python {sys.version.split()[0]}…")
    demand_room(root, ROOM["run"])
    try:
        venv.create(home, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, ImportError) as fault:
        raise Halt(
            f"{sys.executable} cannot make a virtual environment: install its venv module "
            f"(on Debian and Ubuntu: apt install python3-venv), or name another with make PYTHON=/path/to/python3."
        ) from fault
    except OSError as fault:
        raise Halt(meaning_of(str(fault)) or f"The folder .venv cannot be written: {fault}.") from fault
    (home / ".made").write_text(sys.version)


def fetch_packages(root: Path, home: Path, lock: Path) -> None:
    """With uv, itself from the lock; with pip when uv has no wheel here or does not know the index that pip knows."""
    python = str(home / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "2", "--no-deps"]
    pip += ["--require-hashes", "--only-binary", ":all:"]
    first = home / "uv.lock"
    first.write_text(entry(lock, "uv"))
    bootstrapped = attempt(root, [*pip, "--requirement", str(first)])
    uv = [str(home / "bin" / "uv"), "pip", "install", "--python", python, "--no-deps", "--compile-bytecode"]
    uv += ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    if bootstrapped is None and attempt(root, uv) is None:
        return
    tell("  uv cannot do it here: pip does, more slowly")
    demand(root, [*pip, "--requirement", str(lock)])


def install_assets(root: Path) -> None:
    """
    Fetch the styles, fonts and map that pages serve, by npm of the PyPI Node wheel: no Node is needed here.

    :raises Halt: as install_packages.
    """
    folder = root / "node_modules"
    wanted = digest(root / "package-lock.json")
    if stamped(folder / ".made", wanted):
        return
    tell("Fetching styles, fonts and the map into node_modules (once)…")
    npm = [str(root / ".venv" / "bin" / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    # Its own patience is more than a minute when there is no network.
    demand(root, [*npm, "--fetch-retries", "2", "--fetch-retry-mintimeout", "500", "--fetch-retry-maxtimeout", "2000"])
    folder.mkdir(exist_ok=True)
    (folder / ".made").write_text(wanted)


def demand(root: Path, command: list[str]) -> None:
    """
    Run a tool that must succeed.

    :raises Halt: with what its words mean, and where they all are.
    """
    output = attempt(root, command)
    if output is None:
        return
    known = meaning_of(output)
    name = Path(command[0]).name
    raise Halt(known or f"{name} failed and said: {last_line(output)} (all of it: {log_file(root).relative_to(root)}).")


def attempt(root: Path, command: list[str]) -> str | None:
    """Run a tool quietly, keep its words in var/log; return None when it succeeds, its words when not."""
    environment = {**os.environ, "PIP_NO_INPUT": "1", "NO_COLOR": "1"}
    environment.pop("PYTHONHOME", None)
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as fault:
        return str(fault)
    with log_file(root).open("a") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return None if done.returncode == 0 else done.stdout


def log_file(root: Path) -> Path:
    folder = root / "var" / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "setup.log"


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def demand_room(root: Path, megabytes: int) -> None:
    free = shutil.disk_usage(root).free // 1_000_000
    if free < megabytes:
        raise Halt(f"The disk has {free} MB free and the set-up needs {megabytes} MB: make room, then run it again.")


def runs(python: Path) -> bool:
    """An environment outlives the interpreter it was made with: ask it."""
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def count(lock: Path) -> int:
    return len(re.findall(r"^\S+==", lock.read_text(), re.MULTILINE))


def entry(lock: Path, package: str) -> str:
    """The lines of one package in a lock: its pinned version and its hashes."""
    found = re.search(rf"^{re.escape(package)}==.*(?:\n[ \t].*)*", lock.read_text(), re.MULTILINE)
    if not found:
        raise Halt(f"{lock.name} does not name {package}: run make lock.")
    return found.group() + "\n"


if __name__ == "__main__":
    run_as_command(main)
