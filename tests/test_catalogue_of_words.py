"""French first: no word of the product waits for its translation."""

from pathlib import Path

from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR, "locale", "fr", "LC_MESSAGES", "django.po")


def test_every_message_has_its_french():
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="fr") if message.id]
    waiting = [message.id for message in messages if message.fuzzy or not words_of(message.string)]
    assert len(messages) > 700
    assert waiting == []


def words_of(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)
