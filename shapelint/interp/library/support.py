"""What the natives share: reading arguments, constants in and out of heap objects, equality, and giving up honestly."""

import collections
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...dims import Expr
from .. import limits
from ..iteration import must_iterate
from ..join import join
from ..natives import Call, PyRaise
from ..natives import method as _register
from ..natives import native as _register_native
from ..values import (
    CONSTANTS,
    Alternatives,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    Native,
    SetObject,
    Tensor,
    Unknown,
    Value,
    Why,
    is_constant,
    unsettled,
)
from ..views import DictView, why_unlisted

if TYPE_CHECKING:
    from ..machine import Machine

Args = list[Any]  # values: as the natives' bodies ask what each is, the type checker need not
Kwargs = dict[str, Any]
RAISED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # what constants make Python functions raise
REQUIRED = object()  # the default of a parameter that must be given
ABSENT = object()  # the default of a parameter whose absence means something
_CONTAINERS = (ListObject, SetObject, DictObject)


class NotConstant(Exception):
    """A value, or a part of it, is not a constant, or it is too much to be one."""


# --- registering -------------------------------------------------------------------------------------------------


def method(type_name: str, *names: str, least: int = 1) -> Callable[[Call], Call]:
    """``natives.method`` for a call that needs ``least`` positional arguments, the receiver among them."""
    return lambda call: _register(type_name, *names)(_needing(least, call, names))


def native(*names: str, is_type: bool = False, least: int = 0) -> Callable[[Call], Call]:
    """``natives.native`` for a call that needs ``least`` positional arguments."""
    return lambda call: _register_native(*names, is_type=is_type)(_needing(least, call, names) if least else call)


def _needing(least: int, call: Call, names: tuple[str, ...]) -> Call:
    def checked(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if len(args) < least:
            raise PyRaise("TypeError", f"{names[0]}() is missing an argument")
        return call(machine, args, kwargs)

    return checked


# --- giving up ---------------------------------------------------------------------------------------------------


def lost(machine: "Machine", what: str, *values: Value) -> Unknown:
    """Why the result of ``what`` is unknown: the first unknown among ``values`` (and their items), else a new one here."""
    found = next(filter(None, map(_unknown_in, values)), None)
    if found is not None:
        return unsettled(found)
    return machine.unknown(Why.DATA if any(isinstance(value, Tensor) for value in values) else Why.ARGUMENT, what)


def _unknown_in(value: Value) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, IteratorObject) and value.source is not None:
        return value.source.lost  # type: ignore[no-any-return]
    if isinstance(value, (ListObject, SetObject, IteratorObject)):
        value = value.table["items"]
        if isinstance(value, Unknown):
            return value
    if isinstance(value, (DictObject, DictView)):
        return why_unlisted(value)
    if isinstance(value, tuple):
        return next((item for item in value if isinstance(item, Unknown)), None)
    return None


def aside(machine: "Machine", what: str, why: Why = Why.DATA) -> Unknown:
    """An unknown value that nobody expects to be known: it is not reported as a place where tracking stopped."""
    return Unknown(why, what, machine.place)


def unsaid(machine: "Machine", what: str, *values: Value) -> Unknown:
    """As :func:`lost`, for what is seldom worth a report: texts, which mostly are messages."""
    return next(filter(None, map(_unknown_in, values)), None) or aside(machine, what, Why.ARGUMENT)


def too_much(machine: "Machine", what: str) -> Unknown:
    return machine.unknown(Why.LIMIT, what)


# --- arguments ---------------------------------------------------------------------------------------------------


def bind(what: str, args: Args, kwargs: Kwargs, /, **parameters: Any) -> list[Any]:
    """Arguments in the order of ``parameters`` (name to default, or REQUIRED). PyRaise as Python raises."""
    names = list(parameters)
    if len(args) > len(names):
        raise PyRaise("TypeError", f"{what}() takes {len(names)} arguments but {len(args)} were given")
    bound = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in parameters:
            raise PyRaise("TypeError", f"{what}() got an unexpected keyword argument '{name}'")
        if name in bound:
            raise PyRaise("TypeError", f"{what}() got multiple values for argument '{name}'")
        bound[name] = value
    if len(bound) == len(names):
        return [bound[name] for name in names]
    missing = [name for name in names if name not in bound and parameters[name] is REQUIRED]
    if missing:
        raise PyRaise("TypeError", f"{what}() missing argument '{missing[0]}'")
    return [bound.get(name, parameters[name]) for name in names]


def listed(machine: "Machine", value: Value) -> tuple[Value, ...] | None:
    """The items of an iterable, or None where they are not known or too many. An iterator is used up.

    Of an iterator without end (``itertools.count``) nothing is listed.
    """
    if isinstance(value, IteratorObject) and value.source is None and not isinstance(value.table["items"], tuple):
        return None
    must_iterate(value)
    items = machine.iterate(value)
    return items if items is None or len(items) <= limits.LISTED_ITEMS else None


def returns(value: Value) -> Call:
    """A call that does nothing and returns ``value``."""
    return lambda machine, args, kwargs: value


def inert(*names: str, value: Value = None) -> None:
    """Functions that do nothing here."""
    for name in names:
        native(name)(returns(value))


def data(*names: str) -> None:
    """Functions whose result depends on the time, on chance, or on the machine."""
    for name in names:
        native(name)(lambda machine, args, kwargs, name=name: aside(machine, name))  # type: ignore[misc]


# --- constants ---------------------------------------------------------------------------------------------------


def to_python(value: Value, sets: bool = True) -> Any:
    """The Python object that a value stands for. NotConstant where a part is not known, or is no constant.

    ``sets=False`` refuses sets: their order shows when they are printed.
    """
    return _Plain(sets).of(value, 0)


class _Plain:
    """One conversion: what is shared or holds itself counts as often as it is met."""

    def __init__(self, sets: bool) -> None:
        self.sets, self.left = sets, limits.LISTED_ITEMS

    def of(self, value: Value, depth: int) -> Any:
        if isinstance(value, (*CONSTANTS, range)):
            return value
        if isinstance(value, tuple):
            return tuple(self.items(value, depth))
        if isinstance(value, (ListObject, SetObject)):
            items = value.table["items"]
            if isinstance(items, Unknown) or (isinstance(value, SetObject) and not self.sets):
                raise NotConstant
            plain = self.items(items, depth)
            if isinstance(value, SetObject):
                return set(plain)
            return collections.deque(plain) if value.kind == "deque" else plain
        if isinstance(value, DictView) and isinstance(value.of, DictObject):
            return getattr(self.of(value.of, depth), value.kind)()
        if isinstance(value, DictObject) and value.opaque["rest"] is None and value.kind in _DICTS:
            return _DICTS[value.kind](dict(zip(self.items(tuple(value.table), depth), self.items(tuple(value.table.values()), depth), strict=True)))
        raise NotConstant

    def items(self, values: tuple[Value, ...], depth: int) -> list[Any]:
        self.left -= len(values)
        if self.left < 0 or depth > 30:
            raise NotConstant
        return [self.of(item, depth + 1) for item in values]


_DICTS: dict[str, Callable[[Any], Any]] = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}


def from_python(value: Any) -> Value:
    """The value that stands for a Python object made of constants."""
    if isinstance(value, list):
        return ListObject(tuple(map(from_python, value)))
    if isinstance(value, tuple):
        return tuple(map(from_python, value))
    if isinstance(value, (set, frozenset)):
        return SetObject(tuple(map(from_python, value)))
    if isinstance(value, dict):
        return DictObject({from_python(key): from_python(item) for key, item in value.items()})
    return value


def apply(machine: "Machine", what: str, function: Callable[..., Any], args: Iterable[Value], kwargs: Kwargs | None = None) -> Value:
    """``function`` on constants (lists and dicts of constants too); for one of several options, the join of the results."""
    args, kwargs = list(args), kwargs or {}
    try:
        plain = [to_python(arg) for arg in args]
        named = {name: to_python(arg) for name, arg in kwargs.items()}
    except NotConstant:
        several = next((arg for arg in args if isinstance(arg, Alternatives)), None)
        if several is None:
            return lost(machine, what, *args, *kwargs.values())
        return over_options(several, lambda option: apply(machine, what, function, [option if arg is several else arg for arg in args], kwargs))
    if any(isinstance(each, range) and len(each) > limits.LISTED_ITEMS for each in (*plain, *named.values())):
        return too_much(machine, what)
    try:
        result = function(*plain, **named)
    except MemoryError:
        return too_much(machine, what)
    except RAISED as error:  # the program raises this very exception
        raise PyRaise(type(error).__name__, str(error)) from error
    if isinstance(result, (str, bytes, list, tuple)) and len(result) > limits.TEXT_LENGTH:
        return too_much(machine, what)
    return from_python(result)


def over_options(value: Alternatives, function: Callable[[Value], Value]) -> Value:
    """The join of what ``function`` gives for each option that it accepts."""
    results: list[Value] = []
    raised: PyRaise | None = None
    for option in value.options:
        try:
            results.append(function(option))
        except PyRaise as error:
            raised = error
    if not results:
        raise raised or PyRaise("TypeError", "no option")
    joined = results[0]
    for result in results[1:]:
        joined = join(joined, result)
    return joined


def lifted(what: str, function: Callable[..., Any]) -> Call:
    """The call of a native that applies a Python function to constants."""
    return lambda machine, args, kwargs: apply(machine, what, function, args, kwargs)


# --- equality and keys -------------------------------------------------------------------------------------------


def same(machine: "Machine", left: Value, right: Value) -> bool | None:
    """``left is right or left == right``, as containers ask; None where it is not known."""
    if left is right and not isinstance(left, (Unknown, Alternatives)):
        return True
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return None
    return machine.truth(machine.compare("==", left, right))


def is_key(value: Value) -> bool:
    """Whether a value can be told from others by Python's hash: constants, functions, classes, objects without ``__eq__``.

    PyRaise for what Python cannot hash.
    """
    if isinstance(value, tuple):
        return all(map(is_key, value))
    if isinstance(value, _CONTAINERS):
        if isinstance(value, SetObject):  # it may be a frozenset
            return False
        raise PyRaise("TypeError", f"unhashable type: '{value.kind}'")
    if isinstance(value, Instance):
        return "payload" not in value.hidden and not speaks(value)
    return is_constant(value) or isinstance(value, (External, Native)) or type(value).__name__ in ("ClassValue", "FunctionValue", "CachedFunction", "ModuleValue")


def speaks(value: Instance) -> bool:
    """Whether an object says itself what it equals. PyRaise where Python cannot hash it."""
    first, read = True, True
    for base in getattr(value.cls, "mro", ()):
        if not isinstance(base, ClassValue):
            read = False
        elif "__hash__" in base.table or "__eq__" in base.table:
            if first and read and _is_unhashable(base):
                raise PyRaise("TypeError", f"unhashable type: '{base.name}'")
            first = False
    return not first


def _is_unhashable(cls: ClassValue) -> bool:
    """Whether the first class with ``__eq__`` or ``__hash__`` has no hash: Python takes it where the body defines equality alone."""
    if "__hash__" in cls.table:
        return cls.table["__hash__"] is None
    written = cls.table["__eq__"]
    return isinstance(written, FunctionValue) and written.owner is cls and cls.kind != "enum"


_TYPES: dict[str, type] = {"deque": collections.deque, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}


def python_type(value: Value) -> type | None:
    """Python's type of a built-in value; None for what is not one, and for tuples, which may be a ``torch.Size``."""
    if isinstance(value, (*CONSTANTS, range)):
        return type(value)
    if isinstance(value, (ListObject, DictObject)):
        return _TYPES.get(value.kind, collections.defaultdict if value.kind == "defaultdict" else list if isinstance(value, ListObject) else dict)
    return int if isinstance(value, Expr) else None


def own(receiver: Value) -> Any:
    """The built-in object of a method call: the receiver, or what an instance of a user's subclass holds."""
    return receiver.hidden.get("payload", receiver) if isinstance(receiver, Instance) else receiver
