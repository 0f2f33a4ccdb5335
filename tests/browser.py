"""A browser for every test that drives pages: Chromium, by Playwright, once a process (tests/conftest.py has it)."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


# Not pytest-playwright's own fixtures: its `base_url` is deprecated under pytest 9, where warnings are errors here.
@pytest.fixture(scope="session")
def chromium():
    """Yield the browser that CHROMIUM names, or the first on the PATH."""
    named = os.environ.get("CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread, to the end of the run
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=named or next(filter(None, map(shutil.which, CHROMIUMS)), None),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        yield browser
        browser.close()
