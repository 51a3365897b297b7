"""Position embeddings: ``self.positions(torch.arange(t))`` has a row for each position, so t must not exceed their number."""

import ast
from typing import Any

from ..dims import Dim, Expr, Truth, at_least
from ..dims.facts import Facts
from .values import Tensor, Trace

_SAME_VALUES = frozenset({"unsqueeze", "expand", "expand_as", "view", "reshape", "repeat", "to", "long", "contiguous", "transpose", "arange", "flatten"})


def require_rows(facts: Facts, layer: Any, input: Tensor) -> None:
    """Go on with the sizes for which the indices of a range are rows of an embedding."""
    counted = _counted(input.trace)
    rows = getattr(layer, "num_embeddings", None)
    if counted is None or not isinstance(rows, int):
        return
    size, exact = counted
    answer = at_least(rows, size)
    if answer is Truth.ALWAYS:
        return
    if facts.require(answer, ">=", rows, size) is Truth.NEVER:
        facts.excluded(facts.region)
    if not exact:
        facts.doubt()


def _counted(trace: Trace | None) -> tuple[Dim, bool] | None:
    """The length of the range that a tensor's values come from, and whether the range starts at 0 and counts by 1."""
    while trace is not None and trace.op in _SAME_VALUES:
        if trace.op == "arange":
            node = trace.place.node
            size = trace.after[0] if trace.after else None
            exact = isinstance(node, ast.Call) and len(node.args) == 1 and not {"start", "step"} & {keyword.arg for keyword in node.keywords}
            return (size, exact) if isinstance(size, Expr) and not size.unread else None
        trace = trace.previous
    return None
