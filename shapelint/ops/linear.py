"""Linear, bilinear and identity layers, and their functional twins."""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, Truth
from ..shapes import Shape, numel, show
from .broadcasting import expands
from .declare import Layer, function, known, module, table
from .examples import call
from .kinds import Checked, Count, Ignored, Passed, Size, Switch, T, Tensor
from .problems import Problem, Unread, equal, refuse, require_at_least, require_equal

_FEATURES = "expects {expected} features but receives {received}"


def check_not_negative(**sizes: Dim) -> None:
    """Refuse negative sizes of parameters."""
    for name, size in sizes.items():
        require_at_least(size, 0, Problem.HYPER_PARAMETER, name + " must not be negative, not {received}", arg=name, param=name)


def last_axis(input: Shape, what: str, arg: str = "input") -> Dim:
    """The size of the last axis, which a scalar does not have."""
    if not input:
        raise refuse(Problem.RANK, f"{what} needs at least one axis", arg=arg, expected=1, received=0)
    return input[-1]


@module(
    "torch.nn.Linear",
    good=lambda: [call(4, 8).on((2, 4)), call(4, 8, bias=False).on((4,)), call(6, 3, True).on((2, 5, 6))],
    bad=lambda: [
        call(4, 8).on((2, 5)).refused(Problem.FEATURES), call(4, -1).refused(Problem.HYPER_PARAMETER), call(4, True).refused(Problem.HYPER_PARAMETER),
        call(4, 8).on(T()).refused(Problem.RANK),
    ],
)
class Linear(Layer):
    """The last axis, in_features, becomes out_features; all other axes stay."""

    in_features: Size
    out_features: Count
    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None
    any_rank = True

    def check(self) -> None:
        check_not_negative(in_features=self.in_features, out_features=self.out_features)

    def forward(self, input: Tensor) -> Shape:
        require_equal(last_axis(input, "Linear"), self.in_features, Problem.FEATURES, _FEATURES, param="in_features", axis=-1)
        return (*input[:-1], self.out_features)

    def parameters(self) -> dict[str, Shape]:
        return {"weight": (self.out_features, self.in_features)} | ({"bias": (self.out_features,)} if known(self.bias) else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return numel(outputs[0]) * self.in_features


@module(
    "torch.nn.LazyLinear",
    good=lambda: [call(8).on((2, 4)), call(3, False).on((2, 5, 6))],
    bad=lambda: [call(8).on(T()).refused(Problem.RANK), call(-1).on((2, 4)).refused(Problem.HYPER_PARAMETER)],
)
class LazyLinear(Layer):
    """The last axis becomes out_features; its size in the first input becomes in_features."""

    out_features: Size
    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None
    any_rank = True

    def materialise(self, input: Shape) -> Layer:
        made: Layer = table()["torch.nn.Linear"].construct((last_axis(input, "LazyLinear"), self.out_features, self.bias), {})
        made.training = self.training
        return made

    def forward(self, input: Tensor) -> Shape:
        made: Any = self.materialise(input)
        shape: Shape = made.forward(input)
        return shape


@module(
    "torch.nn.Bilinear",
    good=lambda: [call(4, 5, 6).on((2, 4), (2, 5)), call(4, 3, 2, False).on((2, 3, 4), (2, 3, 3)), call(4, 3, 2, bias=False).on((4,), (3,))],
    bad=lambda: [
        call(4, 5, 6).on((2, 3), (2, 5)).refused(Problem.FEATURES), call(4, 5, 6).on((2, 4), (2, 4)).refused(Problem.FEATURES),
        call(4, 5, 6).on((2, 4), (3, 5)).refused(Problem.BROADCAST), call(0, 5, 6).refused(Problem.HYPER_PARAMETER),
    ],
)
class Bilinear(Layer):
    """The last axes, in1_features and in2_features, become out_features; all other axes must agree and stay."""

    in1_features: Size
    in2_features: Size
    out_features: Size
    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        require_at_least(self.in1_features, 1, Problem.HYPER_PARAMETER, "in1_features must be at least 1, not {received}", param="in1_features")
        check_not_negative(in2_features=self.in2_features, out_features=self.out_features)

    def forward(self, input1: Tensor, input2: Tensor) -> Shape:
        return _bilinear(input1, input2, (self.out_features, self.in1_features, self.in2_features), ("in1_features", "in2_features"))

    def parameters(self) -> dict[str, Shape]:
        weight = {"weight": (self.out_features, self.in1_features, self.in2_features)}
        return weight | ({"bias": (self.out_features,)} if known(self.bias) else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return numel(outputs[0]) * self.in1_features * self.in2_features


def _bilinear(input1: Shape, input2: Shape, weight: Shape, params: tuple[str, str]) -> Shape:
    if len(input1) != len(input2) or not input1:
        message = f"both inputs need the same number of axes, at least one: {show(input1)} and {show(input2)}"
        raise refuse(Problem.RANK, message, arg="input2", expected=len(input1), received=len(input2))
    for axis, (left, right) in enumerate(zip(input1[:-1], input2[:-1], strict=True)):
        require_equal(right, left, Problem.BROADCAST, "the inputs differ off their last axis: {received} and {expected}", arg="input2", axis=axis)
    for arg, input, size, param in zip(("input1", "input2"), (input1, input2), weight[1:], params, strict=True):
        require_equal(input[-1], size, Problem.FEATURES, _FEATURES, arg=arg, param=param, axis=-1)
    return (*input1[:-1], weight[0])


@module("torch.nn.Identity", good=lambda: [call().on((2, 4)), call(54, unused=True).on(T())])
class Identity(Layer):
    """The input, whatever the constructor was given."""

    any_rank = True
    any_arguments = gives_back = True

    def expected(self) -> Shape | None:
        return None

    def forward(self, input: Passed) -> Shape:
        return input


@function(
    "torch.nn.functional.linear",
    good=lambda: [
        call(T(2, 4), T(6, 4)), call(T(2, 3, 4), T(6, 4), T(6)), call(T(4), T(6, 4), bias=T(1)), call(T(2, 3, 4), T(4)),
        call(T(2, 2, 3, 4), T(5, 4), T(5)),
    ],
    bad=lambda: [
        call(T(2, 5), T(6, 4)).refused(Problem.FEATURES), call(T(2, 4), T(6, 4), T(5)).refused(Problem.FEATURES),
        call(T(2, 4), T(3, 6, 4)).refused(Problem.RANK), call(T(), T(6, 4)).refused(Problem.RANK),
    ],
)
def linear(input: Tensor, weight: Tensor, bias: Checked = None) -> Shape:
    """The last axis, which weight's last axis matches, becomes weight's first; a weight with one axis takes the last axis away."""
    if len(weight) not in (1, 2):
        raise refuse(Problem.RANK, f"weight needs 1 or 2 axes but has {len(weight)}: {show(weight)}", arg="weight", expected=2, received=len(weight))
    require_equal(last_axis(input, "linear"), weight[-1], Problem.FEATURES, _FEATURES, param="weight", axis=-1)
    result = (*input[:-1], *weight[:-1])
    if isinstance(bias, tuple) and not _bias_fits(bias, result, vector=len(weight) == 1):
        raise refuse(Problem.FEATURES, f"bias {show(bias)} does not fit the result {show(result)}", arg="bias", param="weight")
    return result


def _bias_fits(bias: Shape, result: Shape, vector: bool) -> bool:
    if len(bias) > 1 and len(result) + vector != 2:
        raise Unread("bias")  # torch adds it before or after folding the leading axes, as suits its back end
    if vector:
        return not bias and len(result) != 1
    return expands(bias, result)


@function(
    "torch.nn.functional.bilinear",
    good=lambda: [call(T(2, 4), T(2, 5), T(6, 4, 5)), call(T(2, 3, 4), T(2, 3, 5), T(6, 4, 5), T(6)), call(T(4), T(5), T(6, 4, 5))],
    bad=lambda: [
        call(T(2, 3), T(2, 5), T(6, 4, 5)).refused(Problem.FEATURES), call(T(2, 4), T(3, 5), T(6, 4, 5)).refused(Problem.BROADCAST),
        call(T(2, 4), T(2, 5), T(6, 4, 5), T(5)).refused(Problem.FEATURES), call(T(2, 4), T(2, 5), T(4, 5)).refused(Problem.RANK),
    ],
)
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Checked = None) -> Shape:
    """The last axes, which weight's last two match, become weight's first; all other axes must agree and stay."""
    if len(weight) != 3:
        raise refuse(Problem.RANK, f"weight needs 3 axes but has {len(weight)}: {show(weight)}", arg="weight", expected=3, received=len(weight))
    result = _bilinear(input1, input2, weight, ("weight", "weight"))
    if isinstance(bias, tuple) and (not bias or equal(bias[0], weight[0]) is Truth.NEVER or not expands(bias, result)):
        raise refuse(Problem.FEATURES, f"bias {show(bias)} does not fit the result {show(result)}", arg="bias", param="weight")
    return result
