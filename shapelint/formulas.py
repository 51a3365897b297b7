"""The size of one axis after convolution, transposed convolution, pooling, padding or resizing.

Plain arithmetic on ``Dim``: the same functions serve numbers, symbols, the builder and the size search. Each returns
what torch's formula gives even where that is not positive: who may complain about it is decided elsewhere.
"""

from collections.abc import Sequence
from math import floor, isfinite

from .dims import Dim, Expr, affine_floor, dmin, unknown
from .dims.floors import fmul


def effective_kernel(kernel: Dim, dilation: Dim) -> Dim:
    """Elements that a dilated kernel spans: ``dilation*(kernel - 1) + 1``."""
    return dilation * (kernel - 1) + 1


def conv_out(size: Dim, kernel: Dim, stride: Dim = 1, padding: Dim = 0, dilation: Dim = 1) -> Dim:
    """``floor((size + 2*padding - dilation*(kernel - 1) - 1) / stride) + 1`` (torch.nn.Conv2d)."""
    return affine_floor(size, 1, 2 * padding - effective_kernel(kernel, dilation), stride, 1)


def conv_transpose_out(
    size: Dim, kernel: Dim, stride: Dim = 1, padding: Dim = 0, output_padding: Dim = 0, dilation: Dim = 1
) -> Dim:
    """``(size - 1)*stride - 2*padding + dilation*(kernel - 1) + output_padding + 1`` (torch.nn.ConvTranspose2d)."""
    return (size - 1) * stride - 2 * padding + effective_kernel(kernel, dilation) + output_padding


def pool_out(size: Dim, kernel: Dim, stride: Dim, padding: Dim = 0, dilation: Dim = 1, ceil_mode: bool = False) -> Dim:
    """Pooled size. With ``ceil_mode`` the last window must start inside the input or its left padding.

    ``min(ceil(...), (size + padding - 1)//stride) + 1`` folds into one floor, as both have the same slope.
    """
    span = 2 * padding - effective_kernel(kernel, dilation)
    if ceil_mode:
        span = dmin(span + stride - 1, padding - 1)
    return affine_floor(size, 1, span, stride, 1)


def unpool_out(size: Dim, kernel: Dim, stride: Dim, padding: Dim = 0) -> Dim:
    """``(size - 1)*stride + kernel - 2*padding``: the size that max-unpooling chooses (torch.nn.MaxUnpool2d)."""
    return (size - 1) * stride + kernel - 2 * padding


def sliding_blocks(
    sizes: Sequence[Dim], kernel: Sequence[Dim], dilation: Sequence[Dim], padding: Sequence[Dim], stride: Sequence[Dim]
) -> tuple[Dim, ...]:
    """Places along each axis that a sliding block can take (torch.nn.Unfold and Fold, arguments in their order)."""
    axes = zip(sizes, kernel, stride, padding, dilation, strict=True)
    return tuple(conv_out(*axis) for axis in axes)


def scaled(size: Dim, factor: float | Expr) -> Dim:
    """``floor(size * factor)`` as torch computes it, in doubles (F.interpolate's ``scale_factor``)."""
    if isinstance(factor, (int, Expr)):
        return size * factor
    if not isfinite(factor):
        return unknown()
    if isinstance(size, int):
        try:
            return floor(float(size) * factor)
        except OverflowError:  # no float, or infinity
            return unknown()
    numerator, denominator = factor.as_integer_ratio()
    if denominator <= 1 << 12:
        return affine_floor(size, numerator, 0, denominator, 0)
    # A factor such as 0.7 is no short fraction: exact arithmetic would differ from torch's rounding.
    return fmul(size, factor) if factor > 0 else unknown()


__all__ = [
    "Dim", "Expr", "conv_out", "conv_transpose_out", "effective_kernel", "pool_out", "scaled", "sliding_blocks", "unpool_out",
]
