"""Convolutions and transposed convolutions: modules, lazy modules and their functional twins."""

from ..dims import Dim, dmax, unknown
from ..formulas import conv_out, conv_transpose_out, effective_kernel
from ..shapes import Shape, show
from .declare import Layer, module
from .examples import call
from .kinds import Flag, OptInts, Size, Sizes, SizesOrText, Tensor, Text, default
from .problems import Problem, refuse, require_at_least, require_divides, require_equal

_MODES = ("zeros", "reflect", "replicate", "circular")


def split_batch(input: Shape, n: int, what: str) -> tuple[Shape, Dim, Shape]:
    """``(batch axes, channels, spatial axes)`` of an input that torch takes with or without a batch axis."""
    if len(input) not in (n + 1, n + 2):
        message = f"{what} expects {n + 2} axes (or {n + 1} without a batch) but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, expected=n + 2, received=len(input))
    return input[: -n - 1], input[-n - 1], input[-n:]


def check_groups(in_channels: Dim, out_channels: Dim, groups: Dim) -> None:
    """What every convolution's constructor refuses about groups and channels."""
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "groups must be at least 1, not {received}", arg="groups", param="groups")
    for name, size in (("in_channels", in_channels), ("out_channels", out_channels)):
        require_divides(groups, size, Problem.GROUPS, name + "={received} is not divisible by groups={expected}", arg=name, param="groups")


def check_positive(**named: Shape) -> None:
    """Refuse sizes below 1 in any of the named tuples."""
    for name, sizes in named.items():
        for size in sizes:
            require_at_least(size, 1, Problem.HYPER_PARAMETER, name + " must be positive, not {received}", arg=name, param=name)


class _ConvLayer(Layer):
    in_channels: Size
    out_channels: Size
    kernel_size: Sizes

    def expected(self) -> Shape:
        return (unknown("N"), self.in_channels, *(unknown("L") for _ in range(self.n)))

    def channels_in(self, input: Shape) -> tuple[Shape, Shape]:
        """Batch and spatial axes of ``input``, once rank and channels fit."""
        batch, channels, spatial = split_batch(input, self.n, self.op.short_name)
        message = "expects {expected} channels but receives {received}"
        require_equal(channels, self.in_channels, Problem.CHANNELS, message, param="in_channels", axis=-self.n - 1)
        return batch, spatial


@module(
    "torch.nn.Conv{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4, 8, 3).on((2, 4) + (9,) * n),
        call(4, 8, 3, stride=2, padding=1, dilation=2, groups=2, bias=False).on((2, 4) + (9,) * n),
        call(4, 6, (3,) * n, padding="same").on((4,) + (9,) * n),
        call(4, 6, (3, 2, 1)[:n], (2, 1, 3)[:n], (1, 0, 2)[:n], padding_mode="circular").on((1, 4) + (7,) * n),
        call(4, 6, 2, padding="valid", padding_mode="reflect").on((1, 4) + (7,) * n),
    ],
    bad=lambda n: [
        call(4, 8, 3).on((2, 3) + (9,) * n).refused(Problem.CHANNELS),
        call(4, 8, 3).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
        call(4, 9, 3, groups=2).refused(Problem.GROUPS),
        call(4, 8, 3, stride=2, padding="same").refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding_mode="mirror").refused(Problem.HYPER_PARAMETER),
    ],
)
class ConvNd(_ConvLayer):
    """Each spatial axis L becomes floor((L + 2*padding - dilation*(kernel_size - 1) - 1)/stride) + 1."""

    stride: Sizes = default(1)
    padding: SizesOrText = default(0)
    dilation: Sizes = default(1)
    groups: Size = 1
    bias: Flag = True
    padding_mode: Text = "zeros"

    def check(self) -> None:
        check_groups(self.in_channels, self.out_channels, self.groups)
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise refuse(Problem.HYPER_PARAMETER, f"padding must be 'same', 'valid' or ints, not {self.padding!r}", arg="padding", param="padding")
            if self.padding == "same":
                for stride in self.stride:
                    require_equal(stride, 1, Problem.HYPER_PARAMETER, "padding='same' needs stride 1, not {received}", arg="stride", param="stride")
        if self.padding_mode not in _MODES:
            raise refuse(Problem.HYPER_PARAMETER, f"padding_mode must be one of {', '.join(_MODES)}, not {self.padding_mode!r}", arg="padding_mode", param="padding_mode")

    def forward(self, input: Tensor) -> Shape:
        batch, spatial = self.channels_in(input)
        check_positive(kernel_size=self.kernel_size, stride=self.stride, dilation=self.dilation)
        return (*batch, self.out_channels, *self._spatial(spatial))

    def _spatial(self, spatial: Shape) -> Shape:
        if self.padding == "same":
            return spatial
        padding = (0,) * self.n if isinstance(self.padding, str) else self.padding
        for size, pad in zip(spatial, padding, strict=True):
            if self.padding_mode == "reflect":
                require_at_least(size, pad + 1, Problem.PADDING, "reflect padding must be smaller than the axis, which is {received}", param="padding")
            if self.padding_mode == "circular":
                require_at_least(size, pad, Problem.PADDING, "circular padding must not exceed the axis, which is {received}", param="padding")
        return tuple(
            conv_out(*axis) for axis in zip(spatial, self.kernel_size, self.stride, padding, self.dilation, strict=True)
        )

    def parameters(self) -> dict[str, Shape]:
        weight = {"weight": (self.out_channels, self.in_channels // self.groups, *self.kernel_size)}
        return weight | ({"bias": (self.out_channels,)} if self.bias else {})


@module(
    "torch.nn.ConvTranspose{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4, 8, 4, stride=2, padding=1).on((2, 4) + (5,) * n),
        call(4, 8, 3, 2, 1, 1, 2, False, 2).on((4,) + (5,) * n),
        call(4, 8, 3, stride=2).on((2, 4) + (5,) * n, output_size=(12,) * n),
    ],
    bad=lambda n: [
        call(4, 8, 3).on((2, 3) + (5,) * n).refused(Problem.CHANNELS),
        call(4, 8, 3, stride=2, output_padding=2).on((2, 4) + (5,) * n).refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding_mode="reflect").refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, stride=2).on((2, 4) + (5,) * n, output_size=(99,) * n).refused(Problem.OUTPUT_SIZE),
    ],
)
class ConvTransposeNd(_ConvLayer):
    """Each spatial axis L becomes (L - 1)*stride - 2*padding + dilation*(kernel_size - 1) + output_padding + 1."""

    stride: Sizes = default(1)
    padding: Sizes = default(0)
    output_padding: Sizes = default(0)
    groups: Size = 1
    bias: Flag = True
    dilation: Sizes = default(1)
    padding_mode: Text = "zeros"

    def check(self) -> None:
        if self.padding_mode != "zeros":
            raise refuse(Problem.HYPER_PARAMETER, f"transposed convolutions take only padding_mode='zeros', not {self.padding_mode!r}", arg="padding_mode", param="padding_mode")
        check_groups(self.in_channels, self.out_channels, self.groups)

    def forward(self, input: Tensor, output_size: OptInts = None) -> Shape:
        batch, spatial = self.channels_in(input)
        check_positive(kernel_size=self.kernel_size, stride=self.stride, dilation=self.dilation)
        window = list(zip(spatial, self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation, strict=True))
        if output_size is None:
            for _, _, stride, _, extra, dilation in window:
                check_output_padding(extra, stride, dilation)
            return (*batch, self.out_channels, *(conv_transpose_out(*axis) for axis in window))
        wanted = output_size[-self.n :]
        if len(output_size) not in (self.n, self.n + len(batch) + 1):
            raise refuse(Problem.OUTPUT_SIZE, f"output_size needs {self.n} sizes, not {show(output_size)}", arg="output_size")
        for size, (length, kernel, stride, padding, _, dilation) in zip(wanted, window, strict=True):
            least = conv_transpose_out(length, kernel, stride, padding, 0, dilation)
            message = f"output_size {{received}} is outside {show((least, least + stride - 1))}"
            require_at_least(size, least, Problem.OUTPUT_SIZE, message, arg="output_size")
            require_at_least(least + stride - 1, size, Problem.OUTPUT_SIZE, message.replace("{received}", "{expected}"), arg="output_size")
        return (*batch, self.out_channels, *wanted)

    def parameters(self) -> dict[str, Shape]:
        weight = {"weight": (self.in_channels, self.out_channels // self.groups, *self.kernel_size)}
        return weight | ({"bias": (self.out_channels,)} if self.bias else {})


def check_output_padding(extra: Dim, stride: Dim, dilation: Dim) -> None:
    """torch wants ``output_padding < max(stride, dilation)``, and says so only when the layer runs."""
    message = "output_padding={expected} must be smaller than stride or dilation (the larger is {received})"
    require_at_least(dmax(stride, dilation), extra + 1, Problem.HYPER_PARAMETER, message, arg="output_padding", param="output_padding")
    require_at_least(extra, 0, Problem.HYPER_PARAMETER, "output_padding must not be negative, not {received}", arg="output_padding", param="output_padding")


__all__ = ["check_groups", "check_output_padding", "check_positive", "effective_kernel", "split_batch"]
