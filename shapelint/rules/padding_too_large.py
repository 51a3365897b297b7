"""SHP115: a padding that the map is too small for."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class PaddingTooLarge(Refusal):
    """
    Reflection copies elements from the other side of the border, so its padding must be smaller than the axis; circular
    padding may not exceed it; a negative padding may not cut away everything. torch says "Padding size should be less
    than the corresponding input dimension". Pad less, use ``"replicate"`` or zeros, or pad before the map is made
    small.
    """

    code, name = "SHP115", "padding-too-large"
    problems = (Problem.PADDING,)
    bad = """\
import torch
from torch import nn

pad = nn.ReflectionPad2d(4)  # error: SHP115
pad(torch.randn(1, 3, 4, 4))
"""
    good = """\
import torch
from torch import nn

pad = nn.ReflectionPad2d(3)
pad(torch.randn(1, 3, 4, 4))
"""
