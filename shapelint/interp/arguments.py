"""Values to an operator's arguments, and its results to values."""

from typing import TYPE_CHECKING, Any

from ..dims import unknown
from ..ops import Operator, lookup
from ..ops.kinds import UNREAD, Fields, Foreign, T
from . import limits
from .expressions import Rest
from .values import (
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    ListObject,
    Native,
    Tensor,
    Trace,
    Unknown,
    Value,
    Why,
)

if TYPE_CHECKING:
    from .machine import Machine, Site


_COARSE = {
    "float": "float", "float16": "float", "float32": "float", "float64": "float", "bfloat16": "float", "half": "float", "double": "float",
    "int": "int", "int8": "int", "int16": "int", "int32": "int", "int64": "int", "long": "int", "short": "int", "uint8": "int", "bool": "bool",
    "complex64": "complex", "complex128": "complex", "cfloat": "complex",
}


def kind_of_dtype(name: str) -> str | None:
    """The coarse kind of ``torch.float32``, ``torch.LongTensor``, ``torch.cuda.FloatTensor`` ...; None where it is not known."""
    return _COARSE.get(name.rpartition(".")[2].removesuffix("Tensor").lower())


_PLAIN = frozenset({int, str, bool, float, type(None)})


def raw(value: Value) -> Any:
    """A value as an operator's binder takes it."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Tensor):
        return T.of(value.shape, value.dtype)
    if isinstance(value, (ListObject, tuple)):
        try:
            return _Listing().of(value)
        except _TooMuch:
            return UNREAD
    if isinstance(value, range):
        return tuple(value) if len(value) <= limits.LISTED_ITEMS else UNREAD
    if isinstance(value, Instance):
        payload = value.hidden.get("payload")
        if isinstance(payload, tuple):
            return tuple(raw(item) for item in payload)
        if isinstance(payload, (int, float, str)):  # a member of IntEnum
            return payload
        if value.layer is not None:
            return value.layer
    if isinstance(value, DictObject):
        return Foreign("a dict")
    if isinstance(value, (Unknown, Rest)) or type(value).__name__ in ("Alternatives", "IteratorObject", "DictView"):
        return UNREAD
    if isinstance(value, (FunctionValue, ClassValue)) or (isinstance(value, External) and _is_layer(value.name)):
        return Foreign(value.name.rpartition(".")[2])
    return value


def _is_layer(name: str) -> bool:
    op = lookup(name)
    return op is not None and op.is_module


class _TooMuch(Exception):
    """A list of lists holds more than is listed, or itself."""


class _Listing:
    """The items of one argument; a list that is met several times counts as often."""

    def __init__(self) -> None:
        self.left = limits.LISTED_ITEMS

    def of(self, value: Value) -> Any:
        if isinstance(value, ListObject):
            items = value.table["items"]
            return UNREAD if isinstance(items, Unknown) else self.items(items)
        return tuple(self.items(value)) if isinstance(value, tuple) else raw(value)

    def items(self, items: tuple[Value, ...]) -> list[Any]:
        self.left -= len(items) + 1
        if self.left < 0:
            raise _TooMuch
        return [self.of(item) for item in items]


def held(value: Value) -> Value:
    """An argument as it is now: a list that the program goes on to fill does not change what was passed."""
    return ListObject(value.table["items"], value.kind) if isinstance(value, ListObject) else value


class NamedResults(tuple[Any, ...]):
    """Results with names: ``torch.max(x, 0).values``."""

    names: tuple[str, ...] = ()


def wrap(result: Any, dtype: str | None, trace: Trace | None) -> Value:
    """An operator's result as a value."""
    if isinstance(result, tuple):
        return Tensor(result, dtype, trace)
    if isinstance(result, Fields):
        named = NamedResults(wrap(part, "int" if name == "indices" else dtype, trace) for part, name in zip(result, result.names, strict=True))
        named.names = result.names
        return named
    if isinstance(result, list):
        return tuple(wrap(part, dtype, trace) for part in result)
    return Unknown(Why.DATA, "a value computed from data") if result is None else result


def without_empty(op: Operator, result: Any, value: Value, first: Tensor | None) -> Value:
    """After a map of a tensor has vanished (and was reported), its sizes are unread: what follows from them is no new error.

    A tensor that is made empty, by an output size of 0 or otherwise, or follows from an empty one, is what the program means.
    """
    if op.short_name.lower().startswith("adaptive"):
        return value
    if first is None or first.shape is None or 0 in [size for size in first.shape if isinstance(size, int)]:
        return value
    if isinstance(value, Tensor) and isinstance(result, tuple) and any(isinstance(size, int) and size <= 0 for size in result):
        return Tensor(tuple(unknown() if isinstance(size, int) and size <= 0 else size for size in result), value.dtype, value.trace)
    return value


def first_tensor(args: list[Value], kwargs: dict[str, Value]) -> Tensor | None:
    """The first tensor among the arguments, and in their lists and tuples."""
    return _first((*args, *kwargs.values()), set())


def _first(values: tuple[Value, ...], seen: set[int]) -> Tensor | None:
    for value in values:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, ListObject):
            items = value.table["items"]
            value = items if isinstance(items, tuple) else ()
        if isinstance(value, tuple) and id(value) not in seen:
            seen.add(id(value))
            found = _first(value, seen)
            if found is not None:
                return found
    return None


def result_dtype(op: Operator, args: list[Value], kwargs: dict[str, Value]) -> str | None:
    wanted = kwargs.get("dtype")
    if wanted is None:
        wanted = next((arg for arg in args if isinstance(arg, (External, Native)) and arg.name.rpartition(".")[2] in _COARSE), None)
    if wanted is not None:
        return _COARSE.get(wanted.name.rpartition(".")[2]) if isinstance(wanted, (External, Native)) else None
    return op.result_dtype([raw(arg) for arg in args], {name: raw(value) for name, value in kwargs.items()})


def trace_of(m: "Machine", name: str, op: Operator, first: Tensor | None, result: Any, site: "Site | None") -> Trace | None:
    if site is None:
        return None
    after = result if isinstance(result, tuple) else next((part for part in result if isinstance(part, tuple)), None) if isinstance(result, list) else None
    return Trace(name, op.short_name, first.shape if first is not None else None, after, site.place, first.trace if first is not None else None)
