"""``numpy`` functions that move, join, repeat and order what an array holds.

Where numpy gives a view of an array, its numbers are not kept: what is written to one of them is seen in the other.
"""

import functools
import itertools
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import limits
from ..natives import PyRaise
from ..values import Instance, ListObject, Value
from .numpy_ import array
from .numpy_arrays import ARRAY, array_of, each, elementwise, flat, make_array
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

Sizes = tuple[Any, ...]


class _Lost(Exception):
    """An argument is not known."""


class _Held:
    """An array that a function got: its sizes, its kind, and its numbers one after another (None where they are not known)."""

    def __init__(self, machine: "Machine", value: Value) -> None:
        made = value if array_of(value) is not None else array(machine, [value], {})
        found = array_of(made)
        if found is None or found.shape is None or not isinstance(made, Instance):
            raise _Lost
        values = made.hidden["values"]
        self.made, self.kind = made, found.dtype
        self.shape: Sizes = found.shape
        self.numbers = None if values is None else flat(values)
        self.copied = array_of(value) is None  # a list was given: nobody else holds the array made of it

    def whole(self) -> tuple[int, ...]:
        """The sizes, which have to be numbers."""
        if not all(isinstance(size, int) for size in self.shape):
            raise _Lost
        return self.shape

    def taken(self, shape: Sizes, source: Callable[[tuple[int, ...]], tuple[int, ...]], view: bool) -> Instance:
        """The array of ``shape`` whose item at an index is this one's at ``source(index)``."""
        if self.numbers is None or (view and not self.copied) or not all(isinstance(size, int) for size in shape) or math.prod(shape) > limits.LISTED_ITEMS:
            made = make_array(shape, self.kind)
            if view:
                made.hidden["base"] = self.made
            return made
        numbers = [self.numbers[_position(source(index), self.shape)] for index in itertools.product(*map(range, shape))]
        return make_array(shape, self.kind, nested(numbers, shape))


def _position(index: tuple[int, ...], shape: Sizes) -> int:
    return functools.reduce(lambda position, axis: position * shape[axis] + index[axis], range(len(shape)), 0)


def nested(numbers: list[Any], shape: Sizes) -> Any:
    """Numbers one after another as nested lists of a shape."""
    if not shape:
        return numbers[0]
    step = math.prod(shape[1:])
    return [nested(numbers[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def _function(name: str, **parameters: Any) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """A function of these arguments; what it cannot read makes its result unknown."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        @native(f"numpy.{name}")
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            if len(args) > len(parameters) or kwargs.keys() - parameters.keys():
                return lost(machine, f"numpy.{name}", *args, *kwargs.values())
            given = bind(name, args, kwargs, **parameters)
            try:
                return function(machine, *given)
            except _Lost:
                return lost(machine, f"numpy.{name}", *given)

        return function

    return register


def _axis(axis: Value, rank: int) -> int:
    if not isinstance(axis, int):
        raise _Lost
    if not -rank <= axis < rank:
        raise PyRaise("AxisError", f"axis {axis} is out of bounds for array of dimension {rank}")
    return axis % rank


def _axes(machine: "Machine", value: Value, rank: int) -> tuple[int, ...]:
    items = (value,) if isinstance(value, int) else listed(machine, value)
    if items is None:
        raise _Lost
    found = tuple(_axis(axis, rank) for axis in items)
    if len(set(found)) < len(found):
        raise PyRaise("ValueError", "repeated axis")
    return found


# --- the order of axes ---------------------------------------------------------------------------------------------------


def _permuted(held: _Held, order: tuple[int, ...]) -> Value:
    back = [order.index(axis) for axis in range(len(order))]
    return held.taken(tuple(held.shape[axis] for axis in order), lambda index: tuple(index[axis] for axis in back), view=True)


@_function("transpose", a=REQUIRED, axes=None)
def transpose(machine: "Machine", value: Value, axes: Value) -> Value:
    held = _Held(machine, value)
    rank = len(held.shape)
    order = tuple(range(rank))[::-1] if axes is None else _axes(machine, axes, rank)
    if len(order) != rank:
        raise PyRaise("ValueError", "axes don't match array")
    return _permuted(held, order)


@_function("swapaxes", a=REQUIRED, axis1=REQUIRED, axis2=REQUIRED)
def swapaxes(machine: "Machine", value: Value, first: Value, second: Value) -> Value:
    held = _Held(machine, value)
    order = list(range(len(held.shape)))
    i, j = _axis(first, len(order)), _axis(second, len(order))
    order[i], order[j] = order[j], order[i]
    return _permuted(held, tuple(order))


@_function("moveaxis", a=REQUIRED, source=REQUIRED, destination=REQUIRED)
def moveaxis(machine: "Machine", value: Value, source: Value, destination: Value) -> Value:
    held = _Held(machine, value)
    rank = len(held.shape)
    moved, places = _axes(machine, source, rank), _axes(machine, destination, rank)
    if len(moved) != len(places):
        raise PyRaise("ValueError", "`source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(rank) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return _permuted(held, tuple(order))


@_function("expand_dims", a=REQUIRED, axis=REQUIRED)
def expand_dims(machine: "Machine", value: Value, axis: Value) -> Value:
    held = _Held(machine, value)
    count = 1 if isinstance(axis, int) else len(listed(machine, axis) or ())
    rank = len(held.shape) + count
    new = _axes(machine, axis, rank)
    sizes = iter(held.shape)
    shape = tuple(1 if i in new else next(sizes) for i in range(rank))
    return held.taken(shape, lambda index: tuple(i for axis, i in enumerate(index) if axis not in new), view=True)


@_function("squeeze", a=REQUIRED, axis=None)
def squeeze(machine: "Machine", value: Value, axis: Value) -> Value:
    held = _Held(machine, value)
    shape = held.shape if axis is not None else held.whole()
    gone = tuple(i for i, size in enumerate(shape) if size == 1) if axis is None else _axes(machine, axis, len(shape))
    if any(isinstance(shape[i], int) and shape[i] != 1 for i in gone):
        raise PyRaise("ValueError", "cannot select an axis to squeeze out which has size not equal to one")

    def source(index: tuple[int, ...]) -> tuple[int, ...]:
        left = iter(index)
        return tuple(0 if i in gone else next(left) for i in range(len(shape)))

    return held.taken(tuple(size for i, size in enumerate(shape) if i not in gone), source, view=True)


@_function("flip", m=REQUIRED, axis=None)
def flip(machine: "Machine", value: Value, axis: Value) -> Value:
    held = _Held(machine, value)
    shape = held.shape
    turned = tuple(range(len(shape))) if axis is None else _axes(machine, axis, len(shape))
    return held.taken(shape, lambda index: tuple(shape[i] - 1 - at if i in turned else at for i, at in enumerate(index)), view=True)


# --- joining and repeating -------------------------------------------------------------------------------------------------


def _joined(machine: "Machine", parts: list[_Held], axis: int) -> Value:
    """Arrays that agree in all other axes, one after another along this one."""
    first = parts[0].shape
    if any(len(part.shape) != len(first) for part in parts):
        raise PyRaise("ValueError", "all the input array dimensions must match exactly")
    others = [{part.shape[i] for part in parts} for i in range(len(first)) if i != axis]
    if any(len(sizes) > 1 for sizes in others):
        raise _Lost
    total = functools.reduce(operator.add, (part.shape[axis] for part in parts))
    shape = (*first[:axis], total, *first[axis + 1 :])
    kinds = {part.kind for part in parts}
    kind = "float" if "float" in kinds else "int" if "int" in kinds else kinds.pop()
    if any(part.numbers is None for part in parts) or not kinds <= {"float", "int", "bool"}:
        return make_array(shape, kind if len(kinds) < 2 else None)
    blocks = [_rows(part, axis) for part in parts]
    numbers = [number for rows in zip(*blocks, strict=True) for row in rows for number in row]
    convert: Any = {"float": float, "int": int, "bool": bool}[kind or "float"]
    return make_array(shape, kind, each(convert, nested(numbers, shape)))


def _rows(part: _Held, axis: int) -> list[list[Any]]:
    """The numbers in the pieces that lie together from ``axis`` on."""
    step = math.prod(part.whole()[axis:])
    numbers = part.numbers or []
    count = math.prod(part.shape[:axis])
    return [numbers[i * step : (i + 1) * step] for i in range(count)]


def _parts(machine: "Machine", value: Value) -> list[_Held]:
    items = listed(machine, value)
    if items is None:
        raise _Lost
    if not items:
        raise PyRaise("ValueError", "need at least one array")
    return [_Held(machine, item) for item in items]


@_function("concatenate", arrays=REQUIRED, axis=0)
def concatenate(machine: "Machine", value: Value, axis: Value) -> Value:
    parts = _parts(machine, value)
    if any(not part.shape for part in parts):
        raise PyRaise("ValueError", "zero-dimensional arrays cannot be concatenated")
    return _joined(machine, parts, _axis(axis, len(parts[0].shape)))


@_function("split", ary=REQUIRED, indices_or_sections=REQUIRED)
def split(machine: "Machine", value: Value, places: Value) -> Value:
    """Of a vector: views of its parts."""
    held = _Held(machine, value)
    if len(held.shape) != 1:
        raise _Lost
    size = held.whole()[0]
    if isinstance(places, int):
        if places < 1 or size % places:
            raise PyRaise("ValueError", "array split does not result in an equal division")
        ends = [size // places * (i + 1) for i in range(places - 1)]
    else:
        ends = _Held(machine, places).numbers or []
    if (not isinstance(places, int) and _Held(machine, places).shape != (len(ends),)) or not all(isinstance(end, int) and 0 <= end <= size for end in ends):
        raise _Lost
    pairs = itertools.pairwise((0, *ends, size))
    return ListObject(tuple(held.taken((max(end - start, 0),), lambda index, start=start: (start + index[0],), view=True) for start, end in pairs))  # type: ignore[misc]


@_function("vstack", tup=REQUIRED)
def vstack(machine: "Machine", value: Value) -> Value:
    parts = _parts(machine, value)
    if any(len(part.shape) < 2 for part in parts):
        parts = [_Held(machine, _reshaped(part, (1, *part.shape) if part.shape else (1, 1)) if len(part.shape) < 2 else part.made) for part in parts]
    return _joined(machine, parts, 0)


@_function("stack", arrays=REQUIRED, axis=0)
def stack(machine: "Machine", value: Value, axis: Value) -> Value:
    parts = _parts(machine, value)
    at = _axis(axis, len(parts[0].shape) + 1)
    return _joined(machine, [_Held(machine, _reshaped(part, (*part.shape[:at], 1, *part.shape[at:]))) for part in parts], at)


def _reshaped(part: _Held, shape: Sizes) -> Value:
    return make_array(shape, part.kind, None if part.numbers is None else nested(part.numbers, shape))


@_function("tile", A=REQUIRED, reps=REQUIRED)
def tile(machine: "Machine", value: Value, reps: Value) -> Value:
    held = _Held(machine, value)
    times = (reps,) if isinstance(reps, int) else listed(machine, reps)
    if times is None or not all(isinstance(count, int) and count >= 0 for count in times):
        raise _Lost
    rank = max(len(times), len(held.shape))
    sizes = (1,) * (rank - len(held.shape)) + held.whole()
    shape = tuple(size * count for size, count in zip(sizes, (1,) * (rank - len(times)) + tuple(times), strict=True))
    offset = rank - len(held.shape)
    return held.taken(shape, lambda index: tuple(at % size for at, size in zip(index[offset:], held.shape, strict=True)), view=False)


@_function("repeat", a=REQUIRED, repeats=REQUIRED, axis=None)
def repeat(machine: "Machine", value: Value, repeats: Value, axis: Value) -> Value:
    held = _Held(machine, value)
    if not isinstance(repeats, int) or repeats < 0:
        raise _Lost
    if axis is None:
        sizes = held.whole()
        held = held if len(sizes) == 1 else _Held(machine, _reshaped(held, (math.prod(sizes),)))
    at = 0 if axis is None else _axis(axis, len(held.shape))
    shape = tuple(size * repeats if i == at else size for i, size in enumerate(held.shape))
    return held.taken(shape, lambda index: tuple(j // repeats if i == at else j for i, j in enumerate(index)), view=False)


@_function("meshgrid", x=REQUIRED, y=REQUIRED, indexing="xy")
def meshgrid(machine: "Machine", x: Value, y: Value, indexing: Value) -> Value:
    """Of two vectors."""
    parts = [_Held(machine, x), _Held(machine, y)]
    if any(len(part.shape) != 1 for part in parts) or indexing not in ("xy", "ij"):
        raise _Lost
    turned = indexing == "xy"
    shape = tuple(part.shape[0] for part in (parts[::-1] if turned else parts))
    return ListObject(tuple(
        part.taken(shape, lambda index, at=(1 - i if turned else i): (index[at],), view=False) for i, part in enumerate(parts)))  # type: ignore[misc]


@_function("eye", N=REQUIRED, M=None)
def eye(machine: "Machine", rows: Value, columns: Value) -> Value:
    columns = rows if columns is None else columns
    if not isinstance(rows, int) or not isinstance(columns, int) or rows < 0 or columns < 0:
        raise _Lost
    shape = (rows, columns)
    return make_array(shape, "float", [[float(i == j) for j in range(columns)] for i in range(rows)] if rows * columns <= limits.LISTED_ITEMS else None)


# --- order and choice ----------------------------------------------------------------------------------------------------


def _sorted(machine: "Machine", value: Value, order: Callable[[list[Any]], list[Any]], kind: str | None) -> Value:
    """The rows of the last axis, each in an order. Not a number has no place in it."""
    held = _Held(machine, value)
    if not held.shape:
        raise _Lost
    if held.numbers is None or any(number != number for number in held.numbers):
        return make_array(held.shape, kind or held.kind)
    rows = _rows(held, len(held.shape) - 1)
    return make_array(held.shape, kind or held.kind, nested([number for row in rows for number in order(row)], held.shape))


@_function("sort", a=REQUIRED)
def sort(machine: "Machine", value: Value) -> Value:
    return _sorted(machine, value, sorted, None)


@_function("argsort", a=REQUIRED)
def argsort(machine: "Machine", value: Value) -> Value:
    """numpy's default is not stable: equal numbers may come in any order."""
    held = _Held(machine, value)
    if held.numbers is not None and any(len(set(row)) < len(row) for row in _rows(held, max(len(held.shape) - 1, 0))):
        return make_array(held.shape, "int")
    return _sorted(machine, value, lambda row: sorted(range(len(row)), key=row.__getitem__), "int")


@_function("clip", a=REQUIRED, a_min=None, a_max=None)
def clip(machine: "Machine", value: Value, low: Value, high: Value) -> Value:
    bounds = [(bound, function) for bound, function in ((low, max), (high, min)) if bound is not None]
    for bound, function in bounds:
        value = elementwise(machine, "numpy.clip", function, [value, bound])
    return value


@_function("where", condition=REQUIRED, x=REQUIRED, y=REQUIRED)
def where(machine: "Machine", condition: Value, x: Value, y: Value) -> Value:
    found = elementwise(machine, "numpy.where", lambda test, first, second: first if test else second, [condition, x, y])
    if not isinstance(found, Instance):
        raise _Lost  # numpy gives an array without axes
    return found


for _name, _test in (("isnan", math.isnan), ("isfinite", math.isfinite), ("isinf", math.isinf)):
    @native(f"numpy.{_name}", least=1)
    def tested(machine: "Machine", args: Args, kwargs: Kwargs, name: str = _name, test: Callable[[Any], bool] = _test) -> Value:
        return elementwise(machine, f"numpy.{name}", test, args[:1])


@_function("allclose", a=REQUIRED, b=REQUIRED, rtol=1e-05, atol=1e-08)
def allclose(machine: "Machine", a: Value, b: Value, rtol: Value, atol: Value) -> Value:
    if not isinstance(rtol, (int, float)) or not isinstance(atol, (int, float)):
        raise _Lost
    found = elementwise(machine, "numpy.allclose", lambda x, y: x == y or abs(x - y) <= atol + rtol * abs(y), [a, b])
    values = found.hidden["values"] if isinstance(found, Instance) else found
    if values is None or not all(isinstance(value, bool) for value in flat(values)):
        raise _Lost
    return all(flat(values))


@_function("diff", a=REQUIRED)
def diff(machine: "Machine", value: Value) -> Value:
    held = _Held(machine, value)
    if len(held.shape) != 1 or held.numbers is None or held.kind == "bool":
        raise _Lost
    numbers = [after - before for before, after in itertools.pairwise(held.numbers)]
    return make_array((len(numbers),), held.kind, numbers)


@method(ARRAY, "clip", least=1)
def clip_method(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return clip(machine, *bind("clip", args, kwargs, a=REQUIRED, min=None, max=None))


@method(ARRAY, "argsort")
def argsort_method(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    try:
        return argsort(machine, *bind("argsort", args, kwargs, a=REQUIRED))
    except _Lost:
        return lost(machine, "ndarray.argsort", *args)
