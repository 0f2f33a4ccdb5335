"""The real thing for a browser to visit: what `make demo` starts, in a folder and on ports of its own."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.setup.demo import HOST, free_port
from booking.demo.mailbox import Letter, letters

ROOT = Path(__file__).resolve().parents[2]
READY = "Moyeu is running"
PATIENCE = 180.0  # seconds to prepare and start
POST = 20.0  # seconds for a mail to arrive
# What a person's own settings would change.
NOT_FOR_TESTS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "STRIPE_", "EMAIL_", "MOYEU_")


@dataclass(frozen=True)
class Demonstration:
    """Where it answers, and the folder with its database, post and logs."""

    address: str
    folder: Path

    def letters_to(self, email: str, *, count: int = 1) -> list[Letter]:
        """
        Wait for that many mails to somebody, and return all there are, newest first.

        :raises TimeoutError: when they do not come.
        """
        until = time.monotonic() + POST
        while time.monotonic() < until:
            found = [letter for letter in letters(self.folder / "mails") if email in letter.to]
            if len(found) >= count:
                return found
            time.sleep(0.2)
        raise TimeoutError(f"{count} mails to {email} did not come within {POST:.0f} s.")

    def bring_to_today(self, number: str) -> None:
        """Let the day of an appointment come: it began a while ago."""
        starts_at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        self._change(
            "UPDATE booking_appointment SET starts_at = ?, ends_at = ? WHERE id = ?",
            (str(starts_at), str(starts_at + timedelta(minutes=15)), int(number.removeprefix("M"))),
        )

    def let_hold_run_out(self, token: str, *, in_seconds: float = -1) -> None:
        """Let the ten minutes of a hold be over, for its slot too."""
        moment = str(datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=in_seconds))
        self._change("UPDATE booking_hold SET expires_at = ? WHERE token = ?", (moment, token.replace("-", "")), rows=1)
        self._change("UPDATE collective_occupancy SET expires_at = ? WHERE reference = ?", (moment, f"hold:{token}"))

    def money_of(self, number: str) -> dict[str, int | str]:
        """What the books of payments say of an appointment: state, captured_cents, refunded_cents."""
        with closing(sqlite3.connect(self.folder / "demo.sqlite3", timeout=20)) as database:
            database.row_factory = sqlite3.Row
            found = database.execute(
                "SELECT state, captured_cents, refunded_cents FROM collective_payment WHERE id ="
                " (SELECT payment_id FROM booking_appointment WHERE id = ?)",
                (int(number.removeprefix("M")),),
            )
            return dict(found.fetchone())

    def wait_for_money(self, number: str, **wanted: int | str) -> None:
        """:raises AssertionError: when the sweeps do not bring it there."""
        until = time.monotonic() + POST
        while not wanted.items() <= self.money_of(number).items():
            assert time.monotonic() < until, self.money_of(number)
            time.sleep(0.2)

    def last_words(self) -> str:
        """What each part wrote last."""
        logs = sorted(self.folder.rglob("*.log"))
        tails = (
            (log.name, log.read_text(errors="replace").splitlines()[-30:])
            for log in logs
            if log.parent.name != "mails" and log.name != "sweeps.log"
        )
        return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in tails if lines)

    def _change(self, sql: str, values: tuple[object, ...], *, rows: int | None = None) -> None:
        with closing(sqlite3.connect(self.folder / "demo.sqlite3", timeout=20)) as database, database:
            changed = database.execute(sql, values).rowcount
            assert rows is None or changed == rows, sql


@contextmanager
def running_demonstration(folder: Path) -> Iterator[Demonstration]:
    """
    Start `make demo`'s own program with all its data in `folder`, and stop it.

    Each visitor is told apart by X-Forwarded-For, so that limits made for one person do not meet all tests at once.
    """
    port = free_port(18800 + 3 * (os.getpid() % 400))  # it is taken minutes later: runs side by side start apart
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_TESTS)}
    ours = {"MOYEU_VAR_DIR": str(folder), "TRUSTED_PROXIES": "1", "BROWSER": "none", "CI": "1"}
    words = folder / "demo.log"
    with words.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.setup.demo", "--port", str(port)],
            cwd=ROOT, env=kept | ours, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_ready(process, words)
        yield Demonstration(f"http://{HOST}:{port}", folder)
    finally:
        process.terminate()  # its supervisor stops the parts
        process.wait(timeout=60)


def wait_until_ready(process: subprocess.Popen[bytes], words: Path) -> None:
    """:raises AssertionError: with its words, when it ends or takes too long."""
    until = time.monotonic() + PATIENCE
    while READY not in words.read_text(errors="replace"):
        assert process.poll() is None, words.read_text(errors="replace")
        assert time.monotonic() < until, f"not ready in {PATIENCE:.0f} s: {words.read_text(errors='replace')}"
        time.sleep(0.2)
