"""How much of a program was followed: calls of operators with fully known shapes, and why tracking stopped elsewhere."""

from typing import Any

from ..dims import Expr
from .values import Unknown, Why


class Coverage:
    """``calls`` of operators, how many were ``known``, per operator, and ``reasons`` by (why, what)."""

    def __init__(self) -> None:
        self.calls = 0
        self.known = 0
        self.by_operator: dict[str, list[int]] = {}
        self.reasons: dict[tuple[str, str], int] = {}
        self.lost = 0

    @property
    def unfollowed(self) -> int:
        """How often something was not followed so far."""
        return self.calls - self.known + self.lost

    def count(self, name: str, known: bool) -> None:
        entry = self.by_operator.setdefault(name, [0, 0])
        entry[0] += 1
        entry[1] += known
        self.calls += 1
        self.known += known

    def lose(self, unknown: Unknown) -> None:
        if unknown.why is not Why.ENTRY:
            self.lost += 1
            key = (unknown.why.value, unknown.what)
            self.reasons[key] = self.reasons.get(key, 0) + 1

    def copy(self) -> "Coverage":
        """The same counts, kept apart from now on."""
        made = Coverage()
        made.add(self)
        made.lost = self.lost
        return made

    def add(self, other: "Coverage") -> None:
        self.calls += other.calls
        self.known += other.known
        for name, (calls, known) in other.by_operator.items():
            entry = self.by_operator.setdefault(name, [0, 0])
            entry[0] += calls
            entry[1] += known
        for key, count in other.reasons.items():
            self.reasons[key] = self.reasons.get(key, 0) + count


def has_unread(result: Any) -> bool:
    """Whether a result has a size nobody stated."""
    if isinstance(result, Expr):
        return result.unread
    if isinstance(result, (tuple, list)):
        return any(map(has_unread, result))
    return False
