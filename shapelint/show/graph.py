"""What flows where: the operators that a model applied as nodes, and the tensors between them.

Tensors are told apart by identity. One that an index or an attribute made carries the trace of the tensor it came from, and counts as a view of it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..interp.events import Applied, Event
from ..interp.recorder import tensors_in
from ..interp.values import Tensor

if TYPE_CHECKING:
    from ..interp.targets import TargetRun

VIEWS = frozenset({
    "flatten", "view", "view_as", "reshape", "reshape_as", "transpose", "permute", "squeeze", "unsqueeze", "t", "swapaxes", "swapdims", "movedim", "moveaxis",
    "expand", "expand_as", "broadcast_to", "narrow", "select", "unbind", "chunk", "split", "split_with_sizes", "tensor_split", "unflatten", "diagonal",
    "contiguous", "detach", "to", "type", "float", "unfold", "as_strided", "Flatten", "Unflatten", "Identity", "view_as_real", "view_as_complex", "real",
    "imag", "T", "mT", "H", "mH", "cpu", "cuda", "positive", "alias", "requires_grad_", "vsplit", "hsplit", "dsplit",
})
_COPYING_UNFOLD = "torch.nn.functional.unfold"


class Value:
    """A tensor in the graph. ``node`` made it (None: it came from outside); ``base`` is the tensor whose memory it shares, if any."""

    __slots__ = ("base", "is_input", "node", "tensor")

    def __init__(self, tensor: Tensor, node: "Node | None" = None, base: "Value | None" = None, is_input: bool = False) -> None:
        self.tensor, self.node, self.base, self.is_input = tensor, node, base, is_input


class Node:
    """One application of an operator. ``event`` is its number among the events."""

    __slots__ = ("applied", "event", "inputs", "outputs")

    def __init__(self, event: int, applied: Applied, inputs: dict[str, Value]) -> None:
        self.event, self.applied, self.inputs = event, applied, inputs
        self.outputs: list[Value] = []

    @property
    def name(self) -> str:
        return self.applied.op.short_name


class Graph:
    """The nodes in order, and every tensor by identity."""

    def __init__(self, run: "TargetRun", last: int) -> None:
        """``last``: the number of the event at which the model stopped."""
        self.inputs = [Value(tensor, is_input=True) for tensor in run.inputs]
        self.nodes: list[Node] = []
        self._by_tensor: dict[int, Value] = {id(value.tensor): value for value in self.inputs}
        self._by_trace: dict[int, Value] = {}
        for number, event in enumerate(run.events[run.called_from : last], run.called_from):
            self._add(number, event)
        self.outputs = [self.value_of(tensor) for tensor in tensors_in(run.output)]

    def _add(self, number: int, event: Event) -> None:
        if not isinstance(event, Applied):
            return
        inputs = {name: self.value_of(tensor) for name, tensor in tensors_of(event).items()}
        node = Node(number, event, inputs)
        base = next(iter(inputs.values()), None) if _shares_memory(node) else None
        for tensor in tensors_in(event.outputs):
            value = self._by_tensor.get(id(tensor)) or Value(tensor, node, base)
            node.outputs.append(value)
            self._by_tensor[id(tensor)] = value
            if tensor.trace is not None:
                self._by_trace[id(tensor.trace)] = value
        self.nodes.append(node)

    @property
    def values(self) -> Iterable[Value]:
        """Every tensor that was seen."""
        return self._by_tensor.values()

    def value_of(self, tensor: Tensor) -> Value:
        """The place of a tensor in the graph."""
        found = self._by_tensor.get(id(tensor))
        if found is None:
            source = self._by_trace.get(id(tensor.trace)) if tensor.trace is not None else self._sliced_input(tensor)
            found = self._by_tensor[id(tensor)] = Value(tensor, None, source)
        return found

    def _sliced_input(self, tensor: Tensor) -> Value | None:
        """A tensor that no operator made is a parameter, or a part of the input: then it has the input's batch."""
        if tensor.is_parameter or not tensor.shape:
            return None
        batch = tensor.shape[0]
        return next((value for value in self.inputs if value.tensor.shape and len(value.tensor.shape) > 2 and value.tensor.shape[0] is batch
                     and value.tensor.dtype == tensor.dtype), None)


def _shares_memory(node: Node) -> bool:
    """Whether the result lies where the first input does: views, work in place, and what evaluation skips."""
    op, name = node.applied.op, node.name
    if op.name == _COPYING_UNFOLD:
        return False
    if name in VIEWS and (not op.is_module or name in ("Flatten", "Unflatten", "Identity")):
        return True
    if "ropout" in name and not _training(node):
        return True
    return _in_place(node)


def _training(node: Node) -> bool:
    layer = node.applied.layer
    if layer is not None:
        return bool(layer.hidden.get("training", True))
    return node.applied.application.values.get("training") is not False


def _in_place(node: Node) -> bool:
    layer = node.applied.layer.layer if node.applied.layer is not None else None
    if layer is not None:
        return getattr(layer, "inplace", False) is True
    if node.applied.application.values.get("inplace") is True:
        return True
    written = node.applied.application.call.place.node
    function = getattr(written, "func", None)
    attribute = getattr(function, "attr", "")
    return type(written).__name__ == "AugAssign" or (attribute.endswith("_") and not attribute.endswith("__"))


def tensors_of(event: Applied) -> dict[str, Tensor]:
    """All tensor arguments by parameter; those of a ``*`` parameter behind the first as ``*1``, ``*2`` ..."""
    application = event.application
    return application.tensors | {f"*{number}": tensor for number, tensor in enumerate(tensors_in(application.rest), 1)}


def arguments(node: Node) -> dict[str, Any]:
    """All arguments of a call by name."""
    return node.applied.application.values
