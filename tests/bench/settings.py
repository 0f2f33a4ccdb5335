"""The product's own settings, plus one page with nothing on it: what the stack costs before anything is asked of it."""

from backend.settings import *  # noqa: F403 - settings are a module of names

ROOT_URLCONF = "tests.bench.urls"
