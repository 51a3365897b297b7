"""Comparing values for "nothing changed" and joining the values of two branches."""

from ..dims import Dim, Expr, is_unknown, unknown, variables
from ..dims.region import Region
from ..dims.where import equal_where
from ..shapes import Shape
from . import limits
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    External,
    FunctionValue,
    Informed,
    Instance,
    ListObject,
    Native,
    Partial,
    Tensor,
    Unknown,
    UnreadKeys,
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
        return not isinstance(left, Informed) and not isinstance(right, Informed)
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


Where = tuple[Region, Region]  # the sizes for which the left value counts, and those of the right one


def join(left: Value, right: Value, where: "Where | None" = None) -> Value:
    """A value that stands for both: what they agree on, else unknown. ``where`` lets two formulas become one."""
    if same(left, right):
        return left
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return join_tensors(left, right, where)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        return tuple(join(one, other, where) for one, other in zip(left, right, strict=True))
    if is_size(left) and is_size(right):
        return join_sizes(left, right, where)
    if isinstance(left, Region) and isinstance(right, Region):
        return left | right
    if isinstance(left, UnreadKeys) or isinstance(right, UnreadKeys):
        return _join_unread(left, right)
    options = _options(left) + [option for option in _options(right) if not any(same(option, other) for other in _options(left))]
    if len(options) <= _most_options(options) and all(isinstance(option, (*_CHOOSABLE, Tensor)) for option in options):
        return Alternatives(tuple(options))
    return Unknown(Why.JOIN, "a value that differs between branches")


def _most_options(options: list[Value]) -> int:
    """How many options are kept: more of objects whose methods are ours, such as data sets, since asking them runs no code of the program."""
    ours = all(isinstance(option, Instance) and isinstance(option.cls, External) for option in options)
    return limits.ALTERNATIVES_OF_LIBRARIES if ours else limits.ALTERNATIVES


def _join_unread(left: Value, right: Value) -> Value:
    """Keys of a dict that could not be read, of two branches: any of them may be there. None: no such key was used."""
    found = [side for side in (left, right) if isinstance(side, UnreadKeys)]
    if any(side is not None and not isinstance(side, UnreadKeys) for side in (left, right)) or found[0].owner is not found[-1].owner:
        return Unknown(Why.JOIN, "a value that differs between branches")
    return UnreadKeys(found[0].owner, distinct(tuple(value for side in found for value in side.values)))


def distinct(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values without those that are interchangeable with an earlier one."""
    kept: list[Value] = []
    for value in values:
        if not any(same(value, other) for other in kept):
            kept.append(value)
    return tuple(kept)


def _options(value: Value) -> list[Value]:
    return list(value.options) if isinstance(value, Alternatives) else [value]


def join_tensors(left: Tensor, right: Tensor, where: "Where | None" = None) -> Tensor:
    dtype = left.dtype if left.dtype == right.dtype else None
    if left.shape is not None and right.shape is not None and len(left.shape) == len(right.shape):
        return Tensor(join_shapes(left.shape, right.shape, where), dtype, left.trace)
    return Tensor(None, dtype, left.trace, tail=_common_tail(left, right))


def join_shapes(left: Shape, right: Shape, where: "Where | None" = None) -> Shape:
    return tuple(join_sizes(one, other, where) for one, other in zip(left, right, strict=True))


def join_sizes(left: Dim, right: Dim, where: "Where | None" = None) -> Dim:
    if left is right or (not isinstance(left, Expr) and left == right):
        return left
    found = _one_formula(left, right, *where) if where is not None and not is_unknown(left) and not is_unknown(right) else None
    return unknown() if found is None else found


def _one_formula(left: Dim, right: Dim, left_sizes: Region, right_sizes: Region) -> Dim | None:
    """The size that is ``left`` for its sizes and ``right`` for the others: ``4*ceil(H/4)`` after ``if H % 4: pad``."""
    names = variables(left) | variables(right)
    if len(names) == 1:
        from ..dims.rejoin import rejoin  # few programs need it

        (name,) = names
        return rejoin(left, left_sizes.sizes(name), right, right_sizes.sizes(name), name)
    for one, sizes in ((left, right_sizes), (right, left_sizes)):
        same_where = equal_where(left, right, sizes)
        if same_where is not None and sizes.subset(same_where):
            return one
    return None


def _common_tail(left: Tensor, right: Tensor) -> Shape:
    found: list[Dim] = []
    for one, other in zip(reversed(left.tail if left.shape is None else left.shape), reversed(right.tail if right.shape is None else right.shape), strict=False):
        if one is not other and (isinstance(one, Expr) or isinstance(other, Expr) or one != other):
            break
        found.append(one)
    return tuple(reversed(found))
