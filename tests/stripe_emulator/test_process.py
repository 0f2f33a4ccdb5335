"""The emulator as `make demo` starts it: a process of its own."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.stripe_emulator", "--port", "0"]


def test_the_process_says_where_it_is_serves_and_stops():
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert b"no money moves" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0


def test_the_process_does_not_start_with_a_live_key_around():
    environment = {**os.environ, "STRIPE_SECRET_KEY": "sk_live_x"}
    ended = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=10, check=False)
    assert ended.returncode == 1
    assert "live one" in ended.stderr
