"""Reading the sliding window of an application: size, kernel, stride, padding and dilation of each spatial axis."""

import re
from typing import Any, NamedTuple

from ..dims import Dim, Expr
from ..formulas import effective_kernel
from ..interp.events import Applied
from ..interp.values import Tensor
from ..shapes import Shape

_WINDOWED = re.compile(r"(?:Lazy)?Conv([123])d|conv([123])d|(?:Max|Avg|LP)Pool([123])d|(?:max|avg|lp)_pool([123])d(?:_with_indices)?")
_TRANSPOSED = re.compile(r"(?:Lazy)?ConvTranspose([123])d|conv_transpose([123])d")


class Window(NamedTuple):
    """One spatial axis: ``size`` before, ``out`` after."""

    size: Dim
    kernel: Dim
    stride: Dim
    padding: Dim
    dilation: Dim
    out: Dim

    @property
    def span(self) -> Dim:
        """Elements that the dilated kernel covers."""
        return effective_kernel(self.kernel, self.dilation)

    @property
    def padded(self) -> Dim:
        return self.size + 2 * self.padding



class IntWindow(NamedTuple):
    """A :class:`Window` of plain numbers."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    out: int

    @property
    def span(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        return self.size + 2 * self.padding


_KINDS: dict[str, tuple[str, int]] = {}  # of operators seen so far: rules ask at every application


def kind(name: str) -> tuple[str, int]:
    """("window", n) for a convolution or pooling with a fixed kernel, ("transposed", n), or ("", 0); n spatial axes."""
    known = _KINDS.get(name)
    if known is None:
        window, transposed = _WINDOWED.fullmatch(name), _TRANSPOSED.fullmatch(name)
        found = window or transposed
        count = int(next(group for group in found.groups() if group)) if found else 0
        known = _KINDS[name] = ("window" if window else "transposed" if transposed else "", count)
    return known


def spatial(event: Applied) -> tuple[Shape, Shape] | None:
    """The spatial axes of the input and of the (first) result of a convolution or pooling, transposed ones included."""
    count = kind(event.op.short_name)[1]
    result = event.result[0] if isinstance(event.result, list) and event.result else event.result
    if not count or not isinstance(result, tuple):
        return None
    tensor = _input(event)
    if tensor is None or tensor.shape is None:
        return None
    if len(tensor.shape) <= count or len(result) <= count:
        return None
    return tensor.shape[-count:], result[-count:]


def _input(event: Applied) -> Tensor | None:
    tensors = event.application.tensors
    return tensors.get("input") or next(iter(tensors.values()), None)


def setting(event: Applied, name: str) -> Any:
    """What the layer was built with, or what the function was called with; None where there is no such argument."""
    holder = event.layer
    if holder is not None and holder.layer is not None:
        return getattr(holder.layer, name, None)
    return event.application.values.get(name)


def _each(value: Any, count: int) -> Shape | None:
    """One size per axis."""
    if isinstance(value, (int, Expr)):
        return (value,) * count
    if isinstance(value, (tuple, list)) and len(value) in (1, count) and all(isinstance(item, (int, Expr)) for item in value):
        return tuple(value) * (count if len(value) == 1 else 1)
    return None


def _kernel(event: Applied, count: int) -> Shape | None:
    kernel = setting(event, "kernel_size")
    weight = event.application.tensors.get("weight")
    if kernel is None and weight is not None and weight.shape is not None:
        return weight.shape[2:] if len(weight.shape) == count + 2 else None
    return _each(kernel, count)


def _padding(value: Any, span: Shape) -> Shape | None:
    if value == "valid" or value is None:
        return (0,) * len(span)
    if value == "same":
        return tuple((size - 1) // 2 for size in span)
    return _each(value, len(span))


def windows(event: Applied) -> tuple[Window, ...] | None:
    """The windows of a convolution or pooling; None for other operators, and where an argument was not read."""
    sizes = spatial(event) if kind(event.op.short_name)[0] == "window" else None
    if sizes is None:
        return None
    before, after = sizes
    count = len(before)
    kernel = _kernel(event, count)
    given = setting(event, "dilation")
    dilation = _each(1 if given is None else given, count)
    if kernel is None or dilation is None:
        return None
    padding = _padding(setting(event, "padding"), tuple(effective_kernel(k, d) for k, d in zip(kernel, dilation, strict=True)))
    given = setting(event, "stride")
    stride = _each(given, count) if given is not None and given != () else kernel if "ool" in event.op.short_name else (1,) * count
    if padding is None or stride is None:
        return None
    return tuple(Window(*axis) for axis in zip(before, kernel, stride, padding, dilation, after, strict=True))


def concrete(event: Applied) -> tuple[IntWindow, ...]:
    """The windows, where every number of every axis is known; otherwise none."""
    found = windows(event) or ()
    return tuple(IntWindow(*numbers) for window in found if (numbers := _ints(window)) is not None) if all(map(_ints, found)) else ()


def _ints(window: Window) -> tuple[int, int, int, int, int, int] | None:
    size, kernel, stride, padding, dilation, out = window
    if isinstance(size, int) and isinstance(kernel, int) and isinstance(stride, int) and isinstance(padding, int):
        return (size, kernel, stride, padding, dilation, out) if isinstance(dilation, int) and isinstance(out, int) else None
    return None
