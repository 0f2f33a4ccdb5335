"""Words that data carry in two languages; strings of the code go through gettext instead."""

from __future__ import annotations

from django.utils.translation import get_language


def in_current_language(*, fr: str, en: str) -> str:
    """Give the English words to who reads English, the French ones to everybody else."""
    return en if (get_language() or "").startswith("en") and en else fr
