"""Packed sequences: batches of sequences of different lengths, as recurrent layers take them.

A packed sequence is known by its batch and the shape of one step; how many steps there are together depends on the lengths.
"""

from typing import TYPE_CHECKING, NamedTuple

from ..dims import Dim, unknown
from ..shapes import Shape
from .library.support import REQUIRED, bind
from .natives import method, native
from .values import External, Instance, Tensor, Unknown, Value, Why, is_size

if TYPE_CHECKING:
    from .machine import Machine

PACKED = External("torch.nn.utils.rnn.PackedSequence")
_FIELDS = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")


class _Steps(NamedTuple):
    """How many steps there are: in the longest sequence and in all."""

    longest: Dim
    total: Dim


def packed(batch: Dim, step: Shape, dtype: str | None, ordered: bool, steps: _Steps | None = None) -> Instance:
    """A packed sequence of ``batch`` sequences of steps of shape ``step``; ``ordered``: by length already."""
    made = Instance(PACKED)
    places: Value = None if ordered else Tensor((batch,), "int")
    steps = steps or _Steps(unknown(), unknown())
    fields = (Tensor((steps.total, *step), dtype), Tensor((steps.longest,), "int"), places, places)
    made.table.update(zip(_FIELDS, fields, strict=True))
    made.hidden.update(payload=fields, batch=batch, step=step, dtype=dtype, ordered=ordered, steps=steps)
    return made


def _steps(m: "Machine", lengths: Value) -> _Steps:
    from .elements import elements_of

    items = m.iterate(lengths) if not isinstance(lengths, Tensor) else elements_of(m, lengths)
    if not items or not all(type(item) is int for item in items):
        return _Steps(unknown(), unknown())
    return _Steps(max(items), sum(items))


def is_packed(value: Value) -> bool:
    return isinstance(value, Instance) and value.cls is PACKED and "step" in value.hidden


def padded_for(value: Instance, batch_first: bool) -> Tensor:
    """The tensor that a recurrent layer would get without packing."""
    batch, length = value.hidden["batch"], value.hidden["steps"].longest
    return Tensor((*((batch, length) if batch_first else (length, batch)), *value.hidden["step"]), value.hidden["dtype"])


def packed_again(value: Instance, result: Value) -> Value:
    """A recurrent layer's results with their sequence packed as ``value`` was."""
    if not (isinstance(result, tuple) and result and isinstance(result[0], Tensor)):
        return result
    step = (unknown(),) if result[0].shape is None else result[0].shape[2:]
    return (packed(value.hidden["batch"], step, result[0].dtype, value.hidden["ordered"], value.hidden["steps"]), *result[1:])


@native("torch.nn.utils.rnn.pack_padded_sequence")
def _pack_padded(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    sequence, lengths, batch_first, ordered = bind(
        "pack_padded_sequence", args, kwargs, input=REQUIRED, lengths=REQUIRED, batch_first=False, enforce_sorted=True,
    )
    if not isinstance(sequence, Tensor) or sequence.shape is None or len(sequence.shape) < 2 or not isinstance(batch_first, bool):
        return Unknown(Why.DATA, "a packed sequence")
    return packed(sequence.shape[0 if batch_first else 1], sequence.shape[2:], sequence.dtype, ordered is True, _steps(m, lengths))


@native("torch.nn.utils.rnn.pack_sequence")
def _pack(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    sequences, ordered = bind("pack_sequence", args, kwargs, sequences=REQUIRED, enforce_sorted=True)
    items = m.iterate(sequences)
    if not items or not all(isinstance(item, Tensor) and item.shape for item in items):
        return Unknown(Why.DATA, "a packed sequence")
    return packed(len(items), items[0].shape[1:], items[0].dtype, ordered is True)


@native("torch.nn.utils.rnn.pad_packed_sequence")
def _pad_packed(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    sequence, batch_first, _, total = bind("pad_packed_sequence", args, kwargs, sequence=REQUIRED, batch_first=False, padding_value=0.0, total_length=None)
    if not is_packed(sequence) or not isinstance(batch_first, bool):
        return (Tensor(None, "float"), Tensor(None, "int"))
    batch, length = sequence.hidden["batch"], total if is_size(total) else sequence.hidden["steps"].longest
    axes = (batch, length) if batch_first else (length, batch)
    return (Tensor((*axes, *sequence.hidden["step"]), sequence.hidden["dtype"]), Tensor((batch,), "int"))


@native("torch.nn.utils.rnn.unpack_sequence", "torch.nn.utils.rnn.unpad_sequence")
def _unpack(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "sequences of different lengths")


@method(PACKED.name, "to", "cuda", "cpu", "float", "double", "half", "pin_memory")
def _moved(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0]


@native("torch.nn.utils.rnn.PackedSequence")
def _made(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``PackedSequence(layer(packed.data), packed.batch_sizes, ...)``: as many sequences as the sizes came from is not known."""
    data = args[0] if args else kwargs.get("data")
    if not isinstance(data, Tensor) or data.shape is None:
        return Unknown(Why.DATA, "a packed sequence")
    places = args[2] if len(args) > 2 else kwargs.get("sorted_indices")
    batch = places.shape[0] if isinstance(places, Tensor) and places.shape else unknown()
    sizes = args[1] if len(args) > 1 else kwargs.get("batch_sizes")
    longest = sizes.shape[0] if isinstance(sizes, Tensor) and sizes.shape else unknown()
    return packed(batch, data.shape[1:], data.dtype, places is None, _Steps(longest, data.shape[0]))


__all__ = ["is_packed", "packed", "packed_again", "padded_for"]
