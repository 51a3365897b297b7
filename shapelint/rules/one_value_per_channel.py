"""SHP120: a normalisation over a single value."""

from ..diagnostics import Severity
from ..ops.problems import Problem
from .declare import Refusal, rule


@rule
class OneValuePerChannel(Refusal):
    """
    In training mode a batch normalisation takes mean and variance over the batch and the map. Where that is a single
    value per channel, torch raises "Expected more than 1 value per channel when training". It is a warning because
    ``eval()`` makes the same call legal. Use a batch of at least 2, or put the network into evaluation mode before
    single samples are passed.
    """

    code, name = "SHP120", "one-value-per-channel"
    severity = Severity.WARNING
    problems = (Problem.ONE_VALUE,)
    bad = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16))
net(torch.randn(1, 8))  # error: SHP120
"""
    good = """\
import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16))
net(torch.randn(2, 8))
"""
