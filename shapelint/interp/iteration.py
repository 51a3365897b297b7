"""Listing the items of iterables, and unpacking."""

from typing import TYPE_CHECKING

from ..dims import Expr, unknown
from . import limits
from .lazy import calls_of_next, drain, stream
from .metaclasses import of_class
from .natives import PyRaise
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    DictObject,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    SetObject,
    Tensor,
    Unknown,
    Value,
    Why,
)
from .views import DictView, entries_of, why_unlisted

if TYPE_CHECKING:
    from .machine import Machine


def iterate(m: "Machine", value: Value) -> tuple[Value, ...] | None:
    """Every item, or None where they cannot be listed. An iterator is used up."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, (ListObject, SetObject)):
        items = value.table["items"]
        return None if isinstance(items, Unknown) else items
    if isinstance(value, IteratorObject):
        if value.source is not None:
            return drain(m, stream(m, value))
        items = value.table["items"]
        if not isinstance(items, tuple) or len(items) > limits.LISTED_ITEMS:  # unknown, or itertools.count
            return None
        m.heap.write(value.table, "items", ())
        return items
    if isinstance(value, (range, str, bytes)):
        return tuple(value) if len(value) <= limits.LISTED_ITEMS else None
    if isinstance(value, DictObject):
        return None if isinstance(found := entries_of(value), Unknown) else tuple(found)
    if isinstance(value, DictView):
        return None if isinstance(shown := value.items, Unknown) else shown
    if isinstance(value, Tensor):
        return _rows(m, value)
    if isinstance(value, Instance):
        return _instance(m, value)
    if isinstance(value, ClassValue):
        members = m.class_members(value)
        made = of_class(m, value, "__iter__") if members is None else None
        return members if made is None else iterate(m, m.call(made, [], {}))
    if isinstance(value, Alternatives):
        solid = [option for option in value.options if option is not None]
        return iterate(m, solid[0]) if len(solid) == 1 else None
    return None


def must_iterate(value: Value) -> None:
    """Raise what Python raises for a value that certainly holds no items."""
    if value is None or isinstance(value, (bool, int, float, complex, Expr, FunctionValue, BoundMethod)):
        kind = {Expr: "int", FunctionValue: "function", BoundMethod: "method"}.get(type(value), type(value).__name__)
        raise PyRaise("TypeError", f"'{kind}' object is not iterable")


def _rows(m: "Machine", value: Tensor) -> tuple[Value, ...] | None:
    if value.shape is None or not value.shape or isinstance(value.shape[0], Expr) or value.shape[0] > limits.UNROLLED_ITERATIONS:
        return None
    from .elements import picked

    return tuple(picked(m, value, at, Tensor(value.shape[1:], value.dtype, value.trace)) for at in range(value.shape[0]))


def _instance(m: "Machine", value: Instance) -> tuple[Value, ...] | None:
    payload = value.hidden.get("payload")
    if isinstance(payload, tuple):
        return payload
    if m.has_attribute(value, "__iter__"):
        made = m.call(m.get_attribute(value, "__iter__"), [], {})
        if made is not value:
            return iterate(m, made)
        return drain(m, calls_of_next(m, value)) if m.has_attribute(value, "__next__") else None
    if m.has_attribute(value, "__getitem__") and m.has_attribute(value, "__len__"):
        length = m.call(m.get_attribute(value, "__len__"), [], {})
        if isinstance(length, int) and length <= limits.UNROLLED_ITERATIONS:
            getter = m.get_attribute(value, "__getitem__")
            return tuple(m.call(getter, [i], {}) for i in range(length))
    return None


def element_of(m: "Machine", value: Value) -> Value:
    """One item of an iterable that cannot be listed: a batch of a loader, a row of a tensor."""
    if isinstance(value, Tensor) and value.shape:
        return Tensor(value.shape[1:], value.dtype, value.trace)
    if isinstance(value, IteratorObject) and "element" in value.table:
        return value.table["element"]
    if isinstance(value, Instance):
        found = repeated(m, value)
        if found is not None:
            return found
        if m.has_attribute(value, "__getitem__") and not m.has_attribute(value, "__iter__"):
            return m.call(m.get_attribute(value, "__getitem__"), [unknown("i")], {})
    if isinstance(value, range):
        return m.unknown(Why.LIMIT, "a long loop")
    if isinstance(value, (DictObject, DictView)):
        return why_unlisted(value)
    return value if isinstance(value, Unknown) else Unknown(Why.DATA, "an item of an iterable")


def repeated(m: "Machine", value: Value) -> Value:
    """What every item of an iterable looks like whose items are not listed: the batch of a loader. None for other iterables."""
    if isinstance(value, IteratorObject):
        return value.table.get("element")
    if isinstance(value, Instance) and "payload" not in value.hidden and m.has_attribute(value, "__iter__"):
        made = m.call(m.get_attribute(value, "__iter__"), [], {})
        return repeated(m, made) if made is not value else None
    return None


def unpack(m: "Machine", value: Value, count: int, starred: bool) -> tuple[Value, ...] | None:
    """The items to bind to ``count`` targets, or None where they are not known."""
    if isinstance(value, Tensor) and value.shape and not starred and isinstance(value.shape[0], Expr):
        return tuple(Tensor(value.shape[1:], value.dtype, value.trace) for _ in range(count))
    return iterate(m, value)
