"""SHP118: a loss whose target does not fit its input."""

from ..interp.events import Refused
from ..ops.problems import Problem
from . import wording
from .declare import Refusal, rule


@rule
class LossTarget(Refusal):
    """
    Classification losses take logits ``(N, C, ...)`` and class numbers ``(N, ...)``; ``binary_cross_entropy`` takes two
    tensors of the same shape. torch says "Expected input batch_size (8) to match target batch_size (4)". A batch size
    that is wrong on one side often comes from a ``view(-1, ...)`` further up; a target of shape ``(N, 1)`` wants
    ``squeeze(1)``.
    """

    code, name = "SHP118", "loss-target"
    problems = (Problem.TARGET,)
    bad = """\
import torch
import torch.nn.functional as F

logits = torch.randn(8, 10)
target = torch.randint(10, (4,))
loss = F.cross_entropy(logits, target)  # error: SHP118
"""
    good = """\
import torch
import torch.nn.functional as F

logits = torch.randn(8, 10)
target = torch.randint(10, (8,))
loss = F.cross_entropy(logits, target)
"""

    def message(self, event: Refused) -> str:
        return wording.with_shapes(event.application, super().message(event))
