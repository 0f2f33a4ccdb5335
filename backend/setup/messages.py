"""Compile every `locale/*/LC_MESSAGES/*.po` whose `.mo` is missing or older; refuse one that would break a page.

Babel does it, since Django's own command needs GNU gettext on the machine.
"""

import io
import re
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from backend.setup.speak import Halt, run_as_command, tell

NAMED = re.compile(r"%\((\w+)\)[sd]")


def main() -> int:
    compiled = [compile_catalogue(catalogue) for catalogue in sorted(Path("locale").glob("*/LC_MESSAGES/*.po"))]
    if any(compiled):
        tell(f"Compiled {sum(compiled)} catalogue{'s' if sum(compiled) > 1 else ''} of messages.")
    return 0


def compile_catalogue(source: Path) -> bool:
    """
    Write the `.mo` beside a `.po`; return False when it is already newer.

    :raises Halt: with file and line, for what is no catalogue and for a translation that names a value which its
        original does not.
    """
    target = source.with_suffix(".mo")
    if target.is_file() and target.stat().st_mtime > source.stat().st_mtime:
        return False
    # A date in the header says nothing to a page, and Babel writes one (None) that it does not read: blank it.
    lines = io.BytesIO(re.sub(rb'(?m)^"(?:POT-Creation|PO-Revision)-Date: .*"$', b'""', source.read_bytes()))
    try:
        catalogue = read_po(lines, locale=source.parts[-3], domain=source.stem, abort_invalid=True)
    except PoFileError as fault:
        raise Halt(f"{source}:{fault.lineno + 1}: {fault}.") from fault
    for message in catalogue:
        if message.id and (unknown := unknown_values(message)):
            names = ", ".join(sorted(unknown))
            raise Halt(f"{source}:{message.lineno}: the translation names {names}, unknown to the page.")
    with target.open("wb") as written:
        write_mo(written, catalogue)
    return True


def unknown_values(message: Message) -> set[str]:
    """The %(values)s of the translations that no original has."""
    originals = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return set(NAMED.findall(" ".join(map(str, texts)))) - set(NAMED.findall(" ".join(map(str, originals))))


if __name__ == "__main__":
    run_as_command(main)
