"""Methods of list and collections.deque."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import limits
from ..extent import limited
from ..natives import PyRaise
from ..values import Instance, IteratorObject, ListObject, SliceValue, Unknown, Value
from .builtins_ import in_order
from .iterators import position
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, method, own, same, too_much

if TYPE_CHECKING:
    from ..machine import Machine

Items = tuple[Value, ...]


def as_list(machine: "Machine", receiver: Value) -> ListObject | None:
    """The list of a method call; an instance of a user's subclass gets one when it is first needed."""
    found: Any = own(receiver)
    if isinstance(receiver, Instance) and "payload" not in receiver.hidden:
        found = ListObject()
        machine.heap.write(receiver.hidden, "payload", found)
    return found if isinstance(found, ListObject) else None


def _method(*names: str, **parameters: object) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """A method of lists and deques whose body gets the list, its items (known), and the bound arguments.

    Where the items are not known, the result is not known, and they stay so.
    """

    def register(body: Callable[..., Value]) -> Callable[..., Value]:
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            receiver = as_list(machine, args[0]) if args else None
            bound = bind(names[0], args[1:], kwargs, **parameters)
            if receiver is None:
                return lost(machine, f"list.{names[0]}", *args[:1])
            items = receiver.table["items"]
            if isinstance(items, Unknown):
                return None if body in _SILENT else items
            return body(machine, receiver, items, *bound)

        for kind in ("list", "deque"):
            method(kind, *names)(call)
        return body

    return register


_SILENT: set[Callable[..., Value]] = set()  # methods that return None


def _silent(body: Callable[..., Value]) -> Callable[..., Value]:
    _SILENT.add(body)
    return body


def deque_of(items: "Items | Unknown", maxlen: int | None) -> ListObject:
    """A deque that keeps the last ``maxlen`` of the items."""
    made = ListObject(kind="deque")
    made.maxlen = maxlen
    made.table["items"] = limited(made, items)
    return made


def _write(machine: "Machine", receiver: ListObject, items: "Items | Unknown") -> None:
    if isinstance(items, tuple) and len(items) > limits.LISTED_ITEMS:
        items = too_much(machine, "a long list")
    machine.heap.write(receiver.table, "items", items)


def _forget(machine: "Machine", receiver: ListObject, what: str, *values: Value) -> Unknown:
    """The list changes in a way that is not known."""
    unknown = lost(machine, what, *values)
    _write(machine, receiver, unknown)
    return unknown


def append(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_list(machine, args[0]) if args else None
    (value,) = bind("append", args[1:], kwargs, object=REQUIRED)
    if receiver is None:
        return lost(machine, "list.append", *args[:1])
    length = receiver.table.length
    if length is not None and length >= limits.LISTED_ITEMS:
        _write(machine, receiver, too_much(machine, "a long list"))
    elif length is not None and receiver.maxlen is not None:
        _write(machine, receiver, limited(receiver, (*receiver.table["items"], value)))
    elif length is not None:
        machine.heap.append(receiver.table, value)
    return None


for _kind in ("list", "deque"):
    method(_kind, "append")(append)


@_method("appendleft", object=REQUIRED)
@_silent
def appendleft(machine: "Machine", receiver: ListObject, items: Items, value: Value) -> Value:
    _write(machine, receiver, limited(receiver, (value, *items), from_left=True))
    return None


@_method("extend", "__iadd__", iterable=REQUIRED)
@_silent
def extend(machine: "Machine", receiver: ListObject, items: Items, iterable: Value) -> Value:
    more = listed(machine, iterable)
    _write(machine, receiver, lost(machine, "list.extend", iterable) if more is None else limited(receiver, items + more))
    return None


@_method("extendleft", iterable=REQUIRED)
@_silent
def extendleft(machine: "Machine", receiver: ListObject, items: Items, iterable: Value) -> Value:
    more = listed(machine, iterable)
    _write(machine, receiver, lost(machine, "deque.extendleft", iterable) if more is None else limited(receiver, more[::-1] + items, from_left=True))
    return None


@_method("insert", index=REQUIRED, object=REQUIRED)
@_silent
def insert(machine: "Machine", receiver: ListObject, items: Items, index: Value, value: Value) -> Value:
    if not isinstance(index, int):
        _forget(machine, receiver, "list.insert", index)
        return None
    if receiver.maxlen is not None and len(items) >= receiver.maxlen:
        raise PyRaise("IndexError", "deque already at its maximum size")
    changed = list(items)
    changed.insert(index, value)
    _write(machine, receiver, tuple(changed))
    return None


@_method("pop", index=-1)
def pop(machine: "Machine", receiver: ListObject, items: Items, index: Value) -> Value:
    if not isinstance(index, int):
        return _forget(machine, receiver, "list.pop", index)
    if not items:
        raise PyRaise("IndexError", "pop from empty list")
    if not -len(items) <= index < len(items):
        raise PyRaise("IndexError", "pop index out of range")
    changed = list(items)
    value = changed.pop(index)
    _write(machine, receiver, tuple(changed))
    return value


@_method("popleft")
def popleft(machine: "Machine", receiver: ListObject, items: Items) -> Value:
    return pop(machine, receiver, items, 0)


@_method("remove", value=REQUIRED)
@_silent
def remove(machine: "Machine", receiver: ListObject, items: Items, value: Value) -> Value:
    found = position(machine, items, value)
    if found is None:
        raise PyRaise("ValueError", "list.remove(x): x not in list")
    if isinstance(found, Unknown):
        _write(machine, receiver, found)
    else:
        _write(machine, receiver, items[:found] + items[found + 1 :])
    return None


def _clear(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_list(machine, args[0])
    if receiver is not None:
        _write(machine, receiver, ())
    return None


def _copy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_list(machine, args[0])
    if receiver is None:
        return lost(machine, "list.copy", *args)
    return deque_of(receiver.table["items"], receiver.maxlen) if receiver.kind == "deque" else ListObject(receiver.table["items"])


for _kind in ("list", "deque"):
    method(_kind, "clear")(_clear)
    method(_kind, "copy", "__copy__")(_copy)


@_method("index", value=REQUIRED, start=0, stop=None)
def index_(machine: "Machine", receiver: Value, items: Items, value: Value, start: Value, stop: Value) -> Value:
    """Of tuples too."""
    if not isinstance(start, int) or not isinstance(stop, (int, type(None))):
        return lost(machine, "index", start, stop)
    first = range(len(items))[start:stop]
    found = position(machine, items[start:stop], value)
    if found is None:
        raise PyRaise("ValueError", "the value is not in the list")
    return found if isinstance(found, Unknown) else first[found]


@_method("count", value=REQUIRED)
def count(machine: "Machine", receiver: Value, items: Items, value: Value) -> Value:
    """Of tuples too."""
    answers = [same(machine, item, value) for item in items]
    return lost(machine, "count", value, *items) if None in answers else answers.count(True)


@_method("reverse")
@_silent
def reverse_(machine: "Machine", receiver: ListObject, items: Items) -> Value:
    _write(machine, receiver, items[::-1])
    return None


@_method("sort", key=None, reverse=False)
@_silent
def sort(machine: "Machine", receiver: ListObject, items: Items, key: Value, reverse: Value) -> Value:
    backwards = machine.truth(reverse)
    ordered = None if backwards is None else in_order(machine, items, key, backwards)
    _write(machine, receiver, lost(machine, "list.sort", items, reverse) if ordered is None else tuple(ordered))
    return None


@_method("rotate", n=1)
@_silent
def rotate(machine: "Machine", receiver: ListObject, items: Items, n: Value) -> Value:
    if not isinstance(n, int):
        _forget(machine, receiver, "deque.rotate", n)
    elif items:
        n %= len(items)
        _write(machine, receiver, items[len(items) - n :] + items[: len(items) - n])
    return None


# --- for subclasses and explicit calls ---------------------------------------------------------------------------


@_method("__len__")
def length(machine: "Machine", receiver: ListObject, items: Items) -> Value:
    return len(items)


@_method("__iter__")
def iter_(machine: "Machine", receiver: ListObject, items: Items) -> Value:
    return IteratorObject(items)


@_method("__contains__", item=REQUIRED)
def contains(machine: "Machine", receiver: ListObject, items: Items, item: Value) -> Value:
    found = position(machine, items, item)
    return found if isinstance(found, Unknown) else found is not None


@_method("__getitem__", index=REQUIRED)
def getitem(machine: "Machine", receiver: ListObject, items: Items, index: Value) -> Value:
    return machine.get_item(receiver, index)


@_method("__setitem__", index=REQUIRED, value=REQUIRED)
@_silent
def setitem(machine: "Machine", receiver: ListObject, items: Items, index: Value, value: Value) -> Value:
    machine.set_item(receiver, index, value)
    return None


@_method("__add__", other=REQUIRED)
def add(machine: "Machine", receiver: ListObject, items: Items, other: Value) -> Value:
    return machine.binary("+", receiver, own(other))


@_method("__delitem__", index=REQUIRED)
@_silent
def delitem(machine: "Machine", receiver: ListObject, items: Items, index: Any) -> Value:
    if isinstance(index, SliceValue) and all(isinstance(part, (int, type(None))) for part in (index.start, index.stop, index.step)):
        changed = list(items)
        bounds: tuple[Any, ...] = (index.start, index.stop, index.step)
        del changed[slice(*bounds)]
        _write(machine, receiver, tuple(changed))
    else:
        pop(machine, receiver, items, index)
    return None
