"""Lazy convolutions: like the plain ones, with in_channels taken from the first input."""

from typing import Any

from ..dims import Dim, Truth, divides, unknown
from ..shapes import Shape
from .conv import split_batch
from .declare import Layer, module, table
from .examples import call
from .kinds import AsWritten, Ignored, OptIntTuple, Raw, Size, Sizes, Switch, Tensor, default
from .problems import Problem, require_divides


class _LazyConv(Layer):
    out_channels: Size
    kernel_size: AsWritten
    groups: Any = 1
    bias: Any = True

    def check(self) -> None:
        # torch constructs the plain layer with no channels at all, so groups are compared with them only at the first input.
        plain = self._plain(0, 0)
        plain.check()
        self.__dict__.update({name: value for name, value in vars(plain).items() if name in ("kernel_size", "padding")})

    def _plain(self, in_channels: Dim, out_channels: Dim) -> Layer:
        op = table()[self.op.name.replace("Lazy", "")]
        layer: Layer = object.__new__(op.declared)
        layer.__dict__.update(vars(self), op=op, in_channels=in_channels, out_channels=out_channels)
        return layer

    def expected(self) -> Shape:
        return (unknown("N"), unknown("C"), *(unknown("L") for _ in range(self.n)))

    def materialise(self, input: Shape) -> Layer:
        _, channels, _ = split_batch(input, self.n, self.op.short_name)
        message = "receives {received} channels, which groups={expected} does not divide"
        require_divides(self.groups, channels, Problem.GROUPS, message, param="groups", axis=-self.n - 1)
        return self._plain(channels, self.produced())

    def produced(self) -> Dim:
        """Output channels, once groups fit."""
        message = "out_channels={received} is not divisible by groups={expected}"
        require_divides(self.groups, self.out_channels, Problem.GROUPS, message, arg="out_channels", param="groups")
        return self.out_channels


@module(
    "torch.nn.LazyConv{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(8, 3).on((2, 4) + (9,) * n),
        call(8, (3, 2, 1)[:n], stride=2, padding=1, dilation=2, groups=2, bias=False).on((2, 4) + (9,) * n),
        call(6, 3, 1, 1, padding_mode="reflect").on((4,) + (9,) * n),
        call(6, 4, padding="same").on((4,) + (9,) * n),
    ],
    bad=lambda n: [
        call(8, 3).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
        call(8, 3, groups=4).on((2, 3) + (9,) * n).refused(Problem.GROUPS),
        call(9, 3, groups=2).on((2, 4) + (9,) * n).refused(Problem.GROUPS),
        call(8, 3, groups=0).refused(Problem.HYPER_PARAMETER),
        call(8, 3, stride=2, padding="same").refused(Problem.HYPER_PARAMETER),
    ],
)
class LazyConvNd(_LazyConv):
    """Takes in_channels from the first input. Each axis L becomes floor((L + 2*padding - dilation*(kernel_size - 1) - 1)/stride) + 1."""

    stride: Sizes = default(1)
    padding: AsWritten = 0
    dilation: Sizes = default(1)
    groups: Size = 1
    bias: Switch = True
    padding_mode: Raw = "zeros"
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, input: Tensor) -> Shape:
        made: Shape = self.materialise(input).forward(input)  # type: ignore[attr-defined]
        return made


@module(
    "torch.nn.LazyConvTranspose{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(8, 4, stride=2, padding=1).on((2, 4) + (5,) * n),
        call(8, (3, 2, 1)[:n], 2, 1, 1, 2, False, 2).on((4,) + (5,) * n),
        call(8, 3, stride=2).on((2, 4) + (5,) * n, output_size=(12,) * n),
        call(9, 3, groups=2, bias=False).on((2, 4) + (5,) * n),
    ],
    bad=lambda n: [
        call(8, 3).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
        call(8, 3, groups=4).on((2, 3) + (5,) * n).refused(Problem.GROUPS),
        call(9, 3, groups=2).on((2, 4) + (5,) * n).refused(Problem.GROUPS),
        call(8, 3, padding_mode="circular").refused(Problem.HYPER_PARAMETER),
    ],
)
class LazyConvTransposeNd(_LazyConv):
    """Takes in_channels from the first input. Each axis L becomes (L - 1)*stride - 2*padding + dilation*(kernel_size - 1) + output_padding + 1."""

    stride: Sizes = default(1)
    padding: Sizes = default(0)
    output_padding: Sizes = default(0)
    groups: Size = 1
    bias: Switch = True
    dilation: Sizes = default(1)
    padding_mode: Raw = "zeros"
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, input: Tensor, output_size: OptIntTuple = None) -> Shape:
        made: Shape = self.materialise(input).forward(input, output_size)  # type: ignore[attr-defined]
        return made

    def produced(self) -> Dim:
        # torch sizes the weight with out_channels//groups, and notices a remainder only by the bias.
        if self.bias is True or divides(self.groups, self.out_channels) is Truth.ALWAYS:
            return super().produced()
        return self.out_channels // self.groups * self.groups
