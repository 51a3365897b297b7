"""SHP119: a hidden state, mask or index tensor that does not fit."""

from ..interp.events import Refused
from ..ops.problems import Problem
from . import wording
from .declare import Refusal, rule


@rule
class StateMismatch(Refusal):
    """
    Recurrent layers take a hidden state of ``(num_layers * directions, N, hidden_size)``, also with
    ``batch_first=True``; attention takes masks of ``(L, S)`` or ``(N*heads, L, S)``; unpooling takes indices of its
    input's shape. torch says "Expected hidden size (2, 4, 20), got [1, 4, 20]".
    """

    code, name = "SHP119", "state-mismatch"
    problems = (Problem.STATE,)
    bad = """\
import torch
from torch import nn

rnn = nn.GRU(10, 20, num_layers=2, batch_first=True)
x = torch.randn(4, 7, 10)
h = torch.zeros(1, 4, 20)
out, h = rnn(x, h)  # error: SHP119
"""
    good = """\
import torch
from torch import nn

rnn = nn.GRU(10, 20, num_layers=2, batch_first=True)
x = torch.randn(4, 7, 10)
h = torch.zeros(2, 4, 20)
out, h = rnn(x, h)
"""

    def message(self, event: Refused) -> str:
        return wording.with_shapes(event.application, super().message(event))
