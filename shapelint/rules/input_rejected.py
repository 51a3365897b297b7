"""SHP121: the program itself rejects the size of its input."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..interp.contract import needed
from ..interp.events import Event, Raised
from . import contracts, wording
from .declare import Rule, rule


@rule
class InputRejected(Rule):
    """
    The model checks the size of its input, with ``raise`` or ``assert``, and the input that it is called with does not pass.
    Nothing is wrong with the layers: feed it a size that it accepts, which the message names, or pad the input first.
    Reported only where the check is about sizes, so that other sizes would pass.
    """

    code, name = "SHP121", "input-rejected"
    listens = (Raised,)
    bad = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 4, stride=4)

    def forward(self, x):
        if x.shape[-2] % 4 or x.shape[-1] % 4:
            raise ValueError("sizes must be multiples of 4")  # error: SHP121 "H = 30"
        return self.down(x)


Net()(torch.randn(2, 3, 30, 32))
"""
    good = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 4, stride=4)

    def forward(self, x):
        if x.shape[-2] % 4 or x.shape[-1] % 4:
            raise ValueError("sizes must be multiples of 4")
        return self.down(x)


Net()(torch.randn(2, 3, 28, 32))
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Raised) or event.explanation.finding is None:
            return
        explanation, needs = event.explanation, needed(event.explanation.finding)
        sizes = ", ".join(f"{name} = {size}" for name, size in explanation.values.items() if name in needs.names)
        source = wording.input_line(event.source)
        statement = wording.shortened(event.place.text)
        message = f"{explanation.model} rejects {sizes}: only {needs.describe()} gets past '{statement}'"
        notes = (*contracts.explained(explanation), *([f"input: {source}"] if source else []))
        found = self.at(event.place.span, message, label=f"raises {event.name}", notes=notes)
        found.data = contracts.as_data(explanation)
        yield found
