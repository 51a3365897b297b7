"""Convolutions as functions: ``F.conv2d(input, weight, ...)`` and the transposed ones, under ``torch`` and ``torch.nn.functional``."""

from typing import Any

from ..dims import Dim
from ..shapes import Shape, show
from .conv import conv_transposed, convolved, split_batch
from .declare import function
from .examples import call
from .kinds import UNREAD, Checked, Size, Sizes, SizesOrText, T, Tensor, default
from .problems import Problem, refuse, require_at_least, require_divides, require_equal


def _check_weight(weight: Shape, n: int) -> None:
    if len(weight) != n + 2:
        message = f"the weight of a {n}d convolution has {n + 2} axes, this one {len(weight)}: {show(weight)}"
        raise refuse(Problem.RANK, message, arg="weight", param="weight", expected=n + 2, received=len(weight))


def _check_bias(bias: Any, channels: Dim) -> None:
    if bias is None or bias is UNREAD:
        return
    if len(bias) != 1:
        raise refuse(Problem.RANK, f"bias needs one axis, not {len(bias)}: {show(bias)}", arg="bias", param="weight", expected=1, received=len(bias))
    require_equal(bias[0], channels, Problem.CHANNELS, "bias has {received} values for {expected} channels", arg="bias", param="weight", axis=0)


def _channels(received: Dim, expected: Dim, n: int) -> None:
    message = "the weight expects {expected} channels but the input has {received}"
    require_equal(received, expected, Problem.CHANNELS, message, param="weight", axis=-n - 1)


@function(
    "torch.nn.functional.conv{n}d", "torch.conv{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * n), T(8)),
        call(T(*(2, 4) + (9,) * n), T(6, 2, *(3, 2, 1)[:n]), None, 2, 1, 2, 2),
        call(T(*(4,) + (9,) * n), T(*(8, 4) + (3,) * n), stride=(1, 2, 3)[:n], padding=(1, 0, 2)[:n], dilation=(2, 1, 1)[:n]),
        call(T(*(4,) + (9,) * n), T(*(8, 4) + (4,) * n), padding="same", dilation=2),
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * n), bias=T(8), padding="valid", stride=2),
    ],
    bad=lambda n: [
        call(T(*(2, 3) + (9,) * n), T(*(8, 4) + (3,) * n)).refused(Problem.CHANNELS),
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * n), T(7)).refused(Problem.CHANNELS),
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * (n - 1))).refused(Problem.RANK),
        call(T(*(2, 4, 1) + (9,) * n), T(*(8, 4) + (3,) * n)).refused(Problem.RANK),
        call(T(*(2, 4) + (9,) * n), T(*(9, 2) + (3,) * n), groups=2).refused(Problem.GROUPS),
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * n), stride=2, padding="same").refused(Problem.HYPER_PARAMETER),
        call(T(*(2, 4) + (9,) * n), T(*(8, 4) + (3,) * n), padding="full").refused(Problem.HYPER_PARAMETER),
    ],
)
def conv(
    input: Tensor, weight: Tensor, bias: Checked = None, stride: Sizes = default(1), padding: SizesOrText = default(0),
    dilation: Sizes = default(1), groups: Size = 1, *, n: int,
) -> Shape:
    """With a weight (out, in/groups, *kernel), each spatial axis L becomes floor((L + 2*padding - dilation*(kernel - 1) - 1)/stride) + 1."""
    _check_weight(weight, n)
    batch, channels, spatial = split_batch(input, n, f"conv{n}d")
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "groups must be at least 1, not {received}", arg="groups", param="groups")
    message = "groups={expected} does not divide the weight's {received} output channels"
    require_divides(groups, weight[0], Problem.GROUPS, message, arg="weight", param="groups", axis=0)
    _channels(channels, weight[1] * groups, n)
    _check_bias(bias, weight[0])
    return (*batch, weight[0], *convolved(spatial, weight[2:], stride, padding, dilation))


@function(
    "torch.nn.functional.conv_transpose{n}d", "torch.conv_transpose{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(T(*(2, 4) + (5,) * n), T(*(4, 8) + (3,) * n), T(8)),
        call(T(*(2, 4) + (5,) * n), T(4, 3, *(3, 2, 1)[:n]), None, 2, 1, 1, 2, 2),
        call(
            T(*(4,) + (5,) * n), T(*(4, 8) + (3,) * n), stride=(2, 2, 3)[:n], padding=(1, 0, 2)[:n], output_padding=(1, 0, 2)[:n],
            dilation=(2, 1, 1)[:n],
        ),
    ],
    bad=lambda n: [
        call(T(*(2, 3) + (5,) * n), T(*(4, 8) + (3,) * n)).refused(Problem.CHANNELS),
        call(T(*(2, 4) + (5,) * n), T(*(4, 3) + (3,) * n), T(3), groups=2).refused(Problem.CHANNELS),
        call(T(*(2, 4) + (5,) * n), T(*(4, 8) + (3,) * n), stride=2, output_padding=2).refused(Problem.HYPER_PARAMETER),
        call(T(*(2, 4) + (5,) * n), T(*(4, 8) + (3,) * n), groups=3).refused(Problem.GROUPS),
    ],
)
def conv_transpose(
    input: Tensor, weight: Tensor, bias: Checked = None, stride: Sizes = default(1), padding: Sizes = default(0),
    output_padding: Sizes = default(0), groups: Size = 1, dilation: Sizes = default(1), *, n: int,
) -> Shape:
    """With a weight (in, out/groups, *kernel), each spatial axis L becomes
    (L - 1)*stride - 2*padding + dilation*(kernel - 1) + output_padding + 1."""
    _check_weight(weight, n)
    batch, channels, spatial = split_batch(input, n, f"conv_transpose{n}d")
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "groups must be at least 1, not {received}", arg="groups", param="groups")
    message = "groups={expected} does not divide the weight's {received} input channels"
    require_divides(groups, weight[0], Problem.GROUPS, message, arg="weight", param="groups", axis=0)
    _channels(channels, weight[0], n)
    _check_bias(bias, weight[1] * groups)
    sizes = conv_transposed(spatial, weight[2:], stride, padding, output_padding, dilation)
    return (*batch, weight[1] * groups, *sizes)
