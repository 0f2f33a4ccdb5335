"""The gallery's own addresses and templates, in demonstration mode, with the templates as strict as everywhere."""

import pytest

from tests.look.gallery import TEMPLATES


@pytest.fixture
def gallery(settings):
    settings.ROOT_URLCONF = "tests.look.gallery"
    settings.MOYEU_DEMO = True
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    return settings
