"""``itertools``: everything is listed at once, within bounds; ``count``, ``cycle`` and ``repeat`` without end hold a long sequence."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .. import limits
from ..extent import bounded
from ..lazy import Lost, is_lazy, lazy, stream
from ..natives import PyRaise
from ..values import IteratorObject, Unknown, Value
from .iterators import advance, kept, pending
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, native, same, too_much

if TYPE_CHECKING:
    from ..machine import Machine

ENDLESS = 1 << 60
Items = tuple[Value, ...]


def _chained(machine: "Machine", iterables: Items, what: str) -> IteratorObject:
    if any(map(is_lazy, iterables)):
        return lazy((item for iterable in iterables for item in stream(machine, iterable)), machine, iterables)
    found: list[Value] = []
    for iterable in iterables:
        items = listed(machine, iterable)
        if items is None:
            return IteratorObject(lost(machine, what, iterable))
        found.extend(items)
        if len(found) > limits.LISTED_ITEMS:
            return IteratorObject(too_much(machine, what))
    return IteratorObject(tuple(found))


@native("itertools.chain", is_type=True)
def chain(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _chained(machine, tuple(args), "itertools.chain")


@native("itertools.chain.from_iterable")
def from_iterable(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable = bind("chain.from_iterable", args, kwargs, iterable=REQUIRED)[0]
    parts = listed(machine, iterable)
    return IteratorObject(lost(machine, "chain.from_iterable", iterable)) if parts is None else _chained(machine, parts, "chain.from_iterable")


@native("itertools.count")
def count(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    start, step = bind("itertools.count", args, kwargs, start=0, step=1)
    if not isinstance(start, int) or not isinstance(step, int) or step == 0 or abs(start) > ENDLESS or abs(step) > 1 << 20:
        return IteratorObject(lost(machine, "itertools.count", start, step))
    return IteratorObject(range(start, start + step * (ENDLESS >> 20), step))  # type: ignore[arg-type]


@native("itertools.repeat")
def repeat(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, times = bind("itertools.repeat", args, kwargs, object=REQUIRED, times=None)
    if times is None:
        return IteratorObject((value,) * limits.UNROLLED_ITERATIONS)
    if not isinstance(times, int):
        return IteratorObject(lost(machine, "itertools.repeat", times))
    return IteratorObject(too_much(machine, "itertools.repeat") if times > limits.LISTED_ITEMS else (value,) * times)


@native("itertools.cycle")
def cycle(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable = bind("itertools.cycle", args, kwargs, iterable=REQUIRED)[0]
    items = listed(machine, iterable)
    if items is None:
        return IteratorObject(lost(machine, "itertools.cycle", iterable))
    return IteratorObject(items * (limits.UNROLLED_ITERATIONS // len(items) + 1) if items else ())


@native("itertools.islice")
def islice(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) < 2 or kwargs:
        raise PyRaise("TypeError", "islice expected at least 2 arguments")
    bounds = args[1:]
    if is_lazy(args[0]) and len(bounds) <= 3 and all(bound is None or isinstance(bound, int) for bound in bounds):
        try:
            return lazy(itertools.islice(stream(machine, args[0]), *bounds), machine, args)
        except ValueError as error:
            raise PyRaise("ValueError", str(error)) from error
    items = pending(machine, args[0])
    if items is None or not all(bound is None or isinstance(bound, int) for bound in bounds):
        return IteratorObject(lost(machine, "itertools.islice", *args))
    chosen = slice(*bounds)
    taken = range(len(items))[chosen]
    if len(taken) > limits.LISTED_ITEMS:
        return IteratorObject(too_much(machine, "itertools.islice"))
    advance(machine, args[0], len(items) if chosen.stop is None else max(0, chosen.stop))
    return IteratorObject(tuple(items[i] for i in taken))


@native("itertools.zip_longest")
def zip_longest(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _combined(machine, "zip_longest", args, lambda *sources: itertools.zip_longest(*sources, fillvalue=kwargs.get("fillvalue")), max)


def _combined(machine: "Machine", what: str, args: Args, combine: Callable[..., Any], size: Callable[[list[int]], int]) -> IteratorObject:
    """Apply a function of itertools to known items, where the number of results is within bounds."""
    sources = [listed(machine, arg) for arg in args]
    if any(source is None for source in sources):
        return IteratorObject(lost(machine, f"itertools.{what}", *args))
    known = [source for source in sources if source is not None]
    if known and size([len(source) for source in known]) > limits.LISTED_ITEMS:
        return IteratorObject(too_much(machine, f"itertools.{what}"))
    made = bounded(tuple(combine(*known)))
    return IteratorObject(too_much(machine, f"itertools.{what}") if isinstance(made, Unknown) else made)


@native("itertools.product")
def product(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    times = kwargs.get("repeat", 1)
    if not isinstance(times, int) or times > 20:
        return IteratorObject(lost(machine, "itertools.product", times))
    return _combined(machine, "product", args, lambda *sources: itertools.product(*sources, repeat=times), lambda sizes: int(math.prod(sizes) ** times))


def _choice(name: str, combine: Callable[..., Any], size: Callable[[int, int], int]) -> None:
    @native(f"itertools.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        iterable, r = bind(name, args, kwargs, iterable=REQUIRED, r=None)
        if not isinstance(r, (int, type(None))) or (r is None and name != "permutations") or (r is not None and r < 0):
            return IteratorObject(lost(machine, f"itertools.{name}", r))
        return _combined(machine, name, [iterable], lambda items: combine(items, len(items) if r is None else r),
                         lambda sizes: size(sizes[0], sizes[0] if r is None else r))


_choice("permutations", itertools.permutations, math.perm)
_choice("combinations", itertools.combinations, math.comb)
_choice("combinations_with_replacement", itertools.combinations_with_replacement, lambda n, r: math.comb(n + r - 1, r) if n else 0)


@native("itertools.pairwise", least=1)
def pairwise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _combined(machine, "pairwise", args[:1], itertools.pairwise, max)


@native("itertools.accumulate")
def accumulate(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, function, initial = bind("accumulate", args, kwargs, iterable=REQUIRED, func=None, initial=None)
    items = listed(machine, iterable)
    if items is None:
        return IteratorObject(lost(machine, "itertools.accumulate", iterable))
    totals: list[Value] = [] if initial is None else [initial]
    for item in items:
        if not totals:
            totals.append(item)
        else:
            totals.append(machine.binary("+", totals[-1], item) if function is None else machine.call(function, [totals[-1], item], {}))
    return IteratorObject(tuple(totals))


@native("itertools.starmap")
def starmap(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    function, iterable = bind("starmap", args, kwargs, function=REQUIRED, iterable=REQUIRED)
    items = listed(machine, iterable)
    rows = None if items is None else [listed(machine, item) for item in items]
    if rows is None or any(row is None for row in rows):
        return IteratorObject(lost(machine, "itertools.starmap", iterable))
    return IteratorObject(tuple(machine.call(function, list(row or ()), {}) for row in rows))


@native("itertools.tee")
def tee(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, n = bind("tee", args, kwargs, iterable=REQUIRED, n=2)
    items = pending(machine, iterable)
    if not isinstance(n, int) or n > 100:
        return lost(machine, "itertools.tee", n)
    left: Any = lost(machine, "itertools.tee", iterable) if items is None else items
    advance(machine, iterable, 0 if items is None else len(items))
    return tuple(IteratorObject(left) for _ in range(n))


@native("itertools.groupby")
def groupby(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, key = bind("groupby", args, kwargs, iterable=REQUIRED, key=None)
    items = listed(machine, iterable)
    if items is None:
        return IteratorObject(lost(machine, "itertools.groupby", iterable))
    groups: list[tuple[Value, list[Value]]] = []
    for item in items:
        mark = item if key is None else machine.call(key, [item], {})
        equal = bool(groups) and same(machine, groups[-1][0], mark)
        if equal is None:
            return IteratorObject(lost(machine, "itertools.groupby", mark))
        if equal:
            groups[-1][1].append(item)
        else:
            groups.append((mark, [item]))
    return IteratorObject(tuple((mark, IteratorObject(tuple(members))) for mark, members in groups))


def _while(name: str, machine: "Machine", args: Args) -> Iterator[Value]:
    items = stream(machine, args[1])
    for item in items:
        answer = machine.truth(machine.call(args[0], [item], {}))
        if answer is None:
            raise Lost(lost(machine, f"itertools.{name}", item))
        if name == "takewhile" and not answer:
            return
        if name == "dropwhile" and not answer:
            yield item
            yield from items
        elif name == "takewhile":
            yield item


native("itertools.takewhile", least=2)(lambda machine, args, kwargs: lazy(_while("takewhile", machine, args), machine, args))
native("itertools.dropwhile", least=2)(lambda machine, args, kwargs: lazy(_while("dropwhile", machine, args), machine, args))


@native("itertools.filterfalse", least=2)
def filterfalse(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    items = listed(machine, args[1])
    return IteratorObject(lost(machine, "itertools.filterfalse", args[1]) if items is None else kept(machine, args[0], items, False))


@native("itertools.compress", least=2)
def compress(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    items, flags = listed(machine, args[0]), listed(machine, args[1])
    answers = None if flags is None else [machine.truth(flag) for flag in flags]
    if items is None or answers is None or None in answers:
        return IteratorObject(lost(machine, "itertools.compress", *args))
    return IteratorObject(tuple(itertools.compress(items, answers)))
