"""What operators do to positions: windows, sums, changes of size, and rearrangements of axes."""

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from ..rules.windows import kind, setting, windows
from .graph import Node, arguments
from .receptive import Field, joined

if TYPE_CHECKING:
    from .receptive import Labels, ReceptiveFields

Shape = tuple[int, ...]
# Operators that work on each element, found by the file that declares them; of these files the names below sum along an axis.
_ELEMENTWISE = frozenset({"activation", "dropout", "elementwise", "norm", "norm_functional", "preserving", "broadcasting", "pad"})
_PLAIN = frozenset({"Identity", "contiguous", "clone", "detach", "to", "float", "type_as", "half", "double", "cuda", "cpu"})
_SOFTMAX = frozenset({"softmax", "log_softmax", "Softmax", "LogSoftmax", "Softmin", "softmin", "gumbel_softmax"})
_PRODUCTS = frozenset({"matmul", "bmm", "mm", "__matmul__"})
_REDUCTIONS = frozenset({"mean", "sum", "max", "min", "amax", "amin", "var", "std", "prod", "norm", "argmax", "argmin", "any", "all", "logsumexp", "median"})
REGROUPING = frozenset({"flatten", "view", "reshape", "unflatten", "squeeze", "unsqueeze", "Flatten", "Unflatten", "ravel", "view_as", "reshape_as"})
_JOINS = frozenset({"cat", "concat", "concatenate", "hstack", "vstack", "dstack", "stack"})
_PARTS = frozenset({"chunk", "split", "split_with_sizes", "tensor_split", "unbind", "narrow", "select", "index_select"})
_RECURRENT = frozenset({"RNN", "GRU", "LSTM"})
_TAPS = {"linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}


def apply(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape, number: int) -> Field | None:
    """The field of one result of an operator; None where it is not known."""
    name = node.name
    if not any(field.extents for field in given.values()):
        return Field((frozenset(),) * len(shape), {})
    first = next(iter(given.values()))
    if kind(name)[0]:
        return _window(fields, node, first, shape)
    if "daptive" in name and "ool" in name:
        return _adaptive(fields, node, first, shape)
    if "Transformer" in name:
        both = joined(given.values(), first.labels)
        return None if both is None else Field((frozenset(),) * len(shape), dict.fromkeys(both.extents, "all"))
    for names, rule in _RULES:
        if name in names:
            return rule(fields, node, given, shape)
    if node.applied.op.declared.__module__.rpartition(".")[2] in _ELEMENTWISE or name in _PLAIN:
        return _aligned(given, shape)
    return None


def _aligned(given: Mapping[str, Field], shape: Shape) -> Field | None:
    """Axes side by side from the last one, as broadcasting aligns them."""
    labels = [frozenset[int]()] * len(shape)
    for field in given.values():
        for back, found in enumerate(reversed(field.labels), 1):
            if back <= len(shape):
                labels[-back] |= found
    return joined(given.values(), tuple(labels))


# --- windows --------------------------------------------------------------------------------------------------


def _window(fields: "ReceptiveFields", node: Node, field: Field, shape: Shape) -> Field | None:
    how, count = kind(node.name)
    found: Field | None = field
    sides = [_side(fields, node, how, count, axis) for axis in range(count)]
    for axis, side in enumerate(sides, len(field.labels) - count):
        found = None if found is None or side is None else found.windowed(axis, *side)
    return None if found is None or len(found.labels) <= count else found.mixed([-count - 1])  # a convolution sums over the channels


def _side(fields: "ReceptiveFields", node: Node, how: str, count: int, axis: int) -> tuple[int, Fraction] | None:
    """How many neighbours count along one axis, and by how many the next position moves."""
    if how == "window":
        found = windows(node.applied)
        span = fields.number(found[axis].span) if found is not None else None
        stride = fields.number(found[axis].stride) if found is not None else None
        return None if span is None or not stride else (span, Fraction(stride))
    kernel, step, spacing = (_each(fields, setting(node.applied, name), count, axis, given) for name, given in (("kernel_size", 0), ("stride", 1), ("dilation", 1)))
    if not kernel:
        weight = node.inputs.get("weight")
        sizes = fields.shape(weight) if weight is not None else None
        kernel = sizes[axis - count] if sizes is not None else None
    if not kernel or not step or not spacing:
        return None
    return -(-(spacing * (kernel - 1) + 1) // step), Fraction(1, step)


def _each(fields: "ReceptiveFields", value: Any, count: int, axis: int, default: int) -> int | None:
    if value is None or value == ():
        return default
    if isinstance(value, (tuple, list)):
        value = value[axis] if len(value) == count else value[0]
    return fields.number(value)


def _adaptive(fields: "ReceptiveFields", node: Node, field: Field, shape: Shape) -> Field | None:
    before = fields.shape(next(iter(node.inputs.values())))
    count = int(next((char for char in node.name if char in "123"), "0"))
    if before is None or not count or len(before) != len(shape):
        return None
    found: Field | None = field
    for axis in range(len(shape) - count, len(shape)):
        size, out = before[axis], shape[axis]
        if found is None or out < 1:
            return None
        if out == 1:
            found = found.mixed([axis])
        else:
            span = max(-(-(i + 1) * size // out) - i * size // out for i in range(out))
            found = found.windowed(axis, span, Fraction(size, out))
    return found


def _resized(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field = next(iter(given.values()))
    before = fields.shape(next(iter(node.inputs.values())))
    mode = setting(node.applied, "mode")
    if before is None or len(before) != len(shape) or 0 in shape:
        return None
    taps = 2 if "ilinear" in node.name else _TAPS.get(str(mode), 1)
    found: Field | None = field
    for axis in range(2, len(shape)):
        if found is not None and before[axis] != shape[axis]:
            found = found.windowed(axis, taps, Fraction(before[axis], shape[axis]))
    return found


def _shuffled(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field = next(iter(given.values()))
    before = fields.shape(next(iter(node.inputs.values())))
    if before is None or len(shape) < 3 or len(before) != len(shape) or 0 in shape:
        return None
    found: Field | None = field
    for axis in (len(shape) - 2, len(shape) - 1):
        if found is not None:
            found = found.windowed(axis, max(before[axis] // shape[axis], 1), Fraction(before[axis], shape[axis]))
    return found


# --- sums -----------------------------------------------------------------------------------------------------


def _linear(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    return next(iter(given.values())).mixed([-1])


def _softmax(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field, dim = next(iter(given.values())), setting(node.applied, "dim")
    if not isinstance(dim, int) or not -len(field.labels) <= dim < len(field.labels):
        return None
    found = field.mixed([dim])
    return None if found is None else found.labelled(field.labels)


def _product(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    pair = list(given.values())[-2:]
    if len(pair) != 2 or min(len(pair[0].labels), len(pair[1].labels)) < 2:
        return None
    left, right = pair[0].mixed([-1]), pair[1].mixed([-2])
    if left is None or right is None:
        return None
    aligned = _aligned({"left": left.labelled((*left.labels[:-1], frozenset())), "right": right.labelled((*right.labels[:-2], frozenset(), right.labels[-1]))}, shape)
    return aligned


def _attention(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    query, key, value = (*given.values(), *[next(iter(given.values()))] * 2)[:3]
    seen = [found for field in (key, value) if (found := field.mixed([-1, -2] if node.name[0].islower() else range(len(field.labels)))) is not None]
    asked = query.mixed([-1])
    if len(seen) < 2 or asked is None or len(shape) != len(asked.labels):
        return None
    return joined([asked, *seen], asked.labels)


def _reduced(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field, values = next(iter(given.values())), arguments(node)
    if len(given) > 1:
        return _aligned(given, shape)  # torch.max of two tensors
    rank, dim = len(field.labels), values.get("dim")
    axes = range(rank) if dim is None else dim if isinstance(dim, (tuple, list)) else (dim,)
    if not all(isinstance(axis, int) and -rank <= axis < rank for axis in axes):
        return None
    found = field.mixed(axes)
    gone = {axis % rank for axis in axes}
    if found is None or len(shape) == rank:
        return found
    labels = tuple(label for axis, label in enumerate(found.labels) if axis not in gone)
    return found.labelled(labels) if len(labels) == len(shape) else None


def _recurrent(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    both = joined(given.values(), (frozenset(),) * len(shape))
    return None if both is None else Field(both.labels, dict.fromkeys(both.extents, "all"))


# --- rearrangements -------------------------------------------------------------------------------------------


def _regrouped(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field, before = next(iter(given.values())), fields.shape(next(iter(node.inputs.values())))
    if before is None or min(*before, *shape, 1) < 1 or prod(before) != prod(shape):
        return None  # no sizes that the model accepts: it was not told which those are
    return field.labelled(regrouped(before, shape, field.labels))


def regrouped(before: Shape, after: Shape, labels: "Labels") -> "Labels":
    """Labels behind a reshape to as many elements: axes that are cut or merged together share theirs."""
    made = [frozenset[int]()] * len(after)
    i = j = 0
    while i < len(before) and j < len(after):
        left, right, start_i, start_j = before[i], after[j], i, j
        while left != right:
            if left < right:
                i += 1
                left *= before[i]
            else:
                j += 1
                right *= after[j]
        seen = frozenset[int]().union(*(labels[axis] for axis in range(start_i, i + 1) if before[axis] > 1 or start_i == i))
        for axis in range(start_j, j + 1):
            made[axis] = seen if after[axis] > 1 or start_j == j else frozenset()
        i, j = i + 1, j + 1
    return tuple(made)


def _permuted(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field, values = next(iter(given.values())), arguments(node)
    rank = len(field.labels)
    order = list(range(rank))
    if node.name == "permute":
        dims = _flat([*list(values.values())[1:], *node.applied.application.rest])
        if len(dims) != rank or not all(isinstance(dim, int) for dim in dims):
            return None
        order = [dim % rank for dim in dims]
    elif node.name in ("t", "T", "mT"):
        order[-2:] = reversed(order[-2:])
    else:
        one, other = (*_flat(list(values.values())[1:]), None, None)[:2]
        if not isinstance(one, int) or not isinstance(other, int):
            return None
        order[one % rank], order[other % rank] = order[other % rank], order[one % rank]
    return field.labelled(tuple(field.labels[axis] for axis in order))


def _flat(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (_flat(list(value)) if isinstance(value, (tuple, list)) else [value])]


def _cat(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    if node.name == "stack":
        dim = arguments(node).get("dim", 0)
        if not isinstance(dim, int):
            return None
        at = dim % len(shape)
        given = {name: field.labelled((*field.labels[:at], frozenset(), *field.labels[at:])) for name, field in given.items()}
    return _aligned(given, shape)


def _part(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    field, before = next(iter(given.values())), fields.shape(next(iter(node.inputs.values())))
    if len(field.labels) == len(shape):
        return field
    dim = arguments(node).get("dim", 0)
    if before is None or not isinstance(dim, int) or len(shape) != len(before) - 1:
        return None
    return field.labelled(tuple(label for axis, label in enumerate(field.labels) if axis != dim % len(before)))


def sliced(field: Field, before: Shape, after: Shape) -> Field | None:
    """Behind an index of which only both shapes are known: axes keep their order, some are gone, new ones have size 1."""
    if len(before) == len(after):
        return field
    labels: list[frozenset[int]] = []
    axis = 0
    for size in after:
        while axis < len(before) and before[axis] != size and len(before) - axis > 0 and size != 1:
            axis += 1
        if size == 1 and (axis >= len(before) or before[axis] != 1):
            labels.append(frozenset())
        elif axis < len(before):
            labels.append(field.labels[axis])
            axis += 1
        else:
            return None
    return field.labelled(tuple(labels))


def _expanded(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    return _aligned({"input": next(iter(given.values()))}, shape)


def _embedded(fields: "ReceptiveFields", node: Node, given: Mapping[str, Field], shape: Shape) -> Field | None:
    both = joined(given.values(), (*next(iter(given.values())).labels, frozenset()))
    return both if both is not None and len(both.labels) == len(shape) else None


_RULES = (
    ({"Linear", "linear", "Bilinear"}, _linear), (_SOFTMAX, _softmax), (_PRODUCTS, _product),
    ({"scaled_dot_product_attention", "MultiheadAttention"}, _attention), (_REDUCTIONS, _reduced), (_RECURRENT, _recurrent),
    ({"Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d", "interpolate", "upsample"}, _resized),
    ({"PixelShuffle", "PixelUnshuffle", "pixel_shuffle", "pixel_unshuffle"}, _shuffled),
    (REGROUPING, _regrouped), ({"permute", "transpose", "swapaxes", "swapdims", "t", "T", "mT"}, _permuted), (_JOINS, _cat), (_PARTS, _part),
    ({"expand", "expand_as", "broadcast_to"}, _expanded), ({"Embedding"}, _embedded),
)
