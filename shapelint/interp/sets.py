"""Operators of sets and of what compares as sets do: the keys and the items of dicts."""

import operator
from collections.abc import Callable
from typing import Any

from . import limits
from .values import DictObject, SetObject, Unknown, Value, Why, is_constant
from .views import DictView, entries_of, why_unlisted

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def is_view(value: Value) -> bool:
    """Whether a value is a view of keys or items."""
    return isinstance(value, DictView) and value.is_set


def is_set(value: Value) -> bool:
    """Whether a value compares as a set does."""
    return isinstance(value, SetObject) or is_view(value)


def items_of(m: Any, value: Value) -> "tuple[Value, ...] | Unknown":
    """The items of an operand: with a view it may be any iterable."""
    from .iteration import must_iterate

    must_iterate(value)
    items: tuple[Value, ...] | None = m.iterate(value)
    return why_unlisted(value) or Unknown(Why.DATA, "a set operation") if items is None else items


def operation(m: Any, op: str, left: Value, right: Value) -> Value:
    """``left op right`` for ``|``, ``&``, ``-`` and ``^``."""
    one, other = items_of(m, left), items_of(m, right)
    if isinstance(one, Unknown) or isinstance(other, Unknown) or not (is_constant(one) and is_constant(other)):
        return SetObject(Unknown(Why.DATA, "a set operation"))
    if len(one) + len(other) > limits.LISTED_ITEMS:
        return SetObject(Unknown(Why.LIMIT, "a large set"))
    ones, others = dict.fromkeys(one), dict.fromkeys(other)
    kept = {
        "|": [*ones, *(item for item in others if item not in ones)], "&": [item for item in ones if item in others],
        "-": [item for item in ones if item not in others], "^": [item for item in (*ones, *others) if item not in ones or item not in others],
    }[op]
    return SetObject(tuple(kept))


def compared(m: Any, op: str, left: Value, right: Value) -> Value:
    """Whether one set holds the other: ``<``, ``<=``, ``>``, ``>=``."""
    one, other = items_of(m, left), items_of(m, right)
    if isinstance(one, Unknown) or isinstance(other, Unknown) or not (is_constant(one) and is_constant(other)):
        return Unknown(Why.DATA, "a comparison")
    return bool(_ORDERS[op](set(one), set(other)))


def equal(m: Any, left: Value, right: Value) -> bool | None:
    """Whether two sets are equal; None where that is not known."""
    if isinstance(left, DictView) and isinstance(right, DictView) and left.kind == right.kind == "items":
        return equal_entries(m, left.entries, right.entries)
    one, other = items_of(m, left), items_of(m, right)
    if isinstance(one, Unknown) or isinstance(other, Unknown) or not (is_constant(one) and is_constant(other)):
        return None
    return set(one) == set(other)


def equal_dicts(m: Any, left: DictObject, right: DictObject) -> bool | None:
    """Whether two dicts are equal; None where that is not known."""
    return equal_entries(m, entries_of(left), entries_of(right))


def equal_entries(m: Any, one: "dict[Any, Any] | Unknown", other: "dict[Any, Any] | Unknown") -> bool | None:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return None
    if one.keys() != other.keys():
        return False
    answers = [m.truth(m.compare("==", one[key], other[key])) for key in one]
    return False if False in answers else None if None in answers else True
