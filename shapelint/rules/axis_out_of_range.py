"""SHP109: an axis that the tensor does not have."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class AxisOutOfRange(Refusal):
    """
    An axis number must lie between ``-rank`` and ``rank - 1``, and may not be named twice where several are listed.
    torch says "Dimension out of range (expected to be in range of [-2, 1], but got 2)". Count from 0, or from the end
    with negative numbers, which stay right when a batch axis is added.
    """

    code, name = "SHP109", "axis-out-of-range"
    problems = (Problem.AXIS,)
    bad = """\
import torch

logits = torch.randn(4, 10)
classes = logits.argmax(dim=2)  # error: SHP109
"""
    good = """\
import torch

logits = torch.randn(4, 10)
classes = logits.argmax(dim=1)
"""
