"""The receptive field: how many positions of the input one element of a result can depend on, along each axis of positions.

Each tensor carries, for every axis of positions of the input, the size of the field and the distance between neighbours ("jump", which
transposed convolutions and upsampling divide), and for each of its own axes the input's axes that it runs along. An operator that sums over an
axis sees all positions along it. Statistics of normalisations do not count, nor does the shift between branches of different padding.
What an operator does to positions is in :mod:`.positions`; one that is not listed there makes the field unknown.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from ..dims import evaluate
from ..interp.values import Tensor
from ..rules.windows import kind
from .graph import Graph, Node, Value

ALL = "all"
Extent = tuple[Fraction, Fraction] | str  # size and jump, or ALL
Labels = tuple[frozenset[int], ...]


class Field:
    """``labels`` says for each axis along which axes of positions it runs; ``extents`` has one entry for each axis of positions."""

    __slots__ = ("extents", "labels")

    def __init__(self, labels: Labels, extents: Mapping[int, Extent]) -> None:
        self.labels, self.extents = labels, dict(extents)

    def labelled(self, labels: Labels) -> "Field":
        return Field(labels, self.extents)

    def mixed(self, axes: Iterable[int]) -> "Field | None":
        """After a sum over ``axes``, which then run along nothing. None where only a part of the positions lies along an axis."""
        axes = {axis % len(self.labels) for axis in axes} if self.labels else set()
        seen = frozenset().union(*(self.labels[axis] for axis in axes))
        rest = [labels for axis, labels in enumerate(self.labels) if axis not in axes]
        if any(seen & labels for labels in rest):
            return None
        labels = tuple(frozenset() if axis in axes else found for axis, found in enumerate(self.labels))
        return Field(labels, {**self.extents, **dict.fromkeys(seen & self.extents.keys(), ALL)})

    def windowed(self, axis: int, span: int | Fraction, stride: Fraction) -> "Field | None":
        """After a window of ``span`` neighbours along one axis, moved by ``stride``."""
        if len(self.labels[axis]) > 1:
            return self.mixed([axis])
        extents = dict(self.extents)
        for label in self.labels[axis]:
            found = extents.get(label)
            if isinstance(found, tuple):
                extents[label] = (found[0] + (span - 1) * found[1], found[1] * stride)
        return Field(self.labels, extents)

    def text(self) -> str:
        """``212``, ``3 x 7`` where the axes differ, ``all``, or ``-``."""
        shown = [ALL if isinstance(extent, str) else str(ceil(extent[0])) for _, extent in sorted(self.extents.items())]
        if not shown:
            return "-"
        return shown[0] if len(set(shown)) == 1 else " x ".join(shown)


def joined(fields: Iterable[Field | None], labels: Labels) -> Field | None:
    """What depends on several tensors: the larger extent along each axis."""
    extents: dict[int, Extent] = {}
    for field in fields:
        if field is None:
            return None
        for label, extent in field.extents.items():
            other = extents.get(label)
            if other is None or isinstance(extent, str) or isinstance(other, str):
                extents[label] = extent if other is None else ALL
            else:
                extents[label] = (max(extent[0], other[0]), max(extent[1], other[1]))
    return Field(labels, extents)


class ReceptiveFields:
    """The fields of the tensors of a graph. Sizes are taken at ``at``, numbers for the symbols of the input."""

    def __init__(self, graph: Graph, at: Mapping[str, int]) -> None:
        self.at = at
        self._fields: dict[int, Field | None] = {}
        axes = _positions(graph)
        for value in graph.inputs:
            self._fields[id(value)] = _of_input(value.tensor, axes)
        for node in graph.nodes:
            self._run(node)

    def of(self, value: Value) -> Field | None:
        """The field of a tensor, None where it is not known."""
        if id(value) not in self._fields:
            self._fields[id(value)] = self._derived(value)
        return self._fields[id(value)]

    def shape(self, value: Value) -> tuple[int, ...] | None:
        """The sizes of a tensor as numbers; None where one is not known, or no tensor has it."""
        if value.tensor.shape is None:
            return None
        try:
            shape = tuple(evaluate(size, self.at) for size in value.tensor.shape)
        except (KeyError, ZeroDivisionError):
            return None
        return shape if min(shape, default=0) >= 0 else None

    def number(self, size: Any) -> int | None:
        """An argument as a number."""
        try:
            return evaluate(size, self.at)
        except (AttributeError, KeyError, ZeroDivisionError):
            return None

    def _derived(self, value: Value) -> Field | None:
        from .positions import sliced

        if value.base is None:
            shape = value.tensor.shape
            return Field((frozenset(),) * len(shape), {}) if shape is not None and value.node is None else None
        source = self.of(value.base)
        before, after = self.shape(value.base), self.shape(value)
        return sliced(source, before, after) if source is not None and before is not None and after is not None else None

    def _run(self, node: Node) -> None:
        from .positions import apply

        fields = {name: self.of(value) for name, value in node.inputs.items()}
        known = None if any(field is None for field in fields.values()) else {name: field for name, field in fields.items() if field is not None}
        for number, output in enumerate(node.outputs):
            if output.node is node:
                shape = self.shape(output)
                self._fields[id(output)] = None if known is None or shape is None else apply(self, node, known, shape, number)


def _positions(graph: Graph) -> int:
    """How many leading axes of the first input are no positions: batch and channels, only a batch, or only channels."""
    shape = graph.inputs[0].tensor.shape if graph.inputs else None
    rank = len(shape) if shape is not None else 0
    first = next((kind(node.name)[1] for node in graph.nodes if kind(node.name)[1]), 0)
    if first:
        return max(rank - first, 0)
    return 2 if rank > 3 else min(1, rank)


def _of_input(tensor: Tensor, leading: int) -> Field | None:
    if tensor.shape is None:
        return None
    rank = len(tensor.shape)
    one: Extent = (Fraction(1), Fraction(1))
    # Counted from the last axis, so that inputs of different rank share their axes.
    labels = tuple(frozenset({axis - rank} if axis >= leading else ()) for axis in range(rank))
    return Field(labels, {axis - rank: one for axis in range(leading, rank)})


def is_unbatched(graph: Graph) -> bool:
    """Whether the first input comes without a batch: the first convolution or pooling tells."""
    shape = graph.inputs[0].tensor.shape if graph.inputs else None
    first = next((kind(node.name)[1] for node in graph.nodes if kind(node.name)[1]), 0)
    return bool(first) and shape is not None and len(shape) == first + 1


__all__ = ["ALL", "Field", "ReceptiveFields", "is_unbatched", "joined"]
