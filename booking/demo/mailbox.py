"""The demonstration's post: mails are files, and its visitors may read them all, for nobody in it is real."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

RULE = b"-" * 79 + b"\n"  # what Django's file backend writes after each mail
MOST_SHOWN = 40


@dataclass(frozen=True)
class Letter:
    """One mail as its reader sees it; `place` finds it again: "<file>-<number in the file>"."""

    place: str
    sent_at: datetime
    to: str
    subject: str
    text: str
    html: str
    files: tuple[str, ...]


def letters(folder: Path) -> list[Letter]:
    """Return the newest mails first, at most forty."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:MOST_SHOWN]
    read = [letter for file in files for letter in read_file(file)]
    return sorted(read, key=lambda letter: letter.sent_at, reverse=True)[:MOST_SHOWN]


def read_file(file: Path) -> Iterator[Letter]:
    for number, raw in enumerate(file.read_bytes().split(RULE)):
        if raw.strip():
            yield read_letter(f"{file.stem}-{number}", message_from_bytes(raw, policy=policy.default))


def read_letter(place: str, message: EmailMessage) -> Letter:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        place=place,
        sent_at=parsedate_to_datetime(message["Date"]),
        to=message["To"],
        subject=message["Subject"],
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        files=tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )
