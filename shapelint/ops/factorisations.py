"""Factorisations of matrices and what is solved with them: Cholesky, LU, triangular, least squares; each works on stacks of matrices."""

from typing import Any

from ..dims import dmin, prod
from ..shapes import Shape, show
from .broadcasting import broadcast
from .declare import function
from .elementwise import both
from .examples import call
from .kinds import Axis, Fields, Flag, Ignored, Size, T, Tensor, Tensors
from .linalg import matrix, square
from .matmul import product
from .problems import Problem, Unread, refuse, require_at_least, require_axis, require_equal

_ONE = T(2, 1, 1, high=1)  # positive definite whatever its number is


@function("torch.linalg.cholesky", good=lambda: [call(_ONE), call(T(1, 1, high=1), upper=True)],
          bad=lambda: [call(T(3, 4)).refused(Problem.MATMUL), call(T(3)).refused(Problem.RANK)])
def cholesky(A: Tensor, *, upper: Ignored = False) -> Shape:
    """Positive definite matrices become triangular ones of the same shape."""
    square(A)
    return A


@function("torch.linalg.cholesky_ex", good=lambda: [call(T(3, 3)), call(T(2, 3, 3), upper=True)], bad=lambda: [call(T(3, 4)).refused(Problem.MATMUL)])
def cholesky_ex(A: Tensor, *, upper: Ignored = False, check_errors: Ignored = False) -> Fields:
    """As cholesky, and for each matrix whether it worked."""
    return Fields(L=A, info=square(A)[0])


@function("torch.linalg.inv_ex", good=lambda: [call(T(3, 3)), call(T(2, 3, 3))], bad=lambda: [call(T(3, 4)).refused(Problem.MATMUL)])
def inv_ex(A: Tensor, *, check_errors: Ignored = False) -> Fields:
    """As inv, and for each matrix whether it worked."""
    return Fields(inverse=A, info=square(A)[0])


@function(*both(["cholesky_inverse"]), good=lambda: [call(T(3, 3)), call(T(2, 3, 3), True)], bad=lambda: [call(T(3, 4)).refused(Problem.MATMUL)])
def cholesky_inverse(input: Tensor, upper: Ignored = False) -> Shape:
    """Triangular matrices become inverses of the same shape."""
    square(input, "input")
    return input


@function(
    *both(["cholesky_solve"]), good=lambda: [call(T(3, 4), T(3, 3)), call(T(2, 3, 4), T(3, 3), upper=True)],
    bad=lambda: [call(T(4, 3), T(3, 3)).refused(Problem.MATMUL), call(T(3), T(3, 3)).refused(Problem.RANK)],
)
def cholesky_solve(input: Tensor, L: Tensor, upper: Ignored = False) -> Shape:
    """X with A @ X = input, where A = L @ L.mT; leading axes broadcast."""
    behind, rows, columns = matrix(input, "input")
    front, size = square(L, "L")
    require_equal(rows, size, Problem.MATMUL, "the input has {received} rows, L {expected}", axis=-2)
    return (*broadcast(behind, front, what="leading axes"), rows, columns)


@function(
    "torch.linalg.solve_triangular",
    good=lambda: [call(T(3, 3), T(3, 4), upper=True), call(T(2, 3, 3), T(4, 3), upper=False, left=False)],
    bad=lambda: [call(T(3, 3), T(4, 3), upper=True).refused(Problem.MATMUL), call(T(3, 4), T(3, 4), upper=True).refused(Problem.MATMUL),
                 call(T(3, 3), T(3), upper=True).refused(Problem.RANK)],
)
def solve_triangular(A: Tensor, B: Tensor, *, upper: Ignored, left: Flag = True, unitriangular: Ignored = False) -> Shape:
    """X with A @ X = B (X @ A = B without left), where A is triangular; leading axes broadcast."""
    front, size = square(A)
    behind, rows, columns = matrix(B, "B")
    require_equal(rows if left else columns, size, Problem.MATMUL, "B has {received} rows, A {expected}", arg="B", axis=-2 if left else -1)
    return (*broadcast(front, behind, what="leading axes"), rows, columns)


@function("torch.linalg.lu_factor", good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def lu_factor(A: Tensor, *, pivot: Ignored = True) -> Fields:
    """(m, n) gives both factors in one (m, n), and min(m, n) pivots."""
    front, rows, columns = matrix(A)
    return Fields(LU=A, pivots=(*front, dmin(rows, columns)))


@function("torch.linalg.lu", good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def lu(A: Tensor, *, pivot: Flag = True) -> Fields:
    """(m, n) gives (m, m), (m, k) and (k, n) with k = min(m, n)."""
    if not pivot:
        raise Unread("pivot")
    front, rows, columns = matrix(A)
    least = dmin(rows, columns)
    return Fields(P=(*front, rows, rows), L=(*front, rows, least), U=(*front, least, columns))


@function(
    "torch.linalg.lstsq", good=lambda: [call(T(5, 3), T(5, 4)), call(T(2, 5, 3), T(2, 5, 4)), call(T(3, 5), b=T(3, 2))],
    bad=lambda: [call(T(5, 3), T(4, 2)).refused(Problem.MATMUL), call(T(5), T(5, 3)).refused(Problem.RANK)],
)
def lstsq(A: Tensor, b: Tensor, rcond: Ignored = None, *, driver: Ignored = None) -> Fields:
    """The X for which A @ X is nearest to b; what else there is depends on the data and on the device."""
    front, rows, columns = matrix(A)
    if len(b) < len(A):
        raise Unread("b")  # a vector for each matrix, or a matrix that broadcasts: torch decides by its sizes
    behind, tall, wide = matrix(b, "b")
    if len(b) > len(A):
        raise Unread("b")
    require_equal(tall, rows, Problem.MATMUL, "b has {received} rows, A {expected}", arg="b", axis=-2)
    return Fields(solution=(*broadcast(front, behind, what="leading axes"), columns, wide), residuals=None, rank=None, singular_values=None)


@function(
    "torch.linalg.householder_product", "torch.orgqr", "torch.Tensor.orgqr", good=lambda: [call(T(5, 3), T(2)), call(T(2, 5, 3), T(2, 3))],
    bad=lambda: [call(T(5, 3), T(4)).refused(Problem.MATMUL), call(T(3, 5), T(2)).refused(Problem.MATMUL)],
)
def householder_product(input: Tensor, tau: Tensor) -> Shape:
    """The first columns of a product of reflections; the shape stays."""
    front, rows, columns = matrix(input, "input")
    if len(tau) != len(input) - 1:
        raise Unread("tau")
    require_at_least(rows, columns, Problem.MATMUL, "the input has {received} rows for {expected} columns", axis=-2)
    require_at_least(columns, tau[-1], Problem.MATMUL, "the input has {received} columns for {expected} reflections", arg="tau", axis=-1)
    for axis, (received, expected) in enumerate(zip(tau, front, strict=False)):
        require_equal(received, expected, Problem.MATMUL, "tau has {received} where the input has {expected}", arg="tau", axis=axis)
    return input


@function(
    "torch.linalg.multi_dot",
    good=lambda: [call([T(2, 3), T(3, 4), T(4, 5)]), call([T(3), T(3, 4), T(4)]), call([T(2, 3), T(3)])],
    bad=lambda: [call([T(2, 3), T(4, 4)]).refused(Problem.MATMUL)],
)
def multi_dot(tensors: Tensors) -> Shape:
    """The product of several matrices; the first and the last may be vectors."""
    if len(tensors) < 2 or any(len(shape) != 2 for shape in tensors[1:-1]) or any(len(shape) not in (1, 2) for shape in (tensors[0], tensors[-1])):
        raise Unread("tensors")
    result = tensors[0]
    for shape in tensors[1:]:
        result = product(result, shape)
    return result


@function("torch.linalg.cond", good=lambda: [call(T(3, 4)), call(T(2, 3, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def cond(A: Tensor, p: Ignored = None) -> Shape:
    """One number for each matrix."""
    return matrix(A)[0]


@function("torch.linalg.vecdot", good=lambda: [call(T(2, 3), T(2, 3)), call(T(2, 3), T(3)), call(T(2, 3), y=T(2, 1), dim=0)],
          bad=lambda: [call(T(2, 3), T(2, 4)).refused(Problem.BROADCAST)])
def vecdot(x: Tensor, y: Tensor, *, dim: Axis = -1) -> Shape:
    """The sums of products along an axis; the operands broadcast."""
    if not x or not y:
        raise Unread("x")
    if len(x) == len(y) == 1:
        require_equal(y[0], x[0], Problem.MATMUL, "y has {received} elements, x {expected}", arg="y", axis=0)
    joint = broadcast(x, y)
    axis = require_axis(dim, len(joint))
    return (*joint[:axis], *joint[axis + 1 :])


@function(*both(["pinverse"]), good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def pinverse(input: Tensor, rcond: Ignored = 1e-15) -> Shape:
    """(m, n) gives (n, m)."""
    front, rows, columns = matrix(input, "input")
    return (*front, columns, rows)


@function(*both(["slogdet"]), good=lambda: [call(T(3, 3)), call(T(2, 4, 4))], bad=lambda: [call(T(3, 4)).refused(Problem.MATMUL)])
def slogdet(input: Tensor) -> Fields:
    """Sign and logarithm of the determinant of each square matrix."""
    front, _ = square(input, "input")
    return Fields(sign=front, logabsdet=front)


@function("torch.svd_lowrank", good=lambda: [call(T(8, 7)), call(T(2, 5, 3), 2), call(T(5, 3), q=1, niter=1)], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def svd_lowrank(A: Tensor, q: Size = 6, niter: Ignored = 2, M: Ignored = None) -> list[Any]:
    """(m, n) gives (m, q), (q) and (n, q)."""
    front, rows, columns = matrix(A)
    if not isinstance(q, int) or q < 1 or not all(isinstance(size, int) and size >= q for size in (rows, columns)):
        raise Unread("q")
    return [(*front, rows, q), (*front, q), (*front, columns, q)]


@function("torch.linalg.tensorinv", good=lambda: [call(T(4, 6, 8, 3)), call(T(6, 2, 3), 1)], bad=lambda: [call(T(4, 5, 8, 3)).refused(Problem.MATMUL)])
def tensorinv(A: Tensor, ind: Axis = 2) -> Shape:
    """The first ``ind`` axes go behind the others; both sides have as many elements."""
    if ind < 1 or ind >= len(A):
        raise Unread("ind")
    require_equal(prod(A[ind:]), prod(A[:ind]), Problem.MATMUL, f"{show(A)} has {{expected}} elements in its first {ind} axes and {{received}} in the others")
    return (*A[ind:], *A[:ind])


@function(*both(["renorm"]), good=lambda: [call(T(2, 3), 2, 0, 1.0), call(T(2, 3, 4), p=1.0, dim=-1, maxnorm=2.0)])
def renorm(input: Tensor, p: Ignored, dim: Axis, maxnorm: Ignored) -> Shape:
    """Each slice along an axis shrunk to a norm; the shape stays."""
    if len(input) < 2:
        raise refuse(Problem.RANK, f"renorm needs at least 2 axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    if isinstance(p, (int, float)) and p <= 0:
        raise Unread("p")
    require_axis(dim, len(input))
    return input
