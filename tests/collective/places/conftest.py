from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from collective.places.load import DATA, load_places

# Enough of the country to search in: around Lille, the three great cities, namesakes and hard names.
DEPARTMENT = "59"
COMMUNES = frozenset(
    ["75056", "75101", "75111", "69123", "69383", "13055", "13201"]
    + ["72181", "76351", "17300", "93066", "97411", "56211", "42218"]
)


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode()))
    return path


def read_csv(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def some_rows() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    communes = [
        row for row in read_csv("communes_fr.csv.gz") if row["department"] == DEPARTMENT or row["insee"] in COMMUNES
    ]
    known = {row["insee"] for row in communes}
    return communes, [row for row in read_csv("aliases_fr.csv.gz") if row["insee"] in known]


@pytest.fixture
def load_rows(tmp_path: Path) -> Callable[..., object]:
    def load(communes: list[dict[str, str]], aliases: list[dict[str, str]]) -> object:
        return load_places(
            communes=write_csv(tmp_path / "communes.csv.gz", communes),
            aliases=write_csv(tmp_path / "aliases.csv.gz", aliases),
        )

    return load


@pytest.fixture
def some_places(db: None, some_rows: tuple, load_rows: Callable[..., object]) -> None:
    load_rows(*some_rows)
