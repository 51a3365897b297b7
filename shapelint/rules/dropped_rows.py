"""SHP203: rows or columns at the end of a map that no window reads."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..interp.events import Applied, Event
from . import windows, wording
from .declare import Rule, rule


@rule
class DroppedRows(Rule):
    """
    With a stride above 1 the last window may end before the map does: ``MaxPool2d(2)`` on a map of 7 never reads the
    last row. torch accepts it and much published code lives with it, so the rule is off unless selected. Rows that are
    only padding do not count. Use ``ceil_mode=True``, more padding, or a size that divides.
    """

    code, name = "SHP203", "dropped-rows"
    severity = Severity.WARNING
    default = False
    listens = (Applied,)
    bad = """\
import torch
from torch import nn

pool = nn.MaxPool2d(2)  # error: SHP203 "last 1 of 7"
pool(torch.randn(1, 3, 7, 7))
"""
    good = """\
import torch
from torch import nn

pool = nn.MaxPool2d(2, ceil_mode=True)
pool(torch.randn(1, 3, 7, 7))
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Applied) or not windows.kind(event.op.short_name)[1] or not event.application.certain:
            return
        for window in windows.concrete(event):
            lost = _unread(window)
            if lost > 0:
                message = f"{wording.name_of(event.application)} never reads the last {lost} of {window.size} rows or columns"
                param = "stride" if event.application.layer is None or "stride" in _written(event) else "kernel_size"
                yield self.about(event.application, message, param=param, label=f"steps of {window.stride}")
                return


def _written(event: Applied) -> Iterable[str]:
    created = event.application.layer.created if event.application.layer is not None else None
    return created.args if created is not None else ()


def _unread(window: windows.IntWindow) -> int:
    """Elements of the map, not of its padding, behind the last window."""
    if window.out < 1 or window.stride < 2:
        return 0
    return window.size + window.padding - ((window.out - 1) * window.stride + window.span)
