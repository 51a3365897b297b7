"""SHP108: a tensor with the wrong number of axes."""

from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class WrongRank(Refusal):
    """
    Most operators fix the number of axes: ``nn.Conv2d`` takes ``(N, C, H, W)`` or ``(C, H, W)``, ``nn.BatchNorm2d``
    only the first, ``torch.bmm`` two batches of matrices. torch refuses other ranks. Typical causes are a flatten that
    stands too early, a lost batch axis (``x[0]``, ``squeeze()``), and a layer of another family: ``Conv1d`` where the
    data are images.
    """

    code, name = "SHP108", "wrong-rank"
    problems = (Problem.RANK,)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(nn.Flatten(), nn.Conv2d(3, 8, 3))
net(torch.randn(4, 3, 32, 32))  # error: SHP108 "(4, 3072)"
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten())
net(torch.randn(4, 3, 32, 32))
"""
