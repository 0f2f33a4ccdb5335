"""The demonstration: the pages, the sweeps and the Stripe emulator, started together and stopped together.

`python -m backend.setup.demo --port 8000`, under the Python of `.venv`.
"""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from backend.setup.speak import Halt, run_as_command, tell

HOST = "127.0.0.1"
WEBHOOK_PATH = "/api/stripe/"
WEBHOOK_SECRET = "whsec_moyeu_demonstration"  # noqa: S105 - shared with the emulator on this machine, worth nothing
PATIENCE = 60  # seconds before a page must have come
GRACE = 8.0  # seconds that a part has to stop by itself


@dataclass
class Part:
    """One process of the demonstration."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def has_died(self) -> bool:
        return self.process.poll() is not None

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        if self.has_died:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--check-port", action="store_true", help="only say whether the port can be used")
    options = parser.parse_args()
    port = readable_port(options.port)
    demand_free(port)
    if options.check_port:
        return 0
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    return run_demonstration(Path.cwd(), port)


def readable_port(raw: str) -> int:
    """:raises Halt: when it is not a whole number from 1 to 65535."""
    if raw.isascii() and raw.isdigit() and 1 <= int(raw) <= 65535:
        return int(raw)
    raise Halt(f"PORT={raw} is not a port: choose a number from 1024 to 65535, such as make demo PORT=8001.")


def demand_free(port: int) -> None:
    """:raises Halt: when another program listens there, or the system keeps the port for itself."""
    fault = why_taken(port)
    if fault == errno.EACCES:
        raise Halt(f"Port {port} is kept for the system: choose one from 1024 up, such as make demo PORT=8001.")
    if fault:
        other = free_port(port + 1)
        raise Halt(f"Port {port} is taken by another program: choose another, such as make demo PORT={other}.")


def why_taken(port: int) -> int | None:
    """The errno of a failed bind; None when the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free for a server
        try:
            probe.bind((HOST, port))
        except OSError as fault:
            return fault.errno
    return None


def free_port(first: int) -> int:
    """The first free port from `first` up, or any that the system has."""
    for port in range(max(first, 1024), min(first + 100, 65536)):
        if why_taken(port) is None:
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def run_demonstration(root: Path, port: int) -> int:
    emulator_port = free_port(port + 1)
    var = Path(os.environ.get("MOYEU_VAR_DIR") or root / "var")
    surroundings = environment(var, port, emulator_port)
    emulated = surroundings["STRIPE_API_BASE"] != ""
    parts: list[Part] = []
    try:
        if emulated:
            parts.append(start(var, "emulator", emulator_command(var, port, emulator_port), surroundings))
        prepare(root, surroundings)
        parts.append(start(var, "web", web_command(port), surroundings))
        parts.append(start(var, "sweeps", sweeps_command(), surroundings))
        address = f"http://{HOST}:{port}/"
        wait_for(address, parts)
        welcome(address, emulated)
        watch(parts)
    except KeyboardInterrupt:
        tell("\nStopping Moyeu…")
    finally:
        for part in reversed(parts):
            part.stop()
    return 0


def environment(var: Path, port: int, emulator_port: int) -> dict[str, str]:
    """What the processes share. A Stripe test key in the surroundings takes the place of the emulator."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "MOYEU_DEMO": "1",
        "SITE_URL": f"http://{HOST}:{port}",
        "DATABASE_URL": f"sqlite:///{var / 'demo.sqlite3'}",
        "REDIS_URL": "",
        "MOYEU_WAKE": "1",  # the sweeps run beside: what a commit put out goes at once
        "PYTHONUNBUFFERED": "1",
        "STRIPE_API_BASE": "",
    }
    if not os.environ.get("STRIPE_SECRET_KEY"):
        ours |= {
            "STRIPE_API_BASE": f"http://{HOST}:{emulator_port}",
            "STRIPE_SECRET_KEY": "sk_test_emulated",
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
    return {**os.environ, **ours}


def emulator_command(var: Path, port: int, emulator_port: int) -> list[str]:
    """It remembers its payments beside the database that speaks of them."""
    command = [sys.executable, "-m", "tests.stripe_emulator", "--port", str(emulator_port)]
    command += ["--webhook-url", f"http://{HOST}:{port}{WEBHOOK_PATH}", "--webhook-secret", WEBHOOK_SECRET]
    return [*command, "--state", str(var / "demo-stripe.state")]


def web_command(port: int) -> list[str]:
    command = [sys.executable, "-m", "uvicorn", "backend.asgi:application", "--host", HOST, "--port", str(port)]
    return [*command, "--log-level", "warning", "--timeout-graceful-shutdown", "3"]


def sweeps_command() -> list[str]:
    return [sys.executable, "manage.py", "run_huey"]


def prepare(root: Path, surroundings: dict[str, str]) -> None:
    """:raises SystemExit: when the data cannot be made ready; the sentence that says why is already on the screen."""
    done = subprocess.run([sys.executable, "-m", "backend.setup.prepare"], cwd=root, env=surroundings, check=False)
    if done.returncode < 0 or done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode:
        raise SystemExit(done.returncode)


def start(var: Path, name: str, command: list[str], surroundings: dict[str, str]) -> Part:
    """Its own session, so that Ctrl-C reaches the supervisor alone and the parts stop in order."""
    log = var / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as words:
        process = subprocess.Popen(
            command, env=surroundings, stdout=words, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Part(name, process, log)


def wait_for(address: str, parts: list[Part]) -> None:
    """:raises Halt: when a part dies first, or no page comes in time."""
    until = time.monotonic() + PATIENCE
    while not answers(address):
        mourn(parts)
        if time.monotonic() > until:
            raise Halt(f"{address} gave no page in {PATIENCE} s: var/log/web.log says what the server did.")
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - our own http address
            return bool(page.status == 200)
    except urllib.error.HTTPError as fault:
        raise Halt(f"{address} answers {fault.code}: var/log/web.log says why.") from fault
    except OSError:
        return False


def mourn(parts: list[Part]) -> None:
    """:raises Halt: when a part has died; its last words go before."""
    for part in parts:
        if part.has_died:
            tell(part.last_words())
            raise Halt(
                f"The part “{part.name}” of the demonstration stopped by itself (status {part.process.returncode}), "
                f"so the others were stopped too: its words are in var/log/{part.log.name}."
            )


def watch(parts: list[Part]) -> None:
    while True:
        mourn(parts)
        time.sleep(0.5)


def welcome(address: str, emulated: bool) -> None:
    tell("")
    tell(f"  Moyeu is running: {address}    (in English: {address}en/)")
    tell(f"  Payments go to {'an emulator of Stripe on this machine' if emulated else 'Stripe, with your test key'}.")
    tell("  Ctrl-C stops everything.")
    if may_open_browser():
        webbrowser.open(address)


def may_open_browser() -> bool:
    """A person sits there: no CI, no refusal, and on Linux a screen (a browser in the terminal hides the address)."""
    if os.environ.get("CI") or os.environ.get("BROWSER") == "none":
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    run_as_command(main)
