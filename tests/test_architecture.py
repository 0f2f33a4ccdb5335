"""The house stays as drawn: who imports whom, where no rule may hide, and what never enters the repository."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("api", "backend", "booking", "collective")
OUR_APPS = ("lib", "collective", "booking")
LONGEST_FUNCTION = 40  # lines without the docstring
LONGEST_FILE = 400

# Each breaks one contract of pyproject.toml; together they break all.
BREACHES = {
    "The house": ("collective/places/breach.py", "import booking.services.models"),
    "Inside collective": ("collective/members/breach.py", "import collective.workshops.models"),
    "Inside booking": ("booking/services/breach.py", "import booking.diagnosis.models"),
    "No folder imports its sibling back": ("backend/lib/errors.py", "import backend.lib.outbox"),
    "Only the gateway speaks to Stripe": ("api/breach.py", "import stripe"),
    "Only hours.py opens django-scheduler": ("booking/web/breach.py", "import schedule.models"),
    "The product does not lean on its tests": ("backend/breach.py", "import tests"),
}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def in_repository() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_imports_flow_one_way():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_contract_on_imports_can_break(tmp_path):
    for folder in (*PRODUCT, "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("static", "data", "*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in BREACHES.values():
        breach = tmp_path / name
        breach.write_text(f"{line}\n{breach.read_text() if breach.exists() else ''}")
    done = lint_imports(tmp_path)
    verdicts = re.findall(r"^(.*) (KEPT|BROKEN)", done.stdout, re.MULTILINE)
    assert {name for name, verdict in verdicts if verdict == "KEPT"} == set(), done.stdout
    assert len(verdicts) == len(BREACHES)


def test_no_model_hides_a_rule_in_save_or_delete():
    hidden = [
        f"{kind.__module__}.{kind.__qualname__}.{name}"
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        for kind in model.__mro__
        if kind.__module__.startswith(PRODUCT)
        for name in ("save", "delete", "__setattr__")
        if name in vars(kind)
    ]
    assert hidden == []


def test_no_rule_hides_in_a_signal():
    spoken = re.compile(r"django\.db\.models\.signals|django\.db\.models import .*\bsignals\b|django\.dispatch")
    receiving = [path for path in python_files(*PRODUCT) if path.name != "apps.py" and spoken.search(path.read_text())]
    assert receiving == []


def test_no_folder_is_made_ahead():
    empty = [
        folder.parent.relative_to(ROOT)
        for folder in python_files(*PRODUCT)
        if folder.name == "__init__.py"
        and not folder.read_text().strip()
        and not any(other for other in folder.parent.iterdir() if other.name not in {"__init__.py", "__pycache__"})
    ]
    assert empty == []


@pytest.mark.parametrize("folder", PRODUCT)
def test_functions_fit_on_a_screen(folder):
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines"
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := lines_of(node)) > LONGEST_FUNCTION
    ]
    assert long == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line, without the docstring."""
    length = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        length -= (first.end_lineno or 0) - first.lineno + 1
    return length


def test_files_can_be_read_in_one_sitting():
    long = {
        str(path.relative_to(ROOT)): length
        for path in python_files(*PRODUCT, "tests")
        if (length := path.read_text().count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_no_cent_becomes_a_float():
    """Money is whole cents: a division keeps them whole, or goes through backend.lib.money."""
    # Lengths on a drawing, not amounts.
    drawn = {
        "collective/web/flows.py",
        "collective/web/year.py",
        "booking/web/cyclist/split.py",
        "booking/web/workshop/earnings_drawn.py",
    }
    invented = {"booking/demo/cast.py"}  # the prices of workshops that do not exist, rounded to whole euros
    found = [
        f"{name}:{node.lineno}"
        for path in python_files(*PRODUCT)
        if (name := str(path.relative_to(ROOT))) not in drawn | invented
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and speaks_of_cents(node))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float" and speaks_of_cents(node))
    ]
    assert found == []


def speaks_of_cents(node: ast.AST) -> bool:
    names = (getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node))
    return any(name == "cents" or name.endswith("_cents") for name in names)


def test_pages_hold_nothing_inline():
    """The content security policy would refuse it, silently: a style, a script or a handler in a page."""
    inline = re.compile(
        r"""\sstyle=["']|<style\b|\son[a-z]+=["']|<script(?![^>]*\bsrc=)(?![^>]*\btype="application/json")"""
    )
    templates = (path for folder in PRODUCT for path in (ROOT / folder).rglob("templates/**/*.html"))
    # Mail programs read nothing but inline styles.
    pages = [path for path in templates if "mail" not in path.parts]
    assert [path.relative_to(ROOT) for path in pages if inline.search(path.read_text())] == []


def test_nothing_names_a_registry_or_this_machine():
    """A lock that names its index, or a path of somebody's machine, works there only."""
    # In pieces, so that this file names none.
    hosts = (r"npmjs" + r"\.org", r"yarnpkg" + r"\.com", r"pypi" + r"\.org", r"python" + r"hosted\.org")
    folders = ("root", "work", "home", "tmp", "Users")
    told = re.compile(rf"{'|'.join(hosts)}|(?<![\w.:/~$}}-])/(?:{'|'.join(folders)})/[\w.]")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in in_repository()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if told.search(line)
    ]
    assert found == []


def test_the_licence_is_whole():
    licence = (ROOT / "LICENSE").read_text()
    assert licence.count("\n") == 661
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "13. Remote Network Interaction" in licence
