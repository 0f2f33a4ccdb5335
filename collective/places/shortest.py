"""The shortest round through points: exact for the few visits of a day, near enough beyond."""

from __future__ import annotations

from collections.abc import Sequence

from collective.places.distance import Located, distance_km

MOST_EXACT = 10
Distances = list[list[float]]


def round_km(base: Located, points: Sequence[Located]) -> float:
    """Give the straight-line kilometres from the base through the points in this order and back."""
    way = [base, *points, base]
    return sum(distance_km(a, b) for a, b in zip(way, way[1:], strict=False))


def shortest_round(base: Located, points: Sequence[Located]) -> list[int]:
    """
    Give the order (places in `points`) of a short round from the base through all points and back.

    The shortest there is up to MOST_EXACT points (M. Held and R. Karp, 1962); above, the nearest next and then as long
    as turning a stretch round makes it shorter (2-opt, G. Croes, 1958).
    """
    if len(points) < 2:
        return list(range(len(points)))
    everything = [base, *points]
    km = [[distance_km(a, b) for b in everything] for a in everything]
    order = _exact(km) if len(points) <= MOST_EXACT else _better(_nearest_next(km), km)
    return [place - 1 for place in order]


def _exact(km: Distances) -> list[int]:
    """Order 1 ... n. `best[visited, last]` is the shortest way from 0 through the visited ones to the last."""
    count = len(km) - 1
    best: dict[tuple[int, int], tuple[float, int]] = {(1 << (k - 1), k): (km[0][k], 0) for k in range(1, count + 1)}
    for visited in range(1, 1 << count):
        members = [k for k in range(1, count + 1) if visited >> (k - 1) & 1]
        if len(members) < 2:
            continue
        for last in members:
            before = visited & ~(1 << (last - 1))
            best[visited, last] = min((best[before, k][0] + km[k][last], k) for k in members if k != last)
    visited = (1 << count) - 1
    last = min(range(1, count + 1), key=lambda k: best[visited, k][0] + km[k][0])
    order = []
    while last:
        order.append(last)
        visited, last = visited & ~(1 << (last - 1)), best[visited, last][1]
    return order[::-1]


def _nearest_next(km: Distances) -> list[int]:
    order, left, here = [], set(range(1, len(km))), 0
    while left:
        here = min(left, key=lambda k: (km[here][k], k))
        left.remove(here)
        order.append(here)
    return order


def _better(order: list[int], km: Distances) -> list[int]:
    way, shorter = [0, *order, 0], True
    while shorter:
        shorter = False
        for i in range(1, len(way) - 2):
            for j in range(i + 1, len(way) - 1):
                now = km[way[i - 1]][way[i]] + km[way[j]][way[j + 1]]
                turned = km[way[i - 1]][way[j]] + km[way[i]][way[j + 1]]
                if turned < now - 1e-9:
                    way[i : j + 1] = way[i : j + 1][::-1]
                    shorter = True
    return way[1:-1]
