"""The demonstration starts and stops as one, and says in one sentence why it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.setup import demo
from backend.setup.speak import Halt

ROOT = Path(__file__).resolve().parents[3]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def taken():
    with socket.socket() as listening:
        listening.bind((demo.HOST, 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def free():
    return demo.free_port(18000 + os.getpid() % 1000 * 10)  # apart from what other test processes use


def pages_on(port: int) -> list[str]:
    return [sys.executable, "-m", "http.server", str(port), "--bind", demo.HOST]


def make_demo(port: object) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "demo", f"PORT={port}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_port_that_is_taken_is_named_with_a_free_one(taken):
    done = make_demo(taken)
    said = done.stderr.splitlines()[0]
    assert done.returncode == 2  # make's own, whenever a line of it fails
    assert said.startswith(f"Port {taken} is taken")
    assert demo.why_taken(int(said.rpartition("PORT=")[2].rstrip("."))) is None
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "٨٠٠٠"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(Halt, match="is not a port: choose a number from 1024 to 65535"):
        demo.readable_port(port)


def test_a_port_is_never_read_as_a_command():
    done = make_demo("8000'; echo pwned; '")
    assert done.stderr.splitlines()[0].startswith("PORT=8000'; echo pwned; ' is not a port")
    assert "pwned" not in done.stdout


def test_a_port_of_the_system_is_told_apart(monkeypatch):
    monkeypatch.setattr(demo, "why_taken", lambda port: demo.errno.EACCES)
    with pytest.raises(Halt, match="Port 80 is kept for the system"):
        demo.demand_free(80)


def test_a_part_that_dies_stops_the_others_and_is_named(tmp_path, monkeypatch, free, capsys):
    started = only_small_parts(tmp_path, monkeypatch, free)
    dying = "import sys, time; time.sleep(1); sys.exit('no more sweeping')"
    monkeypatch.setattr(demo, "sweeps_command", lambda: [sys.executable, "-c", dying])
    with pytest.raises(Halt, match="“sweeps” of the demonstration stopped by itself"):
        demo.run_demonstration(tmp_path, free)
    said = capsys.readouterr().out
    assert f"Moyeu is running: http://127.0.0.1:{free}/" in said
    assert "no more sweeping" in said
    assert [part.name for part in started] == ["emulator", "web", "sweeps"]
    assert all(part.has_died for part in started)


def test_ctrl_c_stops_every_part(tmp_path, monkeypatch, free, capsys):
    started = only_small_parts(tmp_path, monkeypatch, free)
    monkeypatch.setattr(demo, "welcome", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores Ctrl-C
    try:
        assert demo.run_demonstration(tmp_path, free) == 0
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Stopping" in capsys.readouterr().out
    assert len(started) == 3
    assert all(part.has_died for part in started)


def test_data_that_cannot_be_made_ready_stops_the_demonstration(tmp_path, monkeypatch, free):
    started = only_small_parts(tmp_path, monkeypatch, free)
    monkeypatch.setattr(demo, "prepare", lambda *_: sys.exit(1))
    with pytest.raises(SystemExit):
        demo.run_demonstration(tmp_path, free)
    assert [part.name for part in started] == ["emulator"]
    assert started[0].has_died


def only_small_parts(root: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> list[demo.Part]:
    """Take the product out of the parts; return the list that fills with what was started."""
    started: list[demo.Part] = []
    start = demo.start

    def start_and_keep(*words):
        started.append(start(*words))
        return started[-1]

    monkeypatch.setattr(demo, "start", start_and_keep)
    monkeypatch.setattr(demo, "prepare", lambda *_: None)
    monkeypatch.setattr(demo, "emulator_command", lambda *_: SLEEPER)
    monkeypatch.setattr(demo, "sweeps_command", lambda: SLEEPER)
    monkeypatch.setattr(demo, "web_command", pages_on)
    monkeypatch.setattr(demo, "may_open_browser", lambda: False)
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    (root / "index.html").write_text("a page")
    return started


def test_a_part_that_will_not_stop_is_killed(tmp_path, monkeypatch):
    part = demo.start(tmp_path, "stubborn", [sys.executable, "-c", STUBBORN], dict(os.environ))
    until = time.monotonic() + 10
    while "ready" not in part.last_words() and time.monotonic() < until:
        time.sleep(0.05)
    monkeypatch.setattr(demo, "GRACE", 0.2)
    part.stop()
    assert part.process.returncode == -signal.SIGKILL


def test_a_page_that_fails_is_told(tmp_path, free):
    web = demo.start(tmp_path, "web", pages_on(free), dict(os.environ))
    try:
        with pytest.raises(Halt, match="answers 404"):
            demo.wait_for(f"http://127.0.0.1:{free}/nothing", [web])
    finally:
        web.stop()


def test_a_stripe_test_key_takes_the_place_of_the_emulator(tmp_path, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    assert demo.environment(tmp_path, 8000, 8001)["STRIPE_API_BASE"] == "http://127.0.0.1:8001"
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_mine")
    mine = demo.environment(tmp_path, 8000, 8001)
    assert (mine["STRIPE_API_BASE"], mine["STRIPE_SECRET_KEY"]) == ("", "sk_test_mine")


@pytest.mark.parametrize(("variable", "value"), [("CI", "1"), ("BROWSER", "none")])
def test_no_browser_opens_where_nobody_sits(monkeypatch, variable, value):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert demo.may_open_browser()
    monkeypatch.setenv(variable, value)
    assert not demo.may_open_browser()
