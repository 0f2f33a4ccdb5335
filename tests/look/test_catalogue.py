"""No string outside the catalogues: what code and templates say is marked, and each such sentence has its French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
FRENCH = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PRODUCT = ("api", "backend", "booking", "collective")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
MARKED = re.compile(r"""\b(?:_|gettext|ngettext)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
WORD = re.compile(r"[^\W\d_]{2,}")
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)  # in mails
TAG = re.compile(r"<[^>]*>|&\w+;", re.DOTALL)
SPOKEN = re.compile(r"""\s(?:alt|title|placeholder|aria-label|aria-description)\s*=\s*"([^"]*)\"""")
# Names, units and the words of other tongues: the same whatever the reader's language.
NAMES = {
    "Moyeu",
    "moyeu",
    "API",
    "SIREN",
    "ODbL",
    "OpenAPI",
    "CSV",
    "PDF",
    "XML",
    "FEC",
    "SHA",
    "Français",
    "FR",
    "English",
    "EN",
}


def sources(suffix: str) -> Iterator[Path]:
    for folder in PRODUCT:
        yield from (path for path in sorted((ROOT / folder).rglob(f"*{suffix}")) if "migrations" not in path.parts)


def templates() -> list[Path]:
    return [path for kind in (".html", ".txt") for path in sources(kind) if "templates" in path.parts]


def said_in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def said_in_template(path: Path) -> Iterator[str]:
    for found in MARKED.findall(templatize(path.read_text())):
        yield ast.literal_eval(found)


def unmarked(source: str) -> Iterator[str]:
    """What a template says outside `translate`: text between tags, and attributes that are read out."""
    silent, bare = "", ""
    for token in Lexer(STYLE.sub("", source)).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else []
        if silent and words[:1] == [f"end{silent}"]:
            silent = ""
        elif words[:1] in (["blocktranslate"], ["comment"]) or words[:1] == ["block"] and words[1].endswith("_class"):
            silent = words[0]
        elif not silent:
            bare += token.contents if token.token_type == TokenType.TEXT else " … "
    for text in [TAG.sub(" ", bare), *SPOKEN.findall(bare)]:
        yield from (line.strip() for line in text.splitlines() if set(WORD.findall(line)) - NAMES)


def translated() -> set[str]:
    with FRENCH.open("rb") as file:
        messages = [message for message in read_po(file, locale="fr") if message.id and not message.fuzzy]
    return {
        message.id[0] if message.pluralizable else message.id
        for message in messages
        if (all(message.string) if message.pluralizable else message.string)
    }


def test_each_sentence_has_its_french():
    said = {text: path for path in sources(".py") for text in said_in_code(path)}
    said |= {text: path for path in templates() for text in said_in_template(path)}
    assert len(said) > 500
    french = translated()
    assert [f"{path.relative_to(ROOT)}: {text}" for text, path in said.items() if text not in french] == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_unmarked(path):
    assert list(unmarked(path.read_text())) == []
