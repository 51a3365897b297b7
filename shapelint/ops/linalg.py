"""The common decompositions and solvers of torch.linalg: each works on the last two axes, and on stacks of matrices."""

from typing import Any

from ..dims import Dim, Truth, dmin
from ..shapes import Shape, show
from .broadcasting import broadcast
from .declare import function
from .examples import call
from .kinds import Axis, Fields, Flag, Ignored, T, Tensor, Text
from .problems import Problem, Unread, equal, refuse, require_equal


def matrix(A: Shape, arg: str = "A") -> tuple[Shape, Dim, Dim]:
    if len(A) < 2:
        raise refuse(Problem.RANK, f"a matrix needs 2 axes, but {show(A)} has {len(A)}", arg=arg, expected=2, received=len(A))
    return A[:-2], A[-2], A[-1]


def square(A: Shape, arg: str = "A") -> tuple[Shape, Dim]:
    front, rows, columns = matrix(A, arg)
    size = require_equal(columns, rows, Problem.MATMUL, "the matrix must be square, but has {expected} rows and {received} columns", arg=arg, axis=-1)
    return front, size


def _square_examples(*more: Any) -> dict[str, Any]:
    return {
        "good": lambda: [call(T(3, 3), *more), call(T(2, 4, 4), *more)],
        "bad": lambda: [call(T(3, 4), *more).refused(Problem.MATMUL), call(T(3), *more).refused(Problem.RANK)],
    }


@function("torch.linalg.inv", "torch.linalg.matrix_exp", **_square_examples())
def inv(A: Tensor) -> Shape:
    """Square matrices; the shape stays."""
    square(A)
    return A


@function("torch.inverse", "torch.Tensor.inverse", "torch.matrix_exp", "torch.Tensor.matrix_exp", **_square_examples())
def inverse(input: Tensor) -> Shape:
    """Square matrices; the shape stays."""
    square(input, "input")
    return input


@function("torch.linalg.matrix_power", "torch.matrix_power", "torch.Tensor.matrix_power", **_square_examples(2))
def matrix_power(input: Tensor, n: Axis) -> Shape:
    """Square matrices times themselves; the shape stays."""
    square(input, "input")
    return input


@function("torch.linalg.det", **_square_examples())
def det(A: Tensor) -> Shape:
    """One number for each square matrix."""
    return square(A)[0]


@function("torch.det", "torch.Tensor.det", "torch.logdet", "torch.Tensor.logdet", **_square_examples())
def det_function(input: Tensor) -> Shape:
    """One number for each square matrix."""
    return square(input, "input")[0]


@function("torch.linalg.slogdet", **_square_examples())
def slogdet(A: Tensor) -> Fields:
    """Sign and logarithm of the determinant of each square matrix."""
    front, _ = square(A)
    return Fields(sign=front, logabsdet=front)


@function("torch.linalg.eig", **_square_examples(), dtype="complex")
def eig(A: Tensor) -> Fields:
    """Eigenvalues and eigenvectors of square matrices."""
    front, size = square(A)
    return Fields(eigenvalues=(*front, size), eigenvectors=A)


@function("torch.linalg.eigvals", **_square_examples(), dtype="complex")
def eigvals(A: Tensor) -> Shape:
    """Eigenvalues of square matrices."""
    front, size = square(A)
    return (*front, size)


@function("torch.linalg.eigh", **_square_examples())
def eigh(A: Tensor, UPLO: Ignored = "L") -> Fields:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    front, size = square(A)
    return Fields(eigenvalues=(*front, size), eigenvectors=A)


@function("torch.linalg.eigvalsh", **_square_examples())
def eigvalsh(A: Tensor, UPLO: Ignored = "L") -> Shape:
    """Eigenvalues of symmetric matrices."""
    front, size = square(A)
    return (*front, size)


@function(
    "torch.linalg.svd",
    good=lambda: [call(T(3, 4)), call(T(2, 5, 3)), call(T(3, 4), False), call(T(4, 3), full_matrices=False)],
    bad=lambda: [call(T(3)).refused(Problem.RANK)],
)
def svd(A: Tensor, full_matrices: Flag = True) -> Fields:
    """(m, n) gives (m, m), (k) and (n, n) with k = min(m, n); reduced (m, k), (k) and (k, n)."""
    front, rows, columns = matrix(A)
    least = dmin(rows, columns)
    left, right = (rows, columns) if full_matrices else (least, least)
    return Fields(U=(*front, rows, left), S=(*front, least), Vh=(*front, right, columns))


@function(
    "torch.svd", "torch.Tensor.svd",
    good=lambda: [call(T(3, 4)), call(T(2, 5, 3)), call(T(3, 4), False), call(T(4, 3), some=True)], bad=lambda: [call(T(3)).refused(Problem.RANK)],
)
def svd_function(input: Tensor, some: Flag = True, compute_uv: Ignored = True) -> Fields:
    """(m, n) gives (m, k), (k) and (n, k) with k = min(m, n); without some (m, m), (k) and (n, n)."""
    front, rows, columns = matrix(input, "input")
    least = dmin(rows, columns)
    left, right = (least, least) if some else (rows, columns)
    return Fields(U=(*front, rows, left), S=(*front, least), V=(*front, columns, right))


@function("torch.linalg.svdvals", good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def svdvals(A: Tensor) -> Shape:
    """Singular values of each matrix."""
    front, rows, columns = matrix(A)
    return (*front, dmin(rows, columns))


@function(
    "torch.linalg.qr",
    good=lambda: [call(T(3, 4)), call(T(2, 5, 3)), call(T(5, 3), "complete"), call(T(4, 3), mode="reduced")],
    bad=lambda: [call(T(3)).refused(Problem.RANK), call(T(3, 3), "full").refused(Problem.HYPER_PARAMETER)],
)
def qr(A: Tensor, mode: Text = "reduced") -> Fields:
    """(m, n) gives (m, k) and (k, n) with k = min(m, n); complete (m, m) and (m, n)."""
    front, rows, columns = matrix(A)
    if mode not in ("reduced", "complete", "r"):
        raise refuse(Problem.HYPER_PARAMETER, f"mode must be 'reduced', 'complete' or 'r', not {mode!r}", arg="mode", param="mode")
    inner = rows if mode == "complete" else dmin(rows, columns)
    return Fields(Q=(0,) if mode == "r" else (*front, rows, inner), R=(*front, inner, columns))


@function("torch.linalg.pinv", good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)])
def pinv(A: Tensor, *, atol: Ignored = None, rtol: Ignored = None, hermitian: Ignored = False) -> Shape:
    """(m, n) gives (n, m)."""
    front, rows, columns = matrix(A)
    return (*front, columns, rows)


@function("torch.linalg.matrix_rank", good=lambda: [call(T(3, 4)), call(T(2, 5, 3))], bad=lambda: [call(T(3)).refused(Problem.RANK)], dtype="int")
def matrix_rank(A: Tensor, *, atol: Ignored = None, rtol: Ignored = None, hermitian: Ignored = False) -> Shape:
    """One number for each matrix."""
    return matrix(A)[0]


def _is_vectors(A: Shape, B: Shape) -> bool:
    """Whether ``B`` is a vector for each matrix: torch decides by its sizes."""
    if len(B) == 1 or len(B) != len(A) - 1:
        return len(B) == 1
    same = {equal(one, other) for one, other in zip(A, B, strict=False)}
    if Truth.NEVER not in same and same != {Truth.ALWAYS}:
        raise Unread("B")
    return Truth.NEVER not in same


@function(
    "torch.linalg.solve",
    good=lambda: [call(T(3, 3), T(3)), call(T(3, 3), T(3, 4)), call(T(2, 3, 3), T(2, 3)), call(T(2, 3, 3), T(3, 4)), call(T(2, 3, 3), B=T(2, 3, 4))],
    bad=lambda: [call(T(3, 4), T(3)).refused(Problem.MATMUL), call(T(3, 3), T(4, 2)).refused(Problem.MATMUL)],
)
def solve(A: Tensor, B: Tensor, *, left: Flag = True) -> Shape:
    """X with A @ X = B (X @ A = B without left); B may be a vector for each matrix."""
    front, size = square(A)
    if _is_vectors(A, B):
        if not left:
            raise refuse(Problem.RANK, "vectors can be solved for on the left only", arg="B", param="left")
        require_equal(B[-1], size, Problem.MATMUL, "B has {received} rows, A {expected}", arg="B", axis=-1)
        return (*broadcast(front, B[:-1], what="leading axes"), size)
    behind, rows, columns = matrix(B, "B")
    require_equal(rows if left else columns, size, Problem.MATMUL, "B has {received} rows, A {expected}", arg="B", axis=-2 if left else -1)
    return (*broadcast(front, behind, what="leading axes"), rows, columns)
