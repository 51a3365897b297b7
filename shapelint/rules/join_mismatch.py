"""SHP102: tensors that are joined differ off the joined axis."""

from ..interp.events import Refused
from ..ops.problems import Problem
from . import wording
from .declare import Refusal, rule


@rule
class JoinMismatch(Refusal):
    """
    ``torch.cat`` wants all axes equal except the one it joins along, and ``torch.stack`` wants all of them equal. In
    networks with skip connections the usual cause is a size that was odd somewhere on the way down: pooling rounds
    down, so the way up meets a larger map. Pad or crop one side, use ``F.interpolate(x, size=skip.shape[-2:])``, or
    choose an input size that divides evenly.
    """

    code, name = "SHP102", "join-mismatch"
    problems = (Problem.JOIN,)
    whole = True
    bad = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2)

    def forward(self, x):
        y = self.up(self.pool(x))
        return torch.cat([x, y], dim=1)  # error: SHP102


Net()(torch.randn(4, 3, 25, 25))
"""
    good = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2)

    def forward(self, x):
        y = self.up(self.pool(x))
        return torch.cat([x, y], dim=1)


Net()(torch.randn(4, 3, 24, 24))
"""

    def message(self, event: Refused) -> str:
        return wording.with_shapes(event.application, super().message(event))
