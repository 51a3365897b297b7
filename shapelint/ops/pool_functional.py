"""Pooling as functions: the twins of ``pool`` under ``torch.nn.functional``, and those that ``torch`` has too."""

from typing import Any

from ..shapes import Shape
from .conv import spread
from .declare import function
from .examples import call
from .kinds import AsWritten, Checked, Flag, Ignored, OptAsWritten, OptIntTuple, OptSize, Raw, Result, Sizes, Switch, T, Tensor, default
from .pool import adapted, check_divisor, check_fits, fractional, lp_pooled, pooled, unpool_window, unpooled
from .problems import Problem, refuse


def _step(stride: Any, n: int) -> Shape | None:
    """A stride as written: torch's functions read an empty list as "not given", and repeat a lone size."""
    if stride is None or (isinstance(stride, tuple) and not stride):
        return None
    return spread(stride * n if isinstance(stride, tuple) and len(stride) == 1 else stride, n, "stride")


def _image(n: int, size: int = 9, *leading: int) -> T:
    return T(*(leading or (2, 4)), *(size,) * n)


@function(
    "torch.nn.functional.max_pool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(_image(n), 2), call(_image(n, 8, 4), 3, 2, 1, 2, True, False), call(_image(n), 3, None, 1, return_indices=True),
        call(_image(n), (3, 2, 4)[:n], stride=(2, 1, 3)[:n], padding=(1, 0, 2)[:n], ceil_mode=True), call(_image(n), 2, []),
    ],
    bad=lambda n: [
        call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER), call(_image(n), 2, 0).refused(Problem.HYPER_PARAMETER),
        call(_image(n, 9, 1, 2, 4), 2).refused(Problem.RANK),
    ],
)
def max_pool(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), dilation: Sizes = default(1),
    ceil_mode: Switch = False, return_indices: Flag = False, *, n: int,
) -> Result:
    """Each spatial axis L becomes floor((L + 2*padding - dilation*(kernel_size - 1) - 1)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""
    shape = pooled(input, n, f"max_pool{n}d", kernel_size, _step(stride, n), padding, dilation, ceil_mode)
    return [shape, shape] if return_indices else shape


@function(
    "torch.nn.functional.max_pool{n}d_with_indices", n=(1, 2, 3),
    good=lambda n: [call(_image(n), 2), call(_image(n, 8, 4), 3, 2, 1, 2, True), call(_image(n), 3, padding=(1, 0, 1)[:n])],
    bad=lambda n: [call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER), call(_image(n, 9, 1, 2, 4), 2).refused(Problem.RANK)],
)
def max_pool_with_indices(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), dilation: Sizes = default(1),
    ceil_mode: Switch = False, return_indices: Ignored = False, *, n: int,
) -> Result:
    """The shape of max_pool twice: values and indices."""
    shape = pooled(input, n, f"max_pool{n}d", kernel_size, _step(stride, n), padding, dilation, ceil_mode)
    return [shape, shape]


@function(
    "torch.max_pool{n}d", n=(1, 2, 3),
    good=lambda n: [call(_image(n), 2), call(_image(n, 8, 4), 3, 2, 1, 2, True), call(_image(n), 3, padding=(1, 0, 1)[:n])],
    bad=lambda n: [call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER), call(_image(n, 9, 1, 2, 4), 2).refused(Problem.RANK)],
)
def torch_max_pool(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), dilation: Sizes = default(1),
    ceil_mode: Switch = False, *, n: int,
) -> Shape:
    """As the max_pool of torch.nn.functional, without indices."""
    return pooled(input, n, f"max_pool{n}d", kernel_size, _step(stride, n), padding, dilation, ceil_mode)


@function(
    "torch.max_pool{n}d_with_indices", n=(1,),
    good=lambda n: [call(_image(n), 2), call(_image(n, 8, 4), (3,), 2, 1, 2, True)],
    bad=lambda n: [call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER)],
)
def torch_max_pool1d_with_indices(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), dilation: Sizes = default(1),
    ceil_mode: Switch = False, *, n: int,
) -> Result:
    """The shape of max_pool1d twice: values and indices."""
    shape = pooled(input, n, f"max_pool{n}d", kernel_size, _step(stride, n), padding, dilation, ceil_mode)
    return [shape, shape]


@function(
    "torch.nn.functional.avg_pool{n}d", "torch.avg_pool{n}d", n=(1,),
    good=lambda n: [call(_image(n), 2), call(_image(n, 8, 4), 3, 2, 1, True, False), call(_image(n), (3,), None, padding=1, ceil_mode=True)],
    bad=lambda n: [call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER), call(_image(n, 9, 1, 2, 4), 2).refused(Problem.RANK)],
)
def avg_pool1d(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), ceil_mode: Switch = False,
    count_include_pad: Ignored = True, *, n: int,
) -> Shape:
    """L becomes floor((L + 2*padding - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""
    return pooled(input, n, f"avg_pool{n}d", kernel_size, _step(stride, n), padding, (1,) * n, ceil_mode)


@function(
    "torch.nn.functional.avg_pool{n}d", n=(2, 3),
    good=lambda n: [
        call(_image(n), 2), call(_image(n, 8, 4), 3, 2, 1, True, False, 4),
        call(_image(n), (3, 2, 4)[:n], stride=(2, 1, 3)[:n], padding=(1, 0, 2)[:n], ceil_mode=True),
    ],
    bad=lambda n: [
        call(_image(n), 2, padding=2).refused(Problem.HYPER_PARAMETER), call(_image(n, 9, 1, 2, 4), 2).refused(Problem.RANK),
        call(_image(n), 2, divisor_override=0).refused(Problem.HYPER_PARAMETER),
    ],
)
def avg_pool(
    input: Tensor, kernel_size: Sizes, stride: OptAsWritten = None, padding: Sizes = default(0), ceil_mode: Switch = False,
    count_include_pad: Ignored = True, divisor_override: OptSize = None, *, n: int,
) -> Shape:
    """Each spatial axis L becomes floor((L + 2*padding - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""
    check_divisor(divisor_override)
    shape = pooled(input, n, f"avg_pool{n}d", kernel_size, _step(stride, n), padding, (1,) * n, ceil_mode)
    check_fits(input, n, kernel_size)
    return shape


@function(
    "torch.nn.functional.lp_pool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(_image(n), 2, 3), call(_image(n, 8, 4), 1.5, 3, 2, True), call(_image(n), float("inf"), 3, 2, True),
        call(_image(n), 2.0, 3 if n == 1 else (3, 2, 4)[:n], stride=(2, 1, 3)[:n]),
    ],
    bad=lambda n: [
        call(_image(n), 0, 3).refused(Problem.HYPER_PARAMETER), call(_image(n), 2, 3, stride=0).refused(Problem.HYPER_PARAMETER),
        call(_image(n, 9, 1, 2, 4), 2, 3).refused(Problem.RANK),
    ],
)
def lp_pool(input: Tensor, norm_type: Raw, kernel_size: AsWritten, stride: OptAsWritten = None, ceil_mode: Switch = False, *, n: int) -> Shape:
    """Each spatial axis L becomes floor((L - kernel_size)/stride) + 1, or with ceil_mode the ceiling,
    less windows that would start beyond the input."""
    return lp_pooled(input, n, f"lp_pool{n}d", norm_type, kernel_size, _step(stride, n), ceil_mode)


def _fractional(input: Shape, kernel_size: Any, output_size: Any, output_ratio: Any, n: int) -> Shape:
    if output_size is None and output_ratio is None:
        raise refuse(Problem.HYPER_PARAMETER, "needs output_size or output_ratio", arg="output_size", param="output_size")
    if n == 2 and output_size is None and isinstance(output_ratio, (int, float)):  # torch's 2d function asks for the length of the ratio
        raise refuse(Problem.HYPER_PARAMETER, "output_ratio must be a tuple of two numbers", arg="output_ratio", param="output_ratio")
    wanted = None if output_size is None else spread(output_size, n, "output_size")
    return fractional(input, n, f"fractional_max_pool{n}d", spread(kernel_size, n, "kernel_size"), wanted, output_ratio)


@function(
    "torch.nn.functional.fractional_max_pool{n}d", n=(2, 3),
    good=lambda n: [
        call(_image(n), 2, 4), call(_image(n, 9, 4), (3, 2, 2)[:n], (3, 4, 5)[:n], None, True),
        call(_image(n), 2, output_ratio=(0.5, 0.25, 0.75)[:n]),
        call(_image(n), 2, output_size=3, return_indices=True),
    ],
    bad=lambda n: [
        call(_image(n), 3, 9).refused(Problem.OUTPUT_SIZE), call(_image(n), 3).refused(Problem.HYPER_PARAMETER),
        call(_image(n, 9, 1, 2, 4), 2, 3).refused(Problem.RANK),
    ],
)
def fractional_max_pool(
    input: Tensor, kernel_size: AsWritten, output_size: OptAsWritten = None, output_ratio: Raw = None, return_indices: Flag = False,
    _random_samples: Ignored = None, *, n: int,
) -> Result:
    """Each spatial axis becomes output_size, or floor(output_ratio*L)."""
    shape = _fractional(input, kernel_size, output_size, output_ratio, n)
    return [shape, shape] if return_indices else shape


@function(
    "torch.nn.functional.fractional_max_pool{n}d_with_indices", n=(2, 3),
    good=lambda n: [
        call(_image(n), 2, 4), call(_image(n, 9, 4), (3, 2, 2)[:n], (3, 4, 5)[:n], None), call(_image(n), 2, None, (0.5, 0.25, 0.75)[:n]),
    ],
    bad=lambda n: [call(_image(n), 3, 9).refused(Problem.OUTPUT_SIZE), call(_image(n), 3).refused(Problem.HYPER_PARAMETER)],
)
def fractional_max_pool_with_indices(
    input: Tensor, kernel_size: AsWritten, output_size: OptAsWritten = None, output_ratio: Raw = None, return_indices: Ignored = False,
    _random_samples: Ignored = None, *, n: int,
) -> Result:
    """The shape of fractional_max_pool twice: values and indices."""
    shape = _fractional(input, kernel_size, output_size, output_ratio, n)
    return [shape, shape]


@function(
    "torch.nn.functional.adaptive_avg_pool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(_image(n), 1), call(_image(n, 9, 4), (3, 2, 4)[:n]), call(_image(n), 3 if n == 1 else (None, 2, None)[:n]),
        call(_image(n), output_size=12),
    ],
    bad=lambda n: [
        call(T(*(9,) * n), 2).refused(Problem.RANK), call(_image(n), (1,) * (n + 1)).refused(Problem.HYPER_PARAMETER),
        call(_image(n), None).refused(Problem.HYPER_PARAMETER),
    ],
)
def adaptive_avg_pool(input: Tensor, output_size: OptAsWritten, *, n: int) -> Shape:
    """The spatial axes become output_size, where None keeps an axis as it is."""
    return adapted(input, n, f"adaptive_avg_pool{n}d", output_size, average=True)


@function(
    "torch.adaptive_avg_pool{n}d", n=(1,),
    good=lambda n: [call(_image(n), 1), call(_image(n, 9, 4), (3,))],
    bad=lambda n: [call(T(9), 2).refused(Problem.RANK), call(_image(n), (1, 2)).refused(Problem.HYPER_PARAMETER)],
)
def torch_adaptive_avg_pool1d(input: Tensor, output_size: OptAsWritten, *, n: int) -> Shape:
    """The last axis becomes output_size."""
    return adapted(input, n, "adaptive_avg_pool1d", output_size)


@function(
    "torch.nn.functional.adaptive_max_pool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(_image(n), 1), call(_image(n, 9, 4), (3, 2, 4)[:n], True), call(_image(n), 3 if n == 1 else (None, 2, None)[:n]),
        call(_image(n), output_size=12, return_indices=False),
    ],
    bad=lambda n: [
        call(T(*(9,) * n), 1).refused(Problem.RANK), call(_image(n), (1,) * (n + 1)).refused(Problem.HYPER_PARAMETER),
        call(_image(n), None).refused(Problem.HYPER_PARAMETER),
    ],
)
def adaptive_max_pool(input: Tensor, output_size: OptAsWritten, return_indices: Flag = False, *, n: int) -> Result:
    """The spatial axes become output_size, where None keeps an axis as it is."""
    shape = adapted(input, n, f"adaptive_max_pool{n}d", output_size)
    return [shape, shape] if return_indices else shape


@function(
    "torch.nn.functional.adaptive_max_pool{n}d_with_indices", n=(1, 2, 3),
    good=lambda n: [call(_image(n), 1), call(_image(n, 9, 4), (3, 2, 4)[:n]), call(_image(n), 3 if n == 1 else (None, 2, None)[:n])],
    bad=lambda n: [call(T(*(9,) * n), 1).refused(Problem.RANK)],
)
def adaptive_max_pool_with_indices(input: Tensor, output_size: OptAsWritten, return_indices: Ignored = False, *, n: int) -> Result:
    """The shape of adaptive_max_pool twice: values and indices."""
    shape = adapted(input, n, f"adaptive_max_pool{n}d", output_size)
    return [shape, shape]


@function(
    "torch.adaptive_max_pool{n}d", n=(1,),
    good=lambda n: [call(_image(n), 1), call(_image(n, 9, 4), (3,))],
    bad=lambda n: [call(T(9), 2).refused(Problem.RANK), call(_image(n), (1, 2)).refused(Problem.HYPER_PARAMETER)],
)
def torch_adaptive_max_pool1d(input: Tensor, output_size: OptAsWritten, *, n: int) -> Result:
    """The last axis becomes output_size, in values and in indices."""
    shape = adapted(input, n, "adaptive_max_pool1d", output_size)
    return [shape, shape]


def _places(n: int, size: int = 5, *leading: int) -> T:
    return T(*(leading or (2, 4)), *(size,) * n, dtype="int", high=1)


@function(
    "torch.nn.functional.max_unpool{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(_image(n, 5), _places(n), 2), call(_image(n, 5, 4), _places(n, 5, 4), 3, 2, 1), call(_image(n, 5), _places(n), 2, output_size=[11] * n),
        call(_image(n, 5), _places(n), (3, 2, 4)[:n], (2, 3, 1)[:n], (1, 0, 1)[:n]), call(_image(n, 5), _places(n), 3, 2, 0, [2, 4] + [10] * n),
    ],
    bad=lambda n: [
        call(_image(n, 5), _places(n, 6), 2).refused(Problem.STATE),
        call(_image(n, 5), _places(n), 2, output_size=[12] * n).refused(Problem.OUTPUT_SIZE),
        call(_image(n, 5, 1, 2, 4), _places(n, 5, 1, 2, 4), 2).refused(Problem.RANK),
    ],
)
def max_unpool(
    input: Tensor, indices: Checked, kernel_size: AsWritten, stride: OptAsWritten = None, padding: AsWritten = 0,
    output_size: OptIntTuple = None, *, n: int,
) -> Shape:
    """Each spatial axis L becomes (L - 1)*stride + kernel_size - 2*padding, or an output_size less than one stride away from that."""
    return unpooled(input, indices, n, f"max_unpool{n}d", *unpool_window(kernel_size, stride, padding, n), output_size)
