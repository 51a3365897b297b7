"""SHP116: a requested size that the operator cannot make."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class OutputSize(Refusal):
    """
    With stride ``s``, ``s`` different sizes shrink to the same one, so a transposed convolution or an unpooling can be
    asked for any of these with ``output_size``, and for no other: torch says "requested an output size of [99, 99], but
    valid sizes range from [11, 11] to [12, 12]". Pass the size of the map that was shrunk.
    """

    code, name = "SHP116", "output-size"
    problems = (Problem.OUTPUT_SIZE,)
    bad = """\
import torch
from torch import nn

up = nn.ConvTranspose2d(8, 4, 3, stride=2)
up(torch.randn(1, 8, 5, 5), output_size=(14, 14))  # error: SHP116 "14"
"""
    good = """\
import torch
from torch import nn

up = nn.ConvTranspose2d(8, 4, 3, stride=2)
up(torch.randn(1, 8, 5, 5), output_size=(12, 12))
"""
