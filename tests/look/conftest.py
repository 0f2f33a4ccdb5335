"""The gallery's own addresses and templates, in demonstration mode, and a browser to look at them."""

import pytest

from tests.look.gallery import TEMPLATES


@pytest.fixture
def gallery(settings):
    settings.ROOT_URLCONF = "tests.look.gallery"
    settings.MOYEU_DEMO = True
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    return settings


@pytest.fixture
def look(chromium):
    """Return `look(**how)`: a new page, `how` as for Playwright's new_context; what went wrong is in its `faults`."""
    contexts = []

    def open_page(**how):
        contexts.append(chromium.new_context(**{"locale": "fr-FR", **how}))
        page = contexts[-1].new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("response", lambda answer: page.faults.append(answer.url) if answer.status == 404 else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
