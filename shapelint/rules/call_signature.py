"""SHP112: a call that does not fit the signature."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class CallSignature(Refusal):
    """
    A torch layer or function is called with an argument that it does not have, without one that it needs, or with one
    given twice. Python raises a ``TypeError``. The message names the argument.
    """

    code, name = "SHP112", "call-signature"
    problems = (Problem.SIGNATURE,)
    bad = """\
from torch import nn

conv = nn.Conv2d(3, 8)  # error: SHP112 "kernel_size"
"""
    good = """\
from torch import nn

conv = nn.Conv2d(3, 8, kernel_size=3)
"""
