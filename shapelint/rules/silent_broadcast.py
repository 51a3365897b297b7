"""SHP204: a column and a vector that broadcast to a matrix."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..dims import Truth, equal, nice
from ..interp.events import Applied, Event
from ..interp.values import Tensor
from ..shapes import show
from . import wording
from .declare import Rule, rule

_OPERATORS = frozenset(["add", "sub", "mul", "div", "true_divide", "subtract", "multiply", "divide", "eq", "ne", "lt", "le", "gt", "ge"])
_DELIBERATE = frozenset(["unsqueeze", "getitem", "__getitem__", "view", "reshape", "expand", "permute", "transpose", "t", "flatten"])


@rule
class SilentBroadcast(Rule):
    """
    A column ``(N, 1)`` and a vector ``(N,)`` of the same length give a matrix ``(N, N)``. That is how ``prediction -
    target`` turns into all pairs of samples without any error: the network's last layer has one output, and the targets
    are a plain vector. Write ``prediction.squeeze(1)``. The rule is silent about every other pair of shapes (biases,
    masks, squeeze-and-excitation weights and positional embeddings broadcast on purpose), and where the column was made
    by ``unsqueeze``, an index with ``None``, ``view`` or ``keepdim=True``.
    """

    code, name = "SHP204", "silent-broadcast"
    severity = Severity.WARNING
    listens = (Applied,)
    bad = """\
import torch
from torch import nn

net = nn.Linear(8, 1)
target = torch.randn(16)
error = net(torch.randn(16, 8)) - target  # error: SHP204 "(16, 16)"
"""
    good = """\
import torch
from torch import nn

net = nn.Linear(8, 1)
target = torch.randn(16)
error = net(torch.randn(16, 8)).squeeze(1) - target
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Applied) or event.op.short_name not in _OPERATORS or not event.application.certain:
            return
        tensors = list(event.application.tensors.items())
        if len(tensors) != 2:
            return
        for (arg, column), (_, vector) in (tensors, tensors[::-1]):
            if _column_and_vector(column, vector) and not _made_a_column(column):
                shapes = f"{show(column.shape or ())} and {show(vector.shape or ())}"
                message = f"{shapes} broadcast to {_square(column)}: every sample meets every other one"
                yield self.about(event.application, message, arg=arg)


def _column_and_vector(column: Tensor, vector: Tensor) -> bool:
    left, right = column.shape, vector.shape
    if left is None or right is None or len(left) != 2 or len(right) != 1 or left[1] != 1:
        return False
    return equal(left[0], right[0]) is Truth.ALWAYS and left[0] != 1


def _made_a_column(column: Tensor) -> bool:
    """Whether the code made the trailing 1 on purpose; a column of unknown origin is given the benefit of the doubt."""
    for step in wording.steps(column.trace):
        kind = step.op.rpartition(".")[2]
        if kind == "Linear":
            return False
        if kind in _DELIBERATE or not step.before or len(step.before) != 2 or step.before[1] != 1:
            return True
    return True


def _square(column: Tensor) -> str:
    size = nice((column.shape or (0,))[0])
    return f"({size}, {size})"
