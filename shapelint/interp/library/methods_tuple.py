"""Methods of tuples, ranges, slices and numbers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import Expr
from .. import limits
from ..values import IteratorObject, SliceValue, Value
from .builtins_ import length
from .methods_list import count, index_
from .support import REQUIRED, Args, Kwargs, apply, bind, lifted, listed, lost, method, native, own, too_much

if TYPE_CHECKING:
    from ..machine import Machine


@method("tuple", "index")
def tuple_index(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver, value, start, stop = bind("index", args, kwargs, self=REQUIRED, value=REQUIRED, start=0, stop=None)
    items = listed(machine, own(receiver))
    return lost(machine, "tuple.index", receiver) if items is None else index_(machine, receiver, items, value, start, stop)


@method("tuple", "count")
def tuple_count(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver, value = bind("count", args, kwargs, self=REQUIRED, value=REQUIRED)
    items = listed(machine, own(receiver))
    return lost(machine, "tuple.count", receiver) if items is None else count(machine, receiver, items, value)


for _kind in ("tuple", "range"):
    method(_kind, "__len__")(lambda machine, args, kwargs: length(machine, args, kwargs))
    method(_kind, "__iter__")(lambda machine, args, kwargs: IteratorObject(listed(machine, own(args[0])) or ()))
    method(_kind, "__getitem__", least=2)(lambda machine, args, kwargs: machine.get_item(own(args[0]), args[1]))
    method(_kind, "__contains__", least=2)(lambda machine, args, kwargs: machine.compare("in", args[1], own(args[0])))
method("tuple", "__add__", least=2)(lambda machine, args, kwargs: machine.binary("+", own(args[0]), own(args[1])))
method("tuple", "__eq__", least=2)(lambda machine, args, kwargs: machine.compare("==", own(args[0]), own(args[1])))
method("range", "index")(lambda machine, args, kwargs: apply(machine, "range.index", range.index, args))
method("range", "count")(lambda machine, args, kwargs: apply(machine, "range.count", range.count, args))


@method("slice", "indices")
def indices(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = args[0]
    if not isinstance(receiver, SliceValue):
        return lost(machine, "slice.indices", receiver)
    return apply(machine, "slice.indices", lambda *parts: slice(*parts[:3]).indices(parts[3]), [receiver.start, receiver.stop, receiver.step, *args[1:]])


def _number(kind: str, function: Callable[..., Any], of_size: Callable[[Value], Value] | None = None) -> None:
    """A method of numbers; ``of_size`` says what it is for a symbolic int."""
    name = function.__name__

    @method(kind, name)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        receiver = own(args[0])
        if isinstance(receiver, Expr) and of_size is not None:
            return of_size(receiver)
        return apply(machine, f"{kind}.{name}", function, [receiver, *map(own, args[1:])], kwargs)


_number("int", int.bit_length)
_number("int", int.conjugate, lambda size: size)
_number("int", int.as_integer_ratio, lambda size: (size, 1))
_number("float", float.is_integer)
_number("float", float.as_integer_ratio)
_number("float", float.conjugate)
_number("float", float.hex)
_number("complex", complex.conjugate)
method("int", "is_integer")(lambda machine, args, kwargs: True)
@method("int", "to_bytes")
def to_bytes(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if any(isinstance(arg, int) and abs(arg) > limits.TEXT_LENGTH for arg in (*args[1:], *kwargs.values())):
        return too_much(machine, "int.to_bytes")
    return apply(machine, "int.to_bytes", int.to_bytes, [own(args[0]), *args[1:]], kwargs)


native("builtins.int.from_bytes")(lifted("int.from_bytes", int.from_bytes))
native("builtins.float.fromhex")(lifted("float.fromhex", float.fromhex))


def _dunder(kind: str, name: str, op: str, compares: bool, reflected: bool = False) -> None:
    @method(kind, f"__{name}__", least=2)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        left, right = own(args[0]), own(args[1])
        if reflected:
            left, right = right, left
        return machine.compare(op, left, right) if compares else machine.binary(op, left, right)


for _kind in ("int", "float"):
    for _name, _op in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"), ("pow", "**")):
        _dunder(_kind, _name, _op, False)
        _dunder(_kind, f"r{_name}", _op, False, True)
    for _name, _op in (("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")):
        _dunder(_kind, _name, _op, True)
for _name, _op in (("and", "&"), ("or", "|"), ("xor", "^"), ("lshift", "<<"), ("rshift", ">>")):
    _dunder("int", _name, _op, False)
