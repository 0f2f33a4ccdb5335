"""A process of the control's clients, without locks: python -m tests.campaigns.unlocked (control.py starts two)."""

import json
import sys
from datetime import datetime

from tests.booking.availability import racer  # sets Django up
from tests.campaigns.control import without_locks

asked = json.loads(sys.argv[1])
moments = [datetime.fromisoformat(text) for text in asked["starts"]]
with without_locks():
    racer.race(asked["workshop"], datetime.fromisoformat(asked["at"]), dict.fromkeys(range(*asked["clients"]), moments))
