"""``functools``: partial, reduce, wraps, caches, cached_property, total_ordering."""

from typing import TYPE_CHECKING

from ..caches import CachedFunction
from ..natives import Call, PyRaise
from ..values import ClassValue, Descriptor, DictObject, External, FunctionValue, Instance, ListObject, Native, Partial, Unknown, Value
from .support import ABSENT, REQUIRED, Args, Kwargs, bind, listed, lost, method, native

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


@native("functools.partialmethod", least=1)
def partialmethod(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A function of the object, which passes what was given after it."""

    def call(machine: "Machine", given: Args, named: Kwargs) -> Value:
        return machine.call(args[0], [given[0], *args[1:], *given[1:]], {**kwargs, **named}) if given else lost(machine, "partialmethod")

    return Native("partialmethod", call)


_DISPATCHED = External("functools.singledispatch")


@native("functools.singledispatch", "functools.singledispatchmethod", least=1)
def singledispatch(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(_DISPATCHED)
    made.hidden.update(default=args[0], implementations=ListObject())
    return made


@method("functools.singledispatch", "register", least=2)
def register(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``@f.register(int)``, ``f.register(int, g)``, and ``@f.register`` above a function whose first parameter is annotated."""
    made, kind = args[0], args[1]
    if len(args) == 2 and not isinstance(kind, FunctionValue):
        return Native("register", lambda machine, args, kwargs: register(machine, [made, kind, *args[:1]], {}))
    function = args[-1]
    if isinstance(kind, FunctionValue):
        parameters = kind.node.args.args
        noted = parameters[0].annotation if parameters else None
        kind = lost(machine, "singledispatch") if noted is None else machine.evaluate(noted, kind.scope)
    if isinstance(made, Instance) and "implementations" in made.hidden:
        held = made.hidden["implementations"].table
        machine.heap.write(held, "items", (*held["items"], (kind, function)))
    return function


@method("functools.singledispatch", "__call__", least=2)
def dispatch(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The implementation for the class of the first argument; where several fit, the most derived one."""
    made = args[0]
    held = made.hidden["implementations"].table["items"] if isinstance(made, Instance) and "implementations" in made.hidden else None
    if not isinstance(held, tuple):
        return lost(machine, "singledispatch", *args)
    fitting: list[tuple[Value, Value]] = []
    for kind, function in held:
        answer = machine.is_instance(args[1], kind)
        if answer is None:
            return lost(machine, "singledispatch", args[1])
        if answer:
            fitting.append((kind, function))
    best = [function for kind, function in fitting if all(machine.is_subclass(kind, other) is True for other, _ in fitting)]
    if fitting and not best:
        return lost(machine, "singledispatch", args[1])
    return machine.call(best[-1] if best else made.hidden["default"], args[1:], kwargs)


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
    if isinstance(wrapper, (FunctionValue, Instance)):
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


def cached(function: Value, maxsize: Value, typed: Value) -> Value:
    """A user's function that remembers its results; anything else is called each time."""
    if not isinstance(function, FunctionValue) or not (maxsize is None or isinstance(maxsize, int)) or not isinstance(typed, bool):
        return function
    made = CachedFunction(function, None if maxsize is None else max(maxsize, 0), typed)
    made.table["cache_clear"] = Native("cache_clear", lambda machine, args, kwargs: made.clear(machine))
    made.table["cache_info"] = Native("cache_info", lambda machine, args, kwargs: made.info(machine))
    made.table["cache_parameters"] = Native("cache_parameters", lambda machine, args, kwargs: DictObject({"maxsize": maxsize, "typed": typed}))
    return made


@native("functools.cache", least=1)
def cache(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return cached(args[0], None, False)


@native("functools.lru_cache")
def lru_cache(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    maxsize, typed = bind("lru_cache", args, kwargs, maxsize=128, typed=False)
    if not isinstance(maxsize, (int, Unknown)) and maxsize is not None:
        return cached(maxsize, 128, typed)
    return Native("lru_cache", lambda machine, args, kwargs: cached(args[0], maxsize, typed) if args else lost(machine, "lru_cache"))


@native("functools.cached_property")
def cached_property(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Descriptor("cached", bind("cached_property", args, kwargs, func=REQUIRED)[0])


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
    function = bind("cmp_to_key", args, kwargs, mycmp=REQUIRED)[0]

    def make(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = Instance(External(_KEY))
        made.hidden.update(function=function, value=args[0] if args else None)
        return made

    return Native("cmp_to_key", make)


_KEY = "functools.KeyWrapper"


@method(_KEY, "__lt__", least=2)
def key_less(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not all(isinstance(arg, Instance) and "function" in arg.hidden for arg in args[:2]):
        return lost(machine, "functools.cmp_to_key", *args)
    return machine.compare("<", machine.call(args[0].hidden["function"], [args[0].hidden["value"], args[1].hidden["value"]], {}), 0)
