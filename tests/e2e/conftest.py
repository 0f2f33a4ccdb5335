"""One demonstration for the whole run, and visitors with a browser window each."""

import os
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.demonstration import Demonstration, running_demonstration
from tests.e2e.steps import Visitor

ADDRESSES = count(1)


@pytest.fixture(scope="session")
def demonstration(request, tmp_path_factory):
    """Start `make demo` in a folder of its own; when a test failed, say what its parts wrote."""
    folder = Path(os.environ.get("E2E_FOLDER") or tmp_path_factory.mktemp("demonstration"))  # kept: prepared once
    with running_demonstration(folder) as running:
        yield running
    if request.session.testsfailed:
        print(running.last_words().replace("\0", ""))


@pytest.fixture
def visitor(chromium, demonstration: Demonstration, request):
    """
    Return `visitor(**how)`: somebody new, with a window, a language and an address of their own; see Visitor.

    At the end nobody may have met a fault: no script error, no refusal by the page's own policy.
    """
    visitors = []

    def come(*, language: str = "fr", width: int = 1440, **how) -> Visitor:
        address = f"10.0.{next(ADDRESSES)}.1"
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="fr-FR" if language == "fr" else "en-GB",
            extra_http_headers={"X-Forwarded-For": address},
            **how,
        )
        context.set_default_timeout(15_000)
        visitors.append(
            Visitor(context.new_page(), demonstration, language=language, diary=f"{request.node.name}-{len(visitors)}")
        )
        return visitors[-1]

    yield come
    faults = [visitor.faults for visitor in visitors]
    for visitor in visitors:
        visitor.page.context.close()
    assert not any(faults), faults
