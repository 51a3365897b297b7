"""``numpy`` functions that models use beside torch: making arrays, elementwise arithmetic and reductions of known numbers."""

import functools
import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import prod
from .. import limits
from ..natives import NAMED_CONSTANTS, NATIVES
from ..values import Instance, Tensor, Value, is_size
from .numpy_arrays import (
    array_of,
    common_kind,
    converted,
    elementwise,
    flat,
    kind_of,
    make_array,
    nested_shape,
    numbers_of,
    shape_of,
)
from .pictures import array_of_picture
from .support import Args, Kwargs, NotConstant, aside, data, inert, listed, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

NAMED_CONSTANTS.update({f"numpy.{name}": getattr(math, name) for name in ("pi", "e", "inf", "nan")})
NAMED_CONSTANTS["numpy.newaxis"] = None
inert("numpy.random.seed", "numpy.set_printoptions", "numpy.save", "numpy.savez", "numpy.seterr")
data("numpy.random.choice", "numpy.random.permutation", "numpy.random.default_rng", "numpy.random.binomial", "numpy.load")


# --- making arrays -----------------------------------------------------------------------------------------------------


@native("numpy.array", "numpy.asarray", "numpy.ascontiguousarray")
def array(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = args[0] if args else kwargs.get("object")
    dtype = args[1] if len(args) > 1 else kwargs.get("dtype")
    value = array_of_picture(value) or value
    known = array_of(value)
    try:
        numbers = None if isinstance(value, Tensor) else numbers_of(value)
    except NotConstant:
        numbers = None
    shape = None if numbers is None else nested_shape(numbers)
    if shape is not None:
        kind = common_kind(numbers) if dtype is None else kind_of(dtype)
        return make_array(shape, kind, converted(numbers, kind))
    if known is not None and known.shape is not None:
        return make_array(known.shape, known.dtype if dtype is None else kind_of(dtype))
    return lost(machine, "numpy.array", value)


@native("numpy.atleast_1d")
def at_least(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A number as a vector; what has an axis already as it is."""
    made = array(machine, args, kwargs) if len(args) == 1 else None
    found = array_of(made)
    if found is None or found.shape is None or not isinstance(made, Instance):
        return lost(machine, "numpy.atleast_1d", *args)
    return made if found.shape else make_array((1,), found.dtype, None if made.hidden["values"] is None else [made.hidden["values"]])


def _filled(name: str, dtype_at: int) -> None:
    @native(f"numpy.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        shape = shape_of(machine, args[0] if args else kwargs.get("shape"))
        dtype = args[dtype_at] if len(args) > dtype_at else kwargs.get("dtype")
        if shape is None:
            return lost(machine, f"numpy.{name}", *args)
        return make_array(shape, kind_of(dtype) if dtype is not None else None if name == "full" else "float")


for _name, _at in (("zeros", 1), ("ones", 1), ("empty", 1), ("full", 2)):
    _filled(_name, _at)


@native("numpy.zeros_like", "numpy.ones_like", "numpy.empty_like", "numpy.full_like", least=1)
def like(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    known = array_of(args[0])
    if known is None or known.shape is None:
        return lost(machine, "numpy.zeros_like", *args)
    return make_array(known.shape, kind_of(kwargs["dtype"]) if "dtype" in kwargs else known.dtype)


@native("numpy.random.rand", "numpy.random.randn")
def random_of_sizes(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return make_array(tuple(args), "float") if args and all(map(is_size, args)) else aside(machine, "numpy.random")


def _drawn(name: str, size_at: int, dtype: str) -> None:
    @native(f"numpy.random.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        size = args[size_at] if len(args) > size_at else kwargs.get("size")
        shape = None if size is None else shape_of(machine, size)
        return aside(machine, f"numpy.random.{name}") if shape is None else make_array(shape, dtype)


for _name, _at, _dtype in (("random", 0, "float"), ("random_sample", 0, "float"), ("normal", 2, "float"), ("uniform", 2, "float"),
                           ("standard_normal", 0, "float"), ("randint", 2, "int")):
    _drawn(_name, _at, _dtype)


@native("numpy.linspace", least=2)
def linspace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    start, stop = args[:2]
    number = args[2] if len(args) > 2 else kwargs.get("num", 50)
    if not is_size(number) or kwargs.keys() - {"num", "dtype"} or len(args) > 3:
        return lost(machine, "numpy.linspace", *args)
    kind = kind_of(kwargs["dtype"]) if "dtype" in kwargs else "float"
    if not all(isinstance(value, (int, float)) for value in (start, stop)) or not isinstance(number, int) or number > limits.UNROLLED_ITERATIONS:
        return make_array((number,), kind)
    step = (stop - start) / (number - 1) if number > 1 else 0.0
    values = [i * step + start for i in range(number)]
    if number > 1:
        values[-1] = float(stop)
    return make_array((number,), kind, converted([math.floor(value) for value in values] if kind == "int" else values, kind))


@native("numpy.arange", least=1)
def arange(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) > 3 or kwargs.keys() - {"dtype"} or not all(isinstance(arg, (int, float)) and math.isfinite(arg) for arg in args):
        return lost(machine, "numpy.arange", *args)
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (args[0], args[1], args[2] if len(args) == 3 else 1)
    number = max(0, math.ceil((stop - start) / step)) if step else 0
    whole = all(isinstance(arg, int) for arg in args)
    kind = kind_of(kwargs["dtype"]) if "dtype" in kwargs else "int" if whole else "float"
    values = [start + i * step for i in range(number)] if whole and number <= limits.UNROLLED_ITERATIONS else None
    return make_array((number,), kind, converted(values, kind))


@native("numpy.hstack", least=1)
def hstack(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Of vectors: other arrays are not followed."""
    parts = [array(machine, [part], {}) for part in listed(machine, args[0]) or ()]
    found = [array_of(part) for part in parts]
    if not found or len(args) > 1 or kwargs or any(part is None or part.shape is None or len(part.shape) != 1 for part in found):
        return lost(machine, "numpy.hstack", *args)
    total = functools.reduce(operator.add, (part.shape[0] for part in found if part is not None and part.shape is not None))
    try:
        values = [number for part in parts for number in numbers_of(part)]
    except NotConstant:
        return make_array((total,), None)
    return make_array((total,), common_kind(values), converted(values, common_kind(values)))


@native("numpy.unique", least=1)
def unique(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    counted = kwargs.get("return_counts", False)
    if len(args) > 1 or kwargs.keys() - {"return_counts"} or not isinstance(counted, bool):
        return lost(machine, "numpy.unique", *args)
    try:
        numbers = flat(numbers_of(args[0]))
    except NotConstant:
        return lost(machine, "numpy.unique", *args)
    if not all(isinstance(number, (int, float)) for number in numbers):
        return lost(machine, "numpy.unique", *args)
    values = sorted(set(numbers))
    made = make_array((len(values),), common_kind(values), values)
    return (made, make_array((len(values),), "int", [numbers.count(value) for value in values])) if counted else made


# --- arithmetic ------------------------------------------------------------------------------------------------------------


def _function(name: str, function: Callable[..., Any], count: int = 1) -> None:
    @native(f"numpy.{name}", least=count)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return elementwise(machine, f"numpy.{name}", function, args) if len(args) == count and not kwargs else lost(machine, f"numpy.{name}", *args)


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(round(value))


for _name in ("sqrt", "log", "log2", "log10", "exp", "sin", "cos", "tan", "tanh"):
    _function(_name, getattr(math, _name))
for _name, _rule in (("ceil", lambda value: float(math.ceil(value))), ("floor", lambda value: float(math.floor(value))), ("round", _rounded),
                     ("around", _rounded), ("abs", abs), ("absolute", abs), ("square", lambda value: value * value)):
    _function(_name, _rule)
for _name, _binary in (("add", operator.add), ("subtract", operator.sub), ("multiply", operator.mul), ("divide", operator.truediv),
                       ("true_divide", operator.truediv), ("floor_divide", operator.floordiv), ("mod", operator.mod), ("maximum", max), ("minimum", min)):
    _function(_name, _binary, 2)


@functools.partial(_function, "power", count=2)
def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and (exponent < 0 or exponent * base.bit_length() > 62):
        raise ValueError("numpy refuses this, or the result is too large for it")
    return base**exponent


# --- reductions ------------------------------------------------------------------------------------------------------------


def _reduction(*names: str) -> Callable[[Callable[["Machine", list[Any]], Value]], Callable[["Machine", list[Any]], Value]]:
    """A reduction of all numbers (or sizes) of a sequence or an array."""

    def register(reduce: Callable[["Machine", list[Any]], Value]) -> Callable[["Machine", list[Any]], Value]:
        @native(*(f"numpy.{name}" for name in names), least=1)
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            numbers = _all_numbers(machine, args[0]) if len(args) == 1 and not kwargs else None
            return lost(machine, f"numpy.{names[0]}", *args) if numbers is None else reduce(machine, numbers)

        return reduce

    return register


def _all_numbers(machine: "Machine", value: Value) -> list[Any] | None:
    try:
        numbers = flat(numbers_of(value))
        return numbers if all(isinstance(number, (int, float)) for number in numbers) else None
    except NotConstant:
        items = None if isinstance(value, (Instance, Tensor)) else listed(machine, value)
        return list(items) if items is not None and all(map(is_size, items)) else None


@_reduction("prod", "product")
def product(machine: "Machine", numbers: list[Any]) -> Value:
    found = prod(numbers) if numbers else 1.0
    return lost(machine, "numpy.prod") if isinstance(found, int) and abs(found) >= 1 << 63 else found


@_reduction("sum")
def total_of(machine: "Machine", numbers: list[Any]) -> Value:
    return sum(numbers) if numbers else 0.0


@_reduction("mean")
def mean(machine: "Machine", numbers: list[Any]) -> Value:
    return machine.binary("/", sum(numbers), len(numbers)) if numbers else lost(machine, "numpy.mean")


@_reduction("any")
def any_of(machine: "Machine", numbers: list[Any]) -> Value:
    return any(numbers) if all(isinstance(number, (int, float)) for number in numbers) else lost(machine, "numpy.any")


@_reduction("all")
def all_of(machine: "Machine", numbers: list[Any]) -> Value:
    return all(numbers) if all(isinstance(number, (int, float)) for number in numbers) else lost(machine, "numpy.all")


@_reduction("max", "amax")
def largest(machine: "Machine", numbers: list[Any]) -> Value:
    return machine.call(NATIVES["builtins.max"], [tuple(numbers)], {})


@_reduction("min", "amin")
def smallest(machine: "Machine", numbers: list[Any]) -> Value:
    return machine.call(NATIVES["builtins.min"], [tuple(numbers)], {})


@_reduction("cumsum")
def cumulative(machine: "Machine", numbers: list[Any]) -> Value:
    if not all(isinstance(number, (int, float)) for number in numbers):
        return lost(machine, "numpy.cumsum")
    sums: list[Any] = []
    for number in numbers:
        sums.append(number if not sums else sums[-1] + number)
    return make_array((len(sums),), common_kind(sums), sums)


for _name in ("sum", "max", "min", "mean", "prod", "cumsum", "any", "all"):
    method("numpy.ndarray", _name)(lambda machine, args, kwargs, name=_name: NATIVES[f"numpy.{name}"].call(machine, args, kwargs))  # type: ignore[misc]


@native("numpy.int64", "numpy.int32", "numpy.int_", "numpy.float64", is_type=True)
def scalar(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A numpy scalar made of an int behaves as that int."""
    return args[0] if args and is_size(args[0]) else lost(machine, "a numpy scalar", *args)
