"""SHP111: an argument with a value that torch refuses."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class IllegalHyperParameter(Refusal):
    """
    Some values are refused whatever the input is: a stride of 0, ``padding="same"`` with a stride above 1, an
    ``output_padding`` that is not smaller than stride or dilation, a pooling padding above half of the kernel, three
    sizes where two axes are meant. torch says so when the layer is built or when it first runs. The message names the
    argument and what it may be.
    """

    code, name = "SHP111", "illegal-hyper-parameter"
    problems = (Problem.HYPER_PARAMETER,)
    bad = """\
from torch import nn

conv = nn.Conv2d(3, 8, 3, stride=2, padding="same")  # error: SHP111 "stride"
"""
    good = """\
from torch import nn

conv = nn.Conv2d(3, 8, 3, stride=2, padding=1)
"""
