"""Functions behind ``functools.lru_cache``: what a call with known arguments gave is given again, and the body runs once.

The entries stand on the heap, so one that a branch made is taken back with the branch. Where arguments cannot be told from others the body
runs each time: the result is as good, and it is only not known to be the same object.
"""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .arguments import NamedResults
from .branches import choose
from .expressions import Rest
from .heap import Table
from .library.support import is_key, speaks
from .metaclasses import written
from .values import ClassValue, DictEntries, FunctionValue, Instance, MaybeMissing, Native, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

Call = Callable[[], Value]
_ABSENT = object()


class CachedFunction(FunctionValue):
    """A user's ``function`` with the results of its calls. ``state`` counts hits and misses; ``used`` says when each entry was asked for last."""

    __slots__ = ("entries", "function", "maxsize", "state", "typed", "used")

    def __init__(self, function: FunctionValue, maxsize: int | None, typed: bool) -> None:
        super().__init__(function.name, function.node, function.scope, function.defaults, function.kw_defaults)
        self.owner, self.function, self.maxsize, self.typed = function.owner, function, maxsize, typed
        self.entries: Table = DictEntries()
        self.used: Table = {}
        self.state: Table = {"hits": 0, "misses": 0}
        self.table.update(function.table)
        self.table["__wrapped__"] = function

    def result(self, m: "Machine", args: list[Value], kwargs: dict[str, Value], call: Call) -> Value:
        """What a call gives; ``call`` runs the body."""
        key = None if self.maxsize == 0 else self._key(args, kwargs)
        if key is not None and _speaks(key):
            key, perhaps = self._known_as(m, key)
            if perhaps:
                return self._perhaps(m, perhaps, call)
        found = _ABSENT if key is None else self.entries.get(key, _ABSENT)
        if isinstance(found, MaybeMissing):
            value = choose(m, lambda: found.value, call)
        elif found is not _ABSENT:
            self._count(m, "hits")
            self._touch(m, key)
            return found
        else:
            self._count(m, "misses")
            value = call()
        if key is not None:
            self._keep(m, key, value)
        return value

    def _key(self, args: list[Value], kwargs: dict[str, Value]) -> Any:
        """What CPython makes of the arguments; None where they cannot be told from others."""
        given = [*args, *kwargs.values()]
        if not all(not isinstance(value, Rest) and (is_key(value) or (isinstance(value, Instance) and "payload" not in value.hidden)) for value in given):
            return None
        if len(args) == 1 and not kwargs and not self.typed and type(args[0]) in (int, str):
            return args[0]
        types = tuple(value.cls if isinstance(value, Instance) else type(value) for value in given) if self.typed else ()
        return (tuple(args), tuple(kwargs.items()), types)

    def _known_as(self, m: "Machine", key: Any) -> tuple[Any, list[Any]]:
        """The key of the entry that is equal to ``key``, or ``key``; and the keys of entries of which it is not known whether they are."""
        perhaps = []
        for known in self.entries:
            answer = _equal(m, known, key)
            if answer:
                return known, []
            if answer is None:
                perhaps.append(known)
        return key, perhaps

    def _perhaps(self, m: "Machine", keys: list[Any], call: Call) -> Value:
        """The result where it is not known whether one of these entries is the one."""
        for what in self.state:
            m.heap.write(self.state, what, Unknown(Why.DATA, "the arguments of a cached function", m.place))
        return choose(m, *(lambda entry=self.entries[key]: entry.value if isinstance(entry, MaybeMissing) else entry for key in keys), call)

    def _count(self, m: "Machine", what: str) -> None:
        m.heap.write(self.state, what, m.binary("+", self.state[what], 1))

    def _touch(self, m: "Machine", key: Any) -> None:
        if self.maxsize is not None:
            m.heap.write(self.used, key, sum(number if isinstance(number, int) else 0 for number in self.state.values()))

    def _keep(self, m: "Machine", key: Any, value: Value) -> None:
        if self.maxsize is not None and key not in self.entries and len(self.entries) >= self.maxsize:
            self._evict(m)
        m.heap.write(self.entries, key, value)
        self._touch(m, key)

    def _evict(self, m: "Machine") -> None:
        """Forget what was not asked for longest; everything, where that is not known."""
        known = all(isinstance(self.used.get(key), int) for key in self.entries) and all(isinstance(number, int) for number in self.state.values())
        for key in [min(self.entries, key=self.used.__getitem__)] if known else list(self.entries):
            m.heap.delete(self.entries, key)

    def info(self, m: "Machine") -> Value:
        """``cache_info()``. A body that was not followed to its end may have called others."""
        lost = next((value for value in (*self.entries.values(), *self.state.values()) if isinstance(value, Unknown)), None)
        counts = (self.state["hits"], self.state["misses"]) if lost is None else (lost, lost)
        made = NamedResults((*counts, self.maxsize, len(self.entries) if lost is None else lost))
        made.names = ("hits", "misses", "maxsize", "currsize")
        return made

    def clear(self, m: "Machine") -> None:
        """``cache_clear()``."""
        for key in list(self.entries):
            m.heap.delete(self.entries, key)
        for name in self.state:
            m.heap.write(self.state, name, 0)


# --- arguments that say themselves what they equal ---------------------------------------------------------------


def _speaks(key: Any) -> bool:
    """Whether the arguments hold an object with an ``__eq__`` or ``__hash__`` of its own."""
    if isinstance(key, tuple):
        return any(map(_speaks, key))
    return isinstance(key, Instance) and speaks(key)


def _equal(m: "Machine", one: Any, other: Any) -> bool | None:
    """Whether Python takes two keys for the same: equal hashes, and the same object or an equal one."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        answers = [_equal(m, left, right) for left, right in zip(one, other, strict=False)] if len(one) == len(other) else [False]
        return False if False in answers else None if None in answers else True
    if not _speaks(one) and not _speaks(other):
        return bool(one == other)
    if one is other:
        return True
    answer = m.truth(m.compare("==", one, other))
    if answer is False:
        return False
    kin = isinstance(one, Instance) and isinstance(other, Instance) and one.cls is other.cls
    return answer if kin and _hashes_values(one) else None


def _hashes_values(value: Value) -> bool:
    """Whether objects that are equal have equal hashes for certain: a dataclass's own, those of a tuple of attributes, and constants."""
    found = written(value.cls, "__hash__") if isinstance(value, Instance) and isinstance(value.cls, ClassValue) else None
    if not isinstance(found, FunctionValue):
        return isinstance(found, Native) and found.name == "__hash__"
    if len(found.node.body if isinstance(found.node.body, list) else ()) != 1:
        return False
    names = {node.id for node in ast.walk(found.node) if isinstance(node, ast.Name)}
    return "id" not in names and "super" not in names and ("hash" in names or not names)
