"""
What is sold with a kind of tool that is borrowed.

Offers live above the tools, which cannot ask them: they register a function that says what a kind serves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collective.tools.models import Tool, ToolKind


@dataclass(frozen=True, slots=True, order=True)
class Borrowed:
    """A piece of work on sale, by name, in the workshop that borrows for it."""

    workshop: str
    work: str


Borrowers = Callable[[ToolKind, int], list[Borrowed]]  # a kind, and the collective's id
_borrowers: list[Borrowers] = []


def register_borrowers(borrowers: Borrowers) -> None:
    """Have `borrowers(kind, collective)` say what is on sale there with a borrowed tool of this kind."""
    if borrowers not in _borrowers:
        _borrowers.append(borrowers)


def sold_no_more_without(tool: Tool) -> list[Borrowed]:
    """Give the work that nobody could book any more without this tool: none while another of its kind is in use."""
    others = Tool.objects.in_use().filter(collective=tool.collective_id, kind=tool.kind_id).exclude(pk=tool.pk)
    if others.exists():
        return []
    return sorted(one for borrowers in _borrowers for one in borrowers(tool.kind, tool.collective_id))
