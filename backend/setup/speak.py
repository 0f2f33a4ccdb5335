"""How the set-up speaks: one sentence when it must stop, and what the words of its tools mean."""

import platform
import re
import sys
from collections.abc import Callable


class Halt(Exception):
    """What stops the set-up, as one sentence that a person can act on."""


# The first that matches wins. pip ends a lost connection with "no matching distribution": network comes before wheels.
MEANINGS = (
    (
        r"No space left on device|ENOSPC|os error 28\b",
        "The disk is full: make room, then run the same command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|name resolution|dns error|Network is unreachable|ENETUNREACH|ENOTFOUND"
        r"|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ConnectTimeout|ReadTimeout|error sending request|client error \(Connect\)"
        r"|Connection refused|ProxyError",
        "The network does not answer: the first set-up downloads packages, so connect this machine and run the same "
        "command again (later runs work offline).",
    ),
    (
        r"HASHES? .*MISMATCH|DO NOT MATCH THE HASHES|Hash mismatch|EINTEGRITY",
        "A downloaded package is not the one that the lock names: do not use it, and tell the maintainers.",
    ),
    (
        r"no wheels? with a matching|has no usable wheels|no wheels are usable|No matching distribution"
        r"|Could not find a version|doesn't have a source distribution or wheel",
        "A package is not built for this machine ({machine}, Python {python}), and Moyeu never compiles: use Python "
        "3.11 to 3.13 on Linux with glibc (x86-64, ARM 64) or on macOS 15 or newer (Apple silicon).",
    ),
)


def meaning_of(output: str) -> str | None:
    """The sentence for what pip, uv or npm printed when it failed; None when its words are not known."""
    for pattern, sentence in MEANINGS:
        if re.search(pattern, output, re.IGNORECASE):
            machine = f"{platform.system()} {platform.machine()}"
            return sentence.format(machine=machine, python=platform.python_version())
    return None


def tell(line: str) -> None:
    print(line, flush=True)


def run_as_command(main: Callable[[], int]) -> None:
    """Leave with the status of `main`; a Halt is its sentence and 1, Ctrl-C is 130."""
    try:
        status = main()
    except Halt as halt:
        print(halt, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
