"""Picking elements by number or by mask: select, index_select, gather, scatter, take, masked_fill, where, nonzero, unique.

How many elements a mask chooses is not a matter of shapes: such sizes are unread.
"""

from typing import Any

from ..dims import Dim, unknown
from ..shapes import Shape, numel, show
from .broadcasting import broadcast
from .declare import function
from .examples import call
from .kinds import ABSENT, UNREAD, Axis, Flag, Ignored, OptAxis, Raw, Size, T, Tensor
from .problems import Problem, Unread, refuse, require_at_least, require_axis, require_equal


def _picks(*shape: int) -> T:
    """An index tensor for examples; its numbers are 0, which every axis has."""
    return T(*shape, dtype="int", high=1)


def _mask(*shape: int) -> T:
    return T(*shape, dtype="bool")


def _tensor_of(value: Any, param: str) -> Shape:
    if isinstance(value, T):
        if value.shape is None:
            raise Unread(param)
        return value.shape
    if value is UNREAD:
        raise Unread(param)
    return ()


@function(
    "torch.select", "torch.Tensor.select",
    good=lambda: [call(T(4, 3), 0, 1), call(T(4, 3, 2), -1, -2), call(T(4, 3), dim=1, index=2)],
    bad=lambda: [call(T(4, 3), 0, 4).refused(Problem.INDEX), call(T(4, 3), 2, 0).refused(Problem.AXIS), call(T(), 0, 0).refused(Problem.RANK)],
)
def select(input: Tensor, dim: Axis, index: Raw) -> Shape:
    """One place of an axis, which goes."""
    if not input:
        raise refuse(Problem.RANK, "select needs an axis, but the tensor has none", expected=1, received=0)
    axis = require_axis(dim, len(input))
    if isinstance(index, int):
        message = f"index {index} is out of range for axis {axis} of size {{received}}"
        require_at_least(input[axis], index + 1 if index >= 0 else -index, Problem.INDEX, message, param="index", axis=axis)
    return (*input[:axis], *input[axis + 1 :])


def _index_vector(index: Shape, what: str) -> Dim:
    if len(index) > 1:
        raise refuse(Problem.RANK, f"{what} takes a vector of indices, not {show(index)}", arg="index", expected=1, received=len(index))
    return index[0] if index else 1


@function(
    "torch.index_select", "torch.Tensor.index_select",
    good=lambda: [call(T(4, 3), 0, _picks(2)), call(T(4, 3), -1, _picks(5)), call(T(4, 3), dim=1, index=_picks())],
    bad=lambda: [call(T(4, 3), 0, _picks(2, 2)).refused(Problem.RANK), call(T(4, 3), 2, _picks(2)).refused(Problem.AXIS)],
)
def index_select(input: Tensor, dim: Axis, index: Tensor) -> Shape:
    """The places of an axis that the index lists."""
    axis, count = require_axis(dim, len(input)), _index_vector(index, "index_select")
    if not input:
        require_equal(count, 1, Problem.INDEX, "a tensor without axes has one place, not {received}", arg="index")
        return ()
    return (*input[:axis], count, *input[axis + 1 :])


def _same_rank(input: Shape, other: Shape, name: str) -> None:
    if max(len(input), 1) != max(len(other), 1):
        message = f"{name} {show(other)} needs as many axes as the input {show(input)}"
        raise refuse(Problem.RANK, message, arg=name, expected=len(input), received=len(other))


def _not_larger(index: Shape, other: Shape, dim: int | None, name: str) -> None:
    for axis, (size, limit) in enumerate(zip(index, other or (1,), strict=False)):
        if axis != dim:
            message = f"index {show(index)} is larger than {name} {show(other)} at axis {axis}"
            require_at_least(limit, size, Problem.STATE, message, arg="index", axis=axis)


@function(
    "torch.gather", "torch.Tensor.gather",
    good=lambda: [call(T(4, 3), 0, _picks(2, 3)), call(T(4, 3), -1, _picks(4, 7)), call(T(2, 3, 4), dim=1, index=_picks(1, 5, 2)),
                  call(T(3), 0, _picks())],
    bad=lambda: [call(T(4, 3), 0, _picks(2, 4)).refused(Problem.STATE), call(T(4, 3), 0, _picks(3)).refused(Problem.RANK),
                 call(T(4, 3), 2, _picks(4, 3)).refused(Problem.AXIS)],
)
def gather(input: Tensor, dim: Axis, index: Tensor, *, sparse_grad: Ignored = False) -> Shape:
    """The shape of the index, which may exceed the input only along dim."""
    axis = require_axis(dim, len(input))
    _same_rank(input, index, "index")
    _not_larger(index, input, axis, "the input")
    return index


def _scattered(input: Shape, dim: int, index: Shape, source: Shape | None) -> Shape:
    axis = require_axis(dim, len(input))
    _same_rank(input, index, "index")
    if source is not None:
        _same_rank(index, source, "src")
        _not_larger(index, source, None, "src")
    _not_larger(index, input, axis, "the input")
    return input


@function(
    "torch.scatter", "torch.Tensor.scatter",
    good=lambda: [call(T(4, 3), 0, _picks(2, 3), T(2, 3)), call(T(4, 3), 1, _picks(2, 5), 1.0),
                  call(T(4, 3), dim=-1, index=_picks(1, 1), src=T(4, 3)),
                  call(T(4, 3), 0, _picks(2, 3), value=2.0)],
    bad=lambda: [call(T(4, 3), 0, _picks(2, 4), T(2, 4)).refused(Problem.STATE), call(T(4, 3), 0, _picks(2, 3), T(1, 3)).refused(Problem.STATE),
                 call(T(4, 3), 0, _picks(3), 1.0).refused(Problem.RANK), call(T(4, 3), 2, _picks(2, 3), 1.0).refused(Problem.AXIS)],
)
def scatter(input: Tensor, dim: Axis, index: Tensor, src: Raw = ABSENT, *, value: Raw = ABSENT, reduce: Ignored = None) -> Shape:
    """The input, with elements of src (or a number) written to the places that the index names along dim."""
    if src is ABSENT and value is ABSENT:
        raise refuse(Problem.SIGNATURE, "scatter needs src or value", arg="src")
    return _scattered(input, dim, index, _tensor_of(src, "src") if isinstance(src, T) or src is UNREAD else None)


@function(
    "torch.scatter_add", "torch.Tensor.scatter_add",
    good=lambda: [call(T(4, 3), 0, _picks(2, 3), T(2, 3)), call(T(4, 3), dim=-1, index=_picks(1, 1), src=T(4, 3))],
    bad=lambda: [call(T(4, 3), 0, _picks(2, 4), T(2, 4)).refused(Problem.STATE)],
)
def scatter_add(input: Tensor, dim: Axis, index: Tensor, src: Tensor) -> Shape:
    """The input, with elements of src added at the places that the index names along dim."""
    return _scattered(input, dim, index, src)


@function(
    "torch.scatter_reduce", "torch.Tensor.scatter_reduce",
    good=lambda: [call(T(4, 3), 0, _picks(2, 3), T(2, 3), "sum"), call(T(4, 3), 1, _picks(4, 3), T(4, 3), reduce="mean", include_self=False)],
    bad=lambda: [call(T(4, 3), 0, _picks(2, 4), T(2, 4), "sum").refused(Problem.STATE),
                 call(T(4, 3), 0, _picks(2, 3), T(2, 3), "last").refused(Problem.HYPER_PARAMETER)],
)
def scatter_reduce(input: Tensor, dim: Axis, index: Tensor, src: Tensor, reduce: Raw, *, include_self: Ignored = True) -> Shape:
    """The input, combined with elements of src at the places that the index names along dim."""
    if isinstance(reduce, str) and reduce not in ("sum", "prod", "mean", "amax", "amin", "max", "min"):
        raise refuse(Problem.HYPER_PARAMETER, f"reduce must be sum, prod, mean, amax or amin, not {reduce!r}", arg="reduce", param="reduce")
    return _scattered(input, dim, index, src)


@function(
    "torch.index_add", "torch.Tensor.index_add", "torch.index_copy", "torch.Tensor.index_copy",
    good=lambda: [call(T(4, 3), 0, _picks(1), T(1, 3)), call(T(4, 3, 2), -1, _picks(5), T(4, 3, 5)),
                  call(T(4, 3), dim=1, index=_picks(2), source=T(4, 2))],
    bad=lambda: [call(T(4, 3), 0, _picks(2), T(3, 3)).refused(Problem.STATE), call(T(4, 3), 0, _picks(2), T(2, 4)).refused(Problem.STATE),
                 call(T(4, 3), 0, _picks(1, 2), T(2, 3)).refused(Problem.RANK), call(T(4, 3), 2, _picks(2), T(2, 3)).refused(Problem.AXIS)],
)
def index_add(input: Tensor, dim: Axis, index: Tensor, source: Tensor, *, alpha: Ignored = 1) -> Shape:
    """The input, with slices of source written to the places of axis dim that the index lists."""
    axis, count = require_axis(dim, len(input)), _index_vector(index, "index_add")
    if not input or not source:
        raise Unread("source")
    _same_rank(input, source, "source")
    for i, (size, wanted) in enumerate(zip(source, input, strict=True)):
        message = "source has {received} slices for {expected} indices" if i == axis else f"axis {i} of source is {{received}}, not {{expected}}"
        require_equal(size, count if i == axis else wanted, Problem.STATE, message, arg="source", axis=i)
    return input


@function(
    "torch.index_fill", "torch.Tensor.index_fill",
    good=lambda: [call(T(4, 3), 0, _picks(1), 2.0), call(T(4, 3), dim=1, index=_picks(2), value=T())],
    bad=lambda: [call(T(4, 3), 2, _picks(2), 2.0).refused(Problem.AXIS), call(T(4, 3), 0, _picks(2, 2), 1.0).refused(Problem.RANK)],
)
def index_fill(input: Tensor, dim: Axis, index: Tensor, value: Raw) -> Shape:
    """The input, with a number written to the places of axis dim that the index lists."""
    require_axis(dim, len(input))
    _index_vector(index, "index_fill")
    _one_number(value)
    return input


def _one_number(value: Any) -> None:
    if isinstance(value, T) and value.shape:
        message = f"value must be one number, not a tensor of shape {show(value.shape)}"
        raise refuse(Problem.RANK, message, arg="value", expected=0, received=len(value.shape))


@function("torch.take", "torch.Tensor.take", good=lambda: [call(T(4, 3), _picks(2, 5)), call(T(4), index=_picks())])
def take(input: Tensor, index: Tensor) -> Shape:
    """The shape of the index, which counts through the flattened input."""
    return index


@function(
    "torch.take_along_dim", "torch.Tensor.take_along_dim",
    good=lambda: [call(T(4, 3), _picks(1, 3), 0), call(T(4, 3), _picks(4, 1), dim=-1), call(T(4, 3), _picks(2, 2)),
                  call(T(4, 1, 2), indices=_picks(1, 3, 5), dim=2)],
    bad=lambda: [call(T(4, 3), _picks(2, 1), 1).refused(Problem.BROADCAST), call(T(4, 3), _picks(3), 0).refused(Problem.RANK),
                 call(T(4, 3), _picks(4, 3), 2).refused(Problem.AXIS)],
)
def take_along_dim(input: Tensor, indices: Tensor, dim: OptAxis = None) -> Shape:
    """The indices' size along dim; the other axes broadcast. Without dim both are flattened."""
    if dim is None:
        return (numel(indices),)
    if len(input) != len(indices):
        message = f"indices {show(indices)} needs as many axes as the input {show(input)}"
        raise refuse(Problem.RANK, message, arg="indices", expected=len(input), received=len(indices))
    if not input:
        raise refuse(Problem.AXIS, f"dim={dim} is out of range for a tensor without axes", arg="dim", param="dim")
    axis = require_axis(dim, len(input))
    rest = broadcast(*((*shape[:axis], 1, *shape[axis + 1 :]) for shape in (input, indices)), what="input and indices")
    return (*rest[:axis], indices[axis], *rest[axis + 1 :])


@function(
    "torch.masked_fill", "torch.Tensor.masked_fill",
    good=lambda: [call(T(4, 3), _mask(4, 3), 0.0), call(T(2, 4, 3), _mask(4, 1), -1.0), call(T(3), mask=_mask(4, 3), value=T())],
    bad=lambda: [call(T(4, 3), _mask(4, 2), 0.0).refused(Problem.BROADCAST), call(T(4, 3), _mask(4, 3), T(1)).refused(Problem.RANK)],
)
def masked_fill(input: Tensor, mask: Tensor, value: Raw) -> Shape:
    """The input, with a number where the mask is true; the two broadcast."""
    _one_number(value)
    return broadcast(input, mask, what="input and mask")


@function(
    "torch.masked_scatter", "torch.Tensor.masked_scatter",
    good=lambda: [call(T(4, 3), _mask(4, 3), T(99)), call(T(2, 4, 3), _mask(4, 1), T(99))],
    bad=lambda: [call(T(4, 3), _mask(4, 2), T(99)).refused(Problem.BROADCAST)],
)
def masked_scatter(input: Tensor, mask: Tensor, source: Raw) -> Shape:
    """The input, with elements of source where the mask is true; input and mask broadcast."""
    found = broadcast(input, mask, what="input and mask")
    if isinstance(source, T) and source.shape is not None:
        enough = numel(source.shape)
        if isinstance(enough, int) and isinstance(numel(found), int) and enough >= numel(found):  # type: ignore[operator]
            return found
    raise Unread("source")


@function(
    "torch.masked_select", "torch.Tensor.masked_select",
    good=lambda: [call(T(4, 3), _mask(4, 3)), call(T(4, 3), mask=_mask(3))], bad=lambda: [call(T(4, 3), _mask(4, 2)).refused(Problem.BROADCAST)],
)
def masked_select(input: Tensor, mask: Tensor) -> Shape:
    """A vector of the elements where the mask is true."""
    broadcast(input, mask, what="input and mask")
    return (unknown(),)


def _found_in(input: Shape, as_tuple: bool) -> Any:
    count = unknown()
    return [(count,)] * max(len(input), 1) if as_tuple else (count, len(input))


@function(
    "torch.where",
    good=lambda: [call(_mask(4, 3), T(4, 3), T(3)), call(_mask(4, 1), T(3), 0.0), call(_mask(4), 1.0, 0.0), call(_mask(4, 3)),
                  call(_mask(2), input=T(2), other=T())],
    bad=lambda: [call(_mask(4, 3), T(4, 3), T(2)).refused(Problem.BROADCAST), call(_mask(4), T(3), 0.0).refused(Problem.BROADCAST),
                 call(_mask(4), T(4)).refused(Problem.SIGNATURE)],
    dtype=None,
)
def where(condition: Tensor, input: Raw = ABSENT, other: Raw = ABSENT) -> Any:
    """The broadcast of all three; with the condition alone the places where it holds, one vector per axis."""
    if input is ABSENT and other is ABSENT:
        return _found_in(condition, True)
    if input is ABSENT or other is ABSENT:
        raise refuse(Problem.SIGNATURE, "where needs two alternatives, or none", arg="other")
    return broadcast(condition, _tensor_of(input, "input"), _tensor_of(other, "other"), what="condition and alternatives")


@function(
    "torch.Tensor.where",
    good=lambda: [call(T(4, 3), _mask(4, 3), T(3)), call(T(3), _mask(4, 1), 0.0), call(T(2), condition=_mask(2), other=T())],
    bad=lambda: [call(T(4, 3), _mask(4, 3), T(2)).refused(Problem.BROADCAST)],
)
def where_method(input: Tensor, condition: Tensor, other: Tensor) -> Shape:
    """The broadcast of all three."""
    return broadcast(condition, input, other, what="condition and alternatives")


@function(
    "torch.nonzero", "torch.Tensor.nonzero",
    good=lambda: [call(T(4, 3)), call(T(4, 3), as_tuple=True), call(T())], dtype="int",
)
def nonzero(input: Tensor, *, as_tuple: Flag = False) -> Any:
    """The places that are not zero: a row each, or one vector per axis."""
    return _found_in(input, as_tuple)


@function("torch.argwhere", "torch.Tensor.argwhere", good=lambda: [call(T(4, 3)), call(T())], dtype="int")
def argwhere(input: Tensor) -> Shape:
    """A row for each place that is not zero."""
    return (unknown(), len(input))


def _distinct(input: Shape, return_inverse: bool, return_counts: bool, dim: int | None) -> Any:
    axis = None if dim is None else require_axis(dim, len(input))
    if axis is not None and not input:
        raise refuse(Problem.AXIS, f"dim={dim} is out of range for a tensor without axes", arg="dim", param="dim")
    count = unknown()
    found: list[Shape] = [(count,) if axis is None else (*input[:axis], count, *input[axis + 1 :])]
    if return_inverse:
        found.append(input if axis is None else (input[axis],))
    if return_counts:
        found.append((count,))
    return found if len(found) > 1 else found[0]


@function(
    "torch.unique", "torch.Tensor.unique",
    good=lambda: [call(T(4, 3)), call(T(4, 3), False, True, True), call(T(4, 3), return_inverse=True, dim=0)],
    bad=lambda: [call(T(4, 3), dim=2).refused(Problem.AXIS)],
)
def unique(input: Tensor, sorted: Ignored = True, return_inverse: Flag = False, return_counts: Flag = False, dim: OptAxis = None) -> Any:
    """The distinct elements, or slices along dim; then, where asked for, the place of each element among them and their counts."""
    return _distinct(input, return_inverse, return_counts, dim)


@function(
    "torch.unique_consecutive",
    good=lambda: [call(T(4, 3)), call(T(4, 3), return_inverse=True, return_counts=True), call(T(4, 3), return_inverse=True, dim=0)],
    bad=lambda: [call(T(4, 3), dim=2).refused(Problem.AXIS)],
)
def unique_consecutive(input: Tensor, *flags: Raw, return_inverse: Flag = False, return_counts: Flag = False, dim: OptAxis = None) -> Any:
    """The elements without repetitions in a row; then, where asked for, the place of each element among them and their counts."""
    if flags:
        raise Unread("return_inverse")  # torch itself mixes up positional flags here
    return _distinct(input, return_inverse, return_counts, dim)


@function(
    "torch.Tensor.unique_consecutive",
    good=lambda: [call(T(4, 3)), call(T(4, 3), True, True), call(T(4, 3), return_inverse=True, dim=0)],
    bad=lambda: [call(T(4, 3), dim=2).refused(Problem.AXIS)],
)
def unique_consecutive_method(input: Tensor, return_inverse: Flag = False, return_counts: Flag = False, dim: OptAxis = None) -> Any:
    """The elements without repetitions in a row; then, where asked for, the place of each element among them and their counts."""
    return _distinct(input, return_inverse, return_counts, dim)


@function(
    "torch.bincount", "torch.Tensor.bincount",
    good=lambda: [call(_picks(5)), call(_picks(4), T(4)), call(_picks(5), minlength=9)],
    bad=lambda: [call(_picks(2, 3)).refused(Problem.RANK), call(_picks(4), T(3)).refused(Problem.STATE)],
    dtype="int",
)
def bincount(input: Tensor, weights: Raw = None, minlength: Size = 0) -> Shape:
    """How often each number occurs: as long as the largest number asks for."""
    require_at_least(minlength, 0, Problem.HYPER_PARAMETER, "minlength must not be negative, not {received}", arg="minlength", param="minlength")
    if len(input) != 1:
        raise refuse(Problem.RANK, f"bincount takes a vector, not {show(input)}", expected=1, received=len(input))
    if isinstance(weights, T) and weights.shape is not None:
        if len(weights.shape) != 1:
            message = f"weights must be a vector, not {show(weights.shape)}"
            raise refuse(Problem.STATE, message, arg="weights", expected=1, received=len(weights.shape))
        require_equal(weights.shape[0], input[0], Problem.STATE, "weights has the size {received}, the input {expected}", arg="weights")
    return (unknown(),)
