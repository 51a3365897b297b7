"""``functools``: partial, reduce, wraps, caches that pass through, cached_property, total_ordering."""

from typing import TYPE_CHECKING

from ..natives import Call, PyRaise
from ..values import ClassValue, Descriptor, FunctionValue, Native, Partial, Value, Why
from .support import ABSENT, REQUIRED, Args, Kwargs, bind, listed, lost, native, returns

if TYPE_CHECKING:
    from ..machine import Machine


@native("functools.partial", is_type=True)
def partial(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not args:
        raise PyRaise("TypeError", "type 'partial' takes at least one argument")
    function = args[0]
    if isinstance(function, Partial):  # a partial of a partial is one
        return Partial(function.function, (*function.args, *args[1:]), {**function.kwargs, **kwargs})
    return Partial(function, tuple(args[1:]), dict(kwargs))


@native("functools.partialmethod", "functools.singledispatch", "functools.singledispatchmethod")
def not_followed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.unknown(Why.CONSTRUCT, "a dispatching function of functools")


@native("functools.reduce")
def reduce(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    function, iterable, initial = bind("reduce", args, kwargs, function=REQUIRED, iterable=REQUIRED, initial=ABSENT)
    items = listed(machine, iterable)
    if items is None:
        return lost(machine, "functools.reduce", iterable)
    if initial is not ABSENT:
        items = (initial, *items)
    if not items:
        raise PyRaise("TypeError", "reduce() of empty iterable with no initial value")
    total = items[0]
    for item in items[1:]:
        total = machine.call(function, [total, item], {})
    return total


@native("functools.update_wrapper", least=2)
def update_wrapper(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    wrapper, wrapped = args[:2]
    if isinstance(wrapper, FunctionValue):
        for name in ("__name__", "__qualname__", "__doc__"):
            try:
                machine.set_attribute(wrapper, name, machine.get_attribute(wrapped, name))
            except PyRaise:
                continue
        machine.set_attribute(wrapper, "__wrapped__", wrapped)
    return wrapper


@native("functools.wraps")
def wraps(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    wrapped = args[0] if args else kwargs.get("wrapped")
    return Native("wraps", lambda machine, args, kwargs: update_wrapper(machine, [args[0], wrapped], {}))


def cached(machine: "Machine", function: Value) -> Value:
    """The function itself, with the two attributes that a cache adds."""
    if isinstance(function, FunctionValue):
        machine.set_attribute(function, "cache_clear", Native("cache_clear", returns(None)))
        machine.set_attribute(function, "cache_info", Native("cache_info", lambda machine, args, kwargs: machine.unknown(Why.DATA, "cache_info")))
        machine.set_attribute(function, "__wrapped__", function)
    return function


@native("functools.lru_cache", "functools.cache")
def lru_cache(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if args and not isinstance(args[0], int) and args[0] is not None:
        return cached(machine, args[0])
    return Native("lru_cache", lambda machine, args, kwargs: cached(machine, args[0]))


@native("functools.cached_property")
def cached_property(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Descriptor("property", bind("cached_property", args, kwargs, func=REQUIRED)[0])


_ORDER = {"__lt__": "<", "__gt__": ">", "__le__": "<=", "__ge__": ">="}
_FROM = {  # (wanted, defined) to (operands swapped, answer negated)
    ("<", ">"): (True, False), ("<", "<="): (True, True), ("<", ">="): (False, True), (">", "<"): (True, False), (">", "<="): (False, True),
    (">", ">="): (True, True), ("<=", ">="): (True, False), ("<=", "<"): (True, True), ("<=", ">"): (False, True), (">=", "<="): (True, False),
    (">=", "<"): (False, True), (">=", ">"): (True, True),
}


@native("functools.total_ordering")
def total_ordering(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Derive the missing comparisons from the one that the class defines."""
    cls = bind("total_ordering", args, kwargs, cls=REQUIRED)[0]
    defined = next((op for name, op in _ORDER.items() if isinstance(cls, ClassValue) and name in cls.table), "")
    for name, op in _ORDER.items() if defined else ():
        if name not in cls.table:
            machine.heap.write(cls.table, name, Native(name, _derived(defined, *_FROM[op, defined])))
    return cls


def _derived(op: str, swapped: bool, negated: bool) -> Call:
    def compare(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        left, right = reversed(args) if swapped else args
        answer = machine.truth(machine.compare(op, left, right))
        return lost(machine, "an ordering", *args) if answer is None else answer is not negated

    return compare


@native("functools.cmp_to_key")
def cmp_to_key(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.unknown(Why.CONSTRUCT, "functools.cmp_to_key")
