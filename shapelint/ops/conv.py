"""Convolutions and transposed convolutions: the modules, and the arithmetic and refusals that their lazy and functional twins share."""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, dmax, floordiv, prod, unknown
from ..formulas import conv_out, conv_transpose_out
from ..shapes import Shape, numel, show
from .declare import Layer, known, module
from .examples import call
from .kinds import UNREAD, AsWritten, Count, Ignored, OptIntTuple, Raw, Size, Sizes, Switch, Tensor, default
from .pad import padded, repeated
from .problems import Problem, refuse, require_at_least, require_divides, require_equal

_MODES = ("zeros", "reflect", "replicate", "circular")


def split_batch(input: Shape, n: int, what: str) -> tuple[Shape, Dim, Shape]:
    """``(batch axes, channels, spatial axes)`` of an input that torch takes with or without a batch axis."""
    if len(input) not in (n + 1, n + 2):
        message = f"{what} expects {n + 2} axes (or {n + 1} without a batch) but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, expected=n + 2, received=len(input))
    return input[: -n - 1], input[-n - 1], input[-n:]


def spread(value: Any, n: int, name: str) -> Shape:
    """An ``AsWritten`` argument as one size per axis: an int counts for all, a tuple must have exactly ``n``."""
    if isinstance(value, tuple) and len(value) != n:
        raise refuse(Problem.HYPER_PARAMETER, f"{name} needs one int or {n}, not {_shown(value)}", arg=name, param=name)
    return repeated(value, n, name)


def _shown(value: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, value))})"


def check_groups(in_channels: Dim, out_channels: Dim, groups: Dim) -> None:
    """What every convolution's constructor refuses about groups and channels."""
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "groups must be at least 1, not {received}", arg="groups", param="groups")
    for name, size in (("in_channels", in_channels), ("out_channels", out_channels)):
        require_divides(groups, size, Problem.GROUPS, name + "={received} is not divisible by groups={expected}", arg=name, param="groups")
        require_at_least(size, 0, Problem.HYPER_PARAMETER, name + " must not be negative, not {received}", arg=name, param=name)


def check_positive(**named: Shape) -> None:
    """Refuse sizes below 1 in any of the named tuples."""
    for name, sizes in named.items():
        for size in sizes:
            require_at_least(size, 1, Problem.HYPER_PARAMETER, name + " must be positive, not {received}", arg=name, param=name)


def check_not_negative(**named: Shape) -> None:
    """Refuse sizes below 0 in any of the named tuples."""
    for name, sizes in named.items():
        for size in sizes:
            require_at_least(size, 0, Problem.HYPER_PARAMETER, name + " must not be negative, not {received}", arg=name, param=name)


def check_padding_text(padding: str, stride: Shape) -> None:
    """Refuse any text but "same" and "valid", and "same" with a stride."""
    if padding not in ("same", "valid"):
        raise refuse(Problem.HYPER_PARAMETER, f"padding must be 'same', 'valid' or ints, not {padding!r}", arg="padding", param="padding")
    if padding == "same":
        for step in stride:
            require_equal(step, 1, Problem.HYPER_PARAMETER, "padding='same' needs stride 1, not {received}", arg="stride", param="stride")


def convolved(spatial: Shape, kernel: Shape, stride: Shape, padding: Shape | str, dilation: Shape) -> Shape:
    """Spatial sizes after a convolution."""
    check_positive(kernel_size=kernel, stride=stride, dilation=dilation)
    if isinstance(padding, str):
        check_padding_text(padding, stride)
        if padding == "same":
            return spatial
        padding = (0,) * len(spatial)
    check_not_negative(padding=padding)
    return tuple(conv_out(*axis) for axis in zip(spatial, kernel, stride, padding, dilation, strict=True))


def conv_transposed(spatial: Shape, kernel: Shape, stride: Shape, padding: Shape, output_padding: Shape, dilation: Shape) -> Shape:
    """Spatial sizes after a transposed convolution."""
    check_positive(kernel_size=kernel, stride=stride, dilation=dilation)
    check_not_negative(padding=padding)
    for extra, step, spacing in zip(output_padding, stride, dilation, strict=True):
        check_output_padding(extra, step, spacing)
    axes = zip(spatial, kernel, stride, padding, output_padding, dilation, strict=True)
    return tuple(conv_transpose_out(*axis) for axis in axes)


def check_output_padding(extra: Dim, stride: Dim, dilation: Dim) -> None:
    """torch wants ``output_padding < max(stride, dilation)``, and says so only when the layer runs."""
    message = "output_padding={expected} must be smaller than stride or dilation (the larger is {received})"
    where = {"arg": "output_padding", "param": "output_padding"}
    require_at_least(dmax(stride, dilation), extra + 1, Problem.HYPER_PARAMETER, message.replace("{expected}", str(extra)), **where)
    require_at_least(extra, 0, Problem.HYPER_PARAMETER, "output_padding must not be negative, not {received}", **where)


class _ConvLayer(Layer):
    in_channels: Size
    out_channels: Size
    kernel_size: AsWritten

    def expected(self) -> Shape:
        return (unknown("N"), self.in_channels, *(unknown("L") for _ in range(self.n)))

    def channels_in(self, input: Shape) -> tuple[Shape, Shape]:
        """Batch and spatial axes of ``input``, once rank and channels fit."""
        batch, channels, spatial = split_batch(input, self.n, self.op.short_name)
        message = "expects {expected} channels but receives {received}"
        require_equal(channels, self.in_channels, Problem.CHANNELS, message, param="in_channels", axis=-self.n - 1)
        # torch makes a layer without weights, and refuses to run it.
        require_at_least(self.out_channels, 1, Problem.HYPER_PARAMETER, "out_channels must be at least 1, not {received}", arg="out_channels", param="out_channels")
        return batch, spatial

    def read_kernel(self) -> None:
        """An int kernel_size counts for every axis. torch refuses a tuple of another length only when the layer runs."""
        self.kernel_size = repeated(self.kernel_size, self.n, "kernel_size")
        check_not_negative(kernel_size=self.kernel_size)

    @property
    def kernel_as_given(self) -> Shape:
        """The axes that the weight has, whether the layer can run or not."""
        return self.kernel_size if isinstance(self.kernel_size, tuple) else repeated(self.kernel_size, self.n, "kernel_size")

    @property
    def kernel(self) -> Shape:
        return spread(self.kernel_size, self.n, "kernel_size")


@module(
    "torch.nn.Conv{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4, 8, 3).on((2, 4) + (9,) * n),
        call(4, 8, 3, stride=2, padding=1, dilation=2, groups=2, bias=False).on((2, 4) + (9,) * n),
        call(4, 6, (3,) * n, padding="same").on((4,) + (9,) * n),
        call(4, 6, (3, 2, 1)[:n], (2, 1, 3)[:n], (1, 0, 2)[:n], padding_mode="circular").on((1, 4) + (7,) * n),
        call(4, 6, 2, padding="valid", padding_mode="reflect").on((1, 4) + (7,) * n),
        call(4, 6, (4, 3, 2)[:n], padding="same", dilation=2, padding_mode="replicate").on((4,) + (7,) * n),
    ],
    bad=lambda n: [
        call(4, 8, 3).on((2, 3) + (9,) * n).refused(Problem.CHANNELS), call(4, True, 3).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3).on((2, 4, 9) + (9,) * n).refused(Problem.RANK),
        call(4, 9, 3, groups=2).refused(Problem.GROUPS),
        call(4, 8, 3, stride=2, padding="same").refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding_mode="mirror").refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, stride=0).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding=-1).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding=5, padding_mode="reflect").on((2, 4) + (5,) * n).refused(Problem.PADDING),
        call(4, -8, 3).refused(Problem.HYPER_PARAMETER), call(4, 0, 3).on((2, 4) + (9,) * n).refused(Problem.HYPER_PARAMETER),
    ],
)
class ConvNd(_ConvLayer):
    """Each spatial axis L becomes floor((L + 2*padding - dilation*(kernel_size - 1) - 1)/stride) + 1."""

    in_channels: Size
    out_channels: Count
    kernel_size: AsWritten
    stride: Sizes = default(1)
    padding: AsWritten = 0
    dilation: Sizes = default(1)
    groups: Size = 1
    bias: Switch = True
    padding_mode: Raw = "zeros"
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        check_groups(self.in_channels, self.out_channels, self.groups)
        self.read_kernel()
        if isinstance(self.padding, str):
            check_padding_text(self.padding, self.stride)
        else:
            self.padding = repeated(self.padding, self.n, "padding")
        if self.padding_mode not in _MODES and self.padding_mode is not UNREAD:
            message = f"padding_mode must be one of {', '.join(_MODES)}, not {self.padding_mode!r}"
            raise refuse(Problem.HYPER_PARAMETER, message, arg="padding_mode", param="padding_mode")

    def forward(self, input: Tensor) -> Shape:
        batch, spatial = self.channels_in(input)
        return (*batch, self.out_channels, *self._spatial(input, spatial))

    def _spatial(self, input: Shape, spatial: Shape) -> Shape:
        padding: Shape | str = self.padding  # type: ignore[assignment]
        if self.padding_mode not in ("zeros", UNREAD):
            spatial = padded(input, self._pads(), self.padding_mode)[-self.n :]
            padding = (0,) * self.n
        elif isinstance(padding, tuple) and len(padding) == 1:  # torch repeats a lone size, except for the modes above
            padding = padding * self.n
        elif isinstance(padding, tuple):
            padding = spread(padding, self.n, "padding")
        return convolved(spatial, self.kernel, self.stride, padding, self.dilation)

    def _pads(self) -> Shape:
        """What ``F.pad`` is asked for: left and right amounts, last axis first."""
        if self.padding == "valid":
            return (0, 0) * self.n
        if isinstance(self.padding, tuple):
            return tuple(pad for pad in reversed(self.padding) for _ in range(2))
        totals = [dilation * (kernel - 1) for kernel, dilation in zip(self.kernel, self.dilation, strict=True)]
        return tuple(pad for total in reversed(totals) for pad in (total // 2, total - total // 2))

    def parameters(self) -> dict[str, Shape]:
        weight = {"weight": (self.out_channels, self.in_channels // self.groups, *self.kernel_as_given)}
        return weight | ({"bias": (self.out_channels,)} if known(self.bias) else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return numel(outputs[0]) * floordiv(self.in_channels, self.groups) * prod(self.kernel)


@module(
    "torch.nn.ConvTranspose{n}d", n=(1, 2, 3),
    good=lambda n: [
        call(4, 8, 4, stride=2, padding=1).on((2, 4) + (5,) * n),
        call(4, 8, 3, 2, 1, 1, 2, False, 2).on((4,) + (5,) * n),
        call(4, 8, (3, 2, 1)[:n], (2, 1, 3)[:n], (1, 0, 0)[:n], (1, 0, 2)[:n]).on((2, 4) + (4,) * n),
        call(4, 8, 3, stride=2).on((2, 4) + (5,) * n, output_size=(12,) * n),
        call(4, 8, 3, stride=3, dilation=2).on((2, 4) + (5,) * n, [2, 4] + [18] * n),
        call(4, 8, 3, stride=2).on((4,) + (5,) * n, [4] + [12] * n),
    ],
    bad=lambda n: [
        call(4, 8, 3).on((2, 3) + (5,) * n).refused(Problem.CHANNELS),
        call(4, 8, 3).on((2, 4, 9) + (5,) * n).refused(Problem.RANK),
        call(4, 8, 3, groups=3).refused(Problem.GROUPS),
        call(4, 8, 3, stride=2, output_padding=2).on((2, 4) + (5,) * n).refused(Problem.HYPER_PARAMETER),
        call(4, 8, 3, padding=-1).on((2, 4) + (5,) * n).refused(Problem.HYPER_PARAMETER),
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
    bias: Switch = True
    dilation: Sizes = default(1)
    padding_mode: Raw = "zeros"
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        if self.padding_mode not in ("zeros", UNREAD):
            message = f"transposed convolutions take only padding_mode='zeros', not {self.padding_mode!r}"
            raise refuse(Problem.HYPER_PARAMETER, message, arg="padding_mode", param="padding_mode")
        check_groups(self.in_channels, self.out_channels, self.groups)
        self.read_kernel()

    def forward(self, input: Tensor, output_size: OptIntTuple = None) -> Shape:
        batch, spatial = self.channels_in(input)
        extra = self.output_padding if output_size is None else (0,) * self.n
        sizes = conv_transposed(spatial, self.kernel, self.stride, self.padding, extra, self.dilation)
        if output_size is not None:
            sizes = self._wanted(sizes, output_size, len(batch) + 1)
        return (*batch, self.out_channels, *sizes)

    def _wanted(self, least: Shape, output_size: Shape, leading: int) -> Shape:
        """The requested sizes: each may exceed the smallest possible one by less than the stride."""
        if len(output_size) not in (self.n, self.n + leading):
            raise refuse(Problem.OUTPUT_SIZE, f"output_size needs {self.n} sizes, not {show(output_size)}", arg="output_size")
        wanted = output_size[-self.n :]
        for size, low, stride in zip(wanted, least, self.stride, strict=True):
            message = f"output_size {size} is out of reach: the layer can produce {low} to {low + stride - 1}"
            require_at_least(size, low, Problem.OUTPUT_SIZE, message, arg="output_size")
            require_at_least(low + stride - 1, size, Problem.OUTPUT_SIZE, message, arg="output_size")
        return wanted

    def parameters(self) -> dict[str, Shape]:
        weight = {"weight": (self.in_channels, self.out_channels // self.groups, *self.kernel_as_given)}
        return weight | ({"bias": (self.out_channels,)} if known(self.bias) else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return numel(inputs[0]) * floordiv(self.out_channels, self.groups) * prod(self.kernel)
