"""Resampling and rearranging: interpolation, pixel and channel shuffling, sliding blocks, sampling grids. Modules and functions."""

from typing import Any

from ..dims import Dim, Expr, Truth, nice, prod, unknown
from ..formulas import scaled, sliding_blocks
from ..shapes import Shape, show
from .conv import check_not_negative, check_positive, spread
from .declare import Layer, function, module
from .examples import call
from .kinds import UNREAD, AsWritten, Ignored, IntTuple, OptAsWritten, Raw, Size, T, Tensor
from .problems import Problem, at_least, equal, refuse, require_at_least, require_divides, require_equal

_ANY_RANK = ("nearest", "nearest-exact", "area")
_RANK_OF = {"linear": 3, "bilinear": 4, "bicubic": 4, "lanczos": 4, "trilinear": 5}
_ANTIALIASED = ("bilinear", "bicubic", "lanczos")


def _wrong(name: str, message: str) -> Exception:
    return refuse(Problem.HYPER_PARAMETER, message, arg=name, param=name)


def interpolated(
    input: Shape, size: Any, factor: Any, mode: Any = "nearest", align_corners: Any = None, recompute: Any = None, antialias: Any = False,
) -> Shape:
    """The shape after ``F.interpolate``: ``size``, or floor(size of the input * ``factor``), for every spatial axis."""
    _check_rank(input, mode)
    _check_options(size, factor, mode, align_corners, recompute, antialias, len(input))
    spatial = input[2:]
    if size is not None:
        return (*input[:2], *_target(size, len(spatial)))
    factors = tuple(factor) if isinstance(factor, (tuple, list)) else (factor,) * len(spatial)
    if len(factors) != len(spatial):
        raise _wrong("scale_factor", f"scale_factor needs one number or {len(spatial)}, not {len(factors)}")
    return (*input[:2], *(_times(length, part) for length, part in zip(spatial, factors, strict=True)))


def _unread(size: Any) -> bool:
    """An unread size might be None."""
    return isinstance(size, Expr) and size.unread


def _target(size: Any, n: int) -> Shape:
    if isinstance(size, str) or (isinstance(size, tuple) and (len(size) != n or None in size)):
        raise _wrong("size", f"size needs one int or {n}, not {size if isinstance(size, str) else show(size)}")
    return spread(size, n, "size")


def _times(size: Dim, factor: Any) -> Dim:
    if isinstance(factor, (int, float, Expr)):
        return scaled(size, factor)
    if isinstance(factor, str) or factor is None:
        raise _wrong("scale_factor", f"scale_factor must be a number, not {factor!r}")
    return unknown()


def _check_rank(input: Shape, mode: Any) -> None:
    if isinstance(mode, str) and mode not in _ANY_RANK and mode not in _RANK_OF:
        raise _wrong("mode", f"mode must be one of {', '.join((*_ANY_RANK, *_RANK_OF))}, not {mode!r}")
    rank = _RANK_OF.get(mode) if isinstance(mode, str) else None
    if len(input) not in ((3, 4, 5) if rank is None else (rank,)):
        message = f"{mode} interpolation expects {'3 to 5' if rank is None else rank} axes but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, param="mode", expected=rank, received=len(input))


def _check_options(size: Any, factor: Any, mode: Any, align_corners: Any, recompute: Any, antialias: Any, rank: int) -> None:
    if size is None and factor is None:
        raise _wrong("size", "needs size or scale_factor")
    if size is not None and factor is not None and factor is not UNREAD and not _unread(size):
        raise _wrong("scale_factor", "takes size or scale_factor, not both")
    if mode in _ANY_RANK and align_corners is not None and align_corners is not UNREAD:
        raise _wrong("align_corners", f"mode={mode!r} takes no align_corners")
    if recompute not in (None, False, UNREAD) and size is not None and not _unread(size):
        raise _wrong("recompute_scale_factor", "recompute_scale_factor has no meaning with a size")
    if antialias not in (False, None, UNREAD) and isinstance(mode, str) and (mode not in _ANTIALIASED or rank != 4):
        raise _wrong("antialias", f"antialias works for {', '.join(_ANTIALIASED)} on 4 axes, not for {mode!r} on {rank}")
    if mode == "lanczos" and (antialias in (False, None) or align_corners is True):
        raise _wrong("mode", "mode='lanczos' needs antialias=True and no align_corners")


class _Resampling(Layer):
    size: OptAsWritten = None
    scale_factor: Raw = None
    mode: Any = "nearest"
    align_corners: Any = None
    recompute_scale_factor: Any = None

    def check(self) -> None:
        factor = self.scale_factor
        if isinstance(factor, (str, list)):
            raise _wrong("scale_factor", f"scale_factor must be a number or a tuple, not {factor!r}")
        if not isinstance(factor, (tuple, Expr)) and factor is not UNREAD and not factor:
            self.scale_factor = None  # torch drops a factor of 0

    def expected(self) -> Shape | None:
        rank = _RANK_OF.get(self.mode) if isinstance(self.mode, str) else None
        return None if rank is None else (unknown("N"), unknown("C"), *(unknown("L") for _ in range(rank - 2)))

    def forward(self, input: Tensor) -> Shape:
        return interpolated(input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor)


@module(
    "torch.nn.Upsample",
    good=lambda: [
        call(scale_factor=2).on((2, 4, 5, 6)), call(scale_factor=(1.5, 0.5)).on((2, 4, 5, 6)), call(7).on((2, 4, 5)),
        call((7, 8, 9)).on((2, 4, 5, 6, 7)),
        call(None, 2.0, "bilinear", True).on((2, 4, 5, 6)), call(scale_factor=0.7, mode="area").on((2, 4, 9)), call([7, 8]).on((2, 4, 5, 6)),
        call(scale_factor=1.7, mode="linear", recompute_scale_factor=True).on((2, 4, 9)), call(size=8, mode="trilinear").on((2, 4, 5, 6, 7)),
    ],
    bad=lambda: [
        call(scale_factor=2).on((4, 5)).refused(Problem.RANK), call(scale_factor=2, mode="bilinear").on((2, 4, 5)).refused(Problem.RANK),
        call(7, 2).on((2, 4, 5)).refused(Problem.HYPER_PARAMETER), call().on((2, 4, 5)).refused(Problem.HYPER_PARAMETER),
        call((7, 8)).on((2, 4, 5)).refused(Problem.HYPER_PARAMETER), call(2, align_corners=True).on((2, 4, 5)).refused(Problem.HYPER_PARAMETER),
        call(scale_factor=[2, 2]).refused(Problem.HYPER_PARAMETER), call(2, mode="cubic").on((2, 4, 5)).refused(Problem.HYPER_PARAMETER),
    ],
)
class Upsample(_Resampling):
    """The spatial axes become size, or floor(scale_factor*L)."""

    mode: Raw = "nearest"
    align_corners: Raw = None
    recompute_scale_factor: Raw = None


@module(
    "torch.nn.UpsamplingNearest2d",
    good=lambda: [
        call(scale_factor=2).on((2, 4, 5, 6)), call((7, 8)).on((2, 4, 5, 6)), call(None, (1.5, 0.5)).on((2, 4, 5, 6)), call(7).on((2, 4, 5)),
    ],
    bad=lambda: [call(scale_factor=2).on((4, 5)).refused(Problem.RANK), call(7, 2).on((2, 4, 5, 6)).refused(Problem.HYPER_PARAMETER)],
)
class UpsamplingNearest2d(_Resampling):
    """The spatial axes become size, or floor(scale_factor*L)."""


@module(
    "torch.nn.UpsamplingBilinear2d",
    good=lambda: [
        call(scale_factor=2).on((2, 4, 5, 6)), call((7, 8)).on((2, 4, 5, 6)), call(None, (1.5, 0.5)).on((2, 4, 5, 6)), call(7).on((2, 4, 5, 6)),
    ],
    bad=lambda: [call(scale_factor=2).on((2, 4, 5)).refused(Problem.RANK), call(7, 2).on((2, 4, 5, 6)).refused(Problem.HYPER_PARAMETER)],
)
class UpsamplingBilinear2d(_Resampling):
    """The two spatial axes become size, or floor(scale_factor*L)."""

    mode = "bilinear"
    align_corners = True


@function(
    "torch.nn.functional.interpolate",
    good=lambda: [
        call(T(2, 4, 5, 6), scale_factor=2), call(T(2, 4, 5, 6), scale_factor=[1.5, 0.5]), call(T(2, 4, 5), 7), call(T(2, 4, 5, 6, 7), (7, 8, 9)),
        call(T(2, 4, 5, 6), None, 2.0, "bilinear", True), call(T(2, 4, 9), scale_factor=0.7, mode="area"),
        call(T(2, 4, 5, 6), size=[7, 8], mode="bicubic", antialias=True, align_corners=False),
        call(T(2, 4, 9), scale_factor=1.7, recompute_scale_factor=True),
        call(T(2, 4, 5, 6), (3, 3), mode="nearest-exact"), call(T(2, 4, 5, 6), (3, 3), mode="lanczos", antialias=True),
    ],
    bad=lambda: [
        call(T(4, 5), scale_factor=2).refused(Problem.RANK), call(T(2, 4, 5), scale_factor=2, mode="bilinear").refused(Problem.RANK),
        call(T(2, 4, 5), 7, 2).refused(Problem.HYPER_PARAMETER), call(T(2, 4, 5)).refused(Problem.HYPER_PARAMETER),
        call(T(2, 4, 5), (7, 8)).refused(Problem.HYPER_PARAMETER), call(T(2, 4, 5, 6), scale_factor=(2,)).refused(Problem.HYPER_PARAMETER),
        call(T(2, 4, 5), 7, align_corners=False).refused(Problem.HYPER_PARAMETER),
        call(T(2, 4, 5), 7, antialias=True).refused(Problem.HYPER_PARAMETER),
        call(T(2, 4, 5, 6), 7, recompute_scale_factor=True).refused(Problem.HYPER_PARAMETER),
    ],
)
def interpolate(
    input: Tensor, size: OptAsWritten = None, scale_factor: Raw = None, mode: Raw = "nearest", align_corners: Raw = None,
    recompute_scale_factor: Raw = None, antialias: Raw = False,
) -> Shape:
    """The spatial axes become size, or floor(scale_factor*L)."""
    return interpolated(input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias)


@function(
    "torch.nn.functional.upsample",
    good=lambda: [call(T(2, 4, 5, 6), scale_factor=2), call(T(2, 4, 5), 7), call(T(2, 4, 5, 6), (7, 8), None, "bilinear", True)],
    bad=lambda: [call(T(4, 5), scale_factor=2).refused(Problem.RANK), call(T(2, 4, 5)).refused(Problem.HYPER_PARAMETER)],
)
def upsample(input: Tensor, size: OptAsWritten = None, scale_factor: Raw = None, mode: Raw = "nearest", align_corners: Raw = None) -> Shape:
    """The spatial axes become size, or floor(scale_factor*L)."""
    return interpolated(input, size, scale_factor, mode, align_corners)


@function(
    "torch.nn.functional.upsample_nearest",
    good=lambda: [call(T(2, 4, 5, 6), scale_factor=2), call(T(2, 4, 5), 7)], bad=lambda: [call(T(4, 5), scale_factor=2).refused(Problem.RANK)],
)
def upsample_nearest(input: Tensor, size: OptAsWritten = None, scale_factor: Raw = None) -> Shape:
    """The spatial axes become size, or floor(scale_factor*L)."""
    return interpolated(input, size, scale_factor)


@function(
    "torch.nn.functional.upsample_bilinear",
    good=lambda: [call(T(2, 4, 5, 6), scale_factor=2), call(T(2, 4, 5, 6), (7, 8))], bad=lambda: [call(T(2, 4, 5), 7).refused(Problem.RANK)],
)
def upsample_bilinear(input: Tensor, size: OptAsWritten = None, scale_factor: Raw = None) -> Shape:
    """The two spatial axes become size, or floor(scale_factor*L)."""
    return interpolated(input, size, scale_factor, "bilinear", True)


def _three_axes(input: Shape, what: str) -> None:
    if len(input) < 3:
        raise refuse(Problem.RANK, f"{what} expects at least 3 axes but receives {len(input)}: {show(input)}", expected=3, received=len(input))


def _shuffled(input: Shape, factor: Dim, what: str, param: str) -> Shape:
    _three_axes(input, what)
    require_at_least(factor, 1, Problem.HYPER_PARAMETER, param + " must be positive, not {received}", arg=param, param=param)
    message = "has {received} channels, which " + f"{param} squared, " + "{expected}, does not divide"
    require_divides(factor * factor, input[-3], Problem.CHANNELS, message, param=param, axis=-3)
    return (*input[:-3], input[-3] // (factor * factor), input[-2] * factor, input[-1] * factor)


def _unshuffled(input: Shape, factor: Dim, what: str, param: str) -> Shape:
    _three_axes(input, what)
    require_at_least(factor, 1, Problem.HYPER_PARAMETER, param + " must be positive, not {received}", arg=param, param=param)
    for axis, side in ((-2, "height"), (-1, "width")):
        message = side + " {received} is not divisible by " + param + "={expected}"
        require_divides(factor, input[axis], Problem.RESHAPE, message, param=param, axis=axis)
    return (*input[:-3], input[-3] * factor * factor, input[-2] // factor, input[-1] // factor)


def _regrouped(input: Shape, groups: Dim, what: str) -> Shape:
    _three_axes(input, what)
    require_at_least(groups, 1, Problem.HYPER_PARAMETER, "groups must be positive, not {received}", arg="groups", param="groups")
    require_divides(groups, input[1], Problem.GROUPS, "has {received} channels, which groups={expected} does not divide", param="groups", axis=1)
    return input


@module(
    "torch.nn.PixelShuffle",
    good=lambda: [call(2).on((2, 8, 3, 4)), call(3).on((9, 3, 4)), call(1).on((1, 2, 5, 3, 4))],
    bad=lambda: [
        call(2).on((2, 6, 3, 4)).refused(Problem.CHANNELS), call(2).on((3, 4)).refused(Problem.RANK),
        call(0).on((2, 8, 3, 4)).refused(Problem.HYPER_PARAMETER),
    ],
)
class PixelShuffle(Layer):
    """(..., C*r*r, H, W) becomes (..., C, H*r, W*r)."""

    upscale_factor: Size

    def forward(self, input: Tensor) -> Shape:
        return _shuffled(input, self.upscale_factor, self.op.short_name, "upscale_factor")


@module(
    "torch.nn.PixelUnshuffle",
    good=lambda: [call(2).on((2, 3, 4, 6)), call(3).on((2, 3, 9)), call(1).on((1, 2, 5, 3, 4))],
    bad=lambda: [
        call(2).on((2, 3, 5, 4)).refused(Problem.RESHAPE), call(2).on((4, 4)).refused(Problem.RANK),
        call(0).on((2, 8, 4, 4)).refused(Problem.HYPER_PARAMETER),
    ],
)
class PixelUnshuffle(Layer):
    """(..., C, H*r, W*r) becomes (..., C*r*r, H, W)."""

    downscale_factor: Size

    def forward(self, input: Tensor) -> Shape:
        return _unshuffled(input, self.downscale_factor, self.op.short_name, "downscale_factor")


@module(
    "torch.nn.ChannelShuffle",
    good=lambda: [call(2).on((2, 8, 3, 4)), call(3).on((2, 9, 4)), call(1).on((1, 2, 5, 3, 4))],
    bad=lambda: [
        call(4).on((2, 6, 3, 4)).refused(Problem.GROUPS), call(2).on((2, 4)).refused(Problem.RANK),
        call(0).on((2, 8, 3)).refused(Problem.HYPER_PARAMETER),
    ],
)
class ChannelShuffle(Layer):
    """The shape stays; groups divides axis 1."""

    groups: Size

    def forward(self, input: Tensor) -> Shape:
        return _regrouped(input, self.groups, self.op.short_name)


@function(
    "torch.nn.functional.pixel_shuffle", "torch.pixel_shuffle",
    good=lambda: [call(T(2, 8, 3, 4), 2), call(T(9, 3, 4), upscale_factor=3)],
    bad=lambda: [call(T(2, 6, 3, 4), 2).refused(Problem.CHANNELS), call(T(3, 4), 2).refused(Problem.RANK)],
)
def pixel_shuffle(input: Tensor, upscale_factor: Size) -> Shape:
    """(..., C*r*r, H, W) becomes (..., C, H*r, W*r)."""
    return _shuffled(input, upscale_factor, "pixel_shuffle", "upscale_factor")


@function(
    "torch.nn.functional.pixel_unshuffle", "torch.pixel_unshuffle",
    good=lambda: [call(T(2, 3, 4, 6), 2), call(T(2, 3, 9), downscale_factor=3)],
    bad=lambda: [call(T(2, 3, 5, 4), 2).refused(Problem.RESHAPE), call(T(4, 4), 2).refused(Problem.RANK)],
)
def pixel_unshuffle(input: Tensor, downscale_factor: Size) -> Shape:
    """(..., C, H*r, W*r) becomes (..., C*r*r, H, W)."""
    return _unshuffled(input, downscale_factor, "pixel_unshuffle", "downscale_factor")


@function(
    "torch.nn.functional.channel_shuffle", "torch.channel_shuffle", "torch.nn.functional.native_channel_shuffle", "torch.native_channel_shuffle",
    good=lambda: [call(T(2, 8, 3, 4), 2), call(T(2, 9, 4), groups=3)],
    bad=lambda: [call(T(2, 6, 3, 4), 4).refused(Problem.GROUPS), call(T(2, 4), 2).refused(Problem.RANK)],
)
def channel_shuffle(input: Tensor, groups: Size) -> Shape:
    """The shape stays; groups divides axis 1."""
    return _regrouped(input, groups, "channel_shuffle")


def _window(kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> tuple[Shape, Shape, Shape, Shape]:
    """The four arguments of Fold and Unfold as pairs; unlike convolutions, these do not repeat a lone size in a tuple."""
    named = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    pairs = {name: spread(value, 2, name) for name, value in named.items()}
    check_positive(kernel_size=pairs["kernel_size"], dilation=pairs["dilation"], stride=pairs["stride"])
    check_not_negative(padding=pairs["padding"])
    return pairs["kernel_size"], pairs["dilation"], pairs["padding"], pairs["stride"]


def unfolded(input: Shape, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Shape:
    """(N, C, H, W) becomes (N, C*kernel elements, places of the kernel)."""
    if len(input) not in (3, 4):
        message = f"unfold expects 4 axes (or 3 without a batch) but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, expected=4, received=len(input))
    kernel, spacing, pad, step = _window(kernel_size, dilation, padding, stride)
    blocks = sliding_blocks(input[-2:], kernel, spacing, pad, step)
    misfits = [count for count in blocks if at_least(count, 1) is Truth.NEVER]  # two of them would multiply to a positive number
    return (*input[:-3], input[-3] * prod(kernel), misfits[0] if misfits else prod(blocks))


def folded(input: Shape, output_size: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Shape:
    """(N, C*kernel elements, places of the kernel) becomes (N, C, *output_size)."""
    if len(input) not in (2, 3):
        message = f"fold expects 3 axes (or 2 without a batch) but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, expected=3, received=len(input))
    target = spread(output_size, 2, "output_size")
    kernel, spacing, pad, step = _window(kernel_size, dilation, padding, stride)
    message = "axis of {received} is not divisible by the {expected} elements of the kernel"
    require_divides(prod(kernel), input[-2], Problem.RESHAPE, message, param="kernel_size", axis=-2)
    blocks = sliding_blocks(target, kernel, spacing, pad, step)
    for count, size in zip(blocks, target, strict=True):
        message = f"output_size {nice(size)} is too small for the kernel: it has {{received}} places for it"
        require_at_least(count, 1, Problem.OUTPUT_SIZE, message, arg="output_size", param="output_size")
    message = f"output_size {show(target)} has " + "{expected} places for the kernel but the input has {received} columns"
    require_equal(input[-1], prod(blocks), Problem.RESHAPE, message, param="output_size", axis=-1)
    return (*input[:-2], input[-2] // prod(kernel), *target)


@module(
    "torch.nn.Unfold",
    good=lambda: [call(3).on((2, 4, 7, 8)), call((3, 2), 2, 1, (2, 1)).on((4, 7, 8)), call((2, 3), padding=(1, 0), stride=2).on((2, 4, 7, 8))],
    bad=lambda: [
        call(3).on((7, 8)).refused(Problem.RANK), call((3,)).on((2, 4, 7, 8)).refused(Problem.HYPER_PARAMETER),
        call(3, stride=0).on((2, 4, 7, 8)).refused(Problem.HYPER_PARAMETER),
    ],
)
class Unfold(Layer):
    """(N, C, H, W) becomes (N, C*kernel elements, places), with as many places per axis as a convolution has outputs."""

    kernel_size: AsWritten
    dilation: AsWritten = 1
    padding: AsWritten = 0
    stride: AsWritten = 1

    def expected(self) -> Shape:
        return (unknown("N"), unknown("C"), unknown("H"), unknown("W"))

    def forward(self, input: Tensor) -> Shape:
        return unfolded(input, self.kernel_size, self.dilation, self.padding, self.stride)


@module(
    "torch.nn.Fold",
    good=lambda: [
        call((4, 5), (2, 3)).on((2, 12, 9)), call(8, 2, stride=2).on((2, 12, 16)), call(8, 2, 2, 1, 2).on((8, 16)),
        call([6, 4], 2, padding=1, stride=2).on((4, 12)),
    ],
    bad=lambda: [
        call((4, 5), (2, 3)).on((2, 12, 10)).refused(Problem.RESHAPE), call((4, 5), (2, 3)).on((2, 11, 9)).refused(Problem.RESHAPE),
        call((4, 5), (2, 3)).on((12,)).refused(Problem.RANK), call(1, 3).on((2, 9, 1)).refused(Problem.OUTPUT_SIZE),
    ],
)
class Fold(Layer):
    """(N, C*kernel elements, places) becomes (N, C, *output_size), where output_size has as many places for the kernel."""

    output_size: AsWritten
    kernel_size: AsWritten
    dilation: AsWritten = 1
    padding: AsWritten = 0
    stride: AsWritten = 1

    def expected(self) -> Shape:
        return (unknown("N"), unknown("C"), unknown("L"))

    def forward(self, input: Tensor) -> Shape:
        return folded(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)


@function(
    "torch.nn.functional.unfold",
    good=lambda: [call(T(2, 4, 7, 8), 3), call(T(4, 7, 8), (3, 2), 2, 1, (2, 1)), call(T(2, 4, 7, 8), (2, 3), padding=(1, 0), stride=2)],
    bad=lambda: [call(T(7, 8), 3).refused(Problem.RANK), call(T(2, 4, 7, 8), (3,)).refused(Problem.HYPER_PARAMETER)],
)
def unfold(input: Tensor, kernel_size: AsWritten, dilation: AsWritten = 1, padding: AsWritten = 0, stride: AsWritten = 1) -> Shape:
    """(N, C, H, W) becomes (N, C*kernel elements, places), with as many places per axis as a convolution has outputs."""
    return unfolded(input, kernel_size, dilation, padding, stride)


@function(
    "torch.nn.functional.fold",
    good=lambda: [call(T(2, 12, 9), (4, 5), (2, 3)), call(T(2, 12, 16), 8, 2, stride=2), call(T(8, 16), 8, 2, 2, 1, 2)],
    bad=lambda: [call(T(2, 12, 10), (4, 5), (2, 3)).refused(Problem.RESHAPE), call(T(12), (4, 5), (2, 3)).refused(Problem.RANK)],
)
def fold(
    input: Tensor, output_size: AsWritten, kernel_size: AsWritten, dilation: AsWritten = 1, padding: AsWritten = 0,
    stride: AsWritten = 1,
) -> Shape:
    """(N, C*kernel elements, places) becomes (N, C, *output_size), where output_size has as many places for the kernel."""
    return folded(input, output_size, kernel_size, dilation, padding, stride)


@function(
    "torch.nn.functional.grid_sample",
    good=lambda: [
        call(T(2, 4, 5, 6), T(2, 7, 8, 2)), call(T(2, 4, 5, 6, 3), T(2, 7, 8, 9, 3), "nearest", "border"),
        call(T(2, 4, 5, 6), T(2, 7, 8, 2), mode="bicubic", padding_mode="reflection", align_corners=True),
    ],
    bad=lambda: [
        call(T(2, 4, 5, 6), T(3, 7, 8, 2)).refused(Problem.STATE), call(T(2, 4, 5, 6), T(2, 7, 8, 3)).refused(Problem.STATE),
        call(T(2, 4, 5, 6), T(2, 7, 2)).refused(Problem.RANK), call(T(2, 4, 5), T(2, 7, 1)).refused(Problem.RANK),
        call(T(2, 4, 5, 6, 3), T(2, 7, 8, 9, 3), "bicubic").refused(Problem.RANK),
        call(T(2, 4, 5, 6), T(2, 7, 8, 2), "linear").refused(Problem.HYPER_PARAMETER),
    ],
)
def grid_sample(input: Tensor, grid: Tensor, mode: Raw = "bilinear", padding_mode: Raw = "zeros", align_corners: Ignored = None) -> Shape:
    """An input (N, C, *sizes) and a grid (N, *out, axes) give (N, C, *out), where axes is the number of sizes."""
    for name, value, known in (("mode", mode, ("bilinear", "nearest", "bicubic")), ("padding_mode", padding_mode, ("zeros", "border", "reflection"))):
        if isinstance(value, str) and value not in known:
            raise _wrong(name, f"{name} must be one of {', '.join(known)}, not {value!r}")
    if len(input) not in (4, 5) or (len(input) == 5 and mode == "bicubic"):
        expects = "4 axes" if mode == "bicubic" else "4 or 5 axes"
        raise refuse(Problem.RANK, f"grid_sample expects {expects} but receives {len(input)}: {show(input)}", param="mode", received=len(input))
    if len(grid) != len(input):
        message = f"the grid needs {len(input)} axes, as many as the input, not {len(grid)}: {show(grid)}"
        raise refuse(Problem.RANK, message, arg="grid", param="input", expected=len(input), received=len(grid))
    batch = require_equal(grid[0], input[0], Problem.STATE, "the grid has batch size {received}, the input {expected}", arg="grid", axis=0)
    message = "the last axis of the grid must be {expected}, one coordinate per axis of the input, not {received}"
    require_equal(grid[-1], len(input) - 2, Problem.STATE, message, arg="grid", axis=-1)
    return (batch, input[1], *grid[1:-1])


@function(
    "torch.nn.functional.affine_grid",
    good=lambda: [call(T(2, 2, 3), (2, 4, 5, 6)), call(T(2, 3, 4), [2, 1, 5, 6, 7], align_corners=True), call(T(2, 2, 3), [2, 4, 5, 6], True)],
    bad=lambda: [
        call(T(3, 2, 3), (2, 4, 5, 6)).refused(Problem.STATE), call(T(2, 3, 3), (2, 4, 5, 6)).refused(Problem.STATE),
        call(T(2, 3), (2, 4, 5, 6)).refused(Problem.RANK), call(T(2, 2, 3), (2, 4, 5)).refused(Problem.HYPER_PARAMETER),
        call(T(2, 2, 3), (2, 4, 0, 5)).refused(Problem.HYPER_PARAMETER),
    ],
)
def affine_grid(theta: Tensor, size: IntTuple, align_corners: Raw = None) -> Shape:
    """theta (N, 2, 3) and a size (N, C, H, W) give (N, H, W, 2); theta (N, 3, 4) and (N, C, D, H, W) give (N, D, H, W, 3)."""
    n = len(size) - 2
    if n not in (2, 3):
        raise _wrong("size", f"size needs 4 or 5 entries, not {len(size)}")
    if len(theta) != 3:
        raise refuse(Problem.RANK, f"theta needs 3 axes, not {len(theta)}: {show(theta)}", arg="theta", expected=3, received=len(theta))
    for axis, expected in ((1, n), (2, n + 1)):
        message = f"theta must be (N, {n}, {n + 1}) for a size of {n + 2} entries, not {show(theta)}"
        require_equal(theta[axis], expected, Problem.STATE, message, arg="theta", param="size", axis=axis)
    # With align_corners and a side of 1 torch warns about that instead of looking at the rest.
    lenient = align_corners not in (None, False) and any(equal(side, 1) is not Truth.NEVER for side in size[2:])
    check_positive(size=size[2:] if lenient else size)
    message = "theta has batch size {received}, size asks for {expected}"
    batch = require_equal(theta[0], size[0], Problem.STATE, message, arg="theta", param="size", axis=0)
    return (batch, *size[2:], n)
