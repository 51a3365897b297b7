"""The numbers in small tensors that the program makes of constants: ``[x.item() for x in torch.linspace(0, rate, depth)]`` decides which layers exist.

Rows and slices share the numbers of the tensor they are taken from. Whatever changes one in place ends it for all of them; every
other operator gives a tensor without numbers.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..ops import lookup
from . import limits
from .counts import Count, filled, is_counted, shares
from .element_math import Rough, held, single
from .library.numpy_arrays import make_array, nested_shape
from .library.support import NotConstant, from_python, to_python
from .natives import method, native
from .operators import call_function
from .values import Elements, External, Native, SliceValue, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_HARMLESS = frozenset({"device", "requires_grad", "layout", "pin_memory"})  # keywords that leave the numbers alone


def with_elements(tensor: Value, values: Any, whole: Tensor | None = None) -> Value:
    """The tensor with its numbers, as nested lists; they are those of ``whole``, which it is a view of."""
    if isinstance(tensor, Tensor) and values is not None:
        tensor.elements = Elements(values, whole or tensor)
    return tensor


def elements_of(m: "Machine", tensor: Tensor) -> Any:
    """The numbers of a tensor as nested lists, or one number; None where they are not known, or no longer."""
    found = tensor.elements
    if found is None or isinstance(found.values, Count) or tensor in m.refined or found.whole in m.refined:
        return None
    return found.values


def number_of(m: "Machine", tensor: Tensor) -> Any:
    """The number in a tensor of one element; None where it is not known."""
    values = elements_of(m, tensor)
    while isinstance(values, list) and len(values) == 1:
        values = values[0]
    return None if isinstance(values, (list, Rough)) else values


def changed(m: "Machine", tensor: Tensor) -> None:
    """The tensor is changed in place, and with it what shares its memory."""
    if tensor.elements is not None:
        for part in {tensor, tensor.elements.whole}:
            m.become(part, Tensor(part.shape, part.dtype, part.trace))


def picked(m: "Machine", container: Tensor, key: Value, item: Value) -> Value:
    """``item``, made by indexing, with the numbers that an index or a slice of constants picks."""
    values = elements_of(m, container)
    if not isinstance(values, list) or not isinstance(item, Tensor):
        return shares(item, container) if is_counted(container) else item
    if isinstance(key, int) and not isinstance(key, bool):
        return with_elements(item, values[key], _whole(container))
    if isinstance(key, SliceValue) and all(part is None or isinstance(part, int) for part in (key.start, key.stop, key.step)):
        return with_elements(item, values[slice(key.start, key.stop, key.step)], _whole(container))
    return item


def _whole(tensor: Tensor) -> Tensor:
    return tensor.elements.whole if tensor.elements is not None else tensor


# --- making ---------------------------------------------------------------------------------------------------------


def _called(m: "Machine", name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    op = lookup(name)
    assert op is not None
    return call_function(m, op, args, kwargs, m.site)


@native("torch.linspace")
def _linspace(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = _called(m, "torch.linspace", args, kwargs)
    given = dict(zip(("start", "end", "steps"), args, strict=False)) | {name: value for name, value in kwargs.items() if name not in _HARMLESS}
    start, end, steps = (given.pop(name, None) for name in ("start", "end", "steps"))
    if given or not all(type(value) in (int, float) for value in (start, end)) or not isinstance(steps, int) or not 0 < steps <= limits.UNROLLED_ITERATIONS:
        return made
    return with_elements(made, spaced(start, end, steps))


def spaced(start: float, end: float, steps: int) -> list[float]:
    """Evenly spaced numbers, bit for bit as torch's CPU kernel finds them: in single precision, from both ends to the middle."""
    first, last = single(start), single(end)
    if steps == 1:
        return [first]
    step = single(single(last - first) / (steps - 1))
    return [single(first + step * i) if i < steps // 2 else single(last - step * (steps - 1 - i)) for i in range(steps)]


@native("torch.arange")
def _arange(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = _called(m, "torch.arange", args, kwargs)
    if not 0 < len(args) <= 3 or not all(type(arg) in (int, float) and abs(arg) < 1 << 53 and arg == int(arg) for arg in args) or (len(args) == 3 and not args[2]):
        return made
    numbers = range(*map(int, args))
    if len(numbers) > limits.UNROLLED_ITERATIONS:
        return made
    return with_elements(made, _typed(list(numbers) if all(type(arg) is int for arg in args) else list(map(float, numbers)), kwargs))


@native("torch.tensor", "torch.as_tensor")
def _tensor(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = _called(m, "torch.tensor", args, kwargs)
    if len(args) != 1:
        return made
    try:
        values = to_python(args[0])
    except NotConstant:
        return made
    shape = nested_shape(values)
    return with_elements(made, _typed(_as_held(values), kwargs) if shape is not None and isinstance(made, Tensor) and made.shape == shape else None)


@native("torch.zeros")
def _zeros(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _filled(_called(m, "torch.zeros", args, kwargs), 0.0, kwargs)


@native("torch.ones")
def _ones(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _filled(_called(m, "torch.ones", args, kwargs), 1.0, kwargs)


_FEW = 64  # numbers of a tensor that is filled with one; larger ones are weights


def _filled(made: Value, number: float, kwargs: dict[str, Value]) -> Value:
    shape = made.shape if isinstance(made, Tensor) else None
    sizes = [size for size in shape or () if isinstance(size, int) and 0 < size <= _FEW]
    if shape is None or len(sizes) < len(shape) or math.prod(sizes) > _FEW:
        return filled(made, number) if not kwargs.keys() - _HARMLESS - {"dtype"} else made
    values: Any = number
    for size in reversed(sizes):
        values = [values] * size
    return with_elements(made, _typed(values, kwargs))


def _typed(values: Any, kwargs: dict[str, Value]) -> Any:
    """The numbers in the type that ``dtype`` names; None for one that rounds in another way, and where another keyword matters."""
    if values is None or kwargs.keys() - _HARMLESS - {"dtype"}:
        return None
    wanted = kwargs.get("dtype")
    if wanted is None:
        return values
    convert = _CONVERSIONS.get(wanted.name) if isinstance(wanted, (External, Native)) else None
    return None if convert is None else _each(values, convert)


def _single(number: Any) -> float:
    return single(float(number))


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "torch.float32": _single, "torch.float": _single, "builtins.float": _single, "torch.int64": int, "torch.long": int, "torch.int32": int, "torch.int": int,
    "builtins.int": int, "torch.bool": bool, "builtins.bool": bool,
}


def _as_held(values: Any) -> Any:
    """Nested lists of numbers as a tensor holds them; None where they are of several types."""
    numbers = _flat(values)
    if len({type(number) for number in numbers}) != 1 or len(numbers) > limits.UNROLLED_ITERATIONS:
        return None
    return _each(values, held)


def _flat(values: Any) -> list[Any]:
    return [number for item in values for number in _flat(item)] if isinstance(values, (list, tuple)) else [values]


def _each(values: Any, function: Callable[[Any], Any]) -> Any:
    return [_each(item, function) for item in values] if isinstance(values, (list, tuple)) else function(values)


# --- reading --------------------------------------------------------------------------------------------------------


@method("tensor", "item")
def _item(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    number = number_of(m, args[0])
    return Unknown(Why.DATA, "a value computed from data") if number is None else number


@method("tensor", "tolist")
def _tolist(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    values = elements_of(m, args[0])
    return Unknown(Why.DATA, "a value computed from data") if values is None or _is_rough(values) else from_python(values)


@method("tensor", "numpy")
def _numpy(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    values = elements_of(m, args[0])
    return Unknown(Why.DATA, "a value computed from data") if values is None or _is_rough(values) else make_array(args[0].shape, args[0].dtype, values)


def _is_rough(values: Any) -> bool:
    return any(isinstance(number, Rough) for number in _flat(values))


@method("tensor", "split")
def _split(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    parts = m.call(External("torch.Tensor.split"), args, kwargs)
    values = elements_of(m, args[0])
    if len(args) == 2 and not kwargs and isinstance(values, list) and isinstance(parts, tuple):
        _share(args[0], values, parts)
    return parts


def _share(tensor: Tensor, values: Sequence[Any], parts: tuple[Value, ...]) -> None:
    """The numbers of consecutive parts along the first axis."""
    first = 0
    for part in parts:
        size = part.shape[0] if isinstance(part, Tensor) and part.shape else None
        if not isinstance(size, int):
            return
        with_elements(part, list(values[first : first + size]), _whole(tensor))
        first += size
