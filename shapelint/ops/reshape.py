"""Reading the same elements in another shape: view, reshape, flatten, unflatten, and their modules.

Element counts are compared after crossing out the sizes that stand on both sides, so ``x.view(B, -1)`` keeps its meaning when
``B`` is a symbol or was never read.
"""

from ..dims import Dim, Truth, is_unknown, prod
from ..shapes import Shape, numel, show
from .declare import Layer, function, module
from .examples import call
from .kinds import Axis, EachInt, IntTuple, Raw, T, Tensor
from .problems import Problem, Unread, doubt, fits, refuse, require_axis


def reshaped(input: Shape, sizes: Shape, param: str = "shape") -> Shape:
    """``input``'s elements in the shape ``sizes``, where one size may be -1. Refuses where the counts cannot agree."""
    for size in sizes:
        if isinstance(size, int) and size < -1:
            raise refuse(Problem.RESHAPE, f"a size of {size} in {show(sizes)} is not possible", param=param, received=size)
    free = [i for i, size in enumerate(sizes) if isinstance(size, int) and size == -1]
    if len(free) > 1:
        raise refuse(Problem.RESHAPE, f"only one size of {show(sizes)} may be -1", param=param)
    free = free or _only_unread(input, sizes)
    fixed = [size for i, size in enumerate(sizes) if i not in free]
    have, wanted = _crossed_out(input, fixed)
    if not free:
        _require_fit(fits("==", have, wanted), input, sizes, param)
        return sizes
    _require_fit(Truth.NEVER if isinstance(wanted, int) and wanted == 0 else fits("|", wanted, have), input, sizes, param)
    return (*sizes[: free[0]], have // wanted, *sizes[free[0] + 1 :])


def _only_unread(input: Shape, sizes: Shape) -> list[int]:
    """A lone size that was not read is the quotient of the others: it is that number itself, or -1."""
    unread = [i for i, size in enumerate(sizes) if is_unknown(size)]
    if unread:
        doubt()
    return unread if len(unread) == 1 and not any(map(is_unknown, input)) and not any(isinstance(size, int) and size == 0 for size in sizes) else []


def _crossed_out(input: Shape, fixed: list[Dim]) -> tuple[Dim, Dim]:
    """Products of both sides without the symbolic sizes they share."""
    left, right = list(input), []
    for size in fixed:
        if not isinstance(size, int) and any(size is other for other in left):
            left.pop(next(i for i, other in enumerate(left) if other is size))
        else:
            right.append(size)
    return prod(left), prod(right)


def _require_fit(answer: Truth, input: Shape, sizes: Shape, param: str) -> None:
    if answer is Truth.NEVER:
        given, wanted = numel(input), prod(size for size in sizes if not (isinstance(size, int) and size == -1))
        counts = f"{given} elements do not divide by {wanted}" if -1 in sizes else f"it has {given} elements, not {wanted}"
        message = f"{show(input)} cannot be read as {show(sizes)}: {counts}"
        raise refuse(Problem.RESHAPE, message, param=param, expected=wanted, received=given)


@function(
    "torch.Tensor.view",
    good=lambda: [call(T(4, 6), 8, 3), call(T(4, 6), -1, 12), call(T(2, 3, 4), (2, -1)), call(T(1), ()), call(T(2, 3), size=(3, 2))],
    bad=lambda: [
        call(T(4, 6), 5, 5).refused(Problem.RESHAPE), call(T(4, 6), -1, 5).refused(Problem.RESHAPE), call(T(4, 6), -1, -1).refused(Problem.RESHAPE),
        call(T(4, 6), -2, 12).refused(Problem.RESHAPE), call(T(4, 6)).refused(Problem.SIGNATURE), call(T(4, 6), 0, -1).refused(Problem.RESHAPE),
    ],
)
def view(input: Tensor, *size: EachInt) -> Shape:
    """The same elements in another shape; one size may be -1."""
    return reshaped(input, size, "size")


@function(
    "torch.Tensor.reshape",
    good=lambda: [call(T(4, 6), 8, 3), call(T(4, 6), -1, 12), call(T(2, 3, 4), (2, -1)), call(T(1), ()), call(T(2, 3), shape=(3, 2))],
    bad=lambda: [call(T(4, 6), 5, 5).refused(Problem.RESHAPE), call(T(4, 6), -1, 5).refused(Problem.RESHAPE)],
)
def reshape_method(input: Tensor, *shape: EachInt) -> Shape:
    """The same elements in another shape; one size may be -1."""
    return reshaped(input, shape)


@function(
    "torch.reshape",
    good=lambda: [call(T(4, 6), (8, 3)), call(T(4, 6), [-1, 12]), call(T(2, 3, 4), shape=(2, -1)), call(T(1), ())],
    bad=lambda: [call(T(4, 6), (5, 5)).refused(Problem.RESHAPE), call(T(4, 6), (-1, 5)).refused(Problem.RESHAPE),
                 call(T(4, 6), 24).refused(Problem.HYPER_PARAMETER)],
)
def reshape(input: Tensor, shape: IntTuple) -> Shape:
    """The same elements in another shape; one size may be -1."""
    return reshaped(input, shape)


@function(
    "torch.Tensor.view_as", "torch.Tensor.reshape_as",
    good=lambda: [call(T(4, 6), T(8, 3)), call(T(2, 3, 4), other=T(24))],
    bad=lambda: [call(T(4, 6), T(5, 5)).refused(Problem.RESHAPE)],
)
def view_as(input: Tensor, other: Tensor) -> Shape:
    """The same elements in the shape of ``other``."""
    return reshaped(input, other, "other")


def flattened(input: Shape, start_dim: int, end_dim: int) -> Shape:
    """The axes from ``start_dim`` to ``end_dim``, both included, become one."""
    if not input:
        require_axis(start_dim, 0, "start_dim")
        require_axis(end_dim, 0, "end_dim")
        return (1,)
    start, end = require_axis(start_dim, len(input), "start_dim"), require_axis(end_dim, len(input), "end_dim")
    if start > end:
        raise refuse(Problem.AXIS, f"start_dim={start_dim} comes after end_dim={end_dim}", arg="start_dim", param="start_dim")
    return (*input[:start], prod(input[start : end + 1]), *input[end + 1 :])


@function(
    "torch.flatten", "torch.Tensor.flatten",
    good=lambda: [call(T(2, 3, 4, 5)), call(T(2, 3, 4, 5), 1), call(T(2, 3, 4, 5), 1, 2), call(T(2, 3, 4), start_dim=-2), call(T())],
    bad=lambda: [call(T(2, 3, 4), 3).refused(Problem.AXIS), call(T(2, 3, 4), 2, 1).refused(Problem.AXIS)],
)
def flatten(input: Tensor, start_dim: Axis = 0, end_dim: Axis = -1) -> Shape:
    """The axes from start_dim to end_dim become one axis, as long as their product."""
    return flattened(input, start_dim, end_dim)


@function("torch.ravel", "torch.Tensor.ravel", good=lambda: [call(T(2, 3)), call(T()), call(T(4))])
def ravel(input: Tensor) -> Shape:
    """All axes become one."""
    return (numel(input),)


def unflattened(input: Shape, dim: int, sizes: Shape, param: str) -> Shape:
    """Axis ``dim`` becomes several axes."""
    if not input:
        raise refuse(Problem.RANK, "a tensor without axes has none to unflatten", expected=1, received=0)
    axis = require_axis(dim, len(input))
    if not sizes:
        raise refuse(Problem.RESHAPE, f"{param} must not be empty", param=param)
    return (*input[:axis], *reshaped((input[axis],), sizes, param), *input[axis + 1 :])


@function(
    "torch.unflatten", "torch.Tensor.unflatten",
    good=lambda: [call(T(2, 12, 5), 1, (3, 4)), call(T(2, 12), -1, [3, -1]), call(T(2, 12), dim=1, sizes=(2, 2, 3))],
    bad=lambda: [call(T(2, 12), 1, (5, 2)).refused(Problem.RESHAPE), call(T(2, 12), 2, (3, 4)).refused(Problem.AXIS),
                 call(T(2, 12), 1, (5, -1)).refused(Problem.RESHAPE), call(T(2, 12), 1, 12).refused(Problem.HYPER_PARAMETER)],
)
def unflatten(input: Tensor, dim: Axis, sizes: IntTuple) -> Shape:
    """Axis dim becomes the axes sizes, of which one may be -1."""
    return unflattened(input, dim, sizes, "sizes")


@module(
    "torch.nn.Flatten",
    good=lambda: [call().on((2, 3, 4)), call(0).on((2, 3, 4)), call(1, 2).on((2, 3, 4, 5)), call(start_dim=-2, end_dim=-1).on((2, 3, 4)),
                  call(0).on((4,))],
    bad=lambda: [call().on((4,)).refused(Problem.AXIS), call(2, 1).on((2, 3, 4)).refused(Problem.AXIS)],
)
class Flatten(Layer):
    """The axes from start_dim to end_dim become one axis; by default every axis but the batch."""

    start_dim: Axis = 1
    end_dim: Axis = -1

    def forward(self, input: Tensor) -> Shape:
        return flattened(input, self.start_dim, self.end_dim)


@module(
    "torch.nn.Unflatten",
    good=lambda: [call(1, (3, 4)).on((2, 12)), call(-1, [3, -1]).on((2, 5, 12)), call(dim=1, unflattened_size=(2, 2, 3)).on((2, 12, 5))],
    bad=lambda: [call(1, (5, 2)).on((2, 12)).refused(Problem.RESHAPE), call(2, (3, 4)).on((2, 12)).refused(Problem.AXIS),
                 call(1, 12).refused(Problem.HYPER_PARAMETER)],
)
class Unflatten(Layer):
    """Axis dim becomes the axes unflattened_size, of which one may be -1."""

    dim: Raw
    unflattened_size: IntTuple

    def forward(self, input: Tensor) -> Shape:
        if not isinstance(self.dim, int):
            raise Unread("dim")
        return unflattened(input, self.dim, self.unflattened_size, "unflattened_size")
