"""Several tensors become one, or are brought to one shape: cat, stack and their relatives, meshgrid, broadcast_tensors, block_diag."""

from typing import Any

from ..dims import Dim, is_unknown
from ..shapes import Shape, show
from .broadcasting import broadcast
from .declare import function
from .examples import call
from .kinds import Axis, EachTensor, OptText, Raw, T, Tensors
from .problems import Problem, Unread, refuse, require_axis, require_equal


def joined(tensors: tuple[Shape, ...], dim: int, what: str = "cat") -> Shape:
    """The tensors one after the other along ``dim``; all other sizes have to agree."""
    if not tensors:
        raise refuse(Problem.JOIN, f"{what} needs at least one tensor", arg="tensors")
    parts = [shape for shape in tensors if shape != (0,)] or list(tensors)  # torch passes over empty vectors
    first = parts[0]
    if any(len(shape) == 1 and is_unknown(shape[0]) for shape in parts) and any(len(shape) != 1 for shape in parts):
        raise Unread("tensors")  # an unread size may be the 0 of an empty vector
    if () in tensors:
        raise refuse(Problem.RANK, f"{what} cannot join tensors without axes", arg="tensors", expected=1, received=0)
    axis = require_axis(dim, len(first))
    sizes = list(first)
    for shape in parts[1:]:
        if len(shape) != len(first):
            message = f"{what} needs tensors with as many axes, but receives {show(first)} and {show(shape)}"
            raise refuse(Problem.RANK, message, arg="tensors", expected=len(first), received=len(shape))
        for i, size in enumerate(shape):
            if i == axis:
                sizes[i] = sizes[i] + size
            else:
                message = f"{what} along axis {axis} needs all other sizes equal, but axis {i} of {show(first)} and {show(shape)} differs"
                sizes[i] = require_equal(size, sizes[i], Problem.JOIN, message, arg="tensors", axis=i)
    return tuple(sizes)


@function(
    "torch.cat", "torch.concat", "torch.concatenate",
    good=lambda: [call([T(2, 3), T(4, 3)]), call((T(2, 3, 4), T(2, 5, 4)), 1), call([T(2, 3), T(2, 1)], dim=-1), call([T(0), T(2, 3)])],
    bad=lambda: [
        call([T(2, 3), T(2, 4)]).refused(Problem.JOIN), call([T(2, 3), T(3)]).refused(Problem.RANK), call([]).refused(Problem.JOIN),
        call([T(2, 3), T(2, 3)], 2).refused(Problem.AXIS), call([T(), T()]).refused(Problem.RANK),
    ],
)
def cat(tensors: Tensors, dim: Axis = 0) -> Shape:
    """Joins along an axis, whose sizes add up; all other sizes have to agree."""
    return joined(tensors, dim)


@function(
    "torch.stack",
    good=lambda: [call([T(2, 3), T(2, 3)]), call((T(2, 3), T(2, 3), T(2, 3)), 1), call([T(2, 3)], dim=-1), call([T(), T()])],
    bad=lambda: [call([T(2, 3), T(2, 4)]).refused(Problem.JOIN), call([T(2), T(2)], 2).refused(Problem.AXIS), call([]).refused(Problem.JOIN),
                 call([T(2, 3), T(3)]).refused(Problem.JOIN)],
)
def stack(tensors: Tensors, dim: Axis = 0) -> Shape:
    """Equal shapes side by side along a new axis."""
    if not tensors:
        raise refuse(Problem.JOIN, "stack needs at least one tensor", arg="tensors")
    sizes = list(tensors[0])
    axis = require_axis(dim, len(sizes) + 1)
    for shape in tensors[1:]:
        if len(shape) != len(sizes):
            message = f"stack needs equal shapes, but receives {show(tensors[0])} and {show(shape)}"
            raise refuse(Problem.JOIN, message, arg="tensors", expected=len(sizes), received=len(shape))
        for i, size in enumerate(shape):
            message = f"stack needs equal shapes, but receives {show(tensors[0])} and {show(shape)}: axis {i} differs"
            sizes[i] = require_equal(size, sizes[i], Problem.JOIN, message, arg="tensors", axis=i)
    return (*sizes[:axis], len(tensors), *sizes[axis:])


def _at_least_1d(shape: Shape) -> Shape:
    return shape or (1,)


def _at_least_2d(shape: Shape) -> Shape:
    return shape if len(shape) >= 2 else (1, *_at_least_1d(shape))


def _at_least_3d(shape: Shape) -> Shape:
    return shape if len(shape) >= 3 else (*_at_least_2d(shape), 1)


@function(
    "torch.hstack",
    good=lambda: [call([T(2, 3), T(2, 1)]), call((T(2), T(3))), call([T(), T()])],
    bad=lambda: [call([T(2, 3), T(3, 3)]).refused(Problem.JOIN), call([]).refused(Problem.JOIN), call([T(3), T(2, 3)]).refused(Problem.RANK)],
)
def hstack(tensors: Tensors) -> Shape:
    """Joins along axis 1, vectors along axis 0."""
    parts = tuple(map(_at_least_1d, tensors))
    return joined(parts, 0 if parts and len(parts[0]) == 1 else 1, "hstack")


@function(
    "torch.vstack", "torch.row_stack",
    good=lambda: [call([T(2, 3), T(1, 3)]), call((T(3), T(2, 3))), call([T(), T()])],
    bad=lambda: [call([T(2, 3), T(2, 4)]).refused(Problem.JOIN), call([]).refused(Problem.JOIN)],
)
def vstack(tensors: Tensors) -> Shape:
    """Joins along axis 0; vectors count as rows."""
    return joined(tuple(map(_at_least_2d, tensors)), 0, "vstack")


@function(
    "torch.dstack",
    good=lambda: [call([T(2, 3), T(2, 3)]), call((T(2, 3, 4), T(2, 3, 1))), call([T(3), T(3)])],
    bad=lambda: [call([T(2, 3), T(2, 4)]).refused(Problem.JOIN), call([]).refused(Problem.JOIN)],
)
def dstack(tensors: Tensors) -> Shape:
    """Joins along axis 2."""
    return joined(tuple(map(_at_least_3d, tensors)), 2, "dstack")


@function(
    "torch.column_stack",
    good=lambda: [call([T(2), T(2, 3)]), call((T(), T())), call([T(2, 3), T(2, 1)])],
    bad=lambda: [call([T(2, 3), T(3)]).refused(Problem.JOIN)],
)
def column_stack(tensors: Tensors) -> Shape:
    """Joins along axis 1; vectors count as columns."""
    return joined(tuple(shape if len(shape) > 1 else (*_at_least_1d(shape), 1) for shape in tensors), 1, "column_stack")


@function("torch.block_diag", good=lambda: [call(T(2, 3), T(3), T()), call(T(2, 3))], bad=lambda: [call(T(2, 3, 4)).refused(Problem.RANK)])
def block_diag(*tensors: EachTensor) -> Shape:
    """The matrices along the diagonal of one large matrix."""
    rows: Dim = 0
    columns: Dim = 0
    for shape in tensors or ((1, 0),):
        if len(shape) > 2:
            message = f"block_diag takes at most 2 axes, but {show(shape)} has {len(shape)}"
            raise refuse(Problem.RANK, message, arg="tensors", expected=2, received=len(shape))
        high, wide = _at_least_2d(shape)
        rows, columns = rows + high, columns + wide
    return (rows, columns)


def _each(tensors: tuple[Any, ...], change: Any) -> Any:
    """One tensor is changed; several, or a sequence of them, give a list."""
    single = len(tensors) == 1 and not isinstance(tensors[0], (tuple, list))
    parts = tensors[0] if len(tensors) == 1 and not single else tensors
    shapes = []
    for part in parts:
        if not isinstance(part, T) or part.shape is None:
            raise Unread("tensors")
        shapes.append(change(part.shape))
    return shapes[0] if single else shapes


@function("torch.atleast_1d", good=lambda: [call(T()), call(T(2, 3)), call(T(), T(3)), call([T(), T(3)])])
def atleast_1d(*tensors: Raw) -> Any:
    """A tensor without axes gets one."""
    return _each(tensors, _at_least_1d)


@function("torch.atleast_2d", good=lambda: [call(T(3)), call(T(2, 3)), call(T(), T(3)), call([T(), T(3)])])
def atleast_2d(*tensors: Raw) -> Any:
    """Missing axes are added in front, up to two."""
    return _each(tensors, _at_least_2d)


@function("torch.atleast_3d", good=lambda: [call(T(3)), call(T(2, 3)), call(T(), T(3)), call([T(), T(2, 3, 4)])])
def atleast_3d(*tensors: Raw) -> Any:
    """Missing axes are added, up to three: a matrix gets a last axis, a vector stands in the middle."""
    return _each(tensors, _at_least_3d)


@function(
    "torch.broadcast_tensors",
    good=lambda: [call(T(2, 1), T(3)), call(T(2, 3)), call(T(2, 1, 4), T(3, 1), T())], bad=lambda: [call(T(2), T(3)).refused(Problem.BROADCAST)],
)
def broadcast_tensors(*tensors: EachTensor) -> list[Shape]:
    """Every tensor in the shape that all broadcast to."""
    return [broadcast(*tensors)] * len(tensors)


@function(
    "torch.meshgrid",
    good=lambda: [call(T(2), T(3)), call([T(2), T(3), T(4)]), call(T(2), T(3), indexing="xy"), call(T(2), T(), T(4), indexing="xy"),
                  call(T(3), indexing="ij")],
    bad=lambda: [call(T(2, 3), T(3)).refused(Problem.RANK), call(T(2), T(3), indexing="yx").refused(Problem.HYPER_PARAMETER),
                 call().refused(Problem.SIGNATURE)],
)
def meshgrid(*tensors: EachTensor, indexing: OptText = None) -> list[Shape]:
    """A grid per vector, each with one axis per vector; "xy" swaps the first two axes."""
    if not tensors:
        raise refuse(Problem.SIGNATURE, "meshgrid needs at least one tensor", arg="tensors")
    if indexing not in (None, "ij", "xy"):
        raise refuse(Problem.HYPER_PARAMETER, f"indexing must be 'ij' or 'xy', not {indexing!r}", arg="indexing", param="indexing")
    sizes: list[Dim] = []
    for shape in tensors:
        if len(shape) > 1:
            message = f"meshgrid takes vectors, but {show(shape)} has {len(shape)} axes"
            raise refuse(Problem.RANK, message, arg="tensors", expected=1, received=len(shape))
        sizes.append(shape[0] if shape else 1)
    if indexing == "xy":
        sizes[:2] = sizes[1::-1]
    return [tuple(sizes)] * len(sizes)


def _vectors(tensors: tuple[Shape, ...], what: str) -> list[Dim]:
    for shape in tensors:
        if len(shape) != 1:
            message = f"{what} takes vectors, but {show(shape)} has {len(shape)} axes"
            raise refuse(Problem.RANK, message, arg="tensors", expected=1, received=len(shape))
    return [shape[0] for shape in tensors]


@function(
    "torch.cartesian_prod", good=lambda: [call(T(2), T(3)), call(T(2)), call(T(2), T(3), T(4))],
    bad=lambda: [call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def cartesian_prod(*tensors: EachTensor) -> Shape:
    """A row for each combination of elements, a column for each vector; one vector stays as it is."""
    sizes = _vectors(tensors, "cartesian_prod")
    rows: Dim = 1
    for size in sizes:
        rows = rows * size
    return (rows, len(sizes)) if len(sizes) > 1 else (rows,)
