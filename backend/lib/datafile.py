"""YAML files that people write and programs trust: whatever is wrong in one is told with its file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class DataFileError(Exception):
    """A data file says something that cannot be; the sentence begins with its name and line."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a file and where it stands. Asking it for what it is not raises DataFileError at its line."""

    node: yaml.Node
    path: Path

    def wrong(self, why: str) -> DataFileError:
        return DataFileError(f"{self.path.name}, line {self.node.start_mark.line + 1}: {why}")

    def __getitem__(self, key: str) -> Spot:
        found = self.get(key)
        if found is None:
            raise self.wrong(f"“{key}” is missing")
        return found

    def get(self, key: str) -> Spot | None:
        return next((value for name, value in self.pairs() if name.node.value == key), None)

    def pairs(self) -> Iterator[tuple[Spot, Spot]]:
        """Go through the keys and values of a mapping, each key once."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("expected “key: value”")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = Spot(key, self.path)
            if name.text() in seen:
                raise name.wrong(f"“{key.value}” stands here twice")
            seen.add(key.value)
            yield name, Spot(value, self.path)

    def only(self, *keys: str) -> None:
        """Refuse a key that is none of these: a slip in a name must not silently be a missing value."""
        for name, _value in self.pairs():
            if name.node.value not in keys:
                raise name.wrong(f"“{name.node.value}” is not one of {', '.join(keys)}")

    def items(self) -> list[Spot]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("expected a list")
        return [Spot(item, self.path) for item in self.node.value]

    def text(self, *, longest: int = 2000) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.wrong("expected words")
        if len(self.node.value) > longest:
            raise self.wrong(f"longer than {longest} letters")
        return self.node.value

    def one_of(self, choices: Collection[str]) -> str:
        if self.text() not in choices:
            raise self.wrong(f"“{self.node.value}” is not known here")
        return self.text()

    def number(self, *, least: float, most: float) -> float:
        value = self._plain()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(f"expected a number, not “{self.node.value}”")
        if not least <= value <= most:  # NaN is neither
            raise self.wrong(f"{value:g} is not between {least:g} and {most:g}")
        return value

    def integer(self, *, least: int, most: int) -> int:
        value = self.number(least=least, most=most)
        if value != int(value):
            raise self.wrong(f"expected a whole number, not {value:g}")
        return int(value)

    def flag(self) -> bool:
        value = self._plain()
        if not isinstance(value, bool):
            raise self.wrong("expected true or false")
        return value

    def _plain(self) -> Any:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("expected one value")
        return yaml.SafeLoader("").construct_object(self.node)


def read_yaml(path: Path) -> Spot:
    """
    Read one YAML file.

    :raises DataFileError: when it is not there, not UTF-8, not YAML or empty.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as missing:
        raise DataFileError(f"{path.name}: {missing.strerror}") from missing
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise DataFileError(f"{path.name}, line {line}: {broken.problem}") from broken
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise DataFileError(f"{path.name}: {broken}") from broken
    if node is None:
        raise DataFileError(f"{path.name}, line 1: the file is empty")
    return Spot(node, path)
