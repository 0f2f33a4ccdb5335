from __future__ import annotations

from pathlib import Path

import pytest

from backend.lib.datafile import DataFileError, Spot, read_yaml


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str | bytes) -> Spot:
        path = tmp_path / "things.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_yaml(path)

    return write


def test_values_are_read_as_what_they_are(written):
    spot = written("name: Été\nprice: 12.5\ncount: 3\nfree: true\nlist: [a, b]\n")
    assert spot["name"].text() == "Été"
    assert spot["price"].number(least=0, most=100) == 12.5
    assert spot["count"].integer(least=1, most=3) == 3
    assert spot["free"].flag() is True
    assert [item.one_of({"a", "b"}) for item in spot["list"].items()] == ["a", "b"]
    assert spot.get("none") is None


@pytest.mark.parametrize(
    ("text", "ask", "line", "words"),
    [
        ("a: 1\n\nb: x", lambda spot: spot["b"].number(least=0, most=1), 3, "expected a number"),
        ("a: 1\nb: 7", lambda spot: spot["b"].integer(least=0, most=3), 2, "not between"),
        ("a: .nan", lambda spot: spot["a"].number(least=0, most=3), 1, "not between"),
        ("a: true", lambda spot: spot["a"].integer(least=0, most=3), 1, "expected a number"),
        ("a: 1.5", lambda spot: spot["a"].integer(least=0, most=3), 1, "whole number"),
        ("a: maybe", lambda spot: spot["a"].flag(), 1, "true or false"),
        ("a: ''", lambda spot: spot["a"].text(), 1, "expected words"),
        ("a: xyz", lambda spot: spot["a"].text(longest=2), 1, "longer than 2"),
        ("a: [x]", lambda spot: spot["a"].text(), 1, "expected words"),
        ("a: [x]", lambda spot: spot["a"].flag(), 1, "one value"),
        ("a: b", lambda spot: spot["a"].items(), 1, "expected a list"),
        ("- a", lambda spot: spot["a"], 1, "key: value"),
        ("a: b", lambda spot: spot["c"], 1, "“c” is missing"),
        ("a: 1\nb: 2\na: 3", lambda spot: spot["b"].text() + spot["c"].text(), 3, "twice"),
        ("a: 1\nc: 2", lambda spot: spot.only("a", "b"), 2, "“c” is not one of a, b"),
        ("a: z", lambda spot: spot["a"].one_of({"x"}), 1, "“z” is not known"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(written, text, ask, line, words):
    with pytest.raises(DataFileError, match=rf"^things\.yaml, line {line}: .*{words}"):
        ask(written(text))


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [x\n", ", line 3"), ("a: 1\n\tb: 2", ", line 2"), ("", ", line 1"), (b"a: \xff", "")]
)
def test_what_is_not_yaml_is_told_too(written, text, line):
    with pytest.raises(DataFileError, match=rf"^things\.yaml{line}"):
        written(text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataFileError, match="missing.yaml: No such file"):
        read_yaml(tmp_path / "missing.yaml")
