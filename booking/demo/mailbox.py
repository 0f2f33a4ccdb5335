"""The demonstration's post: mails are files, and its visitors may read them all, for nobody in it is real."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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
        message = message_from_bytes(raw, policy=policy.default)
        if message["Date"]:  # a mail that is being written has no whole head yet
            yield read_letter(f"{file.stem}-{number}", message)


def read_letter(place: str, message: EmailMessage) -> Letter:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        place=place,
        sent_at=read_moment(message["Date"]),
        to=message["To"],
        subject=message["Subject"],
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        files=tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )


def read_moment(text: str) -> datetime:
    """Read a Date header; "-0000", which Django writes, means UTC without a place (RFC 5322, 3.3)."""
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
