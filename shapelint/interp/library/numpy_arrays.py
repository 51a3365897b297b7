"""numpy arrays: an Instance whose ``hidden["array"]`` is the Tensor that ``torch.from_numpy`` makes of it.

A small array of known numbers also has them as nested lists in ``hidden["values"]``, and arithmetic goes through them: channel
tables are computed that way. Nothing here imports numpy.
"""

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import prod
from .. import limits
from ..natives import PyRaise
from ..values import External, Instance, IteratorObject, Tensor, Value, is_size
from .support import Args, Kwargs, NotConstant, aside, from_python, listed, lost, method, native, to_python

if TYPE_CHECKING:
    from ..machine import Machine

ARRAY = "numpy.ndarray"
Numbers = Any  # nested lists of numbers, a number for rank 0, None where they are not known
_KINDS = {"float": "float", "double": "float", "int": "int", "uint": "int", "long": "int", "bool": "bool", "complex": "complex"}


def make_array(shape: tuple[Any, ...], dtype: str | None, values: Numbers = None) -> Instance:
    made = Instance(External(ARRAY))
    made.table.update({"shape": shape, "ndim": len(shape), "size": prod(shape)})
    made.hidden.update({"array": Tensor(shape, dtype), "values": values})
    return made


def array_of(value: Value) -> Tensor | None:
    """The tensor that torch makes of an array."""
    found = value.hidden.get("array") if isinstance(value, Instance) else None
    return found if isinstance(found, Tensor) else None


@native("torch.from_numpy", least=1)
def from_numpy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = array_of(args[0])
    return lost(machine, "torch.from_numpy", *args) if found is None else found


def kind_of(dtype: Value) -> str | None:
    """The coarse kind of a dtype: a name, a numpy type, or a builtin type."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", "")
    return _KINDS.get(name.rpartition(".")[2].rstrip("0123456789_"))


def shape_of(machine: "Machine", value: Value) -> tuple[Any, ...] | None:
    """A shape that was passed as a size or a sequence of sizes."""
    sizes = (value,) if is_size(value) else listed(machine, value)
    return sizes if sizes is not None and all(map(is_size, sizes)) else None


# --- numbers -------------------------------------------------------------------------------------------------------


def numbers_of(value: Value) -> Numbers:
    """The numbers of an array, or of nested lists of constants. NotConstant where they are not known."""
    if isinstance(value, Instance):
        if value.hidden.get("values") is None:
            raise NotConstant
        return value.hidden["values"]
    return to_python(value)


def nested_shape(values: Numbers) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers; None where they are ragged or hold something else."""
    if isinstance(values, (bool, int, float)):
        return ()
    if not isinstance(values, (list, tuple)):
        return None
    shapes = {nested_shape(item) for item in values}
    if len(shapes) > 1 or None in shapes:
        return None
    inner = shapes.pop() if shapes else ()
    return (len(values), *(inner or ()))


def flat(values: Numbers) -> list[Any]:
    return [number for item in values for number in flat(item)] if isinstance(values, (list, tuple)) else [values]


def common_kind(values: Numbers) -> str:
    kinds = {type(number).__name__ for number in flat(values)}
    return "float" if "float" in kinds or not kinds else "int" if "int" in kinds else "bool"


def converted(values: Numbers, kind: str | None) -> Numbers:
    """Nested lists with every number of one kind, as an array holds them; None where that is not a plain kind."""
    convert: Any = {"float": float, "int": int, "bool": bool}.get(kind or "")
    if values is None or convert is None:
        return None
    try:
        return each(convert, values)
    except (ValueError, OverflowError):  # nan or inf as an int
        return None


def each(function: Callable[[Any], Any], values: Numbers) -> Numbers:
    return [each(function, item) for item in values] if isinstance(values, (list, tuple)) else function(values)


def elementwise(machine: "Machine", what: str, function: Callable[..., Any], args: Args) -> Value:
    """A function of numbers on numbers and arrays, broadcast; where numpy would give nan or inf, the numbers are not known."""
    arrays = [array_of(arg) for arg in args]
    held: list[Numbers] = []
    for arg, found in zip(args, arrays, strict=True):
        if found is None and not isinstance(arg, (int, float)):
            try:
                held.append(numbers_of(arg))
            except NotConstant:
                return lost(machine, what, *args)
        else:
            held.append(arg if found is None else arg.hidden["values"] if isinstance(arg, Instance) else None)
    shapes = [nested_shape(numbers) if found is None else found.shape for numbers, found in zip(held, arrays, strict=True)]
    shape = _broadcast(shapes)
    if shape is None:
        return lost(machine, what, *args)
    try:
        values = None if any(numbers is None for numbers in held) else _zipped(function, [_spread(numbers, shape) for numbers in held])
    except (ArithmeticError, ValueError):
        values = None
    if not any(found is not None for found in arrays) and not shape:
        return lost(machine, what, *args) if values is None else values
    return make_array(shape, None if values is None else common_kind(values), values)


def _broadcast(shapes: "list[tuple[Any, ...] | None]") -> tuple[Any, ...] | None:
    """The common shape. Sizes that are no ints have to be the same."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    found: list[Any] = []
    for axis in range(1, max(map(len, known)) + 1):
        sizes = {shape[-axis] for shape in known if len(shape) >= axis} - {1}
        if len(sizes) > 1:
            return None
        found.insert(0, sizes.pop() if sizes else 1)
    return tuple(found)


def _spread(numbers: Numbers, shape: tuple[Any, ...]) -> Numbers:
    """Nested lists of numbers, repeated to a shape."""
    depth = len(nested_shape(numbers) or ())
    for _ in range(len(shape) - depth):
        numbers = [numbers]
    return _repeated(numbers, shape)


def _repeated(numbers: Numbers, shape: tuple[Any, ...]) -> Numbers:
    if not shape:
        return numbers
    rows = [_repeated(row, shape[1:]) for row in numbers]
    return rows * shape[0] if len(rows) == 1 else rows


def _zipped(function: Callable[..., Any], operands: list[Numbers]) -> Numbers:
    if isinstance(operands[0], list):
        return [_zipped(function, list(rows)) for rows in zip(*operands, strict=True)]
    return function(*operands)


# --- methods -------------------------------------------------------------------------------------------------------------


def _dunder(name: str, function: Callable[[Any, Any], Any]) -> None:
    method(ARRAY, f"__{name}__", least=2)(lambda machine, args, kwargs: elementwise(machine, f"array {name}", function, args[:2]))
    method(ARRAY, f"__r{name}__", least=2)(lambda machine, args, kwargs: elementwise(machine, f"array {name}", function, [args[1], args[0]]))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _dunder(_name, getattr(operator, _name))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    method(ARRAY, f"__{_name}__", least=2)(
        lambda machine, args, kwargs, name=_name: elementwise(machine, f"array {name}", getattr(operator, name), args[:2]))  # type: ignore[misc]
method(ARRAY, "__bool__")(lambda machine, args, kwargs: aside(machine, "the truth of an array"))


def _array(receiver: Any) -> tuple[tuple[Any, ...], str | None, Numbers]:
    found = array_of(receiver)
    return ((), None, None) if found is None else (found.shape or (), found.dtype, receiver.hidden["values"])


@method(ARRAY, "__len__")
def length(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape = _array(args[0])[0]
    if not shape:
        raise PyRaise("TypeError", "len() of unsized object")
    return shape[0]


def _view(base: Instance, shape: tuple[Any, ...], dtype: str | None) -> Instance:
    """An array that shares its numbers with ``base``: what is written to it is written there, so its own are not kept."""
    made = make_array(shape, dtype)
    made.hidden["base"] = base
    return made


@method(ARRAY, "__setitem__", "fill", "sort", "put", "resize", "partition")
def changed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """From here on the numbers are not known, nor those of the array this is a view of."""
    array = args[0]
    while isinstance(array, Instance):
        machine.heap.write(array.hidden, "values", None)
        array = array.hidden.get("base")
    return None


native("numpy.random.shuffle", least=1)(changed)


def _row(array: Any, index: int, machine: "Machine") -> Value:
    shape, dtype, values = _array(array)
    if len(shape) > 1:
        return _view(array, shape[1:], dtype)
    return aside(machine, "an item of an array") if values is None else values[index]


@method(ARRAY, "__getitem__", least=2)
def item_at(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, key = _array(args[0])[0], args[1]
    if not isinstance(key, int) or not shape or not isinstance(shape[0], int):
        return aside(machine, "an index of an array")
    if not -shape[0] <= key < shape[0]:
        raise PyRaise("IndexError", f"index {key} is out of bounds for axis 0 with size {shape[0]}")
    return _row(args[0], key, machine)


@method(ARRAY, "__iter__")
def rows(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape = _array(args[0])[0]
    if not shape or not isinstance(shape[0], int) or shape[0] > limits.UNROLLED_ITERATIONS:
        return IteratorObject(lost(machine, "the rows of an array"))
    return IteratorObject(tuple(_row(args[0], i, machine) for i in range(shape[0])))


@method(ARRAY, "astype")
def astype(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, _, values = _array(args[0])
    kind = kind_of(args[1] if len(args) > 1 else kwargs.get("dtype"))
    return make_array(shape, kind, converted(values, kind))


@method(ARRAY, "copy", "__copy__")
def copy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return make_array(*_array(args[0]))


@method(ARRAY, "ravel")
def ravel(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, dtype, _ = _array(args[0])
    return _view(args[0], (prod(shape),), dtype)


@method(ARRAY, "flatten")
def flatten(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, dtype, values = _array(args[0])
    return make_array((prod(shape),), dtype, None if values is None else flat(values))


@method(ARRAY, "tolist")
def tolist(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    values = _array(args[0])[2]
    return aside(machine, "ndarray.tolist") if values is None else from_python(values)


@method(ARRAY, "item")
def item(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    values = flat(_array(args[0])[2])
    return values[0] if len(values) == 1 and values[0] is not None else aside(machine, "ndarray.item")


@method(ARRAY, "reshape", least=2)
def reshape(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, dtype, _ = _array(args[0])
    new = shape_of(machine, args[1] if len(args) == 2 else tuple(args[1:]))
    if new is None or not all(isinstance(size, int) for size in (*new, *shape)):
        return aside(machine, "ndarray.reshape")
    total, known = math.prod(shape), math.prod(size for size in new if size != -1)
    if new.count(-1) > 1 or (total != known if -1 not in new else known == 0 or total % known):
        raise PyRaise("ValueError", f"cannot reshape array of size {total} into shape {new}")
    sizes = tuple(total // known if size == -1 else size for size in new)
    return _view(args[0], sizes, dtype)


@method(ARRAY, "transpose")
def transpose(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shape, dtype, _ = _array(args[0])
    given = args[1] if len(args) == 2 else tuple(args[1:])
    axes = tuple(range(len(shape)))[::-1] if not given else shape_of(machine, given)
    if axes is None or not all(isinstance(axis, int) for axis in axes) or sorted(axis % max(len(shape), 1) for axis in axes) != list(range(len(shape))):
        return aside(machine, "ndarray.transpose")
    return _view(args[0], tuple(shape[axis] for axis in axes), dtype)
