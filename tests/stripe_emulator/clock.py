"""The emulator's clock: the machine's, moved forward on request."""

import time


class Clock:
    """Tell the time in whole Unix seconds."""

    def __init__(self) -> None:
        self.ahead = 0  # seconds

    def now(self) -> int:
        return int(time.time()) + self.ahead

    def advance(self, seconds: int) -> None:
        """:raises ValueError: for a step back: holds that lapsed would come alive again."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self.ahead += seconds
