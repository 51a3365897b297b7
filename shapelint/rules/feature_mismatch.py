"""SHP103: the last axis of an input differs from the features a linear layer (or its kin) was built for."""

from ..diagnostics import Fix
from ..interp.events import Refused
from ..ops.problems import Problem
from . import fixes, places, wording
from .declare import Refusal, rule


@rule
class FeatureMismatch(Refusal):
    """
    ``nn.Linear``, ``nn.Bilinear``, recurrent and attention layers multiply the last axis of their input with a weight
    of fixed size, so torch refuses any other size: "mat1 and mat2 shapes cannot be multiplied (4x576 and 400x120)".
    After a flatten the number is channels times height times width of the last map; the chain of sizes in the message
    shows how that map came about. Write the number that arrives, or change the layers before it.
    """

    code, name = "SHP103", "feature-mismatch"
    problems = (Problem.FEATURES,)
    bad = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(400, 120)  # error: SHP103 "receives 576 = 16*6*6"

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc1(x)


net = Net()
net(torch.randn(4, 3, 32, 32))
"""
    good = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(16 * 6 * 6, 120)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc1(x)


net = Net()
net(torch.randn(4, 3, 32, 32))
"""

    def message(self, event: Refused) -> str:
        application, error = event.application, event.error
        tensor = application.tensors.get(error.arg)
        text = wording.explained(super().message(event), tensor, error.received)
        shape = places.shape_of(application, error.arg)
        merged = wording.tail_product(shape, error.expected) if shape is not None and error.expected is not None else None
        if merged is not None and len(merged) < len(shape or ()):
            text += f"; flattened it would have {error.expected} = {wording.product(merged)}"
        return text

    def label(self, event: Refused) -> str:
        return wording.expectation(event.error)

    def fix(self, event: Refused) -> Fix | None:
        return fixes.literal(event.application, event.error)
