"""SHP101: the input of a convolution has another number of channels than the convolution was built for."""

from ..diagnostics import Fix
from ..dims import Truth, equal
from ..interp.events import Refused
from ..ops.problems import Problem
from . import fixes, places, wording
from .declare import Refusal, rule


@rule
class ChannelMismatch(Refusal):
    """
    A convolution multiplies its weights with ``in_channels`` channels, so torch refuses an input with any other number:
    "expected input[4, 3, 32, 32] to have 1 channels, but got 3 channels instead". Give the layer the number of channels
    that arrives, or change the layer before it. Channels stand before the spatial axes: images that are stored
    channels-last need ``permute(0, 3, 1, 2)`` first.
    """

    code, name = "SHP101", "channel-mismatch"
    problems = (Problem.CHANNELS,)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 16, 3),
    nn.ReLU(),
    nn.Conv2d(32, 64, 3),  # error: SHP101 "receives 16"
)
net(torch.randn(4, 3, 32, 32))
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 16, 3),
    nn.ReLU(),
    nn.Conv2d(16, 64, 3),
)
net(torch.randn(4, 3, 32, 32))
"""

    def message(self, event: Refused) -> str:
        text, error = super().message(event), event.error
        shape = places.shape_of(event.application, error.arg)
        last = shape[-1] if shape and error.axis not in (-1, len(shape) - 1) else None
        if last is not None and error.expected is not None and equal(last, error.expected) is Truth.ALWAYS:
            text += f"; the last axis has {last}: channels come before the spatial axes"
        return text

    def label(self, event: Refused) -> str:
        return wording.expectation(event.error)

    def fix(self, event: Refused) -> Fix | None:
        return fixes.literal(event.application, event.error)
