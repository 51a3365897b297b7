"""Padding: the Pad modules and ``F.pad``. ``padded`` is also what a convolution does first when its padding_mode is not zeros."""

from typing import Any

from ..dims import Dim, dmin, is_unknown, unknown
from ..shapes import Shape, show
from .declare import Layer, function, module
from .examples import Call, Example, call
from .kinds import AsWritten, Ignored, Raw, T, Tensor
from .problems import Problem, refuse, require_at_least

MODES = ("constant", "reflect", "replicate", "circular")


def padded(input: Shape, pads: Shape, mode: str, param: str = "padding") -> Shape:
    """The shape after padding: ``pads`` holds a left and a right amount per axis, last axis first."""
    if len(pads) % 2:
        raise refuse(Problem.HYPER_PARAMETER, f"{param} needs pairs of a left and a right amount, not {show(pads)}", arg=param, param=param)
    axes = len(pads) // 2
    if axes > len(input):
        raise refuse(Problem.RANK, f"{param} {show(pads)} pads {axes} axes but the input has {len(input)}", param=param, received=len(input))
    if mode != "constant":
        _check_rank(input, axes, mode, param)
    result = list(input)
    for i in range(axes):
        axis, left, right = len(input) - 1 - i, pads[2 * i], pads[2 * i + 1]
        _check_axis(input[axis], left, right, mode, axis, param)
        result[axis] = input[axis] + left + right
    return tuple(result)


def _check_rank(input: Shape, axes: int, mode: str, param: str) -> None:
    if axes not in (1, 2, 3):
        raise refuse(Problem.HYPER_PARAMETER, f"{mode} padding needs 2, 4 or 6 amounts, not {2 * axes}", arg=param, param=param)
    if len(input) not in (axes + 1, axes + 2):
        message = f"{mode} padding of {axes} axes expects {axes + 2} axes (or {axes + 1} without a batch) but receives {len(input)}: {show(input)}"
        raise refuse(Problem.RANK, message, param=param, expected=axes + 2, received=len(input))


def _check_axis(size: Dim, left: Dim, right: Dim, mode: str, axis: int, param: str) -> None:
    where: dict[str, Any] = {"param": param, "axis": axis}
    for pad in (left, right):
        if mode == "reflect":
            require_at_least(size, pad + 1, Problem.PADDING, f"reflect padding {pad} must be smaller than the axis, which is {{received}}", **where)
        elif mode == "circular":
            require_at_least(size, pad, Problem.PADDING, f"circular padding {pad} must not exceed the axis, which is {{received}}", **where)
    if mode == "constant":
        cropped = dmin(left, 0) + dmin(right, 0)
        require_at_least(size + cropped, 0, Problem.PADDING, f"padding {show((left, right))} crops more than the axis, which is {size}", **where)


def repeated(value: Any, times: int, name: str) -> Shape:
    """An ``AsWritten`` argument as a tuple: an int counts ``times`` times, a tuple stays as it is, whatever its length."""
    if isinstance(value, tuple) and None not in value:
        return value
    if isinstance(value, (str, tuple)) or value is None:
        raise refuse(Problem.HYPER_PARAMETER, f"{name} must be ints, not {value!r}", arg=name, param=name)
    return tuple(unknown() for _ in range(times)) if is_unknown(value) else (value,) * times


class _PadNd(Layer):
    padding: AsWritten
    mode = "constant"

    def check(self) -> None:
        self.padding = repeated(self.padding, 2 * self.n, "padding")

    def expected(self) -> Shape | None:
        if self.mode == "constant":
            return None
        return (unknown("N"), unknown("C"), *(unknown("L") for _ in range(self.n)))

    def forward(self, input: Tensor) -> Shape:
        assert isinstance(self.padding, tuple)
        return padded(input, self.padding, self.mode)


def _good(n: int, *more: Any) -> list[Example | Call]:
    return [
        call(1, *more).on((2, 3) + (5,) * n),
        call(2, *more).on((3,) + (4,) * n),
        call((1, 2, 0, 1, 2, 1)[: 2 * n], *more).on((2, 3) + (6,) * n),
        call((-1, 2, 1, -1, 0, -2)[: 2 * n], *more).on((2, 3) + (6,) * n),
    ]


def _bad(n: int, *more: Any) -> list[Example | Call]:
    return [
        call((1,) * (2 * n - 1), *more).on((2, 3) + (5,) * n).refused(Problem.HYPER_PARAMETER),
        call(1, *more).on((5,) * (n - 1)).refused(Problem.RANK),
    ]


@module(
    "torch.nn.ConstantPad{n}d", n=(1, 2, 3),
    good=lambda n: _good(n, 0.5),
    bad=lambda n: [*_bad(n, 0.0), call((-4, 1) * n, 0.0).on((2, 3) + (3,) * n).refused(Problem.PADDING)],
)
class ConstantPadNd(_PadNd):
    """Each of the last n axes L becomes left + L + right; negative amounts crop."""

    value: Ignored


@module(
    "torch.nn.ZeroPad{n}d", n=(1, 2, 3), good=_good,
    bad=lambda n: [*_bad(n), call((-4, 1) * n).on((2, 3) + (3,) * n).refused(Problem.PADDING)],
)
class ZeroPadNd(_PadNd):
    """Each of the last n axes L becomes left + L + right; negative amounts crop."""


@module(
    "torch.nn.ReflectionPad{n}d", n=(1, 2, 3), good=_good,
    bad=lambda n: [*_bad(n), call(3).on((2, 3) + (3,) * n).refused(Problem.PADDING), call(1).on((2, 2, 3) + (5,) * n).refused(Problem.RANK)],
)
class ReflectionPadNd(_PadNd):
    """Each of the last n axes L becomes left + L + right, where left and right are smaller than L."""

    mode = "reflect"


@module(
    "torch.nn.ReplicationPad{n}d", n=(1, 2, 3), good=_good,
    bad=lambda n: [*_bad(n), call(1).on((2, 2, 3) + (5,) * n).refused(Problem.RANK)],
)
class ReplicationPadNd(_PadNd):
    """Each of the last n axes L becomes left + L + right."""

    mode = "replicate"


@module(
    "torch.nn.CircularPad{n}d", n=(1, 2, 3), good=_good,
    bad=lambda n: [*_bad(n), call(4).on((2, 3) + (3,) * n).refused(Problem.PADDING), call(1).on((2, 2, 3) + (5,) * n).refused(Problem.RANK)],
)
class CircularPadNd(_PadNd):
    """Each of the last n axes L becomes left + L + right, where left and right are at most L."""

    mode = "circular"

    def forward(self, input: Tensor) -> Shape:
        if len(input) not in (self.n + 1, self.n + 2):
            message = f"expects {self.n + 2} axes (or {self.n + 1} without a batch) but receives {len(input)}: {show(input)}"
            raise refuse(Problem.RANK, message, expected=self.n + 2, received=len(input))
        assert isinstance(self.padding, tuple)
        return padded(input, self.padding, self.mode)


@function(
    "torch.nn.functional.pad",
    good=lambda: [
        call(T(2, 3, 5), (1, 2)), call(T(2, 3, 5, 6), (1, 2, 0, 3), "constant", 0.5), call(T(3, 5), [-1, 2]), call(T(2, 3, 5), (1, -2, 1, 0, 2, 2)),
        call(T(2, 3, 5), (2, 1), mode="reflect"), call(T(2, 3, 5, 6), (2, 1, 0, -1), mode="replicate"),
        call(T(3, 4, 5, 6), (2, 1, 3, 0, 1, 1), "circular"),
        call(T(2, 3, 5), (1, 1), "reflect", 0.0), call(T(4), ()),
    ],
    bad=lambda: [
        call(T(2, 3, 5), (1, 2, 3)).refused(Problem.HYPER_PARAMETER), call(T(5), (1, 2, 3, 4)).refused(Problem.RANK),
        call(T(2, 3, 5), (5, 0), "reflect").refused(Problem.PADDING), call(T(2, 3, 5), (6, 0), "circular").refused(Problem.PADDING),
        call(T(2, 3, 5), (-4, -2)).refused(Problem.PADDING), call(T(2, 3, 5, 5), (1, 1), "replicate").refused(Problem.RANK),
        call(T(2, 3, 5), (1, 1), "zeros").refused(Problem.HYPER_PARAMETER), call(T(2, 3, 5), (1, 1), "reflect", 1.0).refused(Problem.HYPER_PARAMETER),
        call(T(2, 3, 5), 1).refused(Problem.HYPER_PARAMETER),
    ],
)
def pad(input: Tensor, pad: AsWritten, mode: Raw = "constant", value: Raw = None) -> Shape:
    """``pad`` holds a left and a right amount per axis, last axis first; each such axis L becomes left + L + right."""
    if isinstance(pad, str) or not (isinstance(pad, tuple) or is_unknown(pad)):
        raise refuse(Problem.HYPER_PARAMETER, f"pad must be a list of amounts, not {pad}", arg="pad", param="pad")
    if not isinstance(pad, tuple):
        return tuple(unknown() for _ in input)
    pad = repeated(pad, 0, "pad")
    if not isinstance(mode, str):
        return _unchecked(input, pad)
    if mode not in MODES:
        raise refuse(Problem.HYPER_PARAMETER, f"mode must be one of {', '.join(MODES)}, not {mode!r}", arg="mode", param="mode")
    if mode != "constant" and isinstance(value, (int, float)) and value != 0:
        raise refuse(Problem.HYPER_PARAMETER, f"mode={mode!r} takes no value", arg="value", param="mode")
    return padded(input, pad, mode, param="pad")


def _unchecked(input: Shape, pads: Shape) -> Shape:
    """The shape where the mode was not read: the sizes are the same for all modes, the refusals are not."""
    amounts = {len(input) - 1 - i: pads[2 * i] + pads[2 * i + 1] for i in range(min(len(pads) // 2, len(input)))}
    return tuple(size + amounts.get(axis, 0) for axis, size in enumerate(input))
