"""Peak memory of activations: what is alive at the same time while the model runs once, forwards, on one sample.

A result is allocated when an operator makes it and freed after its last use. Views, work in place, and what does nothing in evaluation
(dropout, identity) share the memory of their input. The input counts until its last use, parameters and buffers never. What an operator
needs inside itself does not count.
"""

from collections.abc import Mapping

from ..dims import Dim, evaluate
from ..interp.values import Tensor
from .graph import Graph, Value

_BYTES = {"float": 4, "int": 8, "bool": 1, "complex": 8}


class Peak:
    """The number of bytes alive at the peak, and the number of the event that was running then."""

    __slots__ = ("bytes", "event")

    def __init__(self, bytes: int, event: int) -> None:
        self.bytes, self.event = bytes, event


def peak_of(graph: Graph, at: Mapping[str, int], batch: Dim | None) -> Peak | None:
    """The peak for these sizes of the input; ``batch`` is the size that stands for samples and counts as 1. None where a size is not known."""
    last: dict[int, int] = {}  # of each piece of memory, the number of the node that uses it last
    roots: dict[int, Value] = {}
    made: dict[int, int] = {}
    for step, node in enumerate(graph.nodes):
        for value in (*node.inputs.values(), *node.outputs):
            root = root_of(value)
            if root.node is None and not root.is_input:
                continue  # a parameter, or a constant
            roots[id(root)] = root
            made.setdefault(id(root), step if root.node is not None else 0)
            last[id(root)] = step
    for value in graph.outputs:
        last[id(root_of(value))] = len(graph.nodes)
    return _highest(graph, roots, made, last, at, batch)


def _highest(graph: Graph, roots: dict[int, Value], made: dict[int, int], last: dict[int, int], at: Mapping[str, int], batch: Dim | None) -> Peak | None:
    changes: dict[int, int] = {}
    for key, root in roots.items():
        size = bytes_of(root.tensor, at, batch)
        if size is None:
            return None
        changes[made[key]] = changes.get(made[key], 0) + size
        changes[last[key] + 1] = changes.get(last[key] + 1, 0) - size
    alive = most = event = 0
    for step in sorted(changes):
        alive += changes[step]
        if alive > most and step < len(graph.nodes):
            most, event = alive, graph.nodes[step].event
    return Peak(most, event) if most else None


def root_of(value: Value) -> Value:
    """The tensor whose memory this one shares."""
    while value.base is not None:
        value = value.base
    return value


def bytes_of(tensor: Tensor, at: Mapping[str, int], batch: Dim | None) -> int | None:
    """Bytes of a tensor, for one sample where its first axis is the batch."""
    shape = tensor.shape
    if shape is None:
        return None
    if batch is not None and shape and shape[0] == batch:
        shape = shape[1:]
    total = _BYTES.get(tensor.dtype or "float", 4)
    try:
        for size in shape:
            total *= evaluate(size, at)
    except (KeyError, ZeroDivisionError):
        return None
    return max(total, 0)
