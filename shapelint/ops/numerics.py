"""Statistics and numerical analysis: covariances, integrals, gradients, histograms, combinations, distances of pairs."""

from math import comb
from typing import Any

from ..dims import Dim, floordiv
from ..shapes import Shape, show
from .broadcasting import require_axes
from .declare import function
from .elementwise import both
from .examples import call
from .kinds import ABSENT, UNREAD, Axis, Fields, Flag, Ignored, OptAxes, OptSize, Raw, Size, T, Tensor
from .problems import Problem, Unread, refuse, require_at_least, require_axis


def _observed(input: Shape, what: str) -> Shape:
    if len(input) > 2:
        raise refuse(Problem.RANK, f"{what} takes at most 2 axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    if len(input) == 2 and not (isinstance(input[0], int) and input[0] > 1):
        if input[0] != 1:
            raise Unread("input")  # a matrix, or one number where there is one row
        return ()
    return (input[0], input[0]) if len(input) == 2 else ()


@function(*both(["corrcoef"]), good=lambda: [call(T(3, 5)), call(T(5))], bad=lambda: [call(T(2, 3, 4)).refused(Problem.RANK)])
def corrcoef(input: Tensor) -> Shape:
    """A matrix over the rows, or one number for a vector."""
    return _observed(input, "corrcoef")


@function(*both(["cov"]), good=lambda: [call(T(3, 5)), call(T(5)), call(T(3, 5), correction=0)], bad=lambda: [call(T(2, 3, 4)).refused(Problem.RANK)])
def cov(input: Tensor, *, correction: Ignored = 1, fweights: Raw = None, aweights: Raw = None) -> Shape:
    """A matrix over the rows, or one number for a vector."""
    if fweights is not None or aweights is not None:
        raise Unread("fweights")
    return _observed(input, "cov")


@function("torch.trapezoid", "torch.trapz", good=lambda: [call(T(3, 5)), call(T(3, 5), dx=0.5, dim=0)], bad=lambda: [call(T(3, 5), dim=2).refused(Problem.AXIS)])
def trapezoid(y: Tensor, x: Raw = ABSENT, *, dx: Ignored = 1, dim: Axis = -1) -> Shape:
    """The integral along an axis, which goes."""
    if x is not ABSENT or not y:
        raise Unread("x")
    axis = require_axis(dim, len(y))
    return (*y[:axis], *y[axis + 1 :])


@function("torch.cumulative_trapezoid", good=lambda: [call(T(3, 5)), call(T(3, 5), dx=0.5, dim=0)], bad=lambda: [call(T(3, 5), dim=2).refused(Problem.AXIS)])
def cumulative_trapezoid(y: Tensor, x: Raw = ABSENT, *, dx: Ignored = 1, dim: Axis = -1) -> Shape:
    """The integrals up to each place but the first of an axis."""
    if x is not ABSENT or not y:
        raise Unread("x")
    axis = require_axis(dim, len(y))
    return (*y[:axis], y[axis] - 1, *y[axis + 1 :])


@function("torch.gradient", good=lambda: [call(T(3, 5)), call(T(3, 5), dim=1), call(T(4, 3, 2), dim=(0, 1)), call(T(5), spacing=2.0)],
          bad=lambda: [call(T(3, 5), dim=2).refused(Problem.AXIS), call(T(1, 5)).refused(Problem.HYPER_PARAMETER)])
def gradient(input: Tensor, *, spacing: Raw = 1, dim: OptAxes = None, edge_order: Size = 1) -> list[Any]:
    """For each axis the slopes along it, of the shape of the input."""
    if not input or not isinstance(spacing, (int, float)):
        raise Unread("spacing")
    axes = range(len(input)) if dim is None else require_axes(dim, len(input))
    if not isinstance(edge_order, int) or edge_order not in (1, 2):
        raise Unread("edge_order")
    for axis in axes:
        message = "an axis of {received} elements has no slopes: {expected} are needed"
        require_at_least(input[axis], edge_order + 1, Problem.HYPER_PARAMETER, message, axis=axis)
    return [input for _ in axes]


@function(*both(["histogram"]), good=lambda: [call(T(3, 5), 7), call(T(4), bins=2, density=True)])
def histogram(input: Tensor, bins: Raw, *, range: Ignored = None, weight: Raw = None, density: Ignored = False) -> Fields:
    """How many elements are in each bin, and the edges of the bins."""
    if weight is not None:
        raise Unread("weight")
    if isinstance(bins, T) and bins.shape is not None and len(bins.shape) == 1:
        return Fields(hist=(bins.shape[0] - 1,), bin_edges=bins.shape)
    if not isinstance(bins, int) or bins < 1:
        raise Unread("bins")
    return Fields(hist=(bins,), bin_edges=(bins + 1,))


_GRID = 10**6  # torch makes a grid of size**r elements first: beyond some size it runs out of memory


@function("torch.combinations", good=lambda: [call(T(5)), call(T(5), 3), call(T(4), r=2, with_replacement=True)],
          bad=lambda: [call(T(2, 3)).refused(Problem.RANK)])
def combinations(input: Tensor, r: Size = 2, with_replacement: Flag = False) -> Shape:
    """A row for each choice of ``r`` elements."""
    if len(input) != 1:
        raise refuse(Problem.RANK, f"combinations takes a vector, not {show(input)}", expected=1, received=len(input))
    size = input[0]
    if not isinstance(size, int) or not isinstance(r, int) or r < 1 or size**min(r, 64) > _GRID:
        raise Unread("r")
    return (comb(size + r - 1, r) if with_replacement else comb(size, r), r)


@function("torch.vander", good=lambda: [call(T(3)), call(T(3), 5), call(T(3), N=2, increasing=True)], bad=lambda: [call(T(2, 3)).refused(Problem.RANK)])
def vander(x: Tensor, N: OptSize = None, increasing: Ignored = False) -> Shape:
    """The powers of a vector's elements in rows."""
    if len(x) != 1:
        raise refuse(Problem.RANK, f"vander takes a vector, not {show(x)}", arg="x", expected=1, received=len(x))
    require_at_least(x[0] if N is None else N, 0, Problem.HYPER_PARAMETER, "N must not be negative, not {received}", arg="N", param="N")
    return (x[0], x[0] if N is None else N)


@function("torch.linalg.vander", good=lambda: [call(T(3)), call(T(2, 3), N=5)])
def linalg_vander(x: Tensor, *, N: OptSize = None) -> Shape:
    """The powers of the elements along a new last axis."""
    powers = (x[-1] if x else 0) if N is None else N
    if not x or not isinstance(powers, int) or powers < 2:
        raise Unread("N")
    return (*x, powers)


@function("torch.pdist", "torch.nn.functional.pdist", good=lambda: [call(T(4, 3)), call(T(2, 3), 1.0)], bad=lambda: [call(T(4)).refused(Problem.RANK)])
def pdist(input: Tensor, p: Ignored = 2.0) -> Shape:
    """The distances of all pairs of rows."""
    if len(input) != 2:
        raise refuse(Problem.RANK, f"pdist takes 2 axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    if isinstance(p, (int, float)) and p < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"p must not be negative, not {p}", arg="p", param="p")
    rows = input[0]
    pairs: Dim = floordiv(rows * (rows - 1), 2)
    return (pairs,)


@function("torch.polygamma", "torch.special.polygamma", good=lambda: [call(1, T(2, 3)), call(0, T())])
def polygamma(n: Ignored, input: Tensor) -> Shape:
    """Each element on its own; the shape stays."""
    if isinstance(n, int) and n < 0:
        raise Unread("n")
    return input


@function(*both(["mvlgamma"]), "torch.special.multigammaln", good=lambda: [call(T(2, 3), 1), call(T(), p=1)])
def mvlgamma(input: Tensor, p: Size) -> Shape:
    """Each element on its own; the shape stays."""
    if not isinstance(p, int) or p < 1:
        raise Unread("p")
    return input


@function(*both(["frexp"]), good=lambda: [call(T(2, 3)), call(T())])
def frexp(input: Tensor) -> Fields:
    """Mantissa and exponent of each element."""
    return Fields(mantissa=input, exponent=input)


@function("torch.poisson", good=lambda: [call(T(2, 3, high=1)), call(T(high=1))])
def poisson(input: Tensor) -> Shape:
    """A random number for each rate; the shape stays."""
    return input


@function("torch.unravel_index", good=lambda: [call(T(2, dtype="int", high=1), (3, 4)), call(T(2, 3, dtype="int", high=1), shape=(5,))], dtype="int")
def unravel_index(indices: Tensor, shape: Raw) -> list[Any]:
    """For each axis of ``shape`` where the flat indices are along it."""
    if shape is UNREAD or not isinstance(shape, (tuple, list)) or not all(isinstance(size, int) and size > 0 for size in shape):
        raise Unread("shape")
    return [indices for _ in shape]


_WINDOWS = ("bartlett", "blackman", "cosine", "hamming", "hann", "nuttall")


@function(*(f"torch.signal.windows.{name}" for name in _WINDOWS), good=lambda: [call(5), call(7, sym=False)],
          bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER)], dtype="float")
def window(M: Size, *, sym: Ignored = True) -> Shape:
    """The weights of a window of M samples."""
    require_at_least(M, 0, Problem.HYPER_PARAMETER, "M must not be negative, not {received}", arg="M", param="M")
    return (M,)


_SPECIAL = ("airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "i1", "i1e", "modified_bessel_i0", "modified_bessel_i1",
            "modified_bessel_k0", "modified_bessel_k1", "psi", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0")


@function(*(f"torch.special.{name}" for name in _SPECIAL), good=lambda: [call(T(2, 3)), call(T())], dtype="float")
def special(input: Tensor) -> Shape:
    """Each element on its own; the shape stays."""
    return input
