"""Views of dicts: ``d.keys()``, ``d.values()``, ``d.items()``, which show what is in the dict when they are looked at, and looping over dicts.

An entry that only one of two branches made may be missing: how many entries there are is not known then, and a loop runs its body for that
entry as if behind a condition that cannot be decided.
"""

from collections.abc import Callable, Iterator
from typing import Any

from .lazy import Lost
from .natives import PyRaise
from .values import DictEntries, DictObject, Instance, MaybeMissing, Unknown, Value, Why

Entries = dict[Any, Any]


class DictView:
    """A view of a dict, or of a module that is one, whose entries ``read`` gives. ``kind`` is "keys", "values" or "items"."""

    __slots__ = ("kind", "of", "read")

    def __init__(self, kind: str, of: "DictObject | Instance", read: "Callable[[], Entries | Unknown] | None" = None) -> None:
        self.kind, self.of, self.read = kind, of, read

    @property
    def name(self) -> str:
        """The name of its type."""
        ordered = isinstance(self.of, DictObject) and self.of.kind == "OrderedDict"
        return f"{'o' if ordered else ''}dict_{self.kind}"

    @property
    def entries(self) -> "Entries | Unknown":
        """What it shows now, as a dict; Unknown where that is not all known."""
        return self.read() if self.read is not None else entries_of(self.of)

    @property
    def items(self) -> "tuple[Value, ...] | Unknown":
        """What it shows now."""
        found = self.entries
        if isinstance(found, Unknown):
            return found
        return tuple(found if self.kind == "keys" else found.values() if self.kind == "values" else found.items())

    @property
    def is_set(self) -> bool:
        """Whether it can be asked what a set can."""
        return self.kind != "values"


class Perhaps:
    """An item of a dict that may be missing."""

    __slots__ = ("item",)

    def __init__(self, item: Value) -> None:
        self.item = item


def missing_in(table: Entries) -> MaybeMissing | None:
    """An entry of a dict that may be missing."""
    if MaybeMissing not in map(type, table.values()):
        return None
    found: MaybeMissing = next(value for value in table.values() if type(value) is MaybeMissing)
    return found


def entries_of(value: Value) -> "Entries | Unknown":
    """The entries of a dict; Unknown where there may be more or fewer."""
    unread: Unknown | None = value.opaque["rest"]
    table: Entries = value.table
    return unread or missing_in(table) or table


def unread(value: DictObject) -> Unknown | None:
    """Why it is not known how many entries a dict has."""
    return value.opaque["rest"] or missing_in(value.table)


def is_looped(value: Value) -> bool:
    """Whether :func:`looped` gives the items of an iterable."""
    if isinstance(value, DictView):
        return value.read is not None or value.of.opaque["rest"] is None  # type: ignore[union-attr]
    return isinstance(value, DictObject) and isinstance(value.table, DictEntries) and value.opaque["rest"] is None


def looped(value: "DictView | DictObject") -> Iterator[Value]:
    """What a loop over a dict or a view gives, item by item: Perhaps where an entry may be missing. The dict must not grow or shrink meanwhile."""
    view = value if isinstance(value, DictView) else DictView("keys", value)
    found = view.entries if view.read is not None else view.of.table
    if isinstance(found, Unknown):
        raise Lost(found)
    kind, of, count, steady = view.kind, view.of.table, len(view.of.table), view.read is None
    for name in tuple(found):
        if name not in of:
            raise Lost(Unknown(Why.CONSTRUCT, "a dict whose keys change while it is looped over"))
        held = of[name]
        shown = held.value if type(held) is MaybeMissing else held
        item = name if kind == "keys" else shown if kind == "values" else (name, shown)
        yield Perhaps(item) if type(held) is MaybeMissing else item
        if len(of) != count and (steady or len(view.entries) != len(found)):  # type: ignore[arg-type]
            if isinstance(view.entries, Unknown):
                raise Lost(view.entries)
            raise PyRaise("RuntimeError", "dictionary changed size during iteration")


def surely(items: Iterator[Value]) -> Iterator[Value]:
    """The items, as far as they are certain to be there."""
    for item in items:
        if type(item) is Perhaps:
            raise Lost(Unknown(Why.JOIN, "an entry that one branch makes"))
        yield item


def why_unlisted(value: Value) -> Unknown | None:
    """Why the items of a dict or a view are not known; None for other values, and where they are."""
    found = value.entries if isinstance(value, DictView) else entries_of(value) if isinstance(value, DictObject) else None
    return found if isinstance(found, Unknown) else None
