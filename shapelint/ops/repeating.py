"""More elements from the same ones: expand, broadcast_to, repeat, tile, repeat_interleave."""

from ..dims import Dim, Truth, is_unknown, nice, unknown
from ..shapes import Shape, numel, show
from .broadcasting import broadcast_onto
from .declare import function
from .examples import call
from .kinds import UNREAD, EachInt, IntTuple, OptAxis, OptSize, Raw, T, Tensor
from .problems import Problem, Unread, equal, fits, refuse, require_at_least, require_axis, require_equal


def expanded(input: Shape, sizes: Shape, param: str = "size") -> Shape:
    """``input`` with its axes of size 1 stretched to ``sizes``; -1 keeps an axis, further axes may stand in front."""
    if len(sizes) < len(input):
        message = f"{show(input)} needs at least {len(input)} sizes to expand to, not {len(sizes)}"
        raise refuse(Problem.RANK, message, param=param, expected=len(input), received=len(sizes))
    new = len(sizes) - len(input)
    for i, size in enumerate(sizes):
        if isinstance(size, int) and size < (0 if i < new else -1):
            message = f"{size} is not a size that {show(input)} can expand to at axis {i}"
            raise refuse(Problem.HYPER_PARAMETER, message, arg=param, param=param, received=size)
    return (*sizes[:new], *(_stretched(old, size, i - len(input), param) for i, (old, size) in enumerate(zip(input, sizes[new:], strict=True))))


def _stretched(old: Dim, size: Dim, axis: int, param: str) -> Dim:
    if isinstance(size, int) and size == -1:
        return old
    if equal(old, 1) is Truth.ALWAYS:
        return unknown() if is_unknown(size) else size  # an unread size may be -1
    if equal(old, 1) is Truth.NEVER:
        message = "an axis of size {received} cannot expand to {expected}"
        return require_equal(old, size, Problem.BROADCAST, message, param=param, axis=axis)
    if is_unknown(size):
        return unknown()
    if fits("1<=", old, size) is Truth.NEVER:
        raise refuse(Problem.BROADCAST, f"an axis of size {nice(old)} cannot expand to {nice(size)}", param=param, axis=axis, expected=size, received=old)
    return size


@function(
    "torch.Tensor.expand",
    good=lambda: [call(T(2, 1, 3), 2, 4, 3), call(T(1, 3), 4, -1), call(T(3), (2, 3)), call(T(3, 1), 2, -1, 5), call(T(), size=(2,))],
    bad=lambda: [call(T(2, 3), 4, 3).refused(Problem.BROADCAST), call(T(2, 3), 3).refused(Problem.RANK),
                 call(T(3), -1, 3).refused(Problem.HYPER_PARAMETER)],
)
def expand(input: Tensor, *size: EachInt) -> Shape:
    """Axes of size 1 are stretched to the given sizes; -1 keeps an axis."""
    return expanded(input, size)


@function(
    "torch.Tensor.broadcast_to",
    good=lambda: [call(T(2, 1, 3), 2, 4, 3), call(T(3), (2, 3))],
    bad=lambda: [call(T(2, 3), 4, 3).refused(Problem.BROADCAST)],
)
def broadcast_to_method(input: Tensor, *size: EachInt) -> Shape:
    """Axes of size 1 are stretched to the given sizes."""
    return expanded(input, size)


@function(
    "torch.broadcast_to",
    good=lambda: [call(T(2, 1, 3), (2, 4, 3)), call(T(3), size=[2, 3])],
    bad=lambda: [call(T(2, 3), (4, 3)).refused(Problem.BROADCAST), call(T(2, 3), (3,)).refused(Problem.RANK),
                 call(T(1), 3).refused(Problem.HYPER_PARAMETER)],
)
def broadcast_to(input: Tensor, size: IntTuple) -> Shape:
    """Axes of size 1 are stretched to the given sizes."""
    return expanded(input, size)


@function(
    "torch.Tensor.expand_as",
    good=lambda: [call(T(2, 1), T(4, 2, 3)), call(T(3), other=T(2, 3))],
    bad=lambda: [call(T(2, 3), T(4, 3)).refused(Problem.BROADCAST), call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def expand_as(input: Tensor, other: Tensor) -> Shape:
    """Axes of size 1 are stretched to the sizes of other."""
    return expanded(input, other, "other")


def _not_negative(sizes: Shape, param: str) -> None:
    for size in sizes:
        require_at_least(size, 0, Problem.HYPER_PARAMETER, param + " must not be negative, not {received}", arg=param, param=param)


def _repeated(input: Shape, times: Shape) -> Shape:
    front = (1,) * (len(times) - len(input))
    return tuple(size * count for size, count in zip((*front, *input), times, strict=True))


@function(
    "torch.Tensor.repeat",
    good=lambda: [call(T(2, 3), 2, 1), call(T(3), (4, 2)), call(T(2, 3), 2, 1, 3), call(T(2), repeats=(2, 2))],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.RANK), call(T(2, 3), 2, -1).refused(Problem.HYPER_PARAMETER)],
)
def repeat(input: Tensor, *repeats: EachInt) -> Shape:
    """Each axis is repeated so many times; further axes may stand in front."""
    if len(repeats) < len(input):
        message = f"repeat needs at least {len(input)} numbers for {show(input)}, not {len(repeats)}"
        raise refuse(Problem.RANK, message, param="repeats", expected=len(input), received=len(repeats))
    _not_negative(repeats, "repeats")
    return _repeated(input, repeats)


def _tiled(input: Shape, dims: Shape) -> Shape:
    _not_negative(dims, "dims")
    return _repeated(input, (1,) * (len(input) - len(dims)) + dims)


@function(
    "torch.tile",
    good=lambda: [call(T(2, 3), (2,)), call(T(3), [4, 2]), call(T(2, 3), dims=(2, 1, 3))],
    bad=lambda: [call(T(2, 3), (2, -1)).refused(Problem.HYPER_PARAMETER), call(T(3), 2).refused(Problem.HYPER_PARAMETER)],
)
def tile(input: Tensor, dims: IntTuple) -> Shape:
    """Each axis, counted from the last, is repeated so many times."""
    return _tiled(input, dims)


@function(
    "torch.Tensor.tile",
    good=lambda: [call(T(2, 3), 2), call(T(3), 4, 2), call(T(2, 3), (2, 1, 3)), call(T(2, 3), dims=(2,))],
    bad=lambda: [call(T(2, 3), 2, -1).refused(Problem.HYPER_PARAMETER), call(T(2, 3)).refused(Problem.SIGNATURE)],
)
def tile_method(input: Tensor, *dims: EachInt) -> Shape:
    """Each axis, counted from the last, is repeated so many times."""
    return _tiled(input, dims)


@function(
    "torch.repeat_interleave", "torch.Tensor.repeat_interleave",
    good=lambda: [
        call(T(2, 3), 2), call(T(2, 3), 2, 1), call(T(2, 3), repeats=3, dim=-2), call(T(2, 3), 2, dim=0, output_size=4),
        call(T(2, 3), T(3, dtype="int"), 1), call(T(4, 3), T(1, dtype="int"), 0),
    ],
    bad=lambda: [
        call(T(2, 3), 2, 2).refused(Problem.AXIS), call(T(2, 3), -1).refused(Problem.HYPER_PARAMETER),
        call(T(2, 3), T(4, dtype="int"), 1).refused(Problem.STATE), call(T(2, 3), T(2, 3, dtype="int"), 1).refused(Problem.RANK),
    ],
)
def repeat_interleave(input: Tensor, repeats: Raw, dim: OptAxis = None, *, output_size: OptSize = None) -> Shape:
    """Every element along dim is repeated in place; without dim the tensor is flattened first."""
    shape = (numel(input),) if dim is None else input
    axis = require_axis(0 if dim is None else dim, len(shape))
    if not shape:
        raise refuse(Problem.AXIS, f"dim={dim} is out of range for a tensor without axes", arg="dim", param="dim")
    length = _interleaved(shape[axis], repeats, output_size)
    return (*shape[:axis], length, *shape[axis + 1 :])


def _interleaved(size: Dim, repeats: object, output_size: Dim | None) -> Dim:
    if isinstance(repeats, T):
        if repeats.shape is None:
            raise Unread("repeats")
        if len(repeats.shape) > 1:
            message = f"repeats must have one axis, not {len(repeats.shape)}"
            raise refuse(Problem.RANK, message, arg="repeats", expected=1, received=len(repeats.shape))
        broadcast_onto(repeats.shape, (size,), Problem.STATE, "repeats has the shape {received}, but the axis to repeat is {expected}", arg="repeats")
        return unknown() if output_size is None else output_size
    if repeats is UNREAD:
        return unknown()
    if isinstance(repeats, (tuple, list)) or repeats is None or isinstance(repeats, (float, str)):
        raise Unread("repeats")
    times: Dim = repeats  # type: ignore[assignment]
    require_at_least(times, 0, Problem.HYPER_PARAMETER, "repeats must not be negative, not {received}", arg="repeats", param="repeats")
    if output_size is not None:
        message = "output_size is {received}, but the axis becomes {expected}"
        require_equal(output_size, size * times, Problem.OUTPUT_SIZE, message, arg="output_size", param="output_size")
    return size * times
