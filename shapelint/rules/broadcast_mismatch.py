"""SHP105: elementwise operands that do not broadcast."""

from ..interp.events import Refused
from ..ops.problems import Problem
from . import wording
from .declare import Refusal, rule


@rule
class BroadcastMismatch(Refusal):
    """
    Elementwise operators align the axes of their operands at the right; each pair must be equal, or one of the two must
    be 1. torch says "The size of tensor a (64) must match the size of tensor b (32) at non-singleton dimension 1". In
    residual networks the shortcut needs the stride and the channels of the branch it is added to.
    """

    code, name = "SHP105", "broadcast-mismatch"
    problems = (Problem.BROADCAST,)
    whole = True
    bad = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 32, 3, padding=1)

    def forward(self, x):
        return x + self.conv(x)  # error: SHP105 "16"


Block()(torch.randn(4, 16, 8, 8))
"""
    good = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 32, 3, padding=1)
        self.shortcut = nn.Conv2d(16, 32, 1)

    def forward(self, x):
        return self.shortcut(x) + self.conv(x)


Block()(torch.randn(4, 16, 8, 8))
"""

    def message(self, event: Refused) -> str:
        return wording.with_shapes(event.application, super().message(event))
