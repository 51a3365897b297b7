"""SHP114: a map without elements."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..dims import Dim, nice
from ..interp.events import Applied, Event, Refused
from ..ops.problems import Problem
from . import windows, wording
from .declare import Refusal, rule


@rule
class EmptyMap(Refusal):
    """
    A kernel that is larger than the padded map has no place to stand, so the result would have no elements: torch says
    "Kernel size can't be greater than actual input size" or "Output size is too small". Too many layers halve the map,
    or the input is smaller than the network was designed for. Drop a stage, add padding, or use a larger input; the
    chain of sizes shows where the map shrinks. Torch's back ends disagree about a transposed convolution whose result
    has size 0: that is a warning.
    """

    code, name = "SHP114", "empty-map"
    problems = (Problem.EMPTY,)
    listens = (Refused, Applied)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 8, 5),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 7),  # error: SHP114 "kernel 7 is larger than the input 6"
)
net(torch.randn(4, 1, 16, 16))
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 8, 5),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 5),
)
net(torch.randn(4, 1, 16, 16))
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if isinstance(event, Applied):
            yield from self._judge(event)
        else:
            yield from super().check(event)

    def _judge(self, event: Applied) -> Iterable[Diagnostic]:
        sizes = windows.spatial(event) or _resized(event)
        if sizes is None or not event.application.certain:
            return
        if any(map(wording.not_positive, sizes[0])) and (windows.kind(event.op.short_name)[0] != "window" or wording.follows_empty_map(event.application)):
            return
        for axis, size in enumerate(sizes[1]):
            if wording.not_positive(size):
                yield self._report(event, axis, size)
                return

    def _report(self, event: Applied, axis: int, size: Dim) -> Diagnostic:
        application, name = event.application, wording.name_of(event.application)
        found = windows.windows(event)
        disputed = windows.kind(event.op.short_name)[0] == "transposed" and isinstance(size, int) and size == 0
        severity = Severity.WARNING if disputed else None
        if found is None or wording.not_positive(found[axis].padded):
            return self.about(application, f"{name} makes a map of size {nice(size)}", param="kernel_size", severity=severity)
        return self.about(application, _words(name, found[axis]), param="kernel_size", label=f"spans {nice(found[axis].span)}", severity=severity)


def _words(name: str, window: windows.Window) -> str:
    kernel = f"kernel {nice(window.kernel)}"
    if not (isinstance(window.dilation, int) and window.dilation == 1):
        kernel += f" with dilation {nice(window.dilation)} spans {nice(window.span)}, which"
    if isinstance(window.padding, int) and window.padding == 0:
        return f"{name}: {kernel} is larger than the input {nice(window.size)}"
    return f"{name}: {kernel} is larger than the padded input {nice(window.padded)}"


def _resized(event: Applied) -> tuple[tuple[Dim, ...], tuple[Dim, ...]] | None:
    """The spatial axes of a resize, which are all but batch and channels."""
    if not isinstance(event.result, tuple) or not event.op.short_name.startswith(("Upsampl", "upsampl", "interpol")):
        return None
    tensor = event.application.tensors.get("input")
    return (tensor.shape[2:], event.result[2:]) if tensor is not None and tensor.shape is not None else None
