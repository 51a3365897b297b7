"""Reordering, dropping and adding axes: permute, transpose, movedim, squeeze, unsqueeze; and moving elements along them: flip, roll, rot90."""

from ..dims import Dim, Truth
from ..shapes import Shape, show
from .broadcasting import require_axes
from .declare import function
from .examples import call
from .kinds import ABSENT, Axes, Axis, AxisTuple, EachAxis, Ints, T, Tensor
from .problems import Problem, Unread, equal, refuse, require_axis


def permuted(input: Shape, dims: tuple[int, ...]) -> Shape:
    """The axes of ``input`` in the order ``dims``, which must name each once."""
    if len(dims) != len(input):
        message = f"permute names {len(dims)} axes, but {show(input)} has {len(input)}"
        raise refuse(Problem.AXIS, message, arg="dims", param="dims", expected=len(input), received=len(dims))
    return tuple(input[axis] for axis in require_axes(dims, len(input), "dims"))


@function(
    "torch.permute",
    good=lambda: [call(T(2, 3, 4), (2, 0, 1)), call(T(2, 3), [-1, 0]), call(T(2, 3, 4), dims=(0, 2, 1))],
    bad=lambda: [call(T(2, 3, 4), (1, 0)).refused(Problem.AXIS), call(T(2, 3), (0, 0)).refused(Problem.AXIS),
                 call(T(2, 3), (0, 2)).refused(Problem.AXIS),
                 call(T(3), 0).refused(Problem.HYPER_PARAMETER)],
)
def permute(input: Tensor, dims: AxisTuple) -> Shape:
    """The axes in the order dims."""
    return permuted(input, dims)


@function(
    "torch.Tensor.permute",
    good=lambda: [call(T(2, 3, 4), 2, 0, 1), call(T(2, 3), (-1, 0)), call(T(2, 3, 4), dims=(0, 2, 1)), call(T(), ())],
    bad=lambda: [call(T(2, 3, 4), 1, 0).refused(Problem.AXIS), call(T(2, 3), 0, 0).refused(Problem.AXIS), call(T(2, 3)).refused(Problem.SIGNATURE)],
)
def permute_method(input: Tensor, *dims: EachAxis) -> Shape:
    """The axes in the order dims."""
    return permuted(input, dims)


def _swapped(input: Shape, first: int, second: int, names: tuple[str, str]) -> Shape:
    one, two = require_axis(first, len(input), names[0]), require_axis(second, len(input), names[1])
    order = list(input)
    if order:
        order[one], order[two] = order[two], order[one]
    return tuple(order)


@function(
    "torch.transpose", "torch.Tensor.transpose", "torch.swapdims", "torch.Tensor.swapdims",
    good=lambda: [call(T(2, 3, 4), 1, 2), call(T(2, 3), -1, 0), call(T(2, 3, 4), dim0=0, dim1=2), call(T(), 0, -1)],
    bad=lambda: [call(T(2, 3), 0, 2).refused(Problem.AXIS)],
)
def transpose(input: Tensor, dim0: Axis, dim1: Axis) -> Shape:
    """Two axes change places."""
    return _swapped(input, dim0, dim1, ("dim0", "dim1"))


@function(
    "torch.swapaxes", "torch.Tensor.swapaxes",
    good=lambda: [call(T(2, 3, 4), 1, 2), call(T(2, 3, 4), axis0=0, axis1=2)],
    bad=lambda: [call(T(2, 3), 0, 2).refused(Problem.AXIS)],
)
def swapaxes(input: Tensor, axis0: Axis, axis1: Axis) -> Shape:
    """Two axes change places."""
    return _swapped(input, axis0, axis1, ("axis0", "axis1"))


@function("torch.t", "torch.Tensor.t", good=lambda: [call(T(2, 3)), call(T(4)), call(T())], bad=lambda: [call(T(2, 3, 4)).refused(Problem.RANK)])
def t(input: Tensor) -> Shape:
    """A matrix is transposed; fewer axes stay as they are."""
    if len(input) > 2:
        raise refuse(Problem.RANK, f"t() takes at most 2 axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    return input[::-1]


@function(
    "torch.adjoint", "torch.Tensor.adjoint",
    good=lambda: [call(T(2, 3)), call(T(4, 2, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)],
)
def adjoint(input: Tensor) -> Shape:
    """The last two axes change places."""
    if len(input) == 1:
        raise refuse(Problem.RANK, f"adjoint needs two axes, but {show(input)} has one", expected=2, received=1)
    return (*input[:-2], *input[:-3:-1])


@function(
    "torch.movedim", "torch.Tensor.movedim", "torch.moveaxis", "torch.Tensor.moveaxis",
    good=lambda: [call(T(2, 3, 4), 0, 2), call(T(2, 3, 4), (0, 1), (1, 2)), call(T(2, 3, 4), source=-1, destination=1)],
    bad=lambda: [call(T(2, 3, 4), 0, 3).refused(Problem.AXIS), call(T(2, 3, 4), (0, 1), (1,)).refused(Problem.AXIS),
                 call(T(2, 3, 4), (0, 0), (1, 2)).refused(Problem.AXIS)],
)
def movedim(input: Tensor, source: Axes, destination: Axes) -> Shape:
    """The axes source move to the places destination; the others keep their order."""
    if len(source) != len(destination):
        message = f"source names {len(source)} axes and destination {len(destination)}"
        raise refuse(Problem.AXIS, message, arg="source", param="destination", expected=len(destination), received=len(source))
    taken = require_axes(source, len(input), "source")
    places = require_axes(destination, len(input), "destination")
    moved = dict(zip(places, taken, strict=True))
    rest = iter(axis for axis in range(len(input)) if axis not in taken)
    return tuple(input[moved[place] if place in moved else next(rest)] for place in range(len(input)))


def _is_one(size: Dim) -> bool:
    same = equal(size, 1)
    if same in (Truth.ALWAYS, Truth.NEVER):
        return same is Truth.ALWAYS
    raise Unread("input")  # whether the axis goes depends on the symbol


@function(
    "torch.squeeze", "torch.Tensor.squeeze",
    good=lambda: [call(T(2, 1, 4)), call(T(1, 1, 3), 0), call(T(2, 1, 4), 0), call(T(2, 1, 1), (1, 2)), call(T(2, 1), dim=-1), call(T(), 0)],
    bad=lambda: [call(T(2, 1), 2).refused(Problem.AXIS), call(T(2, 1, 1), (1, -2)).refused(Problem.AXIS)],
)
def squeeze(input: Tensor, dim: Axes = ABSENT) -> Shape:
    """Axes of size 1 go: all of them, or those named in dim; a named axis of another size stays."""
    axes = range(len(input)) if dim is ABSENT else require_axes(dim, len(input))
    return tuple(size for axis, size in enumerate(input) if axis not in axes or not _is_one(size))


@function(
    "torch.unsqueeze", "torch.Tensor.unsqueeze",
    good=lambda: [call(T(2, 3), 0), call(T(2, 3), -1), call(T(2, 3), dim=2), call(T(), 0)],
    bad=lambda: [call(T(2, 3), 3).refused(Problem.AXIS), call(T(2, 3), -4).refused(Problem.AXIS)],
)
def unsqueeze(input: Tensor, dim: Axis) -> Shape:
    """A new axis of size 1 stands at dim."""
    place = require_axis(dim, len(input) + 1)
    return (*input[:place], 1, *input[place:])


@function(
    "torch.flip",
    good=lambda: [call(T(2, 3), (0,)), call(T(2, 3), [0, -1]), call(T(2, 3), dims=(1,))],
    bad=lambda: [call(T(2, 3), (2,)).refused(Problem.AXIS), call(T(2, 3), (0, 0)).refused(Problem.AXIS),
                 call(T(2, 3), 0).refused(Problem.HYPER_PARAMETER)],
)
def flip(input: Tensor, dims: AxisTuple) -> Shape:
    """The elements in reverse order along dims; the shape stays."""
    require_axes(dims, len(input), "dims")
    return input


@function(
    "torch.Tensor.flip",
    good=lambda: [call(T(2, 3), 0), call(T(2, 3), (0, -1)), call(T(2, 3), dims=(1,))],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.AXIS), call(T(2, 3), 0, 0).refused(Problem.AXIS)],
)
def flip_method(input: Tensor, *dims: EachAxis) -> Shape:
    """The elements in reverse order along dims; the shape stays."""
    require_axes(dims, len(input), "dims")
    return input


def _at_least_axes(input: Shape, least: int, what: str) -> Shape:
    if len(input) < least:
        raise refuse(Problem.RANK, f"{what} needs at least {least} axes, but {show(input)} has {len(input)}", expected=least, received=len(input))
    return input


@function("torch.fliplr", "torch.Tensor.fliplr", good=lambda: [call(T(2, 3)), call(T(2, 3, 4))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def fliplr(input: Tensor) -> Shape:
    """Axis 1 in reverse order; the shape stays."""
    return _at_least_axes(input, 2, "fliplr")


@function("torch.flipud", "torch.Tensor.flipud", good=lambda: [call(T(2, 3)), call(T(3))], bad=lambda: [call(T()).refused(Problem.RANK)])
def flipud(input: Tensor) -> Shape:
    """Axis 0 in reverse order; the shape stays."""
    return _at_least_axes(input, 1, "flipud")


@function(
    "torch.roll", "torch.Tensor.roll",
    good=lambda: [call(T(4, 3), 1), call(T(4, 3), 1, 0), call(T(4, 3), (1, -2), (0, 1)), call(T(4, 3), shifts=(1, 2), dims=(-1, -2))],
    bad=lambda: [call(T(4, 3), (1, 2), 0).refused(Problem.AXIS), call(T(4, 3), (1, 2)).refused(Problem.AXIS),
                 call(T(4, 3), 1, 2).refused(Problem.AXIS)],
)
def roll(input: Tensor, shifts: Ints, dims: Axes = ()) -> Shape:
    """The elements move around along dims (all of them in a row without dims); the shape stays."""
    wanted = len(dims) or 1
    if len(shifts) != wanted:
        message = f"roll has {len(shifts)} shifts for {len(dims)} axes"
        raise refuse(Problem.AXIS, message, arg="shifts", param="dims", expected=wanted, received=len(shifts))
    for axis in dims:
        if not input:
            raise refuse(Problem.AXIS, f"dims={axis} is out of range for a tensor without axes", arg="dims", param="dims")
        require_axis(axis, len(input), "dims")
    return input


@function(
    "torch.rot90", "torch.Tensor.rot90",
    good=lambda: [call(T(4, 3)), call(T(4, 3, 2), 1, (1, 2)), call(T(4, 3), 2), call(T(4, 3), k=-1, dims=[0, -1])],
    bad=lambda: [call(T(4)).refused(Problem.RANK), call(T(4, 3), 1, (0, 0)).refused(Problem.AXIS), call(T(4, 3), 1, (0, 2)).refused(Problem.AXIS),
                 call(T(4, 3, 2), 1, (0,)).refused(Problem.AXIS)],
)
def rot90(input: Tensor, k: Axis = 1, dims: AxisTuple = (0, 1)) -> Shape:
    """k quarter turns in the plane of two axes, which change places when k is odd."""
    if len(dims) != 2:
        raise refuse(Problem.AXIS, f"rot90 turns in a plane of 2 axes, not {len(dims)}", arg="dims", param="dims", expected=2, received=len(dims))
    _at_least_axes(input, 2, "rot90")
    first, second = require_axes(dims, len(input), "dims")
    return _swapped(input, first, second, ("dims", "dims")) if k % 2 else input


