"""Iterators whose items are made when somebody asks for them: generators, generator expressions, ``map`` over them.

An item once made cannot be made again, and what making it did stands on the heap's trail. Where a branch that asked for items is taken back,
the iterator is behind what it has made: from then on its items are unknown.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import limits
from .join import join, same
from .metaclasses import written
from .natives import PyRaise
from .values import ClassValue, FunctionValue, Instance, IteratorObject, ListObject, Unknown, Value, Why, is_size

if TYPE_CHECKING:
    from .machine import Machine

END = object()


class Lost(Exception):
    """The further items are not known. ``alike`` is what they look like where they repeat (``repeats``) the ones before: the batches of a loader."""

    def __init__(self, unknown: Unknown, repeats: bool = False) -> None:
        super().__init__()
        self.unknown, self.repeats = unknown, repeats
        self.alike: Value = None


class Source:
    """What makes the items of an iterator. ``step(sent, error)`` gives the next one, END, or raises PyRaise or :class:`Lost`."""

    __slots__ = ("alike", "before", "last", "lost", "made", "node", "over", "result", "running", "step")

    def __init__(self, step: "Callable[[Value, PyRaise | None], Any]") -> None:
        self.step, self.made, self.result, self.running = step, 0, None, False
        self.lost: Unknown | None = None
        self.node: Any = None  # the call that has made it, and its arguments, of which it may hold the last reference
        self.over: tuple[Value, ...] = ()
        self.before: Value = None  # the item before the last
        self.last: Value = None
        self.alike: Value = None  # what the items look like that are not made one by one

    @classmethod
    def of(cls, items: Iterator[Value]) -> "Source":
        """A source that nothing can be sent to."""
        return cls(lambda sent, error: next(items, END))


class Positions(Source):
    """A source that can be asked again for an item: ``at(position)`` gives it, or END, or raises :class:`Lost`.

    What has been taken is a number on the heap, so a branch that asked for items can be taken back.
    """

    __slots__ = ("at",)

    def __init__(self, at: "Callable[[int], Any]") -> None:
        super().__init__(lambda sent, error: END)
        self.at = at


def lazy(items: Iterator[Value], m: "Machine | None" = None, over: "Sequence[Value]" = ()) -> IteratorObject:
    """An iterator over items that are made on demand; making one may raise :class:`Lost`. ``over`` are the arguments of the call that makes it."""
    source = Source.of(items)
    if m is not None and m.site is not None:
        source.node, source.over = m.site.node, tuple(over)
    return made_by(source)


def made_by(source: Source) -> IteratorObject:
    made = IteratorObject(Unknown(Why.CONSTRUCT, "the items of an iterator"))
    made.source = source
    made.table["taken"] = 0
    return made


def take(m: "Machine", iterator: IteratorObject, sent: Value = None, error: PyRaise | None = None) -> Any:
    """The next item, or END. Raises :class:`Lost` where it is not known."""
    source = iterator.source
    if source is None:
        return _take_listed(m, iterator)
    if isinstance(source, Positions):
        return _take_at(m, iterator, source)
    if source.lost is None and iterator.table["taken"] != source.made:
        source.lost = Unknown(Why.JOIN, "an iterator that a branch has advanced")
    if source.lost is None and source.running:
        raise PyRaise("ValueError", "generator already executing")
    if source.lost is not None:
        lost = Lost(source.lost)
        lost.alike = source.alike
        raise lost
    source.running = True
    try:
        item = source.step(sent, error)
    except Lost as lost:
        source.lost = lost.unknown
        source.alike = lost.alike = alike(source.before, source.last) if lost.repeats and source.made > 1 else None
        raise
    finally:
        source.running = False
    source.made += 1
    source.before, source.last = source.last, item
    m.heap.write(iterator.table, "taken", source.made)
    return item


def _take_at(m: "Machine", iterator: IteratorObject, source: Positions) -> Any:
    position = iterator.table["taken"]
    if source.lost is not None:
        raise Lost(source.lost)
    if not isinstance(position, int):
        raise Lost(Unknown(Why.JOIN, "an iterator that a branch has advanced"))
    item = source.at(position) if position >= 0 else END
    m.heap.write(iterator.table, "taken", -1 if item is END else position + 1)  # one that has ended stays so, even if its list grows
    return item


def alike(one: Value, other: Value) -> Value:
    """What two items have in common that differ in nothing but numbers; None for others."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        parts = tuple(alike(left, right) for left, right in zip(one, other, strict=True))
        return None if any(part is None for part in parts) else parts
    if is_size(one) and is_size(other):
        return join(one, other)
    return one if same(one, other) else None


def _take_listed(m: "Machine", iterator: IteratorObject) -> Any:
    items = iterator.table["items"]
    if isinstance(items, Unknown):
        raise Lost(items)
    if not items:
        return END
    m.heap.write(iterator.table, "items", items[1:])
    return items[0]


def item_at(value: "ListObject | tuple[Value, ...] | range | str", position: int) -> Any:
    """The item at a position of a sequence as it is now, or END. Raises :class:`Lost`."""
    items = value.table["items"] if isinstance(value, ListObject) else value
    if isinstance(items, Unknown):
        raise Lost(items)
    return items[position] if position < len(items) else END


def is_sequence(value: Value) -> bool:
    """Whether :func:`item_at` can be asked for the items of an iterable."""
    return isinstance(value, (tuple, range, str)) or (isinstance(value, ListObject) and isinstance(value.table["items"], tuple))


def asked(m: "Machine", value: Value) -> Value:
    """``iter(value)`` for an object of the user's class with an ``__iter__``, whose items may be made on demand; other iterables are themselves."""
    if not isinstance(value, Instance) or not isinstance(value.cls, ClassValue) or "payload" in value.hidden:
        return value
    return m.call(m.get_attribute(value, "__iter__"), [], {}) if isinstance(written(value.cls, "__iter__"), FunctionValue) else value


def stream(m: "Machine", value: Value) -> Iterator[Value]:
    """The items of an iterable one by one, as a loop asks for them. Raises :class:`Lost` where the next is not known."""
    value = asked(m, value)
    if isinstance(value, IteratorObject) and "element" not in value.table:
        while (item := take(m, value)) is not END:
            yield item
    elif isinstance(value, ListObject):
        yield from _items_of_list(value)
    elif isinstance(value, Instance) and "payload" not in value.hidden and m.has_attribute(value, "__next__"):
        yield from calls_of_next(m, value)
    elif views.is_looped(value):
        yield from views.surely(views.looped(value))
    else:
        items = m.iterate(value)
        element = iteration.repeated(m, value) if items is None else None
        if element is not None:
            yield element
            yield element
            raise Lost(Unknown(Why.DATA, "the batches of a loader"), repeats=True)
        if items is None:
            raise Lost(value if isinstance(value, Unknown) else views.why_unlisted(value) or Unknown(Why.DATA, "an iterable"))
        yield from items


def _items_of_list(value: ListObject) -> Iterator[Value]:
    """A list may change while it is looped over."""
    at = 0
    while True:
        items = value.table["items"]
        if isinstance(items, Unknown):
            raise Lost(items)
        if at >= len(items):
            return
        yield items[at]
        at += 1


def calls_of_next(m: "Machine", value: Instance) -> Iterator[Value]:
    """The items of an object with ``__next__``."""
    getter = m.get_attribute(value, "__next__")
    for _ in range(limits.UNROLLED_ITERATIONS):
        m.step()
        try:
            item = m.call(getter, [], {})
        except PyRaise as error:
            if error.name == "StopIteration":
                return
            raise
        yield item
    raise Lost(Unknown(Why.LIMIT, "a long iteration"))


def drain(m: "Machine", items: Iterator[Value]) -> tuple[Value, ...] | None:
    """Every item, or None where they are not known or too many."""
    found: list[Value] = []
    try:
        for item in items:
            found.append(item)
            if len(found) > limits.LISTED_ITEMS:
                return None
    except Lost:
        return None
    return tuple(found)


def is_lazy(value: Value) -> bool:
    """Whether the items of an iterable are made while it is looped over."""
    return isinstance(value, IteratorObject) and value.source is not None


from . import iteration, views  # noqa: E402  (which looks into iterators in turn)

__all__ = [
    "END", "Lost", "Positions", "Source", "alike", "asked", "calls_of_next", "drain", "is_lazy", "is_sequence", "item_at", "lazy", "made_by", "stream", "take",
]
