"""SHP110: groups that do not divide the channels."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class Groups(Refusal):
    """
    A grouped convolution splits its input and its output channels into ``groups`` equal parts, and ``GroupNorm``,
    ``ChannelShuffle`` and ``PixelShuffle`` split theirs. torch refuses sizes that do not divide: "in_channels must be
    divisible by groups". Depthwise convolutions use ``groups=in_channels``, with ``out_channels`` a multiple of it.
    """

    code, name = "SHP110", "groups"
    problems = (Problem.GROUPS,)
    bad = """\
from torch import nn

conv = nn.Conv2d(16, 30, 3, groups=4)  # error: SHP110 "30"
"""
    good = """\
from torch import nn

conv = nn.Conv2d(16, 32, 3, groups=4)
"""
