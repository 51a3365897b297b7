"""How much of a program was followed: calls of operators with fully known shapes, and why tracking stopped elsewhere."""

from collections import Counter
from typing import Any

from ..dims import Expr
from .values import Place, Unknown, Why


class Coverage:
    """``calls`` of operators, how many were ``known``, per operator and by the (file, class) whose code calls; ``reasons`` by (why, what), with the
    ``places`` (file, line) of each."""

    def __init__(self) -> None:
        self.calls = 0
        self.known = 0
        self.by_operator: dict[str, list[int]] = {}
        self.by_class: dict[tuple[str, str], list[int]] = {}
        self.reasons: dict[tuple[str, str], int] = {}
        self.places: dict[tuple[str, str], Counter[tuple[str, int]]] = {}
        self.lost = 0

    @property
    def unfollowed(self) -> int:
        """How often something was not followed so far."""
        return self.calls - self.known + self.lost

    def count(self, name: str, known: bool, where: tuple[str, str]) -> None:
        for entry in (self.by_operator.setdefault(name, [0, 0]), self.by_class.setdefault(where, [0, 0])):
            entry[0] += 1
            entry[1] += known
        self.calls += 1
        self.known += known

    def lose(self, unknown: Unknown) -> None:
        if unknown.why is not Why.ENTRY:
            self.lost += 1
            self.blame(unknown.why.value, unknown.what, unknown.place)

    def blame(self, why: str, what: str, place: Place | None) -> None:
        """A reason why something was not followed."""
        key = (why, what)
        self.reasons[key] = self.reasons.get(key, 0) + 1
        line = getattr(place.node, "lineno", 0) if place is not None else 0
        if place is not None and line:
            self.places.setdefault(key, Counter())[place.file.path, line] += 1

    def copy(self) -> "Coverage":
        """The same counts, kept apart from now on."""
        made = Coverage()
        made.add(self)
        made.lost = self.lost
        return made

    def add(self, other: "Coverage") -> None:
        self.calls += other.calls
        self.known += other.known
        _add(self.by_operator, other.by_operator)
        _add(self.by_class, other.by_class)
        for key, count in other.reasons.items():
            self.reasons[key] = self.reasons.get(key, 0) + count
        for key, places in other.places.items():
            self.places.setdefault(key, Counter()).update(places)


def _add(entries: dict[Any, list[int]], others: dict[Any, list[int]]) -> None:
    for key, (calls, known) in others.items():
        entry = entries.setdefault(key, [0, 0])
        entry[0] += calls
        entry[1] += known


def has_unread(result: Any) -> bool:
    """Whether a result has a size nobody stated."""
    if isinstance(result, Expr):
        return result.unread
    if isinstance(result, (tuple, list)):
        return any(map(has_unread, result))
    return False
