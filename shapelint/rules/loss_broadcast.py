"""SHP206: an elementwise loss of two shapes that broadcast."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..dims import Dim, Truth, equal, nice
from ..interp.events import Applied, Event
from ..shapes import Shape, aligned, show
from . import wording
from .declare import Rule, rule


@rule
class LossBroadcast(Rule):
    """
    Elementwise losses (``mse_loss``, ``l1_loss``, ``smooth_l1_loss``, ...) compare prediction and target element by
    element. Where one is ``(N, 1)`` and the other ``(N,)`` they broadcast to ``(N, N)``: every prediction is compared
    with every target, the loss goes down, and the network learns the mean. torch only warns when the line runs. Write
    ``prediction.squeeze(1)`` or ``target.unsqueeze(1)``. ``(N, 10)`` and ``(N,)`` broadcast for batches of 1 and 10 alone,
    and torch refuses the others.
    """

    code, name = "SHP206", "loss-broadcast"
    severity = Severity.WARNING
    listens = (Applied,)
    bad = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(8, 1)
target = torch.randn(16)
loss = F.mse_loss(net(torch.randn(16, 8)), target)  # error: SHP206 "(16, 16)"
"""
    good = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(8, 1)
target = torch.randn(16)
loss = F.mse_loss(net(torch.randn(16, 8)).squeeze(1), target)
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Applied) or not getattr(event.op.declared, "same_shapes", False) or not event.application.certain:
            return
        tensors = event.application.tensors
        left, right = tensors.get("input"), tensors.get("target")
        if left is None or right is None or left.shape is None or right.shape is None:
            return
        joint = _outer(left.shape, right.shape)
        if joint is not None:
            message = f"{wording.name_of(event.application)} compares {show(left.shape)} with {show(right.shape)}, which broadcast to {show(joint)}"
            yield self.about(event.application, message, arg="target")
        elif (met := _samples_met(left.shape, right.shape)) is not None:
            message = f"{wording.name_of(event.application)} compares {show(left.shape)} with {show(right.shape)}: the samples ({nice(met[0])}) meet another axis ({nice(met[1])})"
            yield self.about(event.application, message, arg="target")


def _samples_met(left: Shape, right: Shape) -> tuple[Dim, Dim] | None:
    """The number of samples and the axis that it is aligned with, where both operands have as many but not as many axes: torch refuses most of them."""
    longer, shorter = sorted((left, right), key=len, reverse=True)
    if len(longer) == len(shorter) or not shorter or equal(longer[0], shorter[0]) is not Truth.ALWAYS:
        return None
    met = longer[-len(shorter)]
    return (shorter[0], met) if met != 1 and equal(shorter[0], met) is Truth.SOMETIMES else None


def _outer(left: Shape, right: Shape) -> Shape | None:
    """The joint shape, where both operands are repeated for it: a size-1 axis of each meets a longer one of the other."""
    joint, repeats = [], [False, False]
    for one, other in aligned(left, right):
        if equal(one, other) is Truth.ALWAYS:
            joint.append(one)
        elif one == 1:
            joint.append(other)
            repeats[0] = True
        elif other == 1:
            joint.append(one)
            repeats[1] = True
        else:
            return None
    return tuple(joint) if all(repeats) else None
