"""Builtins that make and use iterators: range, enumerate, zip, map, filter, reversed, iter, next, slice.

What can be listed is listed when it is made. One without end (``itertools.count``) holds a long range instead of a tuple;
``next``, ``zip``, ``enumerate`` and ``islice`` take from it what they need. ``map``, ``filter``, and what reads generators, make their
items on demand (see :mod:`..lazy`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...dims import Expr, unknown
from .. import limits
from ..extent import bounded
from ..generators import close
from ..iteration import repeated
from ..lazy import END, Lost, Positions, asked, is_lazy, is_sequence, item_at, lazy, made_by, stream, take
from ..natives import NATIVES, PyRaise
from ..operands import has_no, type_of
from ..raising import raised_by
from ..values import Alternatives, Instance, IteratorObject, ListObject, SliceValue, Unknown, Value, Why
from .support import ABSENT, REQUIRED, Args, Kwargs, aside, bind, listed, lost, method, native, over_options, own, same, too_much

if TYPE_CHECKING:
    from ..machine import Machine

Pending = tuple[Value, ...] | range


def pending(machine: "Machine", value: Value) -> Pending | None:
    """What an iterable has yet to give, without using it up."""
    if isinstance(value, IteratorObject):
        if value.source is not None:  # from now on it is a listed one
            found = listed(machine, value)
            if found is not None:
                value.source = None
                machine.heap.write(value.table, "items", found)
            return found
        items = value.table["items"]
        return None if isinstance(items, Unknown) else items
    return listed(machine, value)


def advance(machine: "Machine", value: Value, count: int) -> None:
    """Use up ``count`` items of an iterator; other iterables start anew each time."""
    if isinstance(value, IteratorObject) and not isinstance(value.table["items"], Unknown):
        machine.heap.write(value.table, "items", value.table["items"][count:])


@native("builtins.range", is_type=True)
def range_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not 1 <= len(args) <= 3 or kwargs:
        raise PyRaise("TypeError", f"range expected 1 to 3 arguments, got {len(args)}")
    args = list(map(own, args))
    for arg in args:
        if isinstance(arg, Alternatives):
            return over_options(arg, lambda option, arg=arg: range_(machine, [option if item is arg else item for item in args], {}))  # type: ignore[misc]
        if arg is None or isinstance(arg, (float, str, tuple, ListObject)):
            raise PyRaise("TypeError", f"'{type(arg).__name__}' object cannot be interpreted as an integer")
        if not isinstance(arg, int):
            return lost(machine, "range over a size that is not a number" if isinstance(arg, Expr) else "range", *args)
    if len(args) == 3 and args[2] == 0:
        raise PyRaise("ValueError", "range() arg 3 must not be zero")
    if any(abs(arg) > 1 << 60 for arg in args):
        return too_much(machine, "range")
    return range(*map(int, args))


@native("builtins.slice", is_type=True)
def slice_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not 1 <= len(args) <= 3 or kwargs:
        raise PyRaise("TypeError", f"slice expected 1 to 3 arguments, got {len(args)}")
    return SliceValue(None, args[0], None) if len(args) == 1 else SliceValue(*args, *[None] * (3 - len(args)))


@native("builtins.iter")
def iter_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) == 2:
        return lazy(_until(machine, *args))
    value = bind("iter", args, kwargs, iterable=REQUIRED)[0]
    if isinstance(value, (IteratorObject, Unknown)):
        return value
    if isinstance(value, Instance) and "payload" not in value.hidden and machine.has_attribute(value, "__iter__"):
        return machine.call(machine.get_attribute(value, "__iter__"), [], {})
    if isinstance(value, ListObject) and is_sequence(value):
        return made_by(Positions(lambda position: item_at(value, position)))
    if isinstance(value, Instance) and has_no(machine, value, "__iter__", "__getitem__"):
        raise PyRaise("TypeError", f"{type_of(value)} object is not iterable")
    items = listed(machine, value)
    return IteratorObject(lost(machine, "iter", value) if items is None else items)


def _until(machine: "Machine", function: Value, sentinel: Value) -> Iterator[Value]:
    """``iter(function, sentinel)``."""
    for _ in range(limits.UNROLLED_ITERATIONS):
        item = machine.call(function, [], {})
        answer = same(machine, item, sentinel)
        if answer:
            return
        if answer is None:
            break
        yield item
    raise Lost(aside(machine, "iter with a sentinel"))


@native("builtins.next")
def next_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterator, default = bind("next", args, kwargs, iterator=REQUIRED, default=ABSENT)
    if isinstance(iterator, Instance) and machine.has_attribute(iterator, "__next__"):
        return machine.call(machine.get_attribute(iterator, "__next__"), [], {})
    if isinstance(iterator, (tuple, str, range, ListObject)):
        raise PyRaise("TypeError", "object is not an iterator")
    if isinstance(iterator, IteratorObject) and "element" in iterator.table:
        return iterator.table["element"]
    if not isinstance(iterator, IteratorObject):
        return lost(machine, "next", iterator)
    try:
        item = take(machine, iterator)
    except Lost as unknown:
        return lost(machine, "next", unknown.unknown) if unknown.alike is None else unknown.alike
    if item is END and default is ABSENT:
        raise _stopped(iterator)
    return default if item is END else item


method("iterator", "__next__")(lambda machine, args, kwargs: next_(machine, args, {}))
method("iterator", "__iter__")(lambda machine, args, kwargs: args[0])


@method("iterator", "close")
def close_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    close(machine, args[0])
    return None


@method("iterator", "send", least=2)
def send(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _resumed(machine, args[0], args[1], None)


@method("iterator", "throw", least=2)
def throw(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _resumed(machine, args[0], None, raised_by(machine, args[1], None, machine.place, "Exception"))


def _resumed(machine: "Machine", iterator: Value, sent: Value, error: PyRaise | None) -> Value:
    if not is_lazy(iterator):
        return lost(machine, "a generator", iterator)
    try:
        item = take(machine, iterator, sent, error)
    except Lost as unknown:
        return lost(machine, "a generator", unknown.unknown)
    if item is END:
        raise _stopped(iterator)
    return item


def _stopped(iterator: IteratorObject) -> PyRaise:
    """What ``next`` raises at the end, with what the generator has returned."""
    made = Instance(NATIVES["builtins.StopIteration"])
    result = None if iterator.source is None else iterator.source.result
    made.table.update({"value": result, "args": () if result is None else (result,)})
    return PyRaise("StopIteration", "", made)


def alike(machine: "Machine", iterable: Value) -> Value:
    """What every item of a loader or its iterator looks like; None for other iterables."""
    return repeated(machine, iterable)


def iterator_of(element: Value) -> IteratorObject:
    """An iterator whose items are not listed, but all look like ``element``."""
    made = IteratorObject(Unknown(Why.DATA, "the batches of a loader"))
    made.table["element"] = element
    return made


@native("builtins.enumerate")
def enumerate_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, start = bind("enumerate", args, kwargs, iterable=REQUIRED, start=0)
    args, iterable = [iterable, start], asked(machine, iterable)
    if is_lazy(iterable) and isinstance(start, int):
        return lazy(((start + i, item) for i, item in enumerate(stream(machine, iterable))), machine, args if iterable is args[0] else [*args, iterable])
    if isinstance(iterable, ListObject) and is_sequence(iterable) and isinstance(start, int):
        return made_by(Positions(lambda at: END if (item := item_at(iterable, at)) is END else (start + at, item)))
    items = listed(machine, iterable)
    element = alike(machine, iterable)
    if items is None and element is not None:
        return iterator_of((unknown("i"), element))
    if items is None or not isinstance(start, (int, Expr)):
        return IteratorObject(lost(machine, "enumerate", iterable, start))
    return IteratorObject(tuple((start + i, item) for i, item in enumerate(items)))


@native("builtins.reversed")
def reversed_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("reversed", args, kwargs, sequence=REQUIRED)[0]
    if isinstance(value, IteratorObject):
        raise PyRaise("TypeError", "object is not reversible")
    if isinstance(value, Instance) and machine.has_attribute(value, "__reversed__"):
        return machine.call(machine.get_attribute(value, "__reversed__"), [], {})
    items = listed(machine, value)
    return IteratorObject(lost(machine, "reversed", value) if items is None else items[::-1])


@native("builtins.zip")
def zip_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    strict = machine.truth(kwargs.get("strict", False))
    given, args = args, [asked(machine, arg) for arg in args]
    elements = [alike(machine, arg) for arg in args]
    if strict is not None and any(element is not None for element in elements):
        return iterator_of(tuple(machine.element_of(arg) if element is None else element for arg, element in zip(args, elements, strict=True)))
    if strict is not None and any(map(is_lazy, args)):
        return lazy(_in_step(machine, args, strict), machine, [*given, *(arg for arg, old in zip(args, given, strict=True) if arg is not old)])
    if strict is False and any(isinstance(arg, ListObject) for arg in args) and all(map(is_sequence, args)):
        return made_by(Positions(lambda position: _row_at(args, position)))
    return IteratorObject(lost(machine, "zip", *kwargs.values()) if strict is None else _zipped(machine, args, strict))


def _row_at(args: Args, position: int) -> Any:
    """One row of ``zip`` over lists, which may change between the rows."""
    row: list[Value] = []
    for arg in args:
        item = item_at(arg, position)
        if item is END:
            return END
        row.append(item)
    return tuple(row)


def _in_step(machine: "Machine", args: Args, strict: bool) -> Iterator[tuple[Value, ...]]:
    """``zip`` of iterables of which some make their items on demand: it asks for no more than it gives."""
    sources = [stream(machine, arg) for arg in args]
    while sources:
        row: list[Value] = []
        for source in sources:
            item = next(source, END)
            if item is END:
                if strict and (row or any(next(other, END) is not END for other in sources[1:])):
                    raise PyRaise("ValueError", "zip() arguments have different lengths")
                return
            row.append(item)
        yield tuple(row)


def _zipped(machine: "Machine", args: Args, strict: bool) -> "tuple[tuple[Value, ...], ...] | Unknown":
    sources = [pending(machine, arg) for arg in args]
    if any(source is None for source in sources):
        return lost(machine, "zip", *args)
    rows = _rows(machine, args, [source for source in sources if source is not None], strict)
    return too_much(machine, "zip") if rows is None else tuple(rows)


def _rows(machine: "Machine", args: Args, sources: list[Pending], strict: bool) -> list[tuple[Value, ...]] | None:
    """Rows in Python's order of taking, so that one iterator passed several times is shared (``zip(it, it)``)."""
    taken = {id(arg) if isinstance(arg, IteratorObject) else -i - 1: 0 for i, arg in enumerate(args)}
    keys = [id(arg) if isinstance(arg, IteratorObject) else -i - 1 for i, arg in enumerate(args)]
    rows: list[tuple[Value, ...]] = []
    while sources:
        row: list[Value] = []
        for key, source in zip(keys, sources, strict=True):
            if taken[key] == len(source):
                if strict and (row or any(taken[k] < len(s) for k, s in zip(keys, sources, strict=True))):
                    raise PyRaise("ValueError", "zip() arguments have different lengths")
                _leave(machine, args, keys, taken)
                return rows
            row.append(source[taken[key]])
            taken[key] += 1
        made = bounded(tuple(row))
        if isinstance(made, Unknown) or len(rows) * len(sources) > limits.LISTED_ITEMS * 4:
            return None
        rows.append(made)
    return rows


def _leave(machine: "Machine", args: Args, keys: list[int], taken: dict[int, int]) -> None:
    for key, arg in {key: arg for key, arg in zip(keys, args, strict=True) if isinstance(arg, IteratorObject)}.items():
        advance(machine, arg, taken[key])


@native("builtins.map")
def map_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) < 2:
        raise PyRaise("TypeError", "map() must have at least two arguments.")
    if len(args) == 2 and not isinstance(args[1], (IteratorObject, ListObject)):
        items = listed(machine, args[1])
        if items is None:
            return IteratorObject(lost(machine, "map", args[1]))
    return lazy((machine.call(args[0], list(row), {}) for row in _in_step(machine, args[1:], False)), machine, args)


def _kept(machine: "Machine", predicate: Value, items: Iterator[Value], wanted: bool) -> Iterator[Value]:
    """The items for which ``predicate`` (None: their own truth) is ``wanted``."""
    for item in items:
        judged = item if predicate is None else machine.call(predicate, [item], {})
        answer = machine.truth(judged)
        if answer is None:
            raise Lost(lost(machine, "filter", judged))
        if answer is wanted:
            yield item


def kept(machine: "Machine", predicate: Value, items: tuple[Value, ...], wanted: bool) -> "tuple[Value, ...] | Unknown":
    """The items for which ``predicate`` (None: their own truth) is ``wanted``."""
    found: list[Value] = []
    for item in items:
        judged = item if predicate is None else machine.call(predicate, [item], {})
        answer = machine.truth(judged)
        if answer is None:
            return lost(machine, "filter", judged)
        if answer is wanted:
            found.append(item)
    return tuple(found)


@native("builtins.filter")
def filter_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    predicate, iterable = bind("filter", args, kwargs, function=REQUIRED, iterable=REQUIRED)
    return lazy(_kept(machine, predicate, stream(machine, iterable), True), machine, args)


def position(machine: "Machine", items: tuple[Value, ...], wanted: Value) -> int | Unknown | None:
    """Where the first item equal to ``wanted`` stands; None if nowhere."""
    for i, item in enumerate(items):
        answer = same(machine, item, wanted)
        if answer is None:
            return lost(machine, "a search for an item", item, wanted)
        if answer:
            return i
    return None
