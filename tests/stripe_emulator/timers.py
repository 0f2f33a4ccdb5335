"""What will happen by itself, soonest first: a session ends, a hold lapses, money becomes available."""

import heapq
from collections.abc import Iterator


class Timers:
    """Not thread-safe by itself: the caller holds the world's lock."""

    def __init__(self) -> None:
        self.heap: list[tuple[int, str]] = []  # moment, id of the object

    def set(self, at: int, identifier: str) -> None:
        """Have an object looked at from that moment on; it says then what to do, which may be nothing any more."""
        heapq.heappush(self.heap, (at, identifier))

    def due(self, now: int) -> Iterator[str]:
        while self.heap and self.heap[0][0] <= now:
            yield heapq.heappop(self.heap)[1]

    def clear(self) -> None:
        self.heap.clear()
