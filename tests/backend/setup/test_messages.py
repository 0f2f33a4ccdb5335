"""Catalogues are compiled without gettext, and one that would break a page is refused."""

import os

import pytest
from babel.messages.mofile import read_mo

from backend.setup import messages
from backend.setup.speak import Halt

HEADER = """\
msgid ""
msgstr ""
"PO-Revision-Date: None\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
PLURAL = 'msgid "%(n)s slot"\nmsgid_plural "%(n)s slots"\nmsgstr[0] "%(n)s créneau"\nmsgstr[1] "%(n)s créneaux"\n'


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    return folder / "django.po"


def test_a_catalogue_is_compiled_and_left_alone_until_it_changes(catalogue, capsys):
    catalogue.write_text(HEADER + PLURAL)
    os.utime(catalogue, (1, 1))
    messages.main()
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert read_mo(compiled).get("%(n)s slot").string == ["%(n)s créneau", "%(n)s créneaux"]
    assert "Compiled 1 catalogue" in capsys.readouterr().out
    messages.main()
    assert capsys.readouterr().out == ""


def test_a_translation_that_names_an_unknown_value_is_refused_with_its_line(catalogue):
    catalogue.write_text(f'{HEADER}{PLURAL}\nmsgid "%(price)s a bike"\nmsgstr "%(prix)s par vélo"\n')
    with pytest.raises(Halt, match=r"django\.po:12: the translation names prix"):
        messages.main()
    assert not catalogue.with_suffix(".mo").exists()


def test_a_broken_catalogue_is_refused_with_its_line(catalogue):
    catalogue.write_text(f'{HEADER}msgid "Book"\nmsgid_plural\n')
    with pytest.raises(Halt, match=r"django\.po:\d+"):
        messages.main()
