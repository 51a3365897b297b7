"""Changing heap objects so that a branch can be undone and joined.

Every write goes through :meth:`Heap.write`, which remembers the old entry on a trail. A branch costs what it
changes: mark, run one side, take its changes back, run the other side, and join the two sets of changes.
"""

from collections.abc import Callable
from typing import Any

from .values import Growing

Table = dict[Any, Any]
_ABSENT = object()
Changes = dict[tuple[int, Any], tuple[Table, Any]]  # (table identity, key) -> (table, new value)


class _Shorter:
    """The first ``length`` items of the list that stands there now."""

    __slots__ = ("length",)

    def __init__(self, length: int | None) -> None:
        self.length = length


class _Taken:
    """An entry that stood before that of another key, where it comes back to: children run in order."""

    __slots__ = ("later", "value")

    def __init__(self, value: Any, later: Any) -> None:
        self.value, self.later = value, later

    def put_back(self, table: Table, key: Any) -> None:
        names = list(table)
        table[key] = self.value
        for name in names[names.index(self.later) :] if self.later in table else ():
            table[name] = table.pop(name)


def _taken(table: Table, key: Any) -> Any:
    """What is remembered of an entry that is deleted."""
    if next(reversed(table)) == key:
        return table[key]
    names = iter(table)
    while next(names) != key:
        pass
    return _Taken(table[key], next(names))


_REMEMBERED = 8  # marks
_LONG = 64  # writes: fewer are read faster than remembered


class _Written:
    """The entries that the trail names from ``start`` on, each with the place where it does so first: a loop that many paths leave asks again and
    again, and only what is new is read."""

    __slots__ = ("end", "entries")

    def __init__(self, start: int) -> None:
        self.end = start
        self.entries: dict[tuple[int, Any], tuple[Table, int]] = {}

    def read(self, trail: list[tuple[Table, Any, Any]]) -> None:
        for at in range(self.end, len(trail)):
            table, key, _ = trail[at]
            self.entries.setdefault((id(table), key), (table, at))
        self.end = len(trail)

    def forget(self, end: int) -> None:
        """The trail is cut off."""
        while self.entries and next(reversed(self.entries.values()))[1] >= end:
            self.entries.popitem()
        self.end = min(self.end, end)


class Heap:
    """The trail of writes."""

    def __init__(self) -> None:
        self._trail: list[tuple[Table, Any, Any]] = []
        self._written: dict[int, _Written] = {}  # by mark, of those that were asked about last

    def write(self, table: Table, key: Any, value: Any) -> None:
        """``table[key] = value``, undoable."""
        self._trail.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def append(self, table: Growing, value: Any) -> None:
        """One more item of a list, undoable."""
        self._trail.append((table, "items", _Shorter(table.length)))
        table.append(value)

    def delete(self, table: Table, key: Any) -> None:
        """``del table[key]`` if it is there, undoable."""
        if key in table:
            table = table if isinstance(table, dict) else table.attributes  # a registry of a module, which shows these
            self._trail.append((table, key, _taken(table, key)))
            del table[key]

    def mark(self) -> int:
        return len(self._trail)

    def changes(self, mark: int) -> Changes:
        """Entries written since ``mark``, with their present values."""
        if len(self._trail) - mark < _LONG:
            found: Changes = {}
            for table, key, _ in self._trail[mark:]:
                found[id(table), key] = (table, table.get(key, _ABSENT))
            return found
        written = self._written.get(mark)
        if written is None:
            if len(self._written) >= _REMEMBERED:
                del self._written[next(iter(self._written))]
            written = self._written[mark] = _Written(mark)
        written.read(self._trail)
        return {entry: (table, table.get(entry[1], _ABSENT)) for entry, (table, _) in written.entries.items()}

    def undo(self, mark: int) -> None:
        """Back to the state at ``mark``."""
        trail = self._trail
        for start in list(self._written):
            if start > mark:
                del self._written[start]
            else:
                self._written[start].forget(mark)
        while len(trail) > mark:
            table, key, old = trail.pop()
            if old is _ABSENT:
                table.pop(key, None)
            elif type(old) is _Shorter and isinstance(table, Growing):
                table.cut(old.length)
            elif type(old) is _Taken:
                old.put_back(table, key)
            else:
                table[key] = old

    def apply(self, changes: Changes) -> None:
        """Make the entries what ``changes`` says."""
        for (_, key), (table, value) in changes.items():
            if value is _ABSENT:
                self.delete(table, key)
            else:
                self.write(table, key, value)

    def merge(self, one: Changes, other: Changes, join: Callable[[Any, Any], Any], missing: Callable[[Any, Table], Any]) -> None:
        """From the state before both, go to the join of both. ``missing`` joins a value with "no such entry" in a table."""
        for (identity, key), (table, _) in {**one, **other}.items():
            before = table.get(key, _ABSENT)
            left = one.get((identity, key), (table, before))[1]
            right = other.get((identity, key), (table, before))[1]
            if left is right:
                joined = left
            elif left is _ABSENT:
                joined = missing(right, table)
            elif right is _ABSENT:
                joined = missing(left, table)
            else:
                joined = join(left, right)
            if joined is _ABSENT:
                self.delete(table, key)
            elif joined is not before:
                self.write(table, key, joined)

    def rewound(self, mark: int) -> "Rewound":
        """A block in which everything is as it was at ``mark``; afterwards it is as it was before the block."""
        return Rewound(self, mark)


class Rewound:
    """See :meth:`Heap.rewound`."""

    def __init__(self, heap: Heap, mark: int) -> None:
        self._heap, self._mark = heap, mark

    def __enter__(self) -> None:
        self._written = self._heap.changes(self._mark)
        self._heap.undo(self._mark)

    def __exit__(self, *exc: object) -> None:
        self._heap.apply(self._written)
