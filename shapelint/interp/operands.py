"""Operands that have no such operator: what Python says of them."""

from typing import Any

from ..ops import lookup
from .externals import MODULE
from .values import (
    CONSTANTS,
    BoundMethod,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    ListObject,
    Native,
    Partial,
    SetObject,
    Value,
)
from .views import DictView

DUNDER = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul", "<<": "lshift", ">>": "rshift",
    "&": "and", "|": "or", "^": "xor", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
}
_BUILT_IN = (*CONSTANTS, tuple, range, ListObject, SetObject, DictObject)
_FUNCTIONS = (FunctionValue, BoundMethod, Partial)


def nobody_can(m: Any, op: str, left: Value, right: Value) -> bool:
    """Whether one operand is a function or an object without arithmetic, and the other has none for it either."""
    if op in ("|", "%"):  # of types, and the formatting of anything
        return False
    sides = ((left, (f"__{DUNDER[op]}__", "__index__")), (right, (f"__r{DUNDER[op]}__", "__index__")))
    without = [has_no(m, side, *names) for side, names in sides]
    return any(without) and all(known or isinstance(side, _BUILT_IN) for known, (side, _) in zip(without, sides, strict=True))


def has_no(m: Any, value: Value, *names: str) -> bool:
    """Whether a value is a function, or an object of a class that is known to have none of these methods."""
    if isinstance(value, Instance):
        bases = value.cls.mro if isinstance(value.cls, ClassValue) else (value.cls,)
        return "payload" not in value.hidden and all(map(_is_read, bases)) and all(m.has_attribute(value, name) is False for name in names)
    return isinstance(value, _FUNCTIONS)


def _is_read(base: Value) -> bool:
    """Whether all that a class brings is known: the program's own, ``object``, and torch's modules but for the containers, which can be added."""
    if isinstance(base, External):
        op = lookup(base.name)
        return base == MODULE or (op is not None and op.is_module)
    return isinstance(base, ClassValue) or (isinstance(base, Native) and base.name == "builtins.object")


def refusal(op: str, left: Value, right: Value) -> str:
    """What Python says of operands that have no such operator."""
    if op == "+" and isinstance(left, (ListObject, tuple)):
        return f"can only concatenate {type_of(left)[1:-1]} (not \"{type_of(right)[1:-1]}\") to {type_of(left)[1:-1]}"
    for sequence, other in ((left, right), (right, left)) if op == "*" else ():
        if isinstance(sequence, (ListObject, tuple, str, bytes)):
            return f"can't multiply sequence by non-int of type {type_of(other)}"
    return f"unsupported operand type(s) for {'** or pow()' if op == '**' else op}: {type_of(left)} and {type_of(right)}"


def type_of(value: Value) -> str:
    """The name of a value's type, in quotes, as an error says it."""
    if isinstance(value, Instance):
        cls = value.cls
        return f"'{cls.name.rpartition('.')[2]}'" if isinstance(cls, (ClassValue, External)) else "'object'"
    if isinstance(value, Partial):
        return "'functools.partial'"
    names = {FunctionValue: "function", BoundMethod: "method", ListObject: "list", SetObject: "set", DictObject: "dict", type(None): "NoneType"}
    if isinstance(value, DictView):
        return f"'{value.name}'"
    return f"'{names.get(type(value), type(value).__name__)}'"


# --- built-in types ------------------------------------------------------------------------------------------------

_ORDERED = {bool: "number", int: "number", float: "number", str: "str", bytes: "bytes", SetObject: "set"}
_REFLECTED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OF_NUMBERS_AND_SEQUENCES = ("+", "*", "/", "//", "**", "@", "<<", ">>")
_PLAIN_DICTS = ("dict", "defaultdict", "OrderedDict")


def nobody_orders(m: Any, op: str, left: Value, right: Value) -> bool:
    """Whether neither operand of ``<`` and the like can be compared with the other."""
    kinds = [_ordered_as(m, left, op), _ordered_as(m, right, _REFLECTED[op])]
    return None not in kinds and ("" in kinds or kinds[0] != kinds[1])


def _ordered_as(m: Any, value: Value, op: str) -> str | None:
    """Among what ``value op other`` has a meaning: "" for nothing, None where that is not known."""
    if isinstance(value, ListObject):
        return value.kind
    if isinstance(value, DictObject):
        return "" if value.kind in _PLAIN_DICTS else None
    if isinstance(value, DictView):
        return "set" if value.is_set else ""
    if isinstance(value, tuple):
        return "tuple"
    if value is None or isinstance(value, (complex, range)) or has_no(m, value, f"__{DUNDER[op]}__"):
        return ""
    return _ORDERED.get(type(value))


def built_ins_cannot(op: str, left: Value, right: Value) -> bool:
    """Whether an operand is a dict, a set or a view of a dict, and neither side's built-in type has the operator."""
    if op not in _OF_NUMBERS_AND_SEQUENCES or not all(isinstance(side, (*_BUILT_IN, DictView)) for side in (left, right)):
        return False
    return any(isinstance(side, (SetObject, DictView)) or (isinstance(side, DictObject) and side.kind in _PLAIN_DICTS) for side in (left, right))


def unordered(op: str, left: Value, right: Value) -> str:
    """What Python says of operands that cannot be compared."""
    return f"'{op}' not supported between instances of {type_of(left)} and {type_of(right)}"
