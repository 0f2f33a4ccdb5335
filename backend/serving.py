"""What a web process does once, before it answers anybody."""

import gc
from importlib import import_module

from django.conf import settings

YOUNG = 5_000  # objects made between two looks of the garbage collector: a page of slots makes some ten thousand


def settle() -> None:
    """
    Import the pages, then put all that start-up made out of the garbage collector's sight.

    It lives as long as the process. Gone through again and again, it took a quarter of the time of a page of slots.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
