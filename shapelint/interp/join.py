"""Comparing values for "nothing changed" and joining the values of two branches."""

from ..dims import Dim, Expr, unknown
from ..shapes import Shape
from . import limits
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ListObject,
    Native,
    Partial,
    Tensor,
    Unknown,
    Value,
    Why,
    is_size,
)

_CHOOSABLE = (Instance, FunctionValue, ClassValue, External, Native, BoundMethod, Partial, ListObject, type(None), str, bool)


def same(left: Value, right: Value) -> bool:
    """Whether two values are interchangeable from here on."""
    if left is right:
        return True
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return _same_shape(left, right) and left.dtype == right.dtype
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, (bool, int, float, complex, str, bytes, range, External)):
        return bool(left == right)
    if isinstance(left, BoundMethod):
        return same(left.function, right.function) and same(left.receiver, right.receiver)
    if isinstance(left, Alternatives):
        return len(left.options) == len(right.options) and all(map(same, left.options, right.options))
    return False


def _same_shape(left: Tensor, right: Tensor) -> bool:
    if left.shape is None or right.shape is None:
        return left.shape is right.shape and left.tail == right.tail
    return left.shape == right.shape


def join(left: Value, right: Value) -> Value:
    """A value that stands for both: what they agree on, else unknown."""
    if same(left, right):
        return left
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return join_tensors(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        return tuple(map(join, left, right))
    if is_size(left) and is_size(right):
        return unknown()
    options = _options(left) + [option for option in _options(right) if not any(same(option, other) for other in _options(left))]
    if len(options) <= limits.ALTERNATIVES and all(isinstance(option, (*_CHOOSABLE, Tensor)) for option in options):
        return Alternatives(tuple(options))
    return Unknown(Why.JOIN, "a value that differs between branches")


def _options(value: Value) -> list[Value]:
    return list(value.options) if isinstance(value, Alternatives) else [value]


def join_tensors(left: Tensor, right: Tensor) -> Tensor:
    dtype = left.dtype if left.dtype == right.dtype else None
    if left.shape is not None and right.shape is not None and len(left.shape) == len(right.shape):
        return Tensor(join_shapes(left.shape, right.shape), dtype, left.trace)
    return Tensor(None, dtype, left.trace, tail=_common_tail(left, right))


def join_shapes(left: Shape, right: Shape) -> Shape:
    return tuple(map(join_sizes, left, right))


def join_sizes(left: Dim, right: Dim) -> Dim:
    if left is right or (not isinstance(left, Expr) and left == right):
        return left
    return unknown()


def _common_tail(left: Tensor, right: Tensor) -> Shape:
    found: list[Dim] = []
    for one, other in zip(reversed(left.tail if left.shape is None else left.shape), reversed(right.tail if right.shape is None else right.shape), strict=False):
        if one is not other and (isinstance(one, Expr) or isinstance(other, Expr) or one != other):
            break
        found.append(one)
    return tuple(reversed(found))
