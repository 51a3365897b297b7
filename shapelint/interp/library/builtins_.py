"""Builtin functions of numbers and collections: len, sorted, sum, min, max, any, all, abs, round, pow, divmod, chr ..."""

import functools
from typing import TYPE_CHECKING, Any

from ...dims import Expr, Truth, at_least, dmax, dmin
from ...ops import lookup
from .. import limits
from ..decisions import Answer, answer_of, as_value, both
from ..lazy import Lost, is_lazy, stream
from ..metaclasses import of_class
from ..natives import NAMED_CONSTANTS, PyRaise
from ..operands import has_no, type_of
from ..values import (
    Alternatives,
    DictObject,
    External,
    Instance,
    IteratorObject,
    ListObject,
    SetObject,
    Tensor,
    Unknown,
    Value,
    is_constant,
    is_size,
)
from ..views import DictView, missing_in
from .support import (
    REQUIRED,
    Args,
    Kwargs,
    apply,
    aside,
    bind,
    data,
    inert,
    is_key,
    lifted,
    listed,
    lost,
    method,
    native,
    over_options,
    own,
    too_much,
)

if TYPE_CHECKING:
    from ..machine import Machine

_DIR = "builtins.dir"

NAMED_CONSTANTS["builtins.Ellipsis"] = ...
NAMED_CONSTANTS["builtins.NotImplemented"] = NotImplemented
NAMED_CONSTANTS["builtins.__debug__"] = True

for _function in (ascii, bin, chr, hex, oct, ord):
    native(f"builtins.{_function.__name__}")(lifted(_function.__name__, _function))
inert("builtins.print", "builtins.breakpoint")
data("builtins.input", "builtins.id", "builtins.hash", "builtins.memoryview", "builtins.compile")


@native("builtins.dir")
def names_of(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Of a package outside: a list that is not known, but of which it is known that it holds what operators are declared for."""
    if len(args) == 1 and isinstance(args[0], External):
        made = Instance(External(_DIR))
        made.hidden["of"] = args[0].name
        return made
    return aside(machine, "dir")


@method(_DIR, "__contains__", least=2)
def names_contain(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    package = args[0].hidden.get("of") if isinstance(args[0], Instance) else None
    known = package is not None and isinstance(args[1], str) and lookup(f"{package}.{args[1]}") is not None
    return True if known else aside(machine, "in dir()")


@native("builtins.len")
def length(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = own(bind("len", args, kwargs, obj=REQUIRED)[0])
    if isinstance(value, (tuple, str, bytes, range)):
        return len(value)
    if isinstance(value, (ListObject, SetObject)):
        items = value.table["items"]
        return items if isinstance(items, Unknown) else len(items)
    if isinstance(value, DictObject):
        return value.opaque["rest"] or missing_in(value.table) or len(value.table)
    if isinstance(value, DictView):
        return found if isinstance(found := value.entries, Unknown) else len(found)
    if isinstance(value, Tensor):
        return _rows(machine, value)
    if isinstance(value, Alternatives):
        return over_options(value, lambda option: length(machine, [option], {}))
    if isinstance(value, Instance):
        return _length_of_object(machine, value)
    if value is None or isinstance(value, (bool, int, float, complex, Expr, IteratorObject)):
        raise PyRaise("TypeError", f"object of type '{type(value).__name__}' has no len()")
    own_length = of_class(machine, value, "__len__")
    if own_length is not None:
        return machine.call(own_length, [], {})
    members = machine.iterate(value)  # an Enum
    return lost(machine, "len", value) if members is None else len(members)


def _rows(machine: "Machine", value: Tensor) -> Value:
    if value.shape is None:
        return lost(machine, "len", value)
    if not value.shape:
        raise PyRaise("TypeError", "len() of a 0-d tensor")
    return value.shape[0]


def _length_of_object(machine: "Machine", value: Instance) -> Value:
    if machine.has_attribute(value, "__len__"):
        return machine.call(machine.get_attribute(value, "__len__"), [], {})
    if has_no(machine, value, "__len__"):
        raise PyRaise("TypeError", f"object of type {type_of(value)} has no len()")
    return lost(machine, "len")


def distinct(machine: "Machine", items: tuple[Value, ...]) -> "tuple[Value, ...] | Unknown":
    """The items of a set: the first of each, in the order of insertion (ints: in CPython's order)."""
    for item in items:
        if not is_key(item):
            return lost(machine, "an item of a set", item)
    if all(isinstance(item, int) for item in items):
        return tuple(set(items))
    return tuple(dict.fromkeys(items))


# --- order -------------------------------------------------------------------------------------------------------


class _Undecided(Exception):
    """Two values have no known order."""


def in_order(machine: "Machine", items: "tuple[Value, ...] | list[Value]", key: Value, reverse: bool) -> list[Value] | None:
    """The items sorted as Python sorts them; None where an order is not known."""
    keys: list[Any] = list(items) if key is None else [machine.call(key, [item], {}) for item in items]
    positions = list(range(len(keys)))
    if is_constant(tuple(keys)):
        try:
            positions.sort(key=keys.__getitem__, reverse=reverse)
        except TypeError as error:
            raise PyRaise("TypeError", str(error)) from error
        return [items[i] for i in positions]

    def compare(i: int, j: int) -> int:
        return _order(machine, keys[i], keys[j])

    try:
        positions.sort(key=functools.cmp_to_key(compare), reverse=reverse)
    except _Undecided:
        return None
    return [items[i] for i in positions]


def _order(machine: "Machine", left: Value, right: Value) -> int:
    if left is right and not isinstance(left, (Unknown, Alternatives, Tensor, DictObject, Instance)):
        return 0
    for one, other, answer in ((left, right, -1), (right, left, 1)):
        less = machine.truth(machine.compare("<", one, other))
        if less is None:
            raise _Undecided
        if less:
            return answer
    return 0


@native("builtins.sorted")
def sorted_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, key, reverse = bind("sorted", args, kwargs, iterable=REQUIRED, key=None, reverse=False)
    items, backwards = listed(machine, iterable), machine.truth(reverse)
    made = None if items is None or backwards is None else in_order(machine, items, key, backwards)
    return ListObject(lost(machine, "sorted", iterable, items, reverse) if made is None else tuple(made))


def _extreme(name: str, machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    options = dict(kwargs)
    key, default = options.pop("key", None), options.pop("default", REQUIRED)
    if options or not args:
        raise PyRaise("TypeError", f"{name} expected at least 1 argument")
    items = tuple(args) if len(args) > 1 else listed(machine, args[0])
    if items is None:
        return lost(machine, name, *args)
    if not items:
        if default is REQUIRED:
            raise PyRaise("ValueError", f"{name}() arg is an empty sequence")
        return default
    if key is None and all(map(is_size, items)):
        sizes: tuple[Any, ...] = items
        return functools.reduce(dmax if name == "max" else dmin, sizes)
    return _best(machine, name, items, key)


def _best(machine: "Machine", name: str, items: tuple[Value, ...], key: Value) -> Value:
    keys = list(items) if key is None else [machine.call(key, [item], {}) for item in items]
    if len(items) == 1:
        return items[0]
    best = 0
    for i in range(1, len(keys)):
        try:
            order = _order(machine, keys[i], keys[best])
        except _Undecided:
            return lost(machine, name, *keys)
        if (order > 0) if name == "max" else (order < 0):
            best = i
    return items[best]


for _name in ("min", "max"):
    native(f"builtins.{_name}")(functools.partial(_extreme, _name))


# --- arithmetic --------------------------------------------------------------------------------------------------


@native("builtins.sum")
def sum_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, total = bind("sum", args, kwargs, iterable=REQUIRED, start=0)
    items = listed(machine, iterable)
    if items is None:
        return lost(machine, "sum", iterable)
    for item in items:
        total = machine.binary("+", total, item)
    return total


@native("builtins.abs", "operator.abs")
def abs_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("abs", args, kwargs, x=REQUIRED)[0]
    if isinstance(value, Expr):
        sign = at_least(value, 0)
        return value if sign is Truth.ALWAYS else -value if sign is Truth.NEVER else dmax(value, -value)
    if isinstance(value, Tensor):
        return machine.call(machine.get_attribute(value, "abs"), [], {})
    if isinstance(value, Instance) and machine.has_attribute(value, "__abs__"):
        return machine.call(machine.get_attribute(value, "__abs__"), [], {})
    return apply(machine, "abs", abs, [own(value)])


@native("builtins.round")
def round_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, digits = bind("round", args, kwargs, number=REQUIRED, ndigits=None)
    if isinstance(value, Expr) and (digits is None or (isinstance(digits, int) and digits >= 0)):
        return value
    if isinstance(value, Tensor):
        return machine.call(machine.get_attribute(value, "round"), [], {})
    if isinstance(digits, int) and abs(digits) > limits.INTEGER_BITS:
        return too_much(machine, "round")
    return apply(machine, "round", round, [own(value), digits])


@native("builtins.pow")
def pow_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    base, exponent, modulus = bind("pow", args, kwargs, base=REQUIRED, exp=REQUIRED, mod=None)
    if modulus is None:
        return machine.binary("**", base, exponent)
    return apply(machine, "pow", pow, [base, exponent, modulus])


@native("builtins.divmod")
def divmod_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    left, right = bind("divmod", args, kwargs, x=REQUIRED, y=REQUIRED)
    return machine.binary("//", left, right), machine.binary("%", left, right)


# --- conditions --------------------------------------------------------------------------------------------------


def _quantified(name: str, machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable = bind(name, args, kwargs, iterable=REQUIRED)[0]
    deciding, answers, items = name == "any", [], []
    if not is_lazy(iterable) and listed(machine, iterable if not isinstance(iterable, IteratorObject) else ()) is None:
        return lost(machine, name, iterable)
    try:
        for item in stream(machine, iterable):
            items.append(item)
            answers.append(answer_of(machine, item))
            if answers[-1] is deciding:
                return deciding
    except Lost as unknown:
        return lost(machine, name, unknown.unknown)
    whole: Answer = not deciding
    for answer in answers:
        whole = both(whole, answer, deciding)
    return lost(machine, name, *items) if whole is None else as_value(whole)


for _name in ("any", "all"):
    native(f"builtins.{_name}")(functools.partial(_quantified, _name))
