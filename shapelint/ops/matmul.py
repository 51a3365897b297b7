"""Matrix products: matmul in all its ranks, mm, bmm, mv, dot, inner, outer, the add* family, tensordot, kron, cross, cdist."""

from typing import Any

from ..shapes import Shape, show
from .broadcasting import broadcast, broadcast_onto, require_axes
from .declare import function
from .elementwise import both
from .examples import call
from .kinds import Axis, EachTensor, Ignored, OptAxis, Raw, T, Tensor
from .problems import Problem, Unread, refuse, require_axis, require_equal


def _contracted(left: Shape, right: Shape, left_axis: int, right_axis: int, arg: str = "other") -> None:
    message = f"{show(left)} times {show(right)}: {{expected}} columns meet {{received}} rows"
    require_equal(right[right_axis], left[left_axis], Problem.MATMUL, message, arg=arg, axis=right_axis)


def _require_rank(rank: int, what: str, **shapes: Shape) -> None:
    for name, shape in shapes.items():
        if len(shape) != rank:
            message = f"{what} takes {rank} axes, but {name} {show(shape)} has {len(shape)}"
            raise refuse(Problem.RANK, message, arg=name, expected=rank, received=len(shape))


def product(input: Shape, other: Shape) -> Shape:
    """matmul: the last axis of ``input`` meets the last but one of ``other``; leading axes broadcast, vectors lose their axis."""
    if not input or not other:
        raise refuse(Problem.RANK, "matmul needs at least one axis on both sides", arg="other" if input else "input", expected=1, received=0)
    if len(other) == 1:
        _contracted(input, other, -1, 0)
        return input[:-1]
    if len(input) == 1:
        _contracted(input, other, -1, -2)
        return (*other[:-2], other[-1])
    _contracted(input, other, -1, -2)
    batch = broadcast(input[:-2], other[:-2], what="leading axes")
    return (*batch, input[-2], other[-1])


@function(
    *both(["matmul"]), "torch.linalg.matmul",
    good=lambda: [call(T(2, 3), T(3, 4)), call(T(3), T(3)), call(T(2, 3), T(3)), call(T(3), T(5, 3, 4)), call(T(5, 2, 3), T(3, 4)),
                  call(T(6, 1, 2, 3), T(5, 3, 4)), call(T(5, 2, 3), other=T(3))],
    bad=lambda: [call(T(2, 3), T(2, 4)).refused(Problem.MATMUL), call(T(3), T(4)).refused(Problem.MATMUL), call(T(), T(3)).refused(Problem.RANK),
                 call(T(2, 2, 3), T(5, 3, 4)).refused(Problem.BROADCAST), call(T(2, 3), T(4)).refused(Problem.MATMUL)],
    dtype="promoted",
)
def matmul(input: Tensor, other: Tensor) -> Shape:
    """(..., n, k) times (..., k, m) is (..., n, m); leading axes broadcast, and a vector's axis goes."""
    return product(input, other)


@function(
    "torch.mm",
    good=lambda: [call(T(2, 3), T(3, 4)), call(T(2, 3), mat2=T(3, 1))],
    bad=lambda: [call(T(2, 3), T(2, 4)).refused(Problem.MATMUL), call(T(2, 3), T(3)).refused(Problem.RANK),
                 call(T(1, 2, 3), T(3, 4)).refused(Problem.RANK)],
)
def mm(input: Tensor, mat2: Tensor) -> Shape:
    """(n, k) times (k, m) is (n, m)."""
    _require_rank(2, "mm", input=input, mat2=mat2)
    _contracted(input, mat2, 1, 0, "mat2")
    return (input[0], mat2[1])


function("torch.Tensor.mm", good=lambda: [call(T(2, 3), T(3, 4))], bad=lambda: [call(T(2, 3), T(2, 4)).refused(Problem.MATMUL)])(mm)


def _batches(left: Shape, right: Shape, arg: str) -> None:
    message = "{expected} matrices meet {received}"
    require_equal(right[0], left[0], Problem.MATMUL, message, arg=arg, axis=0)


@function(
    *both(["bmm"]),
    good=lambda: [call(T(5, 2, 3), T(5, 3, 4)), call(T(1, 2, 3), mat2=T(1, 3, 4))],
    bad=lambda: [call(T(5, 2, 3), T(5, 2, 4)).refused(Problem.MATMUL), call(T(5, 2, 3), T(4, 3, 4)).refused(Problem.MATMUL),
                 call(T(2, 3), T(3, 4)).refused(Problem.RANK)],
)
def bmm(input: Tensor, mat2: Tensor) -> Shape:
    """(b, n, k) times (b, k, m) is (b, n, m); nothing broadcasts."""
    _require_rank(3, "bmm", input=input, mat2=mat2)
    _batches(input, mat2, "mat2")
    _contracted(input, mat2, 2, 1, "mat2")
    return (input[0], input[1], mat2[2])


@function(
    *both(["mv"]), good=lambda: [call(T(2, 3), T(3)), call(T(2, 3), vec=T(3))],
    bad=lambda: [call(T(2, 3), T(2)).refused(Problem.MATMUL), call(T(2, 3), T(3, 1)).refused(Problem.RANK)],
)
def mv(input: Tensor, vec: Tensor) -> Shape:
    """(n, k) times (k) is (n)."""
    _require_rank(2, "mv", input=input)
    _require_rank(1, "mv", vec=vec)
    _contracted(input, vec, 1, 0, "vec")
    return (input[0],)


@function(
    *both(["dot"]), good=lambda: [call(T(3), T(3)), call(T(3), tensor=T(3))],
    bad=lambda: [call(T(3), T(4)).refused(Problem.MATMUL), call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def dot(input: Tensor, tensor: Tensor) -> Shape:
    """Two vectors give one number."""
    _require_rank(1, "dot", input=input, tensor=tensor)
    _contracted(input, tensor, 0, 0, "tensor")
    return ()


@function(
    *both(["vdot"]), good=lambda: [call(T(3), T(3)), call(T(3), other=T(3))],
    bad=lambda: [call(T(3), T(4)).refused(Problem.MATMUL), call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def vdot(input: Tensor, other: Tensor) -> Shape:
    """Two vectors give one number."""
    _require_rank(1, "vdot", input=input, other=other)
    _contracted(input, other, 0, 0)
    return ()


@function(
    *both(["inner"]), good=lambda: [call(T(3), T(3)), call(T(2, 3), T(4, 3)), call(T(2, 3), other=T()), call(T(5, 2, 3), T(3))],
    bad=lambda: [call(T(2, 3), T(3, 4)).refused(Problem.MATMUL)],
)
def inner(input: Tensor, other: Tensor) -> Shape:
    """The last axes meet and go; a tensor without axes only scales."""
    if not input or not other:
        return input or other
    _contracted(input, other, -1, -1)
    return (*input[:-1], *other[:-1])


@function(
    *both(["outer", "ger"]), good=lambda: [call(T(3), T(4)), call(T(3), vec2=T(1))], bad=lambda: [call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def outer(input: Tensor, vec2: Tensor) -> Shape:
    """A matrix of all products."""
    _require_rank(1, "outer", input=input, vec2=vec2)
    return (input[0], vec2[0])


def _onto(input: Shape, result: Shape) -> Shape:
    broadcast_onto(input, result, Problem.BROADCAST, "{received} cannot be added to a product of shape {expected}")
    return result


@function(
    *both(["addmm"]), good=lambda: [call(T(2, 4), T(2, 3), T(3, 4)), call(T(4), T(2, 3), T(3, 4), beta=0.5, alpha=2),
                                    call(T(), mat1=T(2, 3), mat2=T(3, 1))],
    bad=lambda: [call(T(2, 4), T(2, 3), T(4, 4)).refused(Problem.MATMUL), call(T(3), T(2, 3), T(3, 4)).refused(Problem.BROADCAST),
                 call(T(4), T(3), T(3, 4)).refused(Problem.RANK)],
)
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Ignored = 1, alpha: Ignored = 1) -> Shape:
    """The product of two matrices, and input added, which broadcasts onto it."""
    _require_rank(2, "addmm", mat1=mat1, mat2=mat2)
    _contracted(mat1, mat2, 1, 0, "mat2")
    return _onto(input, (mat1[0], mat2[1]))


@function(
    *both(["addmv"]), good=lambda: [call(T(2), T(2, 3), T(3)), call(T(1), mat=T(2, 3), vec=T(3), beta=0.5)],
    bad=lambda: [call(T(2), T(2, 3), T(2)).refused(Problem.MATMUL), call(T(3), T(2, 3), T(3)).refused(Problem.BROADCAST)],
)
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Ignored = 1, alpha: Ignored = 1) -> Shape:
    """The product of matrix and vector, and input added, which broadcasts onto it."""
    return _onto(input, mv(mat, vec))


@function(
    *both(["addr"]), good=lambda: [call(T(2, 3), T(2), T(3)), call(T(3), vec1=T(2), vec2=T(3), alpha=2)],
    bad=lambda: [call(T(2), T(2), T(3)).refused(Problem.BROADCAST), call(T(2), T(2, 1), T(3)).refused(Problem.RANK)],
)
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Ignored = 1, alpha: Ignored = 1) -> Shape:
    """The matrix of all products of two vectors, and input added, which broadcasts onto it."""
    _require_rank(1, "addr", vec1=vec1, vec2=vec2)
    return _onto(input, (vec1[0], vec2[0]))


def _stacks(batch1: Shape, batch2: Shape, what: str) -> Shape:
    _require_rank(3, what, batch1=batch1, batch2=batch2)
    _batches(batch1, batch2, "batch2")
    _contracted(batch1, batch2, 2, 1, "batch2")
    return (batch1[0], batch1[1], batch2[2])


@function(
    *both(["baddbmm"]),
    good=lambda: [call(T(5, 2, 4), T(5, 2, 3), T(5, 3, 4)), call(T(4), batch1=T(5, 2, 3), batch2=T(5, 3, 4), beta=0.5),
                  call(T(2, 1), T(5, 2, 3), T(5, 3, 4))],
    bad=lambda: [call(T(4), T(5, 2, 3), T(5, 2, 4)).refused(Problem.MATMUL), call(T(3), T(5, 2, 3), T(5, 3, 4)).refused(Problem.BROADCAST),
                 call(T(4), T(2, 3), T(3, 4)).refused(Problem.RANK)],
)
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Ignored = 1, alpha: Ignored = 1) -> Shape:
    """The products of two stacks of matrices, and input added, which broadcasts onto them."""
    return _onto(input, _stacks(batch1, batch2, "baddbmm"))


@function(
    *both(["addbmm"]), good=lambda: [call(T(2, 4), T(5, 2, 3), T(5, 3, 4)), call(T(4), batch1=T(5, 2, 3), batch2=T(5, 3, 4), alpha=0.5)],
    bad=lambda: [call(T(4), T(5, 2, 3), T(5, 2, 4)).refused(Problem.MATMUL), call(T(3), T(5, 2, 3), T(5, 3, 4)).refused(Problem.BROADCAST)],
)
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Ignored = 1, alpha: Ignored = 1) -> Shape:
    """The sum of the products of two stacks of matrices, and input added, which broadcasts onto it."""
    return _onto(input, _stacks(batch1, batch2, "addbmm")[1:])


# --- other products ----------------------------------------------------------------------------------------------------


@function(
    "torch.tensordot",
    good=lambda: [call(T(2, 3, 4), T(3, 4, 5)), call(T(2, 3), T(3, 4), 1), call(T(2, 3), T(4, 5), dims=0),
                  call(T(2, 3, 4), T(4, 5, 3), dims=([1, 2], [2, 0])),
                  call(T(2, 3), T(3, 4), ([1], [0]))],
    bad=lambda: [call(T(2, 3), T(4, 5), 1).refused(Problem.MATMUL), call(T(2, 3), T(2, 5), ([0, 1], [0])).refused(Problem.AXIS),
                 call(T(2, 3), T(3, 5), -1).refused(Problem.HYPER_PARAMETER), call(T(2, 3), T(3), ([2], [0])).refused(Problem.AXIS)],
)
def tensordot(a: Tensor, b: Tensor, dims: Raw = 2) -> Shape:
    """The axes named meet and go; those of a come first. A number means the last ones of a and the first ones of b."""
    left, right = _meeting_axes(a, b, dims)
    if any(i >= len(a) for i in left) or any(j >= len(b) for j in right):
        raise refuse(Problem.AXIS, "dims names more axes than there are", arg="dims", param="dims")
    for i, j in zip(left, right, strict=True):
        size = b[j]
        if not (isinstance(a[i], int) and a[i] == 1) and not (isinstance(size, int) and size == 1):  # torch sums over the other one
            message = f"axis {i} of a is {{expected}}, axis {j} of b {{received}}"
            require_equal(size, a[i], Problem.MATMUL, message, arg="b", axis=j)
    return (*(size for i, size in enumerate(a) if i not in left), *(size for j, size in enumerate(b) if j not in right))


def _meeting_axes(a: Shape, b: Shape, dims: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(dims, int):
        if dims < 0:
            raise refuse(Problem.HYPER_PARAMETER, f"dims must not be negative, not {dims}", arg="dims", param="dims")
        if dims > min(len(a), len(b)):
            message = f"{show(a)} and {show(b)} do not both have {dims} axes"
            raise refuse(Problem.AXIS, message, arg="dims", param="dims", expected=dims, received=min(len(a), len(b)))
        return tuple(range(len(a) - dims, len(a))), tuple(range(dims))
    if not isinstance(dims, (tuple, list)) or len(dims) != 2:
        raise Unread("dims")
    sides = [(side,) if isinstance(side, int) else side for side in dims]
    if not all(isinstance(side, (tuple, list)) and all(isinstance(axis, int) for axis in side) for side in sides):
        raise Unread("dims")
    if len(sides[0]) != len(sides[1]):
        message = f"dims names {len(sides[0])} axes of a and {len(sides[1])} of b"
        raise refuse(Problem.AXIS, message, arg="dims", param="dims", expected=len(sides[0]), received=len(sides[1]))
    return require_axes(sides[0], len(a), "dims"), require_axes(sides[1], len(b), "dims")


@function(*both(["kron"]), good=lambda: [call(T(2, 3), T(4, 5)), call(T(3), other=T(2, 2)), call(T(), T(3))])
def kron(input: Tensor, other: Tensor) -> Shape:
    """Each axis is the product of the two; missing ones count as 1."""
    rank = max(len(input), len(other))
    padded = ((1,) * (rank - len(shape)) + shape for shape in (input, other))
    return tuple(one * two for one, two in zip(*padded, strict=True))


def _crossed(input: Shape, other: Shape, dim: int) -> Shape:
    if len(input) != len(other):
        message = f"cross needs as many axes on both sides, not {show(input)} and {show(other)}"
        raise refuse(Problem.RANK, message, arg="other", expected=len(input), received=len(other))
    found = broadcast(input, other)
    axis = require_axis(dim, len(found))
    for name, shape in (("input", input), ("other", other)):
        message = f"axis {dim} of a cross product has 3 elements, not {{received}}"
        require_equal(shape[axis] if shape else 1, 3, Problem.MATMUL, message, arg=name, axis=axis)
    return found


@function(
    "torch.linalg.cross",
    good=lambda: [call(T(2, 3), T(2, 3)), call(T(3, 2), T(3, 1), dim=0), call(T(1, 3), T(4, 3))],
    bad=lambda: [call(T(2, 4), T(2, 4)).refused(Problem.MATMUL), call(T(2, 3), T(4, 3)).refused(Problem.BROADCAST),
                 call(T(2, 3), T(3)).refused(Problem.RANK),
                 call(T(2, 3), T(2, 3), dim=2).refused(Problem.AXIS)],
)
def linalg_cross(input: Tensor, other: Tensor, *, dim: Axis = -1) -> Shape:
    """Vectors of 3 along an axis; the operands broadcast."""
    return _crossed(input, other, dim)


@function(
    *both(["cross"]),
    good=lambda: [call(T(2, 3), T(2, 3)), call(T(3, 2), T(3, 1), 0), call(T(1, 3), T(4, 3), dim=-1), call(T(3, 3, 2), other=T(3, 3, 2))],
    bad=lambda: [call(T(2, 4), T(2, 4)).refused(Problem.MATMUL), call(T(2, 3), T(4, 3)).refused(Problem.BROADCAST),
                 call(T(2, 3), T(3)).refused(Problem.RANK)],
)
def cross(input: Tensor, other: Tensor, dim: OptAxis = None) -> Shape:
    """Vectors of 3 along an axis, by default the first that has the size 3; the operands broadcast."""
    if dim is not None:
        return _crossed(input, other, dim)
    if len(input) != len(other):
        return _crossed(input, other, -1)
    if not all(isinstance(size, int) for size in input):
        raise Unread("dim")
    if 3 not in input:
        raise refuse(Problem.MATMUL, f"no axis of {show(input)} has the size 3", expected=3)
    return _crossed(input, other, input.index(3))


@function(
    "torch.cdist",
    good=lambda: [call(T(2, 3), T(4, 3)), call(T(5, 2, 3), T(4, 3)), call(T(5, 1, 2, 3), x2=T(6, 4, 3)), call(T(2, 3), T(4, 3), p=1.0)],
    bad=lambda: [call(T(2, 3), T(4, 2)).refused(Problem.MATMUL), call(T(3), T(4, 3)).refused(Problem.RANK),
                 call(T(5, 2, 3), T(4, 4, 3)).refused(Problem.BROADCAST),
                 call(T(2, 3), T(4, 3), p=-1.0).refused(Problem.HYPER_PARAMETER)],
)
def cdist(x1: Tensor, x2: Tensor, p: Raw = 2.0, compute_mode: Ignored = None) -> Shape:
    """(..., n, k) and (..., m, k) give all distances, (..., n, m); leading axes broadcast."""
    for name, shape in (("x1", x1), ("x2", x2)):
        if len(shape) < 2:
            message = f"cdist needs at least 2 axes, but {name} {show(shape)} has {len(shape)}"
            raise refuse(Problem.RANK, message, arg=name, expected=2, received=len(shape))
    if isinstance(p, (int, float)) and p < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"p must not be negative, not {p}", arg="p", param="p")
    require_equal(x2[-1], x1[-1], Problem.MATMUL, "vectors of {expected} meet vectors of {received}", arg="x2", axis=-1)
    return (*broadcast(x1[:-2], x2[:-2], what="leading axes"), x1[-2], x2[-2])


@function(*both(["trace"]), good=lambda: [call(T(3, 3)), call(T(2, 5))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def trace(input: Tensor) -> Shape:
    """The sum of a matrix's diagonal: one number."""
    _require_rank(2, "trace", input=input)
    return ()


@function(
    "torch.chain_matmul",
    good=lambda: [call(T(2, 3), T(3, 4), T(4, 5)), call(T(2, 3))], bad=lambda: [call(T(2, 3), T(4, 4)).refused(Problem.MATMUL)],
)
def chain_matmul(*matrices: EachTensor) -> Shape:
    """The product of several matrices."""
    _require_rank(2, "chain_matmul", **{f"matrix {i}": shape for i, shape in enumerate(matrices)})
    if not matrices:
        raise refuse(Problem.SIGNATURE, "chain_matmul needs at least one matrix", arg="matrices")
    result = matrices[0]
    for shape in matrices[1:]:
        result = product(result, shape)
    return result
