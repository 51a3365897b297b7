"""Methods of set and frozenset."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeGuard

from ..natives import PyRaise
from ..statements import augmented
from ..values import Instance, IteratorObject, SetObject, Unknown, Value
from .builtins_ import distinct
from .support import REQUIRED, Args, Kwargs, bind, is_key, listed, lost, method, own

if TYPE_CHECKING:
    from ..machine import Machine

Items = tuple[Value, ...]


def as_set(machine: "Machine", receiver: Value) -> SetObject | None:
    """The set of a method call; an instance of a user's subclass gets one when it is first needed."""
    found: Any = own(receiver)
    if isinstance(receiver, Instance) and "payload" not in receiver.hidden:
        found = SetObject()
        machine.heap.write(receiver.hidden, "payload", found)
    return found if isinstance(found, SetObject) else None


def _known(items: Any) -> TypeGuard[Items]:
    return isinstance(items, tuple) and all(map(is_key, items))


def _others(machine: "Machine", args: Args) -> list[Items] | None:
    """The items of the other operands, all comparable by key; None where one is not known."""
    found = [listed(machine, own(arg)) for arg in args]
    return [items for items in found if items is not None] if all(map(_known, found)) else None


def _union(items: Items, others: list[Items]) -> Items:
    return (*items, *(item for other in others for item in other))


def _intersection(items: Items, others: list[Items]) -> Items:
    sets = list(map(set, others))
    return tuple(item for item in items if all(item in other for other in sets))


def _difference(items: Items, others: list[Items]) -> Items:
    sets = list(map(set, others))
    return tuple(item for item in items if not any(item in other for other in sets))


def _symmetric(items: Items, others: list[Items]) -> Items:
    return (*_difference(items, others), *_difference(others[0], [items]))


def _operation(name: str, in_place: str, combine: Callable[[Items, list[Items]], Items], least: int = 1) -> None:
    def combined(machine: "Machine", args: Args) -> "Items | Unknown":
        receiver = as_set(machine, args[0])
        items = None if receiver is None else receiver.table["items"]
        others = _others(machine, args[1:])
        if not _known(items) or others is None:
            return lost(machine, f"set.{name}", *args)
        return distinct(machine, combine(items, others))

    @method("set", name, least=least)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return SetObject(combined(machine, args))

    @method("set", in_place, least=least)
    def change(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        receiver = as_set(machine, args[0])
        if receiver is not None:
            machine.heap.write(receiver.table, "items", combined(machine, args))
        return None


def _augmented(name: str, op: str) -> None:
    @method("set", name, least=2)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return augmented(machine, op, args[0], args[1])


for _name, _op in (("__ior__", "|"), ("__iand__", "&"), ("__isub__", "-"), ("__ixor__", "^")):
    _augmented(_name, _op)

_operation("union", "update", _union)
_operation("intersection", "intersection_update", _intersection)
_operation("difference", "difference_update", _difference)
_operation("symmetric_difference", "symmetric_difference_update", _symmetric, least=2)


def _relation(name: str, holds: Callable[[set[Value], set[Value]], bool]) -> None:
    @method("set", name)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        receiver = as_set(machine, args[0])
        others = _others(machine, args[1:])
        items = None if receiver is None else receiver.table["items"]
        if not _known(items) or not others:
            return lost(machine, f"set.{name}", *args)
        return holds(set(items), set(others[0]))


_relation("issubset", lambda one, other: one <= other)
_relation("issuperset", lambda one, other: one >= other)
_relation("isdisjoint", lambda one, other: not one & other)


@method("set", "add")
def add(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver, item = as_set(machine, args[0]), bind("add", args[1:], kwargs, elem=REQUIRED)[0]
    items = None if receiver is None else receiver.table["items"]
    if receiver is None or not isinstance(items, tuple):
        return None
    if not is_key(item):
        machine.heap.write(receiver.table, "items", distinct(machine, (*items, item)))
        return None
    held = receiver.index
    index, numbers = held[1:] if held is not None and held[0] is items else (set(items), all(isinstance(other, int) for other in items))
    if item not in index:
        index.add(item)
        numbers = numbers and isinstance(item, int)
        longer = tuple(index) if numbers else (*items, item)  # ints have an order of their own
        receiver.index = (longer, index, numbers)
        machine.heap.write(receiver.table, "items", longer)
    return None


def _take(name: str, machine: "Machine", args: Args) -> Value:
    receiver, item = as_set(machine, args[0]), args[1]
    items = None if receiver is None else receiver.table["items"]
    if receiver is None or isinstance(items, Unknown):
        return None
    if not is_key(item) or not _known(items):
        machine.heap.write(receiver.table, "items", lost(machine, f"set.{name}", item))
        return None
    if name == "remove" and item not in items:
        raise PyRaise("KeyError", repr(item))
    machine.heap.write(receiver.table, "items", tuple(other for other in items if other is not item and other != item))
    return None


method("set", "remove", least=2)(lambda machine, args, kwargs: _take("remove", machine, args))
method("set", "discard", least=2)(lambda machine, args, kwargs: _take("discard", machine, args))


@method("set", "pop")
def pop(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Which item it takes is known only of a set of one."""
    receiver = as_set(machine, args[0])
    items: Any = None if receiver is None else receiver.table["items"]
    if receiver is None or isinstance(items, Unknown) or len(items) > 1:
        unknown = lost(machine, "set.pop", items)
        if receiver is not None:
            machine.heap.write(receiver.table, "items", unknown)
        return unknown
    if not items:
        raise PyRaise("KeyError", "pop from an empty set")
    machine.heap.write(receiver.table, "items", ())
    return items[0]


@method("set", "clear")
def clear(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_set(machine, args[0])
    if receiver is not None:
        machine.heap.write(receiver.table, "items", ())
    return None


@method("set", "copy", "__copy__")
def copy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_set(machine, args[0])
    return lost(machine, "set.copy", *args) if receiver is None else SetObject(receiver.table["items"])


@method("set", "__iter__")
def iter_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_set(machine, args[0])
    return lost(machine, "iter", *args) if receiver is None else IteratorObject(receiver.table["items"])


@method("set", "__len__")
def length(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_set(machine, args[0])
    items: Any = None if receiver is None else receiver.table["items"]
    return len(items) if isinstance(items, tuple) else lost(machine, "len", *args)


@method("set", "__contains__", least=2)
def contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_set(machine, args[0])
    return lost(machine, "in", *args) if receiver is None else machine.compare("in", args[1], receiver)
