"""Read OpenStreetMap files element by element: GeoJSON or Overpass JSON, plain or gzipped, however large."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ijson

_LISTS = ("features", "elements")  # of GeoJSON, of Overpass JSON
_LONGEST_STRING = 4 * 1024 * 1024
# A string, whole or cut off by the end of what was read; or a number that JSON does not have.
_STRING_OR_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*+(?P<closed>")?|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_LONGEST_NO_NUMBER = len("-Infinity")


class BrokenOff(Exception):
    """The file is no JSON of this kind, or stops being it: what was read before stands."""


def stream_elements(path: Path, *, on_read: Callable[[int], object] = lambda length: None) -> Iterator[Any]:
    """
    Yield the raw elements of a file, whatever each of them is; `on_read` is told how many bytes of it were read.

    NaN and Infinity, which programs write although JSON has no such numbers, become null, and bytes that are no UTF-8
    become U+FFFD, so that one bad row does not hide the rows behind it.

    :raises BrokenOff: when the file cannot be read on, with the reason; everything before it was yielded.
    """
    try:
        with _opened(path, lambda length: None) as file:
            name = _name_of_list(file)
        with _opened(path, on_read) as file:
            yield from ijson.items(file, f"{name}.item")
    except ijson.JSONError as broken:
        raise BrokenOff(" ".join(str(broken).split())[:200]) from broken
    except (OSError, EOFError, zlib.error) as broken:
        raise BrokenOff(str(broken)) from broken


def _name_of_list(file: _Lenient) -> str:
    for prefix, event, value in ijson.parse(file):
        if prefix == "" and event == "map_key" and value in _LISTS:
            return str(value)
    raise BrokenOff("neither a GeoJSON FeatureCollection (“features”) nor Overpass JSON (“elements”)")


@contextmanager
def _opened(path: Path, on_read: Callable[[int], object]) -> Iterator[_Lenient]:
    """Open a file, unpacking what begins as gzip does, whatever its name."""
    with path.open("rb") as raw, io.BufferedReader(_Counted(raw, on_read)) as counted:
        packed = counted.peek(2)[:2] == b"\x1f\x8b"
        yield _Lenient(gzip.GzipFile(fileobj=counted) if packed else counted)


class _Counted(io.RawIOBase):
    """A file that tells how much of it was read."""

    def __init__(self, raw: io.BufferedReader, on_read: Callable[[int], object]) -> None:
        super().__init__()
        self._raw, self._on_read = raw, on_read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        length = self._raw.readinto(buffer)
        self._on_read(length)
        return length


class _Lenient:
    """The same JSON in UTF-8 with null for NaN and Infinity. A string that is cut by a chunk waits for its end."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = ""

    def read(self, size: int) -> bytes:
        if size == 0:  # ijson asks so whether these are bytes
            return b""
        while True:
            chunk = self._file.read(max(size, 1))
            text = self._waiting + self._decoder.decode(chunk, final=not chunk)
            ready = self._ready(text) if chunk else len(text)
            self._waiting = text[ready:]
            if len(self._waiting) > _LONGEST_STRING:
                raise BrokenOff(f"a text of more than {_LONGEST_STRING} letters")
            if ready or not chunk:
                return _STRING_OR_NO_NUMBER.sub(_or_null, text[:ready]).encode("utf-8", "replace")

    @staticmethod
    def _ready(text: str) -> int:
        """Tell how much of the text can be told apart already: no string that is still open, no half of a NaN."""
        ready = max(0, len(text) - _LONGEST_NO_NUMBER)
        for found in _STRING_OR_NO_NUMBER.finditer(text):
            if found[0][0] == '"' and not found["closed"]:
                return found.start()
            if found.start() < ready < found.end():
                ready = found.end()
        return ready


def _or_null(found: re.Match[str]) -> str:
    return found[0] if found[0][0] == '"' else "null"
