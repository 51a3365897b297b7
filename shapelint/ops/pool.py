"""Pooling layers, their inverses, and the arithmetic and refusals that the functions of ``pool_functional`` share."""

from math import isinf
from typing import Any

from ..dims import Dim, Expr, Truth, unknown
from ..formulas import pool_out, scaled, unpool_out
from ..shapes import Shape, show
from .conv import check_not_negative, check_positive, split_batch, spread
from .declare import Layer, module
from .examples import call
from .kinds import (
    UNREAD,
    AsWritten,
    Checked,
    Flag,
    Ignored,
    OptAsWritten,
    OptIntTuple,
    OptSize,
    OptSizes,
    Raw,
    Result,
    Sizes,
    Switch,
    T,
    Tensor,
    default,
)
from .pad import repeated
from .problems import Problem, equal, refuse, require_at_least, require_equal


def pooled(
    input: Shape, n: int, what: str, kernel: Shape, stride: Shape | None, padding: Shape, dilation: Shape, ceil_mode: Any,
) -> Shape:
    """The shape after pooling the last ``n`` axes. Without a stride the window moves by its own size."""
    stride = kernel if stride is None else stride
    batch, channels, spatial = split_batch(input, n, what)
    check_positive(kernel_size=kernel, stride=stride, dilation=dilation)
    check_not_negative(padding=padding)
    for size, pad in zip(kernel, padding, strict=True):
        message = f"padding={pad} must be at most half of kernel_size, which is {{received}}"
        require_at_least(size, 2 * pad, Problem.HYPER_PARAMETER, message, arg="padding", param="padding")
    axes = zip(spatial, kernel, stride, padding, dilation, strict=True)
    return (*batch, channels, *(_window_count(axis, ceil_mode) for axis in axes))


def _window_count(axis: tuple[Dim, Dim, Dim, Dim, Dim], ceil_mode: Any) -> Dim:
    if ceil_mode is not UNREAD:
        return pool_out(*axis, bool(ceil_mode))
    floor, ceiling = pool_out(*axis, False), pool_out(*axis, True)
    return floor if equal(floor, ceiling) is Truth.ALWAYS else unknown()


def check_fits(input: Shape, n: int, kernel: Shape) -> None:
    """torch's 3d average pooling wants the kernel to fit into the input without its padding, although no formula asks for it."""
    if n == 3:
        for axis in range(-n, 0):
            message = "an axis of {received} is smaller than the kernel, {expected}"
            require_at_least(input[axis], kernel[axis], Problem.EMPTY, message, param="kernel_size", axis=axis)


def check_divisor(divisor: Dim | None) -> None:
    """torch refuses to divide by 0."""
    if type(divisor) is int and divisor == 0:
        raise refuse(Problem.HYPER_PARAMETER, "divisor_override must not be 0", arg="divisor_override", param="divisor_override")


def lp_pooled(input: Shape, n: int, what: str, norm_type: Any, kernel_size: Any, stride: Shape | None, ceil_mode: Any) -> Shape:
    """The shape after an LP pool: torch averages powers, or takes the maximum where ``norm_type`` is infinite."""
    if isinstance(norm_type, str) or norm_type is None or (isinstance(norm_type, (int, float)) and norm_type == 0):
        raise refuse(Problem.HYPER_PARAMETER, f"norm_type must be a number other than 0, not {norm_type!r}", arg="norm_type", param="norm_type")
    averages = not (isinstance(norm_type, float) and isinf(norm_type))
    if n == 1 and isinstance(kernel_size, tuple) and averages:
        raise refuse(Problem.HYPER_PARAMETER, "kernel_size must be an int, not a tuple", arg="kernel_size", param="kernel_size")
    kernel = spread(kernel_size, n, "kernel_size")
    shape = pooled(input, n, what, kernel, stride, (0,) * n, (1,) * n, ceil_mode)
    if averages:
        check_fits(input, n, kernel)
    return shape


def adapted(input: Shape, n: int, what: str, output_size: Any, average: bool = False) -> Shape:
    """The shape after adaptive pooling: the last ``n`` axes become ``output_size``, where None keeps an axis (not in 1d)."""
    entries = output_size if isinstance(output_size, tuple) else (output_size,)
    if not (average and n > 1 and len(input) >= n + isinstance(output_size, tuple) and _may_be_ones(entries, input)):
        split_batch(input, n, what)
    if len(entries) == n > 1:
        output_size = tuple(size if wanted is None else wanted for wanted, size in zip(entries, input[-n:], strict=True))
    return (*input[:-n], *spread(output_size, n, "output_size"))


def _may_be_ones(entries: tuple[Any, ...], input: Shape) -> bool:
    """For an output of ones torch takes the mean, which any number of leading axes suits."""
    sizes = [size if wanted is None else wanted for wanted, size in zip(reversed(entries), reversed(input))]  # noqa: B905
    return all(not isinstance(size, str) and equal(size, 1) is not Truth.NEVER for size in sizes)


def fractional(input: Shape, n: int, what: str, kernel: Shape, output_size: Shape | None, ratio: Any) -> Shape:
    """The shape after fractional max pooling to ``output_size``, or to ``ratio`` times the input."""
    batch, channels, spatial = split_batch(input, n, what)
    if output_size is None:
        parts = zip(spatial, ratios(ratio, n), strict=True)
        output_size = tuple(scaled(size, part) if isinstance(part, (int, float, Expr)) else unknown() for size, part in parts)
    spare = 0 if n == 2 else 1  # torch's 3d kernel needs one element more than its 2d one
    for size, wanted, window in zip(spatial, output_size, kernel, strict=True):
        message = f"an axis of {{received}} is too small for {wanted} windows of {window}"
        require_at_least(size, wanted + window - 1 + spare, Problem.OUTPUT_SIZE, message, param="output_size")
    return (*batch, channels, *output_size)


def ratios(ratio: Any, n: int) -> tuple[Any, ...]:
    """``output_ratio`` as one factor per axis."""
    given = tuple(ratio) if isinstance(ratio, (tuple, list)) else (ratio,) * n
    if len(given) != n or None in given or isinstance(ratio, str):
        raise refuse(Problem.HYPER_PARAMETER, f"output_ratio needs one number or {n}, not {ratio!r}", arg="output_ratio", param="output_ratio")
    return given


def unpooled(
    input: Shape, indices: Any, n: int, what: str, kernel: Shape, stride: Shape, padding: Shape, output_size: Shape | None,
) -> Shape:
    """The shape after max-unpooling: torch's choice, or an ``output_size`` less than one stride away from it."""
    batch, channels, spatial = split_batch(input, n, what)
    _check_indices(input, indices)
    if n == 3:
        check_positive(stride=stride)
    sizes = tuple(unpool_out(*axis) for axis in zip(spatial, kernel, stride, padding, strict=True))
    return (*batch, channels, *(sizes if output_size is None else _chosen(sizes, stride, output_size)))


def unpool_window(kernel_size: Any, stride: Any, padding: Any, n: int) -> tuple[Shape, Shape, Shape]:
    """Kernel, stride and padding of an unpooling, which torch takes as ints or with exactly ``n`` entries."""
    kernel = spread(kernel_size, n, "kernel_size")
    return kernel, kernel if stride is None else spread(stride, n, "stride"), spread(padding, n, "padding")


def _check_indices(input: Shape, indices: Any) -> None:
    if indices is UNREAD or indices is None:
        return
    if len(indices) != len(input):
        message = f"indices {show(indices)} must have the shape of the input, {show(input)}"
        raise refuse(Problem.STATE, message, arg="indices", expected=len(input), received=len(indices))
    for axis, (size, expected) in enumerate(zip(indices, input, strict=True)):
        message = f"indices {show(indices)} must have the shape of the input, {show(input)}"
        require_equal(size, expected, Problem.STATE, message, arg="indices", axis=axis)


def _chosen(sizes: Shape, stride: Shape, output_size: Shape) -> Shape:
    n = len(sizes)
    if len(output_size) not in (n, n + 2):
        raise refuse(Problem.OUTPUT_SIZE, f"output_size needs {n} sizes, not {show(output_size)}", arg="output_size")
    wanted = output_size[-n:]
    for size, usual, step in zip(wanted, sizes, stride, strict=True):
        message = f"output_size {size} must lie between {usual - step} and {usual + step}, both excluded"
        require_at_least(size, usual - step + 1, Problem.OUTPUT_SIZE, message, arg="output_size")
        require_at_least(usual + step - 1, size, Problem.OUTPUT_SIZE, message, arg="output_size")
    return wanted


class _SpatialLayer(Layer):
    def expected(self) -> Shape:
        return (unknown("N"), unknown("C"), *(unknown("L") for _ in range(self.n)))


@module(
    "torch.nn.MaxPool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(2).on((2, 4) + (9,) * n),
        call(3, 2, 1, 2, False, True).on((4,) + (9,) * n),
        call((3, 2, 4)[:n], stride=(2, 1, 3)[:n], padding=(1, 0, 2)[:n], dilation=(1, 2, 1)[:n], ceil_mode=True).on((2, 4) + (8,) * n),
        call(3, stride=None, padding=1, return_indices=True).on((2, 4) + (7,) * n),
    ],
    bad=lambda n: [
        call(2, padding=2).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2, stride=0).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
    ],
)
class MaxPoolNd(_SpatialLayer):
    """Each spatial axis L becomes floor((L + 2*padding - dilation*(kernel_size - 1) - 1)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""

    kernel_size: Sizes
    stride: OptSizes = None
    padding: Sizes = default(0)
    dilation: Sizes = default(1)
    return_indices: Flag = False
    ceil_mode: Switch = False

    def forward(self, input: Tensor) -> Result:
        shape = pooled(input, self.n, self.op.short_name, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return [shape, shape] if self.return_indices else shape


class _AvgPool(_SpatialLayer):
    kernel_size: Sizes
    stride: OptSizes = None
    padding: Sizes = default(0)
    ceil_mode: Switch = False
    count_include_pad: Ignored = True

    def forward(self, input: Tensor) -> Shape:
        shape = pooled(input, self.n, self.op.short_name, self.kernel_size, self.stride, self.padding, (1,) * self.n, self.ceil_mode)
        check_fits(input, self.n, self.kernel_size)
        return shape


@module(
    "torch.nn.AvgPool{n}d", n=(1,),
    good=lambda n: [call(2).on((2, 4, 9)), call((3,), 2, 1, True, False).on((4, 8)), call(3, stride=None, padding=1).on((2, 4, 7))],
    bad=lambda n: [
        call(2, padding=2).on((2, 4, 9)).refused(Problem.HYPER_PARAMETER), call(2).on((9,)).refused(Problem.RANK),
    ],
)
class AvgPool1d(_AvgPool):
    """L becomes floor((L + 2*padding - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""


@module(
    "torch.nn.AvgPool{n}d", n=(2, 3),
    good=lambda n: [
        call(2).on((2, 4) + (9,) * n),
        call(3, 2, 1, True, False, 5).on((4,) + (8,) * n),
        call((3, 2, 4)[:n], stride=(2, 1, 3)[:n], padding=(1, 0, 2)[:n], ceil_mode=True).on((2, 4) + (8,) * n),
    ],
    bad=lambda n: [
        call(2, padding=2).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2, divisor_override=0).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
    ],
)
class AvgPoolNd(_AvgPool):
    """Each spatial axis L becomes floor((L + 2*padding - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""

    divisor_override: OptSize = None

    def forward(self, input: Tensor) -> Shape:
        check_divisor(self.divisor_override)
        return super().forward(input)


@module(
    "torch.nn.LPPool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(2, 3).on((2, 4) + (9,) * n),
        call(1.5, 3, 2, True).on((4,) + (8,) * n),
        call(float("inf"), 3, 2, True).on((4,) + (8,) * n),
        call(3, 4, stride=(2, 1, 3)[:n], ceil_mode=True).on((2, 4) + (8,) * n),
        call(2.0, 2 if n == 1 else (3, 2, 4)[:n], stride=None).on((2, 4) + (8,) * n),
    ],
    bad=lambda n: [
        call(0, 3).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2, 3, stride=0).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(2, 3).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
    ],
)
class LPPoolNd(_SpatialLayer):
    """Each spatial axis L becomes floor((L - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""

    norm_type: Raw
    kernel_size: AsWritten
    stride: OptSizes = None
    ceil_mode: Switch = False

    def forward(self, input: Tensor) -> Shape:
        return lp_pooled(input, self.n, self.op.short_name, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


@module(
    "torch.nn.FractionalMaxPool{n}d", n=(2, 3),
    good=lambda n: [
        call(2, 4).on((2, 4) + (9,) * n),
        call((3, 2, 2)[:n], (3, 4, 5)[:n], return_indices=True).on((4,) + (9,) * n),
        call(2, output_ratio=0.5).on((2, 4) + (9,) * n),
        call(2, None, (0.5, 0.25, 0.75)[:n]).on((2, 4) + (9,) * n),
    ],
    bad=lambda n: [
        call(3, 9).on((2, 4) + (9,) * n).refused(Problem.OUTPUT_SIZE),
        call(3).refused(Problem.HYPER_PARAMETER),
        call(3, 2, 0.5).refused(Problem.HYPER_PARAMETER),
        call(3, output_ratio=1.5).refused(Problem.HYPER_PARAMETER),
        call(2, 4).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
    ],
)
class FractionalMaxPoolNd(_SpatialLayer):
    """Each spatial axis becomes output_size, or floor(output_ratio*L)."""

    kernel_size: AsWritten
    output_size: OptAsWritten = None
    output_ratio: Raw = None
    return_indices: Flag = False
    _random_samples: Ignored = None

    def check(self) -> None:
        if self.output_size is None and self.output_ratio is None:
            raise refuse(Problem.HYPER_PARAMETER, "needs output_size or output_ratio", arg="output_size", param="output_size")
        unread = self.output_ratio is UNREAD or (isinstance(self.output_size, Expr) and self.output_size.unread)  # might be None
        if self.output_size is not None and self.output_ratio is not None and not unread:
            raise refuse(Problem.HYPER_PARAMETER, "takes output_size or output_ratio, not both", arg="output_ratio", param="output_size")
        if self.output_ratio is not None:
            for ratio in ratios(self.output_ratio, self.n):
                if isinstance(ratio, (int, float)) and not 0 < ratio < 1:
                    message = f"output_ratio must lie between 0 and 1, not {ratio}"
                    raise refuse(Problem.HYPER_PARAMETER, message, arg="output_ratio", param="output_ratio")
        if self.n == 3:
            check_positive(kernel_size=repeated(self.kernel_size, 3, "kernel_size"))

    def forward(self, input: Tensor) -> Result:
        kernel = spread(self.kernel_size, self.n, "kernel_size")
        wanted = None if self.output_size is None else spread(self.output_size, self.n, "output_size")
        shape = fractional(input, self.n, self.op.short_name, kernel, wanted, self.output_ratio)
        return [shape, shape] if self.return_indices else shape


@module(
    "torch.nn.AdaptiveAvgPool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(1).on((2, 4) + (9,) * n),
        call((3, 2, 4)[:n]).on((4,) + (9,) * n),
        call(3 if n == 1 else (None, 2, None)[:n]).on((2, 4) + (9,) * n),
    ],
    bad=lambda n: [
        call(2).on((9,) * n).refused(Problem.RANK),
        call((1,) * (n + 1)).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(None).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
    ],
)
class AdaptiveAvgPoolNd(_SpatialLayer):
    """The spatial axes become output_size, where None keeps an axis as it is."""

    output_size: OptAsWritten

    def forward(self, input: Tensor) -> Shape:
        return adapted(input, self.n, self.op.short_name, self.output_size, average=True)


@module(
    "torch.nn.AdaptiveMaxPool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(1).on((2, 4) + (9,) * n),
        call((3, 2, 4)[:n], True).on((4,) + (9,) * n),
        call(3 if n == 1 else (None, 2, None)[:n]).on((2, 4) + (9,) * n),
    ],
    bad=lambda n: [
        call(1).on((9,) * n).refused(Problem.RANK),
        call((1,) * (n + 1)).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(None).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
    ],
)
class AdaptiveMaxPoolNd(_SpatialLayer):
    """The spatial axes become output_size, where None keeps an axis as it is."""

    output_size: OptAsWritten
    return_indices: Flag = False

    def forward(self, input: Tensor) -> Result:
        shape = adapted(input, self.n, self.op.short_name, self.output_size)
        return [shape, shape] if self.return_indices else shape


@module(
    "torch.nn.MaxUnpool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(2).on((2, 4) + (5,) * n, T(*(2, 4) + (5,) * n, dtype="int", high=1)),
        call(3, 2, 1).on((4,) + (5,) * n, T(*(4,) + (5,) * n, dtype="int", high=1)),
        call((3, 2, 4)[:n], (2, 3, 1)[:n], (1, 0, 1)[:n]).on((2, 4) + (5,) * n, T(*(2, 4) + (5,) * n, dtype="int", high=1)),
        call(2).on((2, 4) + (5,) * n, T(*(2, 4) + (5,) * n, dtype="int", high=1), output_size=[11] * n),
        call(3, stride=2).on((4,) + (5,) * n, T(*(4,) + (5,) * n, dtype="int", high=1), [2, 4] + [10] * n),
    ],
    bad=lambda n: [
        call(2).on((2, 4) + (5,) * n, T(*(2, 4) + (6,) * n, dtype="int", high=1)).refused(Problem.STATE),
        call(2).on((2, 4) + (5,) * n, T(*(2, 4) + (5,) * n, dtype="int", high=1), output_size=[12] * n).refused(Problem.OUTPUT_SIZE),
        call(2).on((2, 4, 1) + (5,) * n, T(*(2, 4, 1) + (5,) * n, dtype="int", high=1)).refused(Problem.RANK),
    ],
)
class MaxUnpoolNd(_SpatialLayer):
    """Each spatial axis L becomes (L - 1)*stride + kernel_size - 2*padding, or an output_size less than one stride away from that."""

    kernel_size: AsWritten
    stride: OptAsWritten = None
    padding: AsWritten = 0

    def forward(self, input: Tensor, indices: Checked, output_size: OptIntTuple = None) -> Shape:
        return unpooled(input, indices, self.n, self.op.short_name, *unpool_window(self.kernel_size, self.stride, self.padding, self.n), output_size)
