"""The sentences that the law puts on an invoice: dated data, so that a new code is a line in a file."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

MENTIONS = Path(__file__).parent / "data" / "mentions.toml"


def mentions_on(day: date, *, facts: Collection[str], words: Mapping[str, str]) -> list[dict[str, str]]:
    """
    Return the mentions of an invoice issued on `day`, in the order of the file: their code, words and source.

    `facts` are those under which a mention is said ("franchise", "business"…); `words` fill the sentences.
    """
    said = []
    for one in _mentions():
        in_force = one["since"] <= day and ("until" not in one or day <= one["until"])
        if in_force and (one["when"] == "always" or one["when"] in facts):
            sentences = {language: one[language].format_map(words) for language in ("fr", "en")}
            said.append({"code": one["code"], **sentences, "source": one["source"]})
    return said


@lru_cache(maxsize=1)
def _mentions() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = tomllib.loads(MENTIONS.read_text(encoding="utf-8"))["mention"]
    return read
