"""Which sizes a model may be shown at: those that plain ints confirm.

What a model accepts may be known in part only. A sample of it is believed where every tensor of the run has sizes that a tensor can have,
a reshape keeps the number of elements, and the requirements that could not be decided for all sizes hold.
"""

from collections.abc import Iterable, Mapping
from math import prod

from ..dims import Dim, evaluate
from .graph import Graph, Node, Value
from .positions import REGROUPING


def confirmed(graph: Graph, undecided: Iterable[tuple[str, Dim, Dim]], at: Mapping[str, int]) -> bool:
    """Whether the run is possible at these sizes of its input. ``undecided`` are relations with their left and right sides."""
    return (
        all(_exists(value, at) for value in graph.values) and all(_keeps_elements(node, at) for node in graph.nodes if node.name in REGROUPING)
        and all(_holds(*requirement, at) for requirement in undecided)
    )


def _exists(value: Value, at: Mapping[str, int]) -> bool:
    """An axis of size 0 is believed where the program writes it, not where sizes of the input lead to it."""
    shape, sizes = value.tensor.shape, _numbers(value, at)
    return shape is None or sizes is None or all(number > 0 or (number == 0 and isinstance(size, int)) for size, number in zip(shape, sizes, strict=True))


def _keeps_elements(node: Node, at: Mapping[str, int]) -> bool:
    before = _numbers(next(iter(node.inputs.values())), at) if node.inputs else None
    after = _numbers(node.outputs[0], at) if len(node.outputs) == 1 else None
    return before is None or after is None or prod(before) == prod(after)


def _numbers(value: Value, at: Mapping[str, int]) -> tuple[int, ...] | None:
    """The sizes of a tensor; None where one is not known."""
    if value.tensor.shape is None:
        return None
    try:
        return tuple(evaluate(size, at) for size in value.tensor.shape)
    except (KeyError, ZeroDivisionError):
        return None


def _holds(relation: str, left: Dim, right: Dim, at: Mapping[str, int]) -> bool:
    try:
        one, other = evaluate(left, at), evaluate(right, at)
        return {
            "==": one == other, ">=": one >= other, "|": relation == "|" and other % one == 0, "1<=": one in (1, other), "1==": one == other or 1 in (one, other),
        }.get(relation, False)
    except (KeyError, ZeroDivisionError):
        return False
