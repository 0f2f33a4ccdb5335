"""How many slips of the finger lie between two words."""

from __future__ import annotations


def edit_distance(a: str, b: str, *, at_most: int) -> int:
    """
    Count the insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.

    The optimal string alignment distance (F. J. Damerau, Communications of the ACM 7, 1964), computed only within
    `at_most` of the diagonal (E. Ukkonen, Information and Control 64, 1985): anything beyond is `at_most + 1`.
    """
    too_far = at_most + 1
    if abs(len(a) - len(b)) > at_most:
        return too_far
    before_last: list[int] = []
    last = [min(column, too_far) for column in range(len(b) + 1)]
    for i, letter in enumerate(a, start=1):
        row = [too_far] * (len(b) + 1)
        row[0] = min(i, too_far)
        for j in range(max(1, i - at_most), min(len(b), i + at_most) + 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != b[j - 1]))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, before_last[j - 2] + 1)
            row[j] = cost
        if min(row) > at_most:
            return too_far
        before_last, last = last, row
    return min(last[-1], too_far)
