"""The locks: every version with its hashes, the same in tests and in use, and what pyproject.toml asks for."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from backend.setup import install

ROOT = Path(__file__).resolve().parents[3]
LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)([^\\]*)\\((?:\n +--hash=sha256:[0-9a-f]{64}(?: \\)?)+)$", re.MULTILINE
)


def pinned(lock: str) -> dict[tuple[str, str], str]:
    """(name, marker) -> version of a lock."""
    found = LOCKED.findall((ROOT / lock).read_text())
    return {(re.sub(r"[._-]+", "-", name).lower(), marker.strip()): version for name, version, marker, _ in found}


@pytest.mark.parametrize("lock", install.LOCKS.values())
def test_every_line_of_a_lock_is_a_version_with_its_hashes(lock):
    text = (ROOT / lock).read_text()
    assert LOCKED.sub("", text).split() == []
    assert len(pinned(lock)) == install.count(ROOT / lock) > 50


def test_tests_run_with_the_versions_that_people_run():
    everything = pinned("requirements-dev.lock")
    assert {what: everything.get(what) for what in pinned("requirements.lock")} == pinned("requirements.lock")


def test_locks_hold_what_pyproject_asks_for():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = asked["dependency-groups"]
    for lock, wanted in {
        "requirements.lock": asked["project"]["dependencies"] + groups["setup"],
        "requirements-dev.lock": [*asked["project"]["dependencies"], *groups["setup"], *groups["dev"]],
    }.items():
        held = {name: version for (name, _), version in pinned(lock).items()}
        for requirement in map(Requirement, wanted):
            name = re.sub(r"[._-]+", "-", requirement.name).lower()
            assert requirement.specifier.contains(held.get(name, "0")), f"{requirement} is not in {lock}: run make lock"


def test_npm_packages_are_locked_by_their_contents():
    packages = json_of("package-lock.json")["packages"]
    assert json_of("package.json")["dependencies"] == packages.pop("")["dependencies"]
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


def json_of(name: str) -> dict:
    return json.loads((ROOT / name).read_text())
