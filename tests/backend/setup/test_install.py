"""The set-up installs what the locks say, and says in one sentence why it cannot."""

import hashlib
import os
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections import namedtuple
from pathlib import Path

import pytest

from backend.setup import install, speak

ROOT = Path(__file__).resolve().parents[3]


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    said = done.stderr.strip().splitlines()
    assert len(said) == 1, said
    assert said[0].endswith(".")
    return said[0]


# --- Python ----------------------------------------------------------------------------------------------------------


def a_python(folder: Path, name: str, version: str) -> str:
    """A program that answers as an interpreter of that version, or as a version manager's stub that runs nothing."""
    program = folder / name
    new_enough = version and tuple(map(int, version.split("."))) >= (3, 11)
    answer = f"""case "$*" in
        *print*) echo {version} ;;
        *sys.exit*) exit {0 if new_enough else 1} ;;
        *) echo "{name} ran: $*" ;;
    esac"""
    program.write_text(f"#!/bin/sh\n{answer if version else 'echo command not found >&2; exit 127'}\n")
    program.chmod(0o755)
    return str(program)


def with_python(*candidates: str, chosen: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": chosen, "MOYEU_CANDIDATES": " ".join(candidates)}
    return subprocess.run(
        ["sh", "backend/setup/python.sh", "-m", "something"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_named_with_its_version(tmp_path):
    said = one_sentence(with_python(a_python(tmp_path, "python3", "3.9"), a_python(tmp_path, "python", "2.7")))
    assert "needs Python 3.11 or newer" in said
    assert "python3 is 3.9" in said
    assert "python is 2.7" in said


def test_no_python_is_one_sentence(tmp_path):
    assert "none was found" in one_sentence(with_python(str(tmp_path / "python3"), a_python(tmp_path, "python", "")))


def test_a_newer_python_is_found_behind_an_old_one_and_a_stub(tmp_path):
    old, stub = a_python(tmp_path, "python3", "3.9"), a_python(tmp_path, "python3.13", "")
    done = with_python(old, stub, a_python(tmp_path, "python3.12", "3.12"))
    assert done.stdout == "python3.12 ran: -m something\n"


def test_the_python_that_a_person_names_is_the_only_one_tried(tmp_path):
    good, old = a_python(tmp_path, "python3", "3.12"), a_python(tmp_path, "old", "3.8")
    assert "old is 3.8" in one_sentence(with_python(good, chosen=old))


# --- Packages: real pip, no network ----------------------------------------------------------------------------------


def a_wheel(folder: Path, name: str) -> str:
    """Write the smallest wheel there is; return its sha256."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in files.items()
    )
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder with an environment, made once, and no packages."""
    root = tmp_path_factory.mktemp("checkout")
    install.make_environment(root, root / ".venv")
    return root


def set_up(root: Path, lock: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """Run the real command with an index of ours."""
    (root / "requirements.lock").write_text(lock)
    (root / "package-lock.json").write_text("{}")
    (root / "node_modules").mkdir(exist_ok=True)
    (root / "node_modules" / ".made").write_text(install.digest(root / "package-lock.json"))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "PYTHONPATH": str(ROOT),
        "PIP_CONFIG_FILE": os.devnull,
        **surroundings,
    }
    command = [sys.executable, "-m", "backend.setup.install", "run"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_without_network_the_first_set_up_says_so(checkout):
    nobody = "http://127.0.0.1:9/simple"
    done = set_up(checkout, f"uv==1.0 \\\n    --hash=sha256:{'0' * 64}\n", PIP_INDEX_URL=nobody, PIP_RETRIES="0")
    assert "network does not answer" in one_sentence(done)


def test_a_package_without_a_wheel_for_this_machine_says_so(checkout, tmp_path):
    (tmp_path / "uv-1.0.tar.gz").write_text("a source, which would need a compiler")
    lock = f"uv==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    done = set_up(checkout, lock, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert "not built for this machine" in one_sentence(done)


def test_a_package_that_is_not_the_locked_one_is_refused(checkout, tmp_path):
    a_wheel(tmp_path, "uv")
    lock = f"uv==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    done = set_up(checkout, lock, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert "not the one that the lock names" in one_sentence(done)
    assert not (checkout / ".venv" / ".run").exists()


def test_pip_installs_when_uv_cannot_and_a_second_run_does_nothing(checkout, tmp_path):
    hashes = {name: a_wheel(tmp_path, name) for name in ("uv", "spokes")}  # this uv has no program in it
    lock = "".join(f"{name}==1.0 \\\n    --hash=sha256:{sha}\n" for name, sha in hashes.items())
    first = set_up(checkout, lock, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert first.returncode == 0, first.stderr
    assert list((checkout / ".venv").glob("lib/python3*/site-packages/spokes.py"))
    second = set_up(checkout, lock, PIP_NO_INDEX="1", PIP_FIND_LINKS="/nowhere")
    assert (second.returncode, second.stdout) == (0, "")


def test_a_disk_without_room_is_told_before_anything_is_fetched(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 5 * 10**6)
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(speak.Halt, match="5 MB free"):
        install.make_environment(tmp_path, tmp_path / ".venv")
    assert list(tmp_path.iterdir()) == []


# What the tools really printed, on a machine without network or room.
@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        (
            "error: Request failed after 3 retries in 4.8s\n  cause: client error (Connect)\n  cause: dns error",
            "network",
        ),
        ("npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", "network"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError('Failed to establish a connection')'\n"
            "ERROR: No matching distribution found for anyio==4.16.0",
            "network",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("npm error code EINTEGRITY", "not the one that the lock names"),
        ("error: Hash mismatch for `uv==1.0`", "not the one that the lock names"),
        ("ERROR: No matching distribution found for pillow==13.0.0", "not built for this machine"),
    ],
)
def test_what_the_tools_print_becomes_a_sentence(output, meaning):
    assert meaning in speak.meaning_of(output)


def test_words_that_nobody_knows_are_not_explained_away():
    assert speak.meaning_of("Segmentation fault") is None
