"""SHP205: a view that mixes the batch with the features."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..dims import Dim, Truth, divides, equal, nice, prod
from ..interp.events import Applied, Event
from ..shapes import Shape, show
from . import wording
from .declare import Rule, rule

_VIEWS = frozenset({"view", "reshape"})


@rule
class BatchFolded(Rule):
    """
    ``x.view(-1, k)`` makes as many rows as the element count allows. Where ``k`` is not the number of features of one
    sample, the rows are no longer samples: a batch of 4 becomes 16 rows, and the mistake shows up later, in the loss,
    or never. Write ``x.view(x.size(0), -1)`` or ``torch.flatten(x, 1)``. The rule looks at results of two axes made
    from three or more with ``-1`` in front, and is silent where the code cuts along the tensor's own axes: where ``k``
    is a product of trailing axes (tokens, channels-last pixels) or divides the last one (heads, boxes).
    """

    code, name = "SHP205", "batch-folded"
    severity = Severity.WARNING
    listens = (Applied,)
    bad = """\
import torch

x = torch.randn(4, 16, 10, 10)
rows = x.view(-1, 16 * 5 * 5)  # error: SHP205 "16 rows"
"""
    good = """\
import torch

x = torch.randn(4, 16, 10, 10)
rows = x.view(x.size(0), -1)
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Applied) or event.op.short_name not in _VIEWS or not event.application.certain:
            return
        tensor = event.application.tensors.get("input") or next(iter(event.application.tensors.values()), None)
        before, after = tensor.shape if tensor is not None else None, event.result
        if before is None or not isinstance(after, tuple) or len(before) < 3 or len(after) != 2 or not _counts_rows(event):
            return
        if equal(before[0], after[0]) is Truth.NEVER and not _along_axes(before, after[1]):
            rows, features = nice(after[0]), nice(prod(before[1:]))
            message = (
                f"{show(before)} becomes {rows} rows of {nice(after[1])}, but the batch has {nice(before[0])} samples of "
                f"{features} = {wording.product(before[1:])}"
            )
            yield self.about(event.application, message, param="shape")


def _counts_rows(event: Applied) -> bool:
    """Whether the first size was left to torch (-1)."""
    for name, value in event.application.values.items():
        first = value[0] if isinstance(value, (tuple, list)) and value else value
        if name != "input" and isinstance(first, int) and not isinstance(first, bool):
            return first == -1
    return False


def _along_axes(before: Shape, features: Dim) -> bool:
    """Whether rows of ``features`` elements start and end where axes of the tensor do, or cut only the last one."""
    if divides(features, before[-1]) is not Truth.NEVER:
        return True
    return any(equal(prod(before[start:]), features) is not Truth.NEVER for start in range(1, len(before)))
