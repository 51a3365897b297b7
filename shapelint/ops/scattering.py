"""A tensor with another one written into a part of it: select_scatter, slice_scatter, diagonal_scatter, index_put, put, copy_."""

from ..shapes import Shape, numel, show
from .broadcasting import broadcast_onto, same_shape
from .declare import function
from .diagonals import diagonal
from .examples import call
from .indexing import index, slice_length
from .kinds import UNREAD, Axis, EachInt, Flag, Ignored, Raw, T, Tensor
from .problems import Problem, Unread, refuse, require_axis, require_equal
from .selecting import index_add, select


def _fits_place(src: Shape, place: Shape) -> None:
    if not same_shape(src, place):
        raise refuse(Problem.STATE, f"src {show(src)} must have the shape of its place, {show(place)}", arg="src")


@function(
    "torch.select_scatter", "torch.Tensor.select_scatter",
    good=lambda: [call(T(4, 3), T(3), 0, 1), call(T(4, 3, 2), T(4, 3), dim=-1, index=-2)],
    bad=lambda: [call(T(4, 3), T(4), 0, 1).refused(Problem.STATE), call(T(4, 3), T(3), 0, 4).refused(Problem.INDEX)],
)
def select_scatter(input: Tensor, src: Tensor, dim: Axis, index: Raw) -> Shape:
    """The input, with src at one place of an axis."""
    _fits_place(src, select(input, dim, index))
    return input


@function(
    "torch.slice_scatter", "torch.Tensor.slice_scatter",
    good=lambda: [call(T(4, 3), T(2, 3), 0, 1, 3), call(T(4, 6), T(4, 3), dim=1, step=2), call(T(4, 3), T(1, 3), start=-1)],
    bad=lambda: [call(T(4, 3), T(3, 3), 0, 1, 3).refused(Problem.STATE), call(T(4, 3), T(2, 3), 2, 1, 3).refused(Problem.AXIS)],
)
def slice_scatter(input: Tensor, src: Tensor, dim: Axis = 0, start: Raw = None, end: Raw = None, step: Raw = 1) -> Shape:
    """The input, with src in a slice of an axis."""
    if not input or any(part is UNREAD for part in (start, end, step)):
        raise Unread("start")
    if not isinstance(step, int) or step < 1:
        raise Unread("step")
    axis = require_axis(dim, len(input))
    size = slice_length(input[axis], start, end, step)
    _fits_place(src, (*input[:axis], size, *input[axis + 1 :]))
    return input


@function(
    "torch.diagonal_scatter", "torch.Tensor.diagonal_scatter",
    good=lambda: [call(T(3, 4), T(3)), call(T(2, 3, 4), T(4, 1), 1, 1, 0), call(T(3, 4), src=T(2), offset=-1)],
    bad=lambda: [call(T(3, 4), T(4)).refused(Problem.STATE)],
)
def diagonal_scatter(input: Tensor, src: Tensor, offset: Axis = 0, dim1: Axis = 0, dim2: Axis = 1) -> Shape:
    """The input, with src on a diagonal."""
    _fits_place(src, diagonal(input, offset, dim1, dim2))
    return input


def _picks(*shape: int) -> T:
    return T(*shape, dtype="int", high=1)


@function(
    "torch.index_put", "torch.Tensor.index_put",
    good=lambda: [call(T(4, 3), (_picks(2),), T(2, 3)), call(T(4, 3), (_picks(2), _picks(2)), T(2)), call(T(4, 3), indices=(_picks(5),), values=T()),
                  call(T(4, 3), (T(4, 3, dtype="bool"),), T(1), accumulate=True)],
    bad=lambda: [call(T(4, 3), (_picks(2),), T(3, 3)).refused(Problem.STATE), call(T(4), (_picks(2), _picks(2)), T(2)).refused(Problem.INDEX)],
)
def index_put(input: Tensor, indices: Raw, values: Tensor, accumulate: Ignored = False) -> Shape:
    """The input, with values at the places that the index tensors name, to which they broadcast."""
    if not isinstance(indices, (tuple, list)) or not all(isinstance(item, T) for item in indices):
        raise Unread("indices")
    place = index(input, indices)
    if any(item.dtype == "bool" for item in indices) and any(type(size) is not int or size != 1 for size in values):
        raise Unread("indices")  # how many places a mask has is not known
    broadcast_onto(values, place, Problem.STATE, "values {received} do not broadcast to their place, {expected}", arg="values")
    return input


@function("torch.put", "torch.Tensor.put", good=lambda: [call(T(4, 3), _picks(2), T(2)), call(T(4, 3), index=_picks(2, 2), source=T(4), accumulate=True)],
          bad=lambda: [call(T(4, 3), _picks(2), T(3)).refused(Problem.STATE)])
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: Flag = False) -> Shape:
    """The input, with the elements of source at the places that the index names in the flattened input."""
    require_equal(numel(source), numel(index), Problem.STATE, "source has {received} elements for {expected} places", arg="source")
    return input


@function(
    "torch.Tensor.copy_", good=lambda: [call(T(4, 3), T(3)), call(T(4, 3), T(4, 1), True), call(T(4, 3), T())],
    bad=lambda: [call(T(4, 3), T(4)).refused(Problem.BROADCAST), call(T(3), T(4, 3)).refused(Problem.BROADCAST)],
)
def copy_(input: Tensor, other: Tensor, non_blocking: Ignored = False) -> Shape:
    """The tensor, with the elements of the other one, which broadcasts to it."""
    broadcast_onto(other, input, Problem.BROADCAST, "{received} does not broadcast to the tensor that it is copied to, {expected}", arg="other")
    return input


def _strides(shape: Shape) -> int | None:
    return None if not all(isinstance(size, int) for size in shape) else int(numel(shape))  # type: ignore[arg-type]


@function(
    "torch.as_strided", "torch.Tensor.as_strided",
    good=lambda: [call(T(4, 3), (2, 2), (1, 2)), call(T(4, 3), (3, 3), (2, 1), 1), call(T(8), size=(4, 5), stride=(1, 1))],
)
def as_strided(input: Tensor, size: Raw, stride: Raw, storage_offset: Raw = None) -> Shape:
    """The size that is asked for, as far as it is known that it stays within the memory of the input."""
    count, offset = _strides(input), 0 if storage_offset is None else storage_offset
    parts = [part for part in (size, stride) if isinstance(part, (tuple, list)) and all(type(item) is int and item >= 0 for item in part)]
    if count is None or len(parts) < 2 or len(parts[0]) != len(parts[1]) or type(offset) is not int or offset < 0:
        raise Unread("size")
    if offset + sum((length - 1) * step for length, step in zip(*parts, strict=True)) + 1 > count:
        raise Unread("size")  # a view may lie in more memory than it shows
    return tuple(parts[0])


@function("torch.Tensor.fill_diagonal_", good=lambda: [call(T(3, 4), 1.0), call(T(3, 3, 3), fill_value=0, wrap=True)])
def fill_diagonal(input: Tensor, fill_value: Ignored, wrap: Ignored = False) -> Shape:
    """The tensor, with a number on its diagonal."""
    if len(input) < 2:
        raise refuse(Problem.RANK, f"fill_diagonal_ needs at least 2 axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    if len(input) > 2:
        for axis, size in enumerate(input):
            require_equal(size, input[0], Problem.MATMUL, "all axes must have the same size, not {received} and {expected}", axis=axis)
    return input




@function(
    "torch.index_reduce", "torch.Tensor.index_reduce",
    good=lambda: [call(T(4, 3), 0, _picks(1), T(1, 3), "amax"), call(T(4, 3), dim=1, index=_picks(2), source=T(4, 2), reduce="mean", include_self=False)],
    bad=lambda: [call(T(4, 3), 0, _picks(2), T(3, 3), "amax").refused(Problem.STATE), call(T(4, 3), 2, _picks(2), T(2, 3), "amax").refused(Problem.AXIS)],
)
def index_reduce(input: Tensor, dim: Axis, index: Tensor, source: Tensor, reduce: Raw, *, include_self: Ignored = True) -> Shape:
    """The input, combined with slices of source at the places of axis dim that the index lists."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise Unread("reduce")
    return index_add(input, dim, index, source)


@function(
    "torch.Tensor.sum_to_size", good=lambda: [call(T(2, 3), 1, 3), call(T(2, 3), (1, 1)), call(T(2, 3), 3)],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.BROADCAST), call(T(2, 3), 2, 2, 3).refused(Problem.BROADCAST)],
)
def sum_to_size(input: Tensor, *size: EachInt) -> Shape:
    """The sum over all axes that broadcasting ``size`` to the input would repeat."""
    broadcast_onto(size, input, Problem.BROADCAST, "a sum of {expected} cannot have the shape {received}", arg="size")
    return size
