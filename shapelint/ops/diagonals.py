"""Diagonals, triangles and sliding windows of tensors."""

from ..dims import Dim, Truth, dmax, dmin, unknown
from ..formulas import conv_out
from ..shapes import Shape, show
from .broadcasting import require_axes
from .declare import function
from .examples import call
from .kinds import Axis, Ignored, Size, T, Tensor
from .problems import Problem, equal, refuse, require_at_least, require_axis


def _length(rows: Dim, columns: Dim, offset: int) -> Dim:
    """The length of the diagonal ``offset`` places right of the main one; 0 where it lies outside."""
    return dmax(dmin(rows, columns - offset) if offset >= 0 else dmin(rows + offset, columns), 0)


@function(
    "torch.diagonal", "torch.Tensor.diagonal",
    good=lambda: [call(T(3, 4)), call(T(2, 3, 4), 1, 1, 2), call(T(3, 4), -1), call(T(2, 3, 4), offset=0, dim1=-1, dim2=0)],
    bad=lambda: [call(T(3)).refused(Problem.AXIS), call(T(3, 4), 0, 1, -1).refused(Problem.AXIS), call(T(3, 4), 0, 0, 2).refused(Problem.AXIS)],
)
def diagonal(input: Tensor, offset: Axis = 0, dim1: Axis = 0, dim2: Axis = 1) -> Shape:
    """Two axes go, and their diagonal becomes the last axis."""
    if not input:
        raise refuse(Problem.RANK, "diagonal needs two axes, but the tensor has none", expected=2, received=0)
    first, second = require_axis(dim1, len(input), "dim1"), require_axis(dim2, len(input), "dim2")
    if first == second:
        raise refuse(Problem.AXIS, f"dim1={dim1} and dim2={dim2} are the same axis", arg="dim2", param="dim2")
    rest = tuple(size for axis, size in enumerate(input) if axis not in (first, second))
    return (*rest, _length(input[first], input[second], offset))


@function(
    "torch.linalg.diagonal",
    good=lambda: [call(T(3, 4)), call(T(2, 3, 4), offset=1)], bad=lambda: [call(T(3)).refused(Problem.AXIS)],
)
def linalg_diagonal(A: Tensor, *, offset: Axis = 0, dim1: Axis = -2, dim2: Axis = -1) -> Shape:
    """The last two axes go, and their diagonal becomes the last axis."""
    return diagonal(A, offset, dim1, dim2)


@function(
    "torch.diag", "torch.Tensor.diag",
    good=lambda: [call(T(3)), call(T(3), 1), call(T(3, 4)), call(T(4, 3), diagonal=-1)],
    bad=lambda: [call(T(2, 3, 4)).refused(Problem.RANK), call(T()).refused(Problem.RANK)],
)
def diag(input: Tensor, diagonal: Axis = 0) -> Shape:
    """A vector becomes a square matrix with it on the diagonal, a matrix its diagonal."""
    if len(input) == 1:
        side = input[0] + abs(diagonal)
        return (side, side)
    if len(input) != 2:
        raise refuse(Problem.RANK, f"diag takes one or two axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    return (_length(input[0], input[1], diagonal),)


@function(
    "torch.diag_embed", "torch.Tensor.diag_embed",
    good=lambda: [call(T(2, 3)), call(T(2, 3), 1), call(T(2, 3), -1, 0, 2), call(T(3), offset=0, dim1=0, dim2=1)],
    bad=lambda: [call(T(2, 3), 0, 1, 1).refused(Problem.AXIS), call(T(2, 3), 0, 0, 3).refused(Problem.AXIS)],
)
def diag_embed(input: Tensor, offset: Axis = 0, dim1: Axis = -2, dim2: Axis = -1) -> Shape:
    """The last axis becomes the diagonal of two new axes dim1 and dim2."""
    if not input:
        raise refuse(Problem.RANK, "diag_embed needs an axis, but the tensor has none", expected=1, received=0)
    first, second = require_axes((dim1, dim2), len(input) + 1, "dim1, dim2")
    side, rest = input[-1] + abs(offset), iter(input[:-1])
    return tuple(side if axis in (first, second) else next(rest) for axis in range(len(input) + 1))


@function("torch.diagflat", "torch.Tensor.diagflat", good=lambda: [call(T(3)), call(T(2, 3), 1), call(T(2, 2), offset=-2), call(T())])
def diagflat(input: Tensor, offset: Axis = 0) -> Shape:
    """All elements on the diagonal of a square matrix."""
    side: Dim = abs(offset)
    count: Dim = 1
    for size in input:
        count = count * size
    return (side + count, side + count)


@function(
    "torch.tril", "torch.Tensor.tril", "torch.triu", "torch.Tensor.triu",
    good=lambda: [call(T(3, 4)), call(T(2, 3, 4), 1), call(T(3, 4), diagonal=-1)], bad=lambda: [call(T(3)).refused(Problem.RANK)],
)
def tril(input: Tensor, diagonal: Ignored = 0) -> Shape:
    """The elements on one side of a diagonal, the others 0; the shape stays."""
    if len(input) < 2:
        raise refuse(Problem.RANK, f"a triangle needs two axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    return input


@function(
    "torch.Tensor.unfold",
    good=lambda: [call(T(2, 9), 1, 3, 2), call(T(9), 0, 9, 1), call(T(4, 5, 6), dimension=-2, size=2, step=1), call(T(), 0, 1, 1)],
    bad=lambda: [call(T(2, 9), 1, 10, 1).refused(Problem.EMPTY), call(T(2, 9), 1, 3, 0).refused(Problem.HYPER_PARAMETER),
                 call(T(2, 9), 2, 3, 1).refused(Problem.AXIS), call(T(2, 9), 1, -1, 1).refused(Problem.HYPER_PARAMETER)],
)
def unfold(input: Tensor, dimension: Axis, size: Size, step: Size) -> Shape:
    """Axis dimension becomes the number of windows, (L - size)//step + 1, and a new last axis runs over a window."""
    axis = require_axis(dimension, len(input), "dimension")
    length = input[axis] if input else 1
    require_at_least(size, 0, Problem.HYPER_PARAMETER, "size must not be negative, not {received}", arg="size", param="size")
    require_at_least(step, 1, Problem.HYPER_PARAMETER, "step must be at least 1, not {received}", arg="step", param="step")
    require_at_least(length, size, Problem.EMPTY, "a window of {expected} does not fit into an axis of {received}", param="size", axis=dimension)
    if not input:
        return (size,)
    return (*input[:axis], conv_out(length, size, step), *input[axis + 1 :], size)


def _staircase(rows: int, col: int) -> int:
    """1 + 2 + 3 + ... over so many rows, each at most ``col``."""
    rising = max(min(rows, col), 0)
    return rising * (rising + 1) // 2 + max(rows - col, 0) * col


def _triangle(row: Dim, col: Dim, offset: int) -> Dim:
    """Elements on and below the diagonal ``offset``."""
    if isinstance(row, int) and isinstance(col, int):
        return _staircase(offset + row, col) - _staircase(offset, col)
    square = equal(row, col) is Truth.ALWAYS
    if square and offset == 0:
        return row * (row + 1) // 2
    return row * (row - 1) // 2 if square and offset == -1 else unknown()


@function(
    "torch.tril_indices",
    good=lambda: [call(3, 3), call(3, 4, 1), call(4, 3, offset=-1), call(row=2, col=5)],
    bad=lambda: [call(-1, 3).refused(Problem.HYPER_PARAMETER)],
    dtype="int",
)
def tril_indices(row: Size, col: Size, offset: Axis = 0) -> Shape:
    """Row and column numbers of the elements on and below a diagonal: two rows, a column for each element."""
    _not_negative(row, col)
    return (2, _triangle(row, col, offset))


@function(
    "torch.triu_indices",
    good=lambda: [call(3, 3), call(3, 4, 1), call(4, 3, offset=-1), call(row=2, col=5)],
    bad=lambda: [call(3, -1).refused(Problem.HYPER_PARAMETER)],
    dtype="int",
)
def triu_indices(row: Size, col: Size, offset: Axis = 0) -> Shape:
    """Row and column numbers of the elements on and above a diagonal: two rows, a column for each element."""
    _not_negative(row, col)
    return (2, row * col - _triangle(row, col, offset - 1))


def _not_negative(row: Dim, col: Dim) -> None:
    for name, size in (("row", row), ("col", col)):
        require_at_least(size, 0, Problem.HYPER_PARAMETER, name + " must not be negative, not {received}", arg=name, param=name)
