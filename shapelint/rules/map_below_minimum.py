"""SHP201: a feature map smaller than the configured minimum."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..interp.events import Applied, Event
from . import windows, wording
from .declare import Rule, rule


@rule
class MapBelowMinimum(Rule):
    """
    A convolution or pooling makes a map whose sides fall below the setting ``min-feature-map``. torch accepts it;
    whether a map of 2x2 still says something about an image is for the author to decide, so the rule is silent until a
    minimum is set. A kernel that covers the whole map at once is taken for global pooling and stays silent, as adaptive
    pooling does.
    """

    code, name = "SHP201", "map-below-minimum"
    severity = Severity.WARNING
    listens = (Applied,)
    bad = """\
# with min-feature-map = 4
import torch
from torch import nn

net = nn.Sequential(
    nn.MaxPool2d(2),
    nn.MaxPool2d(2),  # error: SHP201 "2"
)
net(torch.randn(1, 3, 8, 8))
"""
    good = """\
# with min-feature-map = 4
import torch
from torch import nn

net = nn.Sequential(
    nn.MaxPool2d(2),
    nn.AdaptiveAvgPool2d(1),
)
net(torch.randn(1, 3, 8, 8))
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        least = self.settings.min_feature_map
        if least < 1 or not isinstance(event, Applied):
            return
        found = windows.concrete(event)
        if not found or not event.application.certain:
            return
        if any(window.span < window.padded for window in found) and any(0 < window.out < least <= window.size for window in found):
            after = wording.side(tuple(window.out for window in found))
            message = f"{wording.name_of(event.application)} makes a map of {after}, below the minimum of {least}"
            yield self.about(event.application, message, param="kernel_size", label=f"makes {after}")
