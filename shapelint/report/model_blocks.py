"""Which blocks a picture of a model has: runs of layers with the same output, few enough to be told apart, with their sizes as numbers."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..dims import evaluate
from .model_parts import point

if TYPE_CHECKING:
    from ..show import ModelSummary
    from ..show.summary import Row

_EACH_LAYER = 14  # models up to this many layers show every one
_BLOCKS = 28      # more than this many become runs of the same height and width
_KINDS = (
    ("conv", "convolution"), ("pool", "pooling"), ("linear", "linear"), ("attention", "attention"), ("lstm", "recurrent"), ("gru", "recurrent"), ("rnn", "recurrent"),
    ("norm", "normalisation"), ("embedding", "linear"), ("upsample", "pooling"), ("shuffle", "pooling"),
)


class Block(NamedTuple):
    """A run of layers: ``channels`` across, ``height`` up, ``width`` into the picture. ``text`` is the last one's output in numbers,
    ``formula`` as the table has it."""

    name: str
    text: str
    formula: str
    kind: str
    layers: int
    channels: int
    height: int
    width: int
    failed: bool = False


def blocks(summary: "ModelSummary") -> list[Block]:
    """The blocks of a model, in order."""
    at = dict.fromkeys({name for tensor in summary.inputs for size in tensor.shape or () if not isinstance(size, int) for name in size.names}, 1) | dict(point(summary))
    rows = [(row, shape) for row in summary.rows if (shape := _numbers(row, at)) is not None]
    whole = lambda row, shape: shape  # noqa: E731
    spatial: Callable[[Row, tuple[int, ...]], object] = lambda row, shape: (len(shape), shape[2:] if len(shape) > 3 else shape[-2:])  # noqa: E731
    runs = [[pair] for pair in rows]
    for key in (whole, spatial):
        if len(runs) > (_EACH_LAYER if key is whole else _BLOCKS):
            runs = _runs(rows, key)
    channels_first = any(row.op.endswith("1d") for row in summary.rows)
    made = [_block(summary, run, channels_first) for run in runs]
    if summary.failed is not None:
        made.append(Block(summary.failed.path or "(model)", "error", summary.failed.error, "error", 1, 0, 0, 0, True))
    return made


def _numbers(row: "Row", at: Mapping[str, int]) -> tuple[int, ...] | None:
    tensor = row.outputs[0] if row.outputs else None
    if tensor is None or tensor.shape is None:
        return None
    try:
        return tuple(max(evaluate(size, at), 0) for size in tensor.shape)
    except (KeyError, ZeroDivisionError):
        return None


def _runs(rows: "list[tuple[Row, tuple[int, ...]]]", key: "Callable[[Row, tuple[int, ...]], object]") -> "list[list[tuple[Row, tuple[int, ...]]]]":
    made: list[list[tuple[Row, tuple[int, ...]]]] = []
    for row, shape in rows:
        if made and key(*made[-1][-1]) == key(row, shape):
            made[-1].append((row, shape))
        else:
            made.append([(row, shape)])
    return made


def _block(summary: "ModelSummary", run: "list[tuple[Row, tuple[int, ...]]]", channels_first: bool) -> Block:
    row, shape = run[-1]
    sizes = shape[1:] if len(shape) > 1 else shape
    if len(sizes) == 1:
        channels, height, width = sizes[0], 1, 1
    elif len(sizes) == 2:
        channels, height, width = (*sizes, 1) if channels_first else (sizes[1], sizes[0], 1)
    else:
        channels, height, width = sizes[0], sizes[-2], sizes[-1]
    text = " x ".join(map(str, sizes))
    return Block(_named([part.path for part, _ in run], row.op), text, summary.shape_text(row.outputs[0]), _kind([part.op for part, _ in run]), len(run), channels, height, width)


def _named(paths: list[str], op: str) -> str:
    """The first and the last part of what all layers of a run lie in; of a single layer its path."""
    if len(paths) == 1:
        return paths[0] or op
    first, last = paths[0].split("."), paths[-1].split(".")
    shared = next((i for i, (left, right) in enumerate(zip(first, last, strict=False)) if left != right), min(len(first), len(last)))
    if shared == min(len(first), len(last)):
        return ".".join(first[:shared])
    if len(first) == shared + 1 and first[shared].isdigit() and last[shared].isdigit():
        return f"{'.'.join(first)}-{last[shared]}"
    if shared:
        return ".".join(first[:shared])
    return f"{first[0]} .. {last[0]}"


def _kind(ops: list[str]) -> str:
    kinds = Counter(next((kind for part, kind in _KINDS if part in op.lower()), "other") for op in ops)
    ordered = [kind for kind in dict.fromkeys(kind for _, kind in _KINDS) if kind in kinds and kind != "normalisation"]
    return ordered[0] if ordered else kinds.most_common(1)[0][0]
