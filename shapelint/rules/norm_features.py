"""SHP104: a normalisation was built for another size than it receives."""

from ..diagnostics import Fix
from ..interp.events import Refused
from ..ops.problems import Problem
from . import fixes, wording
from .declare import Refusal, rule


@rule
class NormFeatures(Refusal):
    """
    A normalisation with learnt weights has one weight per channel (``BatchNorm``, ``GroupNorm``, ``InstanceNorm``) or
    per element of its trailing axes (``LayerNorm``, ``RMSNorm``), so torch refuses other sizes: "running_mean should
    contain 32 elements not 64". Most often the convolution before it was widened and the normalisation was forgotten.
    ``LayerNorm(C)`` normalises the last axis: on a map ``(N, C, H, W)`` it needs the channels last, or ``GroupNorm(1,
    C)`` does the job.
    """

    code, name = "SHP104", "norm-features"
    problems = (Problem.NORM_FEATURES,)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1),
    nn.BatchNorm2d(64),  # error: SHP104 "32"
    nn.ReLU(),
)
net(torch.randn(4, 3, 16, 16))
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1),
    nn.BatchNorm2d(32),
    nn.ReLU(),
)
net(torch.randn(4, 3, 16, 16))
"""

    def message(self, event: Refused) -> str:
        tensor = event.application.tensors.get(event.error.arg)
        return wording.explained(super().message(event), tensor, event.error.received)

    def label(self, event: Refused) -> str:
        return wording.expectation(event.error)

    def fix(self, event: Refused) -> Fix | None:
        return fixes.literal(event.application, event.error)
