"""Tables of answers already found, by expression: bounded, so that a long-lived process does not grow."""

from __future__ import annotations

from .expr import Expr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CAPACITY = 1 << 13


def trim(table: dict[Expr, Any]) -> None:
    """Make room for one more answer: a full table starts anew."""
    if len(table) >= CAPACITY:
        table.clear()
