"""SHP117: an index or a split that does not fit the tensor."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class IndexOrSplit(Refusal):
    """
    An index lies outside its axis, there are more indices than axes, or the sizes of a ``split`` do not add up to the
    axis. torch raises an ``IndexError`` or says "split_with_sizes expects split_sizes to sum exactly to 10". Unpacking
    has the same limits: ``q, k, v = x.chunk(3, -1)`` needs three parts.
    """

    code, name = "SHP117", "index-or-split"
    problems = (Problem.INDEX, Problem.SPLIT)
    bad = """\
import torch

x = torch.randn(4, 10)
left, right = x.split([4, 5], dim=1)  # error: SHP117
"""
    good = """\
import torch

x = torch.randn(4, 10)
left, right = x.split([4, 6], dim=1)
"""
