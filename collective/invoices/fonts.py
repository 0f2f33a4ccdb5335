"""The house's typeface for PDFs: the web fonts of node_modules, opened once a process."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files"
# Western letters first; the others of Europe when a name needs them.
SCRIPTS = ("latin", "latin-ext")


WEIGHTS = {"": 400, "B": 700}


@lru_cache(maxsize=1)
def font_files() -> dict[tuple[str, str], Path]:
    """Return a TrueType file for each script and style ("" or "B"), cut out of the variable font."""
    folder = Path(mkdtemp(prefix="moyeu-fonts-"))
    made = {}
    for script in SCRIPTS:
        source = Path(settings.BASE_DIR) / FOLDER / f"atkinson-hyperlegible-next-{script}-wght-normal.woff2"
        for style, weight in WEIGHTS.items():
            font = instantiateVariableFont(TTFont(BytesIO(source.read_bytes())), {"wght": weight})
            font.flavor = None  # no longer compressed
            made[script, style] = folder / f"{script}{style}.ttf"
            font.save(made[script, style])
    return made
