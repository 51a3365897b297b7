"""SHP202: a kernel most of which never meets the map."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..interp.events import Applied, Event
from . import windows, wording
from .declare import Rule, rule


@rule
class KernelMostlyPadding(Rule):
    """
    The map is so small that less than half of the kernel's rows (and of its columns) ever meet it: the rest sees zeros
    from the padding at every position. A 3x3 convolution with padding 1 on a 1x1 map is a 1x1 convolution that stores
    nine times the weights. torch accepts it. Usually the input is smaller than the network was designed for, or the
    network halves its map once too often. The rule wants this of every axis on which the kernel is longer than 1, and
    leaves out dilated kernels (atrous pyramids reach beyond small maps on purpose) and padding other than zeros.
    """

    code, name = "SHP202", "kernel-mostly-padding"
    severity = Severity.WARNING
    listens = (Applied,)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=2, padding=1),
    nn.MaxPool2d(4),
    nn.Conv2d(8, 16, 3, padding=1),  # error: SHP202 "1 of 3"
)
net(torch.randn(2, 3, 8, 8))
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=2, padding=1),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1),
)
net(torch.randn(2, 3, 8, 8))
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Applied) or not windows.kind(event.op.short_name)[1] or not event.application.certain:
            return
        if windows.setting(event, "padding_mode") not in (None, "zeros"):
            return
        found = windows.concrete(event)
        wide = [(window, _met(window)) for window in found if window.kernel != 1]
        if wide and all(met is not None and 2 * met < window.kernel for window, met in wide):
            kernel, size = wording.side(tuple(window.kernel for window in found)), wording.side(tuple(window.size for window in found))
            window, met = wide[0]
            message = f"{wording.name_of(event.application)}: only {met} of {window.kernel} rows of the kernel ever meet the map of size {size}"
            yield self.about(event.application, message, param="kernel_size", label=f"kernel {kernel} on {size}")


def _met(window: windows.IntWindow) -> int | None:
    """How many of the kernel's elements along one axis meet the map at some position; None where dilated or without padding."""
    size, kernel, stride, padding, dilation, out = window
    if dilation != 1 or padding == 0 or size < 1 or out < 1 or stride < 1 or kernel > 1000:
        return None
    starts = range(-padding, size, stride)[:out]
    return len({tap for start in starts for tap in range(max(-start, 0), min(size - start, kernel))})
