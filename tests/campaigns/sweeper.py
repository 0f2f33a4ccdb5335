"""Make the rounds again and again: python -m tests.campaigns.sweeper, until its parent goes (race.py starts two)."""

import os
import signal
import sys
import time

import django

django.setup()

from backend.lib.clock import database_now  # noqa: E402 - Django is set up by then
from booking.tasks import sweep  # noqa: E402

PAUSE = 0.05  # seconds
LONGEST = 1800  # seconds: whatever happens, it ends

parent, until = os.getppid(), time.monotonic() + LONGEST
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
while os.getppid() == parent and time.monotonic() < until:
    sweep(at=database_now())
    time.sleep(PAUSE)
