"""``numpy`` as far as models use it beside torch: arithmetic on numbers, and arrays of known shape.

An array is an Instance whose ``hidden["array"]`` is the Tensor that ``torch.from_numpy`` makes of it; a small array of known
numbers also has them as nested lists in ``hidden["values"]``. Nothing here imports numpy.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import Expr, prod
from .. import limits
from ..natives import NAMED_CONSTANTS, PyRaise
from ..values import External, Instance, IteratorObject, Native, Tensor, Value, is_size
from .misc import with_methods
from .support import REQUIRED, Args, Kwargs, NotConstant, aside, bind, data, from_python, inert, listed, lost, native, to_python

if TYPE_CHECKING:
    from ..machine import Machine

ARRAY = "numpy.ndarray"
_KINDS = {"float": "float", "double": "float", "int": "int", "uint": "int", "long": "int", "bool": "bool", "complex": "complex"}
NAMED_CONSTANTS.update({f"numpy.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan")})
NAMED_CONSTANTS["numpy.newaxis"] = None
inert("numpy.random.seed", "numpy.set_printoptions", "numpy.save", "numpy.savez", "numpy.seterr")
data("numpy.random.choice", "numpy.random.permutation", "numpy.random.default_rng", "numpy.load")


# --- arrays ----------------------------------------------------------------------------------------------------------


def make_array(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, values: Any = None) -> Instance:
    """An array; ``values`` are its numbers as nested lists (or a number, for rank 0) where they are known."""
    made = with_methods(ARRAY, {
        "astype": lambda machine, args, kwargs: make_array(machine, shape, _kind(args[0] if args else kwargs.get("dtype"))),
        "reshape": lambda machine, args, kwargs: _reshaped(machine, shape, dtype, args),
        "transpose": lambda machine, args, kwargs: _transposed(machine, shape, dtype, args),
        "copy": lambda machine, args, kwargs: make_array(machine, shape, dtype, values),
        "flatten": lambda machine, args, kwargs: make_array(machine, (prod(shape),), dtype),
        "ravel": lambda machine, args, kwargs: make_array(machine, (prod(shape),), dtype),
        "tolist": lambda machine, args, kwargs: aside(machine, "ndarray.tolist") if values is None else from_python(values),
        "item": lambda machine, args, kwargs: values if not shape and values is not None else aside(machine, "ndarray.item"),
    })
    made.table.update({"shape": shape, "ndim": len(shape), "size": prod(shape)})
    made.hidden.update({"array": Tensor(shape, dtype), "values": values, "open": aside(machine, ARRAY)})
    if shape:
        made.table["T"] = Instance(External(ARRAY)) if len(shape) > 1 else made
        if len(shape) > 1:
            made.table["T"].hidden.update({"array": Tensor(shape[::-1], dtype), "open": made.hidden["open"]})
            made.table["T"].table["shape"] = shape[::-1]
        made.table["__len__"] = Native("__len__", lambda machine, args, kwargs: shape[0])
        made.table["__getitem__"] = Native("__getitem__", lambda machine, args, kwargs: _item(machine, shape, dtype, values, args[0]))
        made.table["__iter__"] = Native("__iter__", lambda machine, args, kwargs: _rows(machine, shape, dtype, values))
    return made


def array_of(value: Value) -> Tensor | None:
    """The tensor that torch makes of an array."""
    found = value.hidden.get("array") if isinstance(value, Instance) else None
    return found if isinstance(found, Tensor) else None


@native("torch.from_numpy")
def from_numpy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = array_of(args[0]) if args else None
    return lost(machine, "torch.from_numpy", *args) if found is None else found


def _kind(dtype: Value) -> str | None:
    """The coarse kind of a dtype: a name, a numpy type, or a builtin type."""
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", "")
    return _KINDS.get(name.rpartition(".")[2].rstrip("0123456789_"))


def _row(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, values: Any, index: int) -> Value:
    if values is None:
        return make_array(machine, shape[1:], dtype) if len(shape) > 1 else aside(machine, "an item of an array")
    return make_array(machine, shape[1:], dtype, values[index]) if len(shape) > 1 else values[index]


def _item(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, values: Any, key: Value) -> Value:
    if not isinstance(key, int) or not isinstance(shape[0], int):
        return lost(machine, "an index of an array", key)
    if not -shape[0] <= key < shape[0]:
        raise PyRaise("IndexError", f"index {key} is out of bounds for axis 0 with size {shape[0]}")
    return _row(machine, shape, dtype, values, key)


def _rows(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, values: Any) -> Value:
    if not isinstance(shape[0], int) or shape[0] > limits.UNROLLED_ITERATIONS:
        return IteratorObject(lost(machine, "the rows of an array"))
    return IteratorObject(tuple(_row(machine, shape, dtype, values, i) for i in range(shape[0])))


def _shape_of(machine: "Machine", value: Value) -> tuple[Any, ...] | None:
    sizes = (value,) if is_size(value) else listed(machine, value)
    return sizes if sizes is not None and all(map(is_size, sizes)) else None


def _reshaped(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, args: Args) -> Value:
    new = _shape_of(machine, args[0] if len(args) == 1 else tuple(args))
    if new is None or not all(isinstance(size, int) for size in (*new, *shape)):
        return lost(machine, "ndarray.reshape", *args)
    total, known = math.prod(shape), math.prod(size for size in new if size != -1)
    if new.count(-1) > 1 or (total != known if -1 not in new else known == 0 or total % known):
        raise PyRaise("ValueError", f"cannot reshape array of size {total} into shape {new}")
    return make_array(machine, tuple(total // known if size == -1 else size for size in new), dtype)


def _transposed(machine: "Machine", shape: tuple[Any, ...], dtype: str | None, args: Args) -> Value:
    axes = _shape_of(machine, args[0] if len(args) == 1 and args[0] is not None else tuple(args)) if args else tuple(range(len(shape)))[::-1]
    if axes is None or not all(isinstance(axis, int) for axis in axes) or sorted(axis % max(len(shape), 1) for axis in axes) != list(range(len(shape))):
        return lost(machine, "ndarray.transpose", *args)
    return make_array(machine, tuple(shape[axis] for axis in axes), dtype)


# --- making arrays -----------------------------------------------------------------------------------------------------


def _nested(values: Any) -> tuple[int, ...] | None:
    """The shape of nested lists of numbers; None where they are ragged or hold something else."""
    if isinstance(values, (bool, int, float)):
        return ()
    if not isinstance(values, (list, tuple)):
        return None
    shapes = {_nested(item) for item in values}
    if len(shapes) > 1 or None in shapes:
        return None
    return (len(values), *(shapes.pop() if shapes else ()))  # type: ignore[misc]


def _flat(values: Any) -> list[Any]:
    return [number for item in values for number in _flat(item)] if isinstance(values, (list, tuple)) else [values]


def _numbers(value: Value) -> Any:
    """The numbers of an array, or of nested lists of constants. NotConstant where they are not known."""
    if isinstance(value, Instance):
        if value.hidden.get("values") is None:
            raise NotConstant
        return value.hidden["values"]
    if isinstance(value, Tensor):
        raise NotConstant
    return to_python(value)


@native("numpy.array", "numpy.asarray", "numpy.ascontiguousarray")
def array(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = args[0] if args else kwargs.get("object")
    dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
    known = array_of(value)
    try:
        numbers = _numbers(value)
    except NotConstant:
        if known is not None and known.shape is not None:
            return make_array(machine, known.shape, known.dtype if dtype is None else _kind(dtype))
        return lost(machine, "numpy.array", value)
    shape = _nested(numbers)
    if shape is None:
        return lost(machine, "numpy.array", value)
    return make_array(machine, shape, _kind(dtype) or _common(numbers), _listed(numbers) if dtype is None else None)


def _listed(values: Any) -> Any:
    """Nested lists with numbers of one kind, as an array holds them."""
    kind = _common(values)

    def convert(item: Any) -> Any:
        if isinstance(item, (list, tuple)):
            return [convert(part) for part in item]
        return float(item) if kind == "float" else int(item) if kind == "int" else item

    return convert(values)


def _common(values: Any) -> str:
    kinds = {type(number).__name__ for number in _flat(values)}
    return "float" if "float" in kinds or not kinds else "int" if "int" in kinds else "bool"


def _filled(name: str, dtype_at: int) -> None:
    @native(f"numpy.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        shape = _shape_of(machine, args[0] if args else kwargs.get("shape"))
        dtype = args[dtype_at] if len(args) > dtype_at else kwargs.get("dtype")
        if shape is None:
            return lost(machine, f"numpy.{name}", *args)
        kind = _kind(dtype) if dtype is not None else None if name == "full" else "float"
        return make_array(machine, shape, kind)


for _name, _at in (("zeros", 1), ("ones", 1), ("empty", 1), ("full", 2)):
    _filled(_name, _at)


@native("numpy.zeros_like", "numpy.ones_like", "numpy.empty_like", "numpy.full_like", least=1)
def like(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    known = array_of(args[0])
    if known is None or known.shape is None:
        return lost(machine, "numpy.zeros_like", *args)
    return make_array(machine, known.shape, _kind(kwargs["dtype"]) if "dtype" in kwargs else known.dtype)


@native("numpy.random.rand", "numpy.random.randn")
def random_of_sizes(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not args or not all(map(is_size, args)):
        return aside(machine, "numpy.random")
    return make_array(machine, tuple(args), "float")


def _drawn(name: str, size_at: int, dtype: str) -> None:
    @native(f"numpy.random.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        size = args[size_at] if len(args) > size_at else kwargs.get("size")
        shape = None if size is None else _shape_of(machine, size)
        return aside(machine, f"numpy.random.{name}") if shape is None else make_array(machine, shape, dtype)


for _name, _at, _dtype in (("random", 0, "float"), ("random_sample", 0, "float"), ("normal", 2, "float"), ("uniform", 2, "float"),
                           ("standard_normal", 0, "float"), ("randint", 2, "int")):
    _drawn(_name, _at, _dtype)


@native("numpy.linspace")
def linspace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    padded: list[Any] = [*args, None, None, None]
    start, stop, number = padded[:3]
    number = kwargs.get("num", 50 if number is None else number)
    if not is_size(number) or kwargs.keys() - {"num", "dtype"} or len(args) > 3:
        return lost(machine, "numpy.linspace", *args)
    kind = _kind(kwargs["dtype"]) if "dtype" in kwargs else "float"
    plain = isinstance(start, (int, float)) and isinstance(stop, (int, float)) and kind in ("int", "float")
    if isinstance(number, Expr) or not plain or number > limits.UNROLLED_ITERATIONS:
        return make_array(machine, (number,), kind)
    step = (stop - start) / (number - 1) if number > 1 else 0.0
    values = [i * step + start for i in range(number)]
    if number > 1:
        values[-1] = float(stop)
    return make_array(machine, (number,), kind, [math.floor(value) for value in values] if kind == "int" else [float(value) for value in values])


@native("numpy.arange")
def arange(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not 1 <= len(args) <= 3 or kwargs.keys() - {"dtype"} or not all(isinstance(arg, (int, float)) and math.isfinite(arg) for arg in args):
        return lost(machine, "numpy.arange", *args)
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (args[0], args[1], args[2] if len(args) == 3 else 1)
    number = max(0, math.ceil((stop - start) / step)) if step else 0
    whole = all(isinstance(arg, int) for arg in args)
    values = [start + i * step for i in range(number)] if whole and "dtype" not in kwargs and number <= limits.UNROLLED_ITERATIONS else None
    return make_array(machine, (number,), _kind(kwargs["dtype"]) if "dtype" in kwargs else "int" if whole else "float", values)


# --- numbers -------------------------------------------------------------------------------------------------------------


def _elementwise(name: str, function: Callable[[float], float]) -> None:
    """A function of numbers: on a constant as numpy computes it, on an array another array of this shape."""

    @native(f"numpy.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        value = args[0] if args else None
        known = array_of(value)
        if known is not None and known.shape is not None:
            return make_array(machine, known.shape, "float")
        if len(args) != 1 or kwargs or not isinstance(value, (int, float)):
            return lost(machine, f"numpy.{name}", *args)
        try:
            return function(value)
        except (ValueError, OverflowError):  # numpy gives nan or inf
            return lost(machine, f"numpy.{name}", value)


for _name in ("sqrt", "log", "log2", "log10", "exp", "sin", "cos", "tan", "tanh"):
    _elementwise(_name, getattr(math, _name))
_elementwise("ceil", lambda value: float(math.ceil(value)))
_elementwise("floor", lambda value: float(math.floor(value)))
_elementwise("round", lambda value: round(value) if isinstance(value, int) else float(round(value)))
_elementwise("abs", abs)


def _reduction(machine: "Machine", name: str, args: Args, kwargs: Kwargs, reduce: Callable[[list[Any]], Value]) -> Value:
    """A reduction of all numbers of a sequence."""
    if len(args) != 1 or kwargs:
        return lost(machine, f"numpy.{name}", *args)
    try:
        numbers = _flat(_numbers(args[0]))
        return reduce(numbers) if all(isinstance(number, (int, float)) for number in numbers) else lost(machine, f"numpy.{name}", *args)
    except NotConstant:
        items = None if isinstance(args[0], (Instance, Tensor)) else listed(machine, args[0])
        if items is not None and all(map(is_size, items)):
            return reduce(list(items))
        return lost(machine, f"numpy.{name}", *args)


@native("numpy.prod", "numpy.product")
def product(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    def reduce(numbers: list[Any]) -> Value:
        found = prod(numbers) if numbers else 1.0
        return found if not isinstance(found, int) or abs(found) < 1 << 63 else lost(machine, "numpy.prod")

    return _reduction(machine, "prod", args, kwargs, reduce)


@native("numpy.sum")
def total(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _reduction(machine, "sum", args, kwargs, lambda numbers: sum(numbers) if numbers else 0.0)


@native("numpy.mean")
def mean(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _reduction(machine, "mean", args, kwargs, lambda numbers: machine.binary("/", sum(numbers), len(numbers)))


@native("numpy.max", "numpy.amax")
def largest(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _reduction(machine, "max", args, kwargs, lambda numbers: machine.call(_builtin("max"), [tuple(numbers)], {}))


@native("numpy.min", "numpy.amin")
def smallest(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _reduction(machine, "min", args, kwargs, lambda numbers: machine.call(_builtin("min"), [tuple(numbers)], {}))


def _builtin(name: str) -> Native:
    from ..natives import NATIVES

    return NATIVES[f"builtins.{name}"]


@native("numpy.maximum", "numpy.minimum")
def of_two(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return lost(machine, "numpy.maximum", *args)


@native("numpy.power")
def power(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    base, exponent = bind("numpy.power", args, kwargs, x1=REQUIRED, x2=REQUIRED)
    plain = all(isinstance(value, (int, float)) for value in (base, exponent))
    return machine.binary("**", base, exponent) if plain and (isinstance(base, float) or exponent >= 0) else lost(machine, "numpy.power", base, exponent)


@native("numpy.cumsum")
def cumulative(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    def reduce(numbers: list[Any]) -> Value:
        sums: list[Any] = []
        for number in numbers:
            sums.append(number if not sums else sums[-1] + number)
        plain = all(isinstance(number, (int, float)) for number in sums)
        return make_array(machine, (len(sums),), None, sums) if plain else lost(machine, "numpy.cumsum")

    return _reduction(machine, "cumsum", args, kwargs, reduce)


@native("numpy.int64", "numpy.int32", "numpy.int_", "numpy.float64", is_type=True)
def scalar(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A numpy scalar behaves as the number it holds. Which of the types is called is read from the place."""
    return args[0] if args and is_size(args[0]) else lost(machine, "a numpy scalar", *args)
