"""Activations, as modules and as functions. Nearly all keep the shape; the rest look at one axis.

Operators that share a signature share a declaration. Values that cannot change a shape are checked only where they
were read, so that an unread slope or axis number does not hide the shape.
"""

from typing import Any

from ..dims import Truth
from ..shapes import Shape, show
from .declare import Layer, function, keeps_shape, module
from .examples import call
from .kinds import Axis, Ignored, Raw, Size, Switch, T, Tensor
from .problems import Problem, equal, refuse, require_at_least, require_axis, require_divides, require_equal


def _nn(*names: str) -> list[str]:
    return [f"torch.nn.{name}" for name in names]


def _functional(*names: str) -> list[str]:
    return [f"torch.nn.functional.{name}" for name in names]


def _everywhere(*names: str) -> list[str]:
    """Functions that also exist as tensor methods."""
    return [f"{place}.{name}" for name in names for place in ("torch", "torch.Tensor")]


def check_axis(dim: Any, input: Shape) -> None:
    """Refuse an axis number out of range, where it was read."""
    if isinstance(dim, int):
        require_axis(dim, len(input))


def check_order(low: Any, high: Any, names: tuple[str, str], strict: bool) -> None:
    """Refuse bounds in the wrong order, where both were read."""
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and (low >= high if strict else low > high):
        raise refuse(
            Problem.HYPER_PARAMETER, f"{names[0]}={low} must be {'below' if strict else 'at most'} {names[1]}={high}", arg=names[0], param=names[0],
        )


def check_approximate(approximate: Any) -> None:
    """Refuse what GELU does not know."""
    if isinstance(approximate, str) and approximate not in ("none", "tanh"):
        message = f"approximate must be 'none' or 'tanh', not {approximate!r}"
        raise refuse(Problem.HYPER_PARAMETER, message, arg="approximate", param="approximate")


def check_lambd(lambd: Any) -> None:
    """Refuse a negative threshold (softshrink)."""
    if isinstance(lambd, (int, float)) and lambd < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"lambd must not be negative, not {lambd}", arg="lambd", param="lambd")


def check_alpha(alpha: Any) -> None:
    """Refuse alpha 0, by which CELU divides."""
    if isinstance(alpha, (int, float)) and alpha == 0:
        raise refuse(Problem.HYPER_PARAMETER, "alpha must not be 0", arg="alpha", param="alpha")


def halved(input: Shape, dim: int) -> Shape:
    """What a gated linear unit leaves: half of one axis."""
    if not input:
        raise refuse(Problem.RANK, "needs at least one axis", expected=1, received=0)
    axis = require_axis(dim, len(input))
    require_divides(2, input[axis], Problem.SPLIT, "halves an axis of {received}, which is odd", axis=axis)
    return (*input[:axis], input[axis] // 2, *input[axis + 1 :])


class Elementwise(Layer):
    """Base of modules that keep the shape of any tensor."""

    any_rank = True
    keeps_shape = True

    def forward(self, input: Tensor) -> Shape:
        return input


# Modules that keep the shape, one class for each signature.


@module(*_nn("Sigmoid", "Tanh", "LogSigmoid", "Softsign", "Tanhshrink"), good=lambda: [call().on((2, 3)), call().on(T())])
class Plain(Elementwise):
    """The shape stays."""


@module(
    *_nn("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid"),
    good=lambda: [call().on((2, 3)), call(True).on((2, 3, 4)), call(inplace=True).on(T())],
)
class InPlace(Elementwise):
    """The shape stays."""

    inplace: Ignored = False


@module("torch.nn.ELU", good=lambda: [call().on((2, 3)), call(0.5, True).on((4,))])
class ELU(Elementwise):
    """The shape stays."""

    alpha: Ignored = 1.0
    inplace: Ignored = False


@module(
    "torch.nn.CELU", good=lambda: [call().on((2, 3)), call(0.5, True).on((4,))], bad=lambda: [call(0.0).on((2, 3)).refused(Problem.HYPER_PARAMETER)],
)
class CELU(ELU):
    """The shape stays."""

    def forward(self, input: Tensor) -> Shape:
        check_alpha(self.alpha)
        return input


@module("torch.nn.LeakyReLU", good=lambda: [call().on((2, 3)), call(0.2, True).on((4,))])
class LeakyReLU(Elementwise):
    """The shape stays."""

    negative_slope: Ignored = 0.01
    inplace: Ignored = False


@module("torch.nn.Hardshrink", good=lambda: [call().on((2, 3)), call(0.2).on((4,)), call(-1.0).on((4,))])
class Hardshrink(Elementwise):
    """The shape stays."""

    lambd: Ignored = 0.5


@module(
    "torch.nn.Softshrink", good=lambda: [call().on((2, 3)), call(0.2).on((4,))], bad=lambda: [call(-1.0).on((4,)).refused(Problem.HYPER_PARAMETER)],
)
class Softshrink(Hardshrink):
    """The shape stays."""

    def forward(self, input: Tensor) -> Shape:
        check_lambd(self.lambd)
        return input


@module("torch.nn.Softplus", good=lambda: [call().on((2, 3)), call(2.0, 10.0).on((4,))])
class Softplus(Elementwise):
    """The shape stays."""

    beta: Ignored = 1.0
    threshold: Ignored = 20.0


@module("torch.nn.Threshold", good=lambda: [call(0.1, 20.0).on((2, 3)), call(0.1, 20.0, True).on((4,))])
class Threshold(Elementwise):
    """The shape stays."""

    threshold: Ignored
    value: Ignored
    inplace: Ignored = False


@module(
    "torch.nn.Hardtanh",
    good=lambda: [call().on((2, 3)), call(-2.0, 2.0, True).on((4,)), call(0.5, max_value=3.0).on((4,))],
    bad=lambda: [call(1.0, 1.0).refused(Problem.HYPER_PARAMETER), call(min_value=2.0).refused(Problem.HYPER_PARAMETER)],
)
class Hardtanh(Elementwise):
    """The shape stays."""

    min_val: Ignored = -1.0
    max_val: Ignored = 1.0
    inplace: Ignored = False
    min_value: Ignored = None
    max_value: Ignored = None

    def check(self) -> None:
        low = self.min_val if self.min_value is None else self.min_value
        high = self.max_val if self.max_value is None else self.max_value
        check_order(low, high, ("min_val", "max_val"), strict=True)


@module(
    "torch.nn.RReLU",
    good=lambda: [call().on((2, 3)), call(0.1, 0.3, True).on((4,))],
    bad=lambda: [call(0.5, 0.1).on((2, 3)).refused(Problem.HYPER_PARAMETER)],
)
class RReLU(Elementwise):
    """The shape stays."""

    lower: Ignored = 1 / 8
    upper: Ignored = 1 / 3
    inplace: Ignored = False

    def forward(self, input: Tensor) -> Shape:
        check_order(self.lower, self.upper, ("lower", "upper"), strict=False)
        return input


@module(
    "torch.nn.GELU",
    good=lambda: [call().on((2, 3)), call("tanh").on((4,))],
    bad=lambda: [call("sigmoid").on((2, 3)).refused(Problem.HYPER_PARAMETER)],
)
class GELU(Elementwise):
    """The shape stays."""

    approximate: Raw = "none"

    def forward(self, input: Tensor) -> Shape:
        check_approximate(self.approximate)
        return input


# Modules that look at an axis.


@module(
    *_nn("Softmax", "Softmin", "LogSoftmax"),
    good=lambda: [call(1).on((2, 3)), call(dim=-1).on((2, 3, 4)), call().on((4,)), call(0).on(T()), call(-3).on((2, 3, 4, 5))],
    bad=lambda: [call(2).on((2, 3)).refused(Problem.AXIS), call(dim=-2).on((3,)).refused(Problem.AXIS)],
)
class Softmax(Elementwise):
    """The shape stays; dim must be an axis."""

    dim: Raw = None

    def forward(self, input: Tensor) -> Shape:
        check_axis(self.dim, input)
        return input


@module("torch.nn.Softmax2d", good=lambda: [call().on((2, 3, 4, 4)), call().on((3, 4, 4))], bad=lambda: [call().on((2, 3)).refused(Problem.RANK)])
class Softmax2d(Layer):
    """The shape stays; 3 or 4 axes."""

    def forward(self, input: Tensor) -> Shape:
        if len(input) not in (3, 4):
            raise refuse(
                Problem.RANK, f"expects 4 axes (or 3 without a batch) but receives {len(input)}: {show(input)}", expected=4, received=len(input),
            )
        return input


@module(
    "torch.nn.GLU",
    good=lambda: [call().on((2, 6)), call(1).on((2, 4, 5)), call(dim=-3).on((2, 3, 5))],
    bad=lambda: [call().on((2, 5)).refused(Problem.SPLIT), call(2).on((2, 4)).refused(Problem.AXIS), call().on(T()).refused(Problem.RANK)],
)
class GLU(Layer):
    """The axis dim is halved; it must be even."""

    dim: Axis = -1
    any_rank = True

    def forward(self, input: Tensor) -> Shape:
        return halved(input, self.dim)


@module(
    "torch.nn.PReLU",
    good=lambda: [call().on((2, 3)), call(3).on((2, 3, 4)), call(1, 0.1).on(T()), call(num_parameters=4, init=0.5).on((2, 4))],
    bad=lambda: [call(3).on((2, 4)).refused(Problem.CHANNELS), call(3).on((3,)).refused(Problem.CHANNELS), call(-1).refused(Problem.HYPER_PARAMETER)],
)
class PReLU(Layer):
    """The shape stays; axis 1 must be num_parameters unless that is 1."""

    num_parameters: Size = 1
    init: Ignored = 0.25
    device: Ignored = None
    dtype: Ignored = None
    any_rank = True

    def check(self) -> None:
        require_at_least(
            self.num_parameters, 0, Problem.HYPER_PARAMETER, "num_parameters must not be negative, not {received}", param="num_parameters",
        )

    def forward(self, input: Tensor) -> Shape:
        return _per_channel(input, self.num_parameters, "num_parameters")

    def parameters(self) -> dict[str, Shape]:
        return {"weight": (self.num_parameters,)}


def _per_channel(input: Shape, slopes: Any, param: str) -> Shape:
    if equal(slopes, 1) is Truth.NEVER:
        channels = input[1] if len(input) > 1 else 1
        require_equal(channels, slopes, Problem.CHANNELS, "has slopes for {expected} channels but receives {received}", param=param, axis=1)
    return input


# Functions that keep the shape.


@function(
    *_functional("sigmoid", "tanh", "logsigmoid", "softsign", "tanhshrink"), *_everywhere("sigmoid", "tanh", "relu", "sigmoid_", "tanh_", "relu_"),
    *_functional("relu_", "selu_"), "torch.selu", "torch.selu_", "torch.special.expit",
    good=lambda: [call(T(2, 3)), call(T())],
)
@keeps_shape
def plain(input: Tensor) -> Shape:
    """The shape stays."""
    return input


@function(
    *_functional("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid"),
    good=lambda: [call(T(2, 3)), call(T(2, 3), True), call(T(), inplace=False)],
)
@keeps_shape
def in_place(input: Tensor, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.elu", good=lambda: [call(T(2, 3)), call(T(4), 0.5, True)])
@keeps_shape
def elu(input: Tensor, alpha: Ignored = 1.0, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.elu_", good=lambda: [call(T(2, 3)), call(T(4), 0.5)])
@keeps_shape
def elu_(input: Tensor, alpha: Ignored = 1.0) -> Shape:
    """The shape stays."""
    return input


@function(
    "torch.nn.functional.celu", good=lambda: [call(T(2, 3)), call(T(4), 0.5, True)], bad=lambda: [call(T(4), 0.0).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def celu(input: Tensor, alpha: Ignored = 1.0, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    check_alpha(alpha)
    return input


@function(
    "torch.nn.functional.celu_", "torch.celu", "torch.celu_",
    good=lambda: [call(T(2, 3)), call(T(4), 0.5)], bad=lambda: [call(T(4), 0.0).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def celu_(input: Tensor, alpha: Ignored = 1.0) -> Shape:
    """The shape stays."""
    check_alpha(alpha)
    return input


@function("torch.nn.functional.leaky_relu", good=lambda: [call(T(2, 3)), call(T(4), 0.5, True)])
@keeps_shape
def leaky_relu(input: Tensor, negative_slope: Ignored = 0.01, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.leaky_relu_", good=lambda: [call(T(2, 3)), call(T(4), 0.5)])
@keeps_shape
def leaky_relu_(input: Tensor, negative_slope: Ignored = 0.01) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.hardshrink", *_everywhere("hardshrink"), good=lambda: [call(T(2, 3)), call(T(4), -0.5)])
@keeps_shape
def hardshrink(input: Tensor, lambd: Ignored = 0.5) -> Shape:
    """The shape stays."""
    return input


@function(
    "torch.nn.functional.softshrink", good=lambda: [call(T(2, 3)), call(T(4), 0.2)], bad=lambda: [call(T(4), -0.5).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def softshrink(input: Tensor, lambd: Ignored = 0.5) -> Shape:
    """The shape stays."""
    check_lambd(lambd)
    return input


@function("torch.nn.functional.softplus", good=lambda: [call(T(2, 3)), call(T(4), 2.0, 10.0)])
@keeps_shape
def softplus(input: Tensor, beta: Ignored = 1.0, threshold: Ignored = 20.0) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.threshold", good=lambda: [call(T(2, 3), 0.1, 2.0), call(T(4), 0.1, 2.0, True)])
@keeps_shape
def threshold(input: Tensor, threshold: Ignored, value: Ignored, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    return input


@function("torch.nn.functional.threshold_", "torch.threshold", "torch.threshold_", good=lambda: [call(T(2, 3), 0.1, 2.0)])
@keeps_shape
def threshold_(input: Tensor, threshold: Ignored, value: Ignored) -> Shape:
    """The shape stays."""
    return input


@function(
    "torch.nn.functional.hardtanh",
    good=lambda: [call(T(2, 3)), call(T(4), -2.0, 2.0, True), call(T(4), 1.0, 1.0)], bad=lambda: [call(T(4), 2.0).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def hardtanh(input: Tensor, min_val: Ignored = -1.0, max_val: Ignored = 1.0, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    check_order(min_val, max_val, ("min_val", "max_val"), strict=False)
    return input


@function("torch.nn.functional.hardtanh_", good=lambda: [call(T(2, 3)), call(T(4), -2.0, 2.0)])
@keeps_shape
def hardtanh_(input: Tensor, min_val: Ignored = -1.0, max_val: Ignored = 1.0) -> Shape:
    """The shape stays."""
    return input


@function(
    "torch.nn.functional.rrelu",
    good=lambda: [call(T(2, 3)), call(T(4), 0.1, 0.3, True, True)], bad=lambda: [call(T(4), 0.5, 0.1).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def rrelu(input: Tensor, lower: Ignored = 1 / 8, upper: Ignored = 1 / 3, training: Switch = False, inplace: Ignored = False) -> Shape:
    """The shape stays."""
    check_order(lower, upper, ("lower", "upper"), strict=False)
    return input


@function(
    "torch.nn.functional.rrelu_", "torch.rrelu", "torch.rrelu_",
    good=lambda: [call(T(2, 3)), call(T(4), 0.1, 0.3, True)], bad=lambda: [call(T(4), 0.5, 0.1).refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def rrelu_(input: Tensor, lower: Ignored = 1 / 8, upper: Ignored = 1 / 3, training: Switch = False) -> Shape:
    """The shape stays."""
    check_order(lower, upper, ("lower", "upper"), strict=False)
    return input


@function(
    "torch.nn.functional.gelu",
    good=lambda: [call(T(2, 3)), call(T(4), approximate="tanh")], bad=lambda: [call(T(4), approximate="sigmoid").refused(Problem.HYPER_PARAMETER)],
)
@keeps_shape
def gelu(input: Tensor, *, approximate: Raw = "none") -> Shape:
    """The shape stays."""
    check_approximate(approximate)
    return input


# Functions that look at an axis.


@function(
    *_functional("softmax", "softmin", "log_softmax"),
    good=lambda: [call(T(2, 3), 1), call(T(2, 3, 4), dim=-1), call(T(4)), call(T(), 0), call(T(2, 3, 4, 5), -3, 3)],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.AXIS), call(T(3), dim=-2).refused(Problem.AXIS)],
)
@keeps_shape
def softmax(input: Tensor, dim: Raw = None, _stacklevel: Ignored = 3, dtype: Ignored = None) -> Shape:
    """The shape stays; dim must be an axis."""
    check_axis(dim, input)
    return input


@function(
    *_everywhere("softmax", "log_softmax"), "torch.special.softmax", "torch.special.log_softmax",
    good=lambda: [call(T(2, 3), 1), call(T(2, 3, 4), dim=-1), call(T(), 0), call(T(2, 3, 4, 5), -3)],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.AXIS), call(T(3), dim=-2).refused(Problem.AXIS)],
)
@keeps_shape
def softmax_of(input: Tensor, dim: Raw, dtype: Ignored = None) -> Shape:
    """The shape stays; dim must be an axis."""
    check_axis(dim, input)
    return input


@function(
    "torch.nn.functional.gumbel_softmax",
    good=lambda: [call(T(2, 3)), call(T(2, 3, 4), 0.5, True, 1e-10, 1), call(T(2, 3), hard=True, dim=0)],
    bad=lambda: [call(T(2, 3), dim=2).refused(Problem.AXIS)],
)
@keeps_shape
def gumbel_softmax(logits: Tensor, tau: Ignored = 1, hard: Ignored = False, eps: Ignored = 1e-10, dim: Raw = -1) -> Shape:
    """The shape stays; dim must be an axis."""
    check_axis(dim, logits)
    return logits


@function(
    "torch.nn.functional.glu",
    good=lambda: [call(T(2, 6)), call(T(2, 4, 5), 1), call(T(2, 3, 5), dim=-3)],
    bad=lambda: [call(T(2, 5)).refused(Problem.SPLIT), call(T(2, 4), 2).refused(Problem.AXIS), call(T()).refused(Problem.RANK)],
)
def glu(input: Tensor, dim: Axis = -1) -> Shape:
    """The axis dim is halved; it must be even."""
    return halved(input, dim)


@function(
    "torch.nn.functional.prelu", *_everywhere("prelu"),
    good=lambda: [call(T(2, 3), T(1)), call(T(2, 3, 4), T(3)), call(T(4), T())],
    bad=lambda: [call(T(2, 3), T(2)).refused(Problem.CHANNELS), call(T(2, 3), T(1, 3)).refused(Problem.RANK)],
)
@keeps_shape
def prelu(input: Tensor, weight: Tensor) -> Shape:
    """The shape stays; weight has one slope, or one for each channel (axis 1)."""
    if len(weight) > 1:
        raise refuse(
            Problem.RANK, f"weight needs at most one axis but has {len(weight)}: {show(weight)}", arg="weight", expected=1, received=len(weight),
        )
    return _per_channel(input, weight[0] if weight else 1, "weight")
