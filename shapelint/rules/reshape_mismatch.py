"""SHP106: a view or reshape whose element counts differ."""

from ..dims import nice, prod
from ..interp.events import Refused
from ..ops.problems import Problem
from . import places, wording
from .declare import Refusal, rule


@rule
class ReshapeMismatch(Refusal):
    """
    ``view``, ``reshape``, ``unflatten`` and ``fold`` rearrange elements and never make or drop any, so torch refuses
    sizes with another product: "shape '[-1, 400]' is invalid for input of size 2304". Write ``torch.flatten(x, 1)`` or
    ``x.view(x.size(0), -1)`` where one row per sample is meant: these follow the map's size by themselves.
    """

    code, name = "SHP106", "reshape-mismatch"
    problems = (Problem.RESHAPE,)
    whole = True
    bad = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)

    def forward(self, x):
        x = self.conv(x)
        return x.view(-1, 16 * 5 * 5)  # error: SHP106


Net()(torch.randn(4, 3, 8, 8))
"""
    good = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)

    def forward(self, x):
        x = self.conv(x)
        return torch.flatten(x, 1)


Net()(torch.randn(4, 3, 8, 8))
"""

    def message(self, event: Refused) -> str:
        text = super().message(event)
        shape = places.shape_of(event.application, "input")
        if shape is None or len(shape) < 3 or not event.application.op.short_name.endswith(("view", "reshape")):
            return text
        return f"{text}; one sample has {nice(prod(shape[1:]))} = {wording.product(shape[1:])}"
