"""Reductions: sum, mean, max, norm and the like. The axes named in ``dim`` go, or stay with size 1 when ``keepdim`` is set."""

from typing import Any

from ..dims import Dim, dmax
from ..shapes import Shape, numel, show
from .broadcasting import broadcast, require_axes
from .declare import function
from .elementwise import both
from .examples import call
from .joining import joined
from .kinds import ABSENT, UNREAD, Axis, Fields, Flag, Ignored, OptAxes, OptAxis, Passed, Raw, Size, T, Tensor
from .problems import Problem, Unread, refuse, require_at_least, require_axis, require_equal

_NO_AXIS = call(T(2, 3), 2).refused(Problem.AXIS)
_NEEDS_DIM = call(T(2, 3), keepdim=True).refused(Problem.SIGNATURE)


def _some_axes() -> list[Any]:
    return [
        call(T(2, 3, 4)), call(T(2, 3, 4), 1), call(T(2, 3, 4), dim=-1, keepdim=True), call(T(2, 3, 4), (0, 2)), call(T(2, 3, 4), [0, -1], True),
        call(T()),
    ]


def _wrong_axes() -> list[Any]:
    return [_NO_AXIS, call(T(2, 3), (0, -2)).refused(Problem.AXIS)]


def _one_axis() -> list[Any]:
    return [call(T(2, 3, 4)), call(T(2, 3, 4), 1), call(T(2, 3, 4), dim=-1, keepdim=True), call(T(2, 3), 0, False), call(T())]


def reduced(input: Shape, dims: tuple[int, ...] | None, keepdim: bool) -> Shape:
    """``input`` without ``dims``; all axes for None."""
    axes = range(len(input)) if dims is None else require_axes(dims, len(input))
    if keepdim:
        return tuple(1 if axis in axes else size for axis, size in enumerate(input))
    return tuple(size for axis, size in enumerate(input) if axis not in axes)


def _needs_dim(dim: Any, keepdim: Any, what: str) -> bool:
    """``keepdim`` as a bool; torch takes it only together with ``dim``."""
    if dim is ABSENT and keepdim is not ABSENT:
        raise refuse(Problem.SIGNATURE, f"{what} takes keepdim only together with dim", arg="keepdim")
    return bool(keepdim) and keepdim is not ABSENT


@function(*both(["sum"]), good=lambda: [*_some_axes(), call(T(2, 3), dim=None), call(T(2, 3), ())],
          bad=lambda: [*_wrong_axes(), _NEEDS_DIM], dtype="summed")
def sum_(input: Tensor, dim: OptAxes = ABSENT, keepdim: Flag = ABSENT) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    keep = _needs_dim(dim, keepdim, "sum")
    return reduced(input, None if dim is ABSENT else dim or None, keep)


@function(
    *both(["mean", "nanmean", "nansum"]),
    good=lambda: [*_some_axes(), call(T(2, 3), dim=None, keepdim=True), call(T(2, 3), ())], bad=_wrong_axes,
)
def mean(input: Tensor, dim: OptAxes = None, keepdim: Raw = ABSENT) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return reduced(input, dim or None, _flag(keepdim))


def _flag(value: Any) -> bool:
    if value is ABSENT:
        return False
    if isinstance(value, (bool, int)):
        return bool(value)
    raise Unread("keepdim")


@function(*both(["prod"]), good=_one_axis, bad=lambda: [_NO_AXIS, _NEEDS_DIM], dtype="summed")
def prod(input: Tensor, dim: Axis = ABSENT, keepdim: Flag = ABSENT) -> Shape:
    """The axis dim goes, every axis without dim; with keepdim it stays with size 1."""
    keep = _needs_dim(dim, keepdim, "prod")
    return reduced(input, None if dim is ABSENT else (dim,), keep)


@function(
    *both(["amax", "amin"]),
    good=lambda: [*_some_axes(), call(T(2, 3), keepdim=True), call(T(2, 3), ())], bad=_wrong_axes,
)
def amax(input: Tensor, dim: OptAxes = (), keepdim: Flag = False) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return reduced(input, dim or None, keepdim)


@function(
    *both(["all", "any"]),
    good=lambda: [*_some_axes(), call(T(2, 3), keepdim=True), call(T(2, 3), dim=None)], bad=_wrong_axes,
    dtype="bool",
)
def all_(input: Tensor, dim: OptAxes = None, keepdim: Flag = False) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return reduced(input, dim, keepdim)


@function(*both(["logsumexp"]), "torch.special.logsumexp", good=lambda: [*_some_axes()[1:-1]], bad=_wrong_axes)
def logsumexp(input: Tensor, dim: OptAxes, keepdim: Flag = False) -> Shape:
    """The axes dim go; with keepdim they stay with size 1."""
    if not dim:
        raise Unread("dim")  # torch's versions disagree about no axes
    return reduced(input, dim, keepdim)


@function(*both(["count_nonzero"]), good=lambda: [_some_axes()[0], call(T(2, 3, 4), 1), call(T(2, 3, 4), dim=(0, 2))], bad=_wrong_axes, dtype="int")
def count_nonzero(input: Tensor, dim: OptAxes = None) -> Shape:
    """The axes dim go, all of them without dim."""
    return reduced(input, dim or None, False)


# --- extremes and order ---------------------------------------------------------------------------------------------------


def _pair(input: Shape, dim: int, keepdim: bool) -> Fields:
    found = reduced(input, (dim,), keepdim)
    return Fields(values=found, indices=found)


@function(
    *both(["max", "min"]),
    good=lambda: [*_one_axis(), call(T(2, 3), T(3)), call(T(2, 3), other=T(2, 1))],
    bad=lambda: [_NO_AXIS, _NEEDS_DIM, call(T(2, 3), T(2)).refused(Problem.BROADCAST)],
)
def max_(input: Tensor, dim: Raw = ABSENT, keepdim: Flag = ABSENT, *, other: Raw = ABSENT) -> Any:
    """One number; with dim the values and their places, without that axis; with another tensor the larger of each pair."""
    second = dim if isinstance(dim, T) else other
    if second is UNREAD or dim is UNREAD:
        raise Unread("dim")
    if isinstance(second, T):
        if second.shape is None:
            raise Unread("other")
        return broadcast(input, second.shape)
    keep = _needs_dim(dim, keepdim, "max")
    if dim is ABSENT:
        return ()
    if not isinstance(dim, int):
        raise Unread("dim")
    return _pair(input, dim, keep)


@function(*both(["median", "nanmedian"]), good=_one_axis, bad=lambda: [_NO_AXIS, _NEEDS_DIM])
def median(input: Tensor, dim: Axis = ABSENT, keepdim: Flag = ABSENT) -> Any:
    """One number; with dim the values and their places, without that axis."""
    keep = _needs_dim(dim, keepdim, "median")
    return () if dim is ABSENT else _pair(input, dim, keep)


@function(*both(["mode"]), good=lambda: [*_one_axis(), call(T(2, 3), keepdim=True)], bad=lambda: [_NO_AXIS])
def mode(input: Tensor, dim: Axis = -1, keepdim: Flag = False) -> Fields:
    """The most frequent values along an axis and their places; the axis goes."""
    return _pair(input, dim, keepdim)


@function(
    *both(["aminmax"]), good=lambda: [call(T(2, 3, 4)), call(T(2, 3), dim=1), call(T(2, 3), dim=0, keepdim=True), call(T(2, 3), keepdim=True)],
    bad=lambda: [call(T(2, 3), dim=2).refused(Problem.AXIS)],
)
def aminmax(input: Tensor, *, dim: OptAxis = None, keepdim: Flag = False) -> Fields:
    """The smallest and the largest values; the axis goes."""
    found = reduced(input, None if dim is None else (dim,), keepdim)
    return Fields(min=found, max=found)


@function(
    *both(["argmax", "argmin"]), good=lambda: [*_one_axis(), call(T(2, 3), keepdim=True), call(T(2, 3), None)], bad=lambda: [_NO_AXIS], dtype="int",
)
def argmax(input: Tensor, dim: OptAxis = None, keepdim: Flag = False) -> Shape:
    """Places of the extremes along an axis, which goes; without dim one place in the flattened tensor."""
    return reduced(input, None if dim is None else (dim,), keepdim)


@function(
    *both(["kthvalue"]), good=lambda: [call(T(2, 3), 2), call(T(2, 3), 1, 0, True), call(T(5), k=5, dim=-1)],
    bad=lambda: [call(T(2, 3), 4).refused(Problem.INDEX), call(T(2, 3), 1, 2).refused(Problem.AXIS), call(T(2, 3), 0).refused(Problem.INDEX)],
)
def kthvalue(input: Tensor, k: Size, dim: Axis = -1, keepdim: Flag = False) -> Fields:
    """The k-th smallest values along an axis and their places; the axis goes."""
    axis = require_axis(dim, len(input))
    _require_count(k, 1, input[axis] if input else 1, axis)
    return _pair(input, dim, keepdim)


def _require_count(k: Dim, least: int, size: Dim, axis: int) -> None:
    require_at_least(k, least, Problem.INDEX, "k must be at least {expected}, not {received}", arg="k", param="k")
    require_at_least(size, k, Problem.INDEX, f"k={{expected}} is more than axis {axis} has, which is {{received}}", param="k", axis=axis)


@function(
    *both(["topk"]), good=lambda: [call(T(2, 5), 3), call(T(5, 2), 3, 0), call(T(2, 5), k=5, dim=1, largest=False, sorted=False), call(T(), 1)],
    bad=lambda: [call(T(2, 3), 4).refused(Problem.INDEX), call(T(2, 3), 1, 2).refused(Problem.AXIS), call(T(2, 3), -1).refused(Problem.INDEX)],
)
def topk(input: Tensor, k: Size, dim: Axis = -1, largest: Ignored = True, sorted: Ignored = True) -> Fields:
    """The k largest values along an axis, and their places."""
    axis = require_axis(dim, len(input))
    _require_count(k, 0, input[axis] if input else 1, axis)
    found = (*input[:axis], k, *input[axis + 1 :]) if input else ()
    return Fields(values=found, indices=found)


@function(
    *both(["sort"]), good=lambda: [call(T(2, 3)), call(T(2, 3), 0, True), call(T(2, 3), dim=0, descending=True), call(T(2, 3), stable=True),
                                   call(T())],
    bad=lambda: [_NO_AXIS],
)
def sort(input: Tensor, dim: Axis = -1, descending: Ignored = False, *, stable: Ignored = False) -> Fields:
    """The sorted values and their places; the shape stays."""
    require_axis(dim, len(input))
    return Fields(values=input, indices=input)


@function(
    *both(["argsort"]), good=lambda: [call(T(2, 3)), call(T(2, 3), 0, True), call(T(2, 3), dim=0, descending=True), call(T())],
    bad=lambda: [_NO_AXIS],
    dtype="int",
)
def argsort(input: Tensor, dim: Axis = -1, descending: Ignored = False, *, stable: Ignored = False) -> Shape:
    """The places in sorted order; the shape stays."""
    require_axis(dim, len(input))
    return input


@function(*both(["msort"]), good=lambda: [call(T(2, 3)), call(T(4))])
def msort(input: Tensor) -> Shape:
    """Sorted along axis 0; the shape stays."""
    return input


# --- running ----------------------------------------------------------------------------------------------------------------


@function(
    *both(["cumsum", "cumprod", "logcumsumexp"]),
    good=lambda: [call(T(2, 3), 0), call(T(2, 3), dim=-1), call(T(), 0)], bad=lambda: [_NO_AXIS],
    dtype="summed",
)
def cumsum(input: Tensor, dim: Axis) -> Shape:
    """Running along an axis; the shape stays."""
    require_axis(dim, len(input))
    return input


@function(*both(["cummax", "cummin"]), good=lambda: [call(T(2, 3), 0), call(T(2, 3), dim=-1), call(T(), 0)], bad=lambda: [_NO_AXIS])
def cummax(input: Tensor, dim: Axis) -> Fields:
    """Running extremes along an axis, and their places; the shape stays."""
    require_axis(dim, len(input))
    return Fields(values=input, indices=input)


@function(
    *both(["diff"]),
    good=lambda: [call(T(2, 5)), call(T(2, 5), 2), call(T(5, 2), dim=0), call(T(2, 5), prepend=T(2, 1), append=T(2, 2)), call(T(2, 5), n=0)],
    bad=lambda: [call(T()).refused(Problem.RANK), call(T(2, 3), 1, 2).refused(Problem.AXIS), call(T(2, 3), -1).refused(Problem.HYPER_PARAMETER),
                 call(T(2, 5), prepend=T(3, 1)).refused(Problem.JOIN)],
)
def diff(input: Tensor, n: Axis = 1, dim: Axis = -1, prepend: Raw = None, append: Raw = None) -> Shape:
    """Differences of neighbours along an axis, which is one shorter each of the n times."""
    if not input:
        raise refuse(Problem.RANK, "diff needs an axis, but the tensor has none", expected=1, received=0)
    if n < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"n must not be negative, not {n}", arg="n", param="n")
    if n == 0 and prepend is None and append is None:
        return input
    axis = require_axis(dim, len(input))
    parts = []
    for name, value in (("prepend", prepend), ("input", T(*input)), ("append", append)):
        if value is not None:
            if not isinstance(value, T) or value.shape is None:
                raise Unread(name)
            parts.append(value.shape)
    if any(len(part) != len(input) for part in parts):
        raise refuse(Problem.RANK, f"prepend and append need {len(input)} axes, as the input", arg="prepend", expected=len(input))
    whole = joined(tuple(parts), dim, "diff")
    if n == 0:
        return input
    return (*whole[:axis], dmax(whole[axis] - n, 0), *whole[axis + 1 :])


# --- moments and norms --------------------------------------------------------------------------------------------------------

def _spreads() -> list[Any]:
    return [
        *_some_axes(), call(T(2, 3), keepdim=True), call(T(2, 3), True), call(T(2, 3), 0, True, True), call(T(2, 3), dim=(0, 1), correction=0),
        call(T(2, 3), 1, unbiased=False), call(T(2, 3), dim=None), call(T(2, 3), unbiased=False), call(T(2, 3), ()),
    ]


def _spread(input: Shape, dim: Any, keepdim: Any) -> Shape:
    """The overloads of std and var: ``(dim, unbiased, keepdim)`` and ``(unbiased)``."""
    if isinstance(dim, bool):
        return ()
    if dim is UNREAD or isinstance(dim, T) or (isinstance(dim, (tuple, list)) and not all(isinstance(axis, int) for axis in dim)):
        raise Unread("dim")
    axes = (dim,) if isinstance(dim, int) else None if dim is None or dim is ABSENT else tuple(dim)
    return reduced(input, axes or None, _flag(keepdim))


@function(*both(["std", "var"]), good=_spreads, bad=_wrong_axes)
def std(input: Tensor, dim: Raw = ABSENT, unbiased: Ignored = ABSENT, keepdim: Raw = ABSENT, *, correction: Ignored = 1) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return _spread(input, dim, keepdim)


@function("torch.std_mean", "torch.var_mean", good=_spreads, bad=_wrong_axes)
def std_mean(input: Tensor, dim: Raw = ABSENT, unbiased: Ignored = ABSENT, keepdim: Raw = ABSENT, *, correction: Ignored = 1) -> list[Shape]:
    """Spread and mean; the axes dim go, all of them without dim."""
    return [_spread(input, dim, keepdim)] * 2


@function(
    *both(["norm"]),
    good=lambda: [call(T(2, 3, 4)), call(T(2, 3), 2), call(T(2, 3, 4), 2, -1), call(T(2, 3, 4), p=1, dim=(0, 1), keepdim=True),
                  call(T(2, 3), dim=1), call(T())],
    bad=lambda: [call(T(2, 3), 2, 2).refused(Problem.AXIS)],
)
def norm(input: Tensor, p: Ignored = "fro", dim: OptAxes = None, keepdim: Flag = False) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return reduced(input, dim or None, keepdim)


@function(
    "torch.linalg.vector_norm",
    good=lambda: [call(T(2, 3, 4)), call(T(2, 3), 1), call(T(2, 3, 4), 2, -1), call(T(2, 3, 4), ord=1, dim=(0, 1), keepdim=True),
                  call(T(2, 3), keepdim=True)],
    bad=lambda: [call(T(2, 3), 2, 2).refused(Problem.AXIS)],
)
def vector_norm(x: Tensor, ord: Ignored = 2, dim: OptAxes = None, keepdim: Flag = False) -> Shape:
    """The axes dim go, all of them without dim; with keepdim they stay with size 1."""
    return reduced(x, dim or None, keepdim)


@function(
    "torch.linalg.matrix_norm",
    good=lambda: [call(T(2, 3, 4)), call(T(2, 3), 1), call(T(2, 3, 4), "fro", (0, 1), True), call(T(4, 2, 3), ord="nuc", dim=(0, -1))],
    bad=lambda: [call(T(3)).refused(Problem.RANK), call(T(2, 3), 1, (0, 2)).refused(Problem.AXIS), call(T(2, 3), 1, (0, 0)).refused(Problem.AXIS)],
)
def matrix_norm(A: Tensor, ord: Raw = "fro", dim: OptAxes = (-2, -1), keepdim: Flag = False) -> Shape:
    """Two axes go; with keepdim they stay with size 1."""
    _require_matrix_order(ord)
    if len(A) < 2:
        raise refuse(Problem.RANK, f"a matrix norm needs 2 axes, but {show(A)} has {len(A)}", arg="A", expected=2, received=len(A))
    if dim is None or len(dim) != 2:
        raise refuse(Problem.AXIS, "a matrix norm is taken over 2 axes", arg="dim", param="dim", expected=2)
    return reduced(A, dim, keepdim)


def _require_matrix_order(ord: Any) -> None:
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise refuse(Problem.HYPER_PARAMETER, f"ord must be 'fro', 'nuc' or a number, not {ord!r}", arg="ord", param="ord")
    if isinstance(ord, (int, float)) and abs(ord) not in (1, 2, float("inf")):
        raise refuse(Problem.HYPER_PARAMETER, f"the order of a matrix norm is 1, 2 or infinity, not {ord}", arg="ord", param="ord")


@function(
    "torch.linalg.norm",
    good=lambda: [call(T(2, 3, 4)), call(T(2, 3), 1), call(T(2, 3, 4), 2, -1), call(T(2, 3, 4), ord="fro", dim=(0, 1), keepdim=True), call(T(3), 3)],
    bad=lambda: [call(T(2, 3), 2, 2).refused(Problem.AXIS), call(T(2, 3, 4), 1).refused(Problem.RANK),
                 call(T(2, 3), 3).refused(Problem.HYPER_PARAMETER)],
)
def linalg_norm(A: Tensor, ord: Raw = None, dim: OptAxes = None, keepdim: Flag = False) -> Shape:
    """A vector norm over one axis, a matrix norm over two; without an order a vector norm over all axes named."""
    axes = None if dim is None else require_axes(dim, len(A))
    if ord is not None:
        count = len(A) if axes is None else len(axes)
        if count not in (1, 2):
            raise refuse(Problem.RANK, f"a norm with an order is taken over 1 or 2 axes, not {count}", arg="A", param="dim", received=count)
        if count == 2 or isinstance(ord, str):
            if count == 1:
                raise refuse(Problem.RANK, f"the norm {ord!r} needs 2 axes, not 1", arg="A", param="ord", expected=2, received=1)
            _require_matrix_order(ord)
    return reduced(A, axes or None, keepdim)


@function(*both(["dist"]), good=lambda: [call(T(2, 3), T(3)), call(T(3), T(3), 1.0)], bad=lambda: [call(T(2, 3), T(2)).refused(Problem.BROADCAST)])
def dist(input: Tensor, other: Tensor, p: Ignored = 2) -> Shape:
    """The norm of the difference: one number."""
    broadcast(input, other)
    return ()


@function(
    *both(["quantile", "nanquantile"]),
    good=lambda: [call(T(2, 3), 0.5), call(T(2, 3), 0.5, 1), call(T(2, 3), q=0.5, dim=0, keepdim=True), call(T(2, 3), 0.25, None, True)],
    bad=lambda: [call(T(2, 3), 0.5, 2).refused(Problem.AXIS), call(T(2, 3), 1.5).refused(Problem.HYPER_PARAMETER)],
)
def quantile(input: Tensor, q: Raw, dim: OptAxis = None, keepdim: Flag = False, *, interpolation: Ignored = "linear") -> Shape:
    """Without the axis dim; a vector of quantiles gives a first axis."""
    if isinstance(q, (int, float)) and not 0 <= q <= 1:
        raise refuse(Problem.HYPER_PARAMETER, f"q must be from 0 to 1, not {q}", arg="q", param="q")
    if q is UNREAD or (isinstance(q, T) and q.shape is None):
        raise Unread("q")
    front = q.shape if isinstance(q, T) else ()
    if front is not None and len(front) > 1:
        raise refuse(Problem.RANK, f"q must be a number or a vector, not {show(front)}", arg="q", expected=1, received=len(front))
    return (*(front or ()), *reduced(input, None if dim is None else (dim,), keepdim))


@function(*both(["histc"]), good=lambda: [call(T(2, 3)), call(T(5), 10), call(T(5), bins=4, min=0, max=1)],
          bad=lambda: [call(T(3), 0).refused(Problem.HYPER_PARAMETER)])
def histc(input: Tensor, bins: Axis = 100, min: Raw = 0, max: Raw = 0) -> Shape:
    """A count for each bin."""
    if bins < 1:
        raise refuse(Problem.HYPER_PARAMETER, f"bins must be at least 1, not {bins}", arg="bins", param="bins")
    if isinstance(min, (int, float)) and isinstance(max, (int, float)) and min > max:
        raise refuse(Problem.HYPER_PARAMETER, f"min={min} is above max={max}", arg="min", param="min")
    return (bins,)


# --- sizes --------------------------------------------------------------------------------------------------------------------


@function("torch.numel", "torch.Tensor.numel", "torch.Tensor.nelement", good=lambda: [call(T(2, 3)), call(T())])
def numel_(input: Tensor) -> Dim:
    """The number of elements."""
    return numel(input)


@function("torch.Tensor.dim", "torch.Tensor.ndimension", good=lambda: [call(T(2, 3)), call(T())])
def dim_(input: Tensor) -> Dim:
    """The number of axes."""
    return len(input)


@function("torch.Tensor.size", good=lambda: [call(T(2, 3), 0), call(T(2, 3), dim=-1)], bad=lambda: [call(T(2, 3), 2).refused(Problem.AXIS),
                                                                                                    call(T(), 0).refused(Problem.AXIS)])
def size(input: Tensor, dim: Axis) -> Dim:
    """The size of one axis."""
    if not input:
        raise refuse(Problem.AXIS, f"dim={dim} is out of range for a tensor without axes", arg="dim", param="dim")
    return input[require_axis(dim, len(input))]


@function("torch.Tensor.item", good=lambda: [call(T(1)), call(T()), call(T(1, 1))], bad=lambda: [call(T(2)).refused(Problem.RANK)])
def item(input: Tensor) -> None:
    """The only element as a Python number."""
    message = "item needs a tensor of one element, not {received}"
    require_equal(numel(input), 1, Problem.RANK, message)


@function("torch.Tensor.tolist", "torch.Tensor.element_size", "torch.is_tensor", "torch.Tensor.is_contiguous", "torch.is_floating_point",
          "torch.Tensor.is_floating_point", "torch.is_complex", "torch.Tensor.is_complex", good=lambda: [call(T(2, 3))])
def no_tensor(input: Passed) -> None:
    """A Python value that is no matter of shapes."""
