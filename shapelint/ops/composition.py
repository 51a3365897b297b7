"""Layers made of layers: which children torch's own modules call, in order, with what.

``nn.TransformerEncoder`` is one declaration here, as it does one thing to shapes, but forward hooks of torch see every ``Linear`` in it.
A path names a child as ``named_modules()`` does. ``nn.MultiheadAttention`` calls no child: it reads the weights of its projections.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..shapes import Shape
from .attention import MultiheadAttention
from .declare import Layer, table
from .kinds import UNREAD, countable
from .transformer import Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer


class Part(NamedTuple):
    """One call of a child. ``leaf``: it has no children of its own."""

    path: str
    layer: Layer
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    leaf: bool = True


def is_composite(layer: Layer | None) -> bool:
    """Whether a layer has children in torch."""
    return isinstance(layer, (MultiheadAttention, Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer))


def parts_of(layer: Layer, inputs: Sequence[Shape]) -> list[Part] | None:
    """The calls that ``layer`` makes on ``inputs`` (masks behind the sequences do not matter); None where that was not read."""
    try:
        return list(_parts(layer, inputs))
    except _NotRead:
        return None


class _NotRead(Exception):
    """An argument that decides which children there are was not read."""


def _parts(layer: Any, inputs: Sequence[Shape]) -> Iterator[Part]:
    if isinstance(layer, TransformerEncoderLayer):
        yield from _block(layer, inputs[0], ())
    elif isinstance(layer, TransformerDecoderLayer):
        yield from _block(layer, inputs[0], (inputs[1],))
    elif isinstance(layer, TransformerEncoder):
        yield from _stack(layer, (inputs[0],))
    elif isinstance(layer, TransformerDecoder):
        yield from _stack(layer, (inputs[0], inputs[1]))
    elif isinstance(layer, Transformer):
        if layer.custom_encoder is not None or layer.custom_decoder is not None:
            raise _NotRead
        yield from _inside("encoder", _parts(layer.encoder, (inputs[0],)))
        yield from _inside("decoder", _parts(layer.decoder, (inputs[1], inputs[0])))


def _inside(prefix: str, parts: Iterator[Part]) -> Iterator[Part]:
    for part in parts:
        yield part._replace(path=f"{prefix}.{part.path}")


def _stack(layer: Any, inputs: tuple[Shape, ...]) -> Iterator[Part]:
    if not countable(layer.num_layers) or not isinstance(layer.layer, Layer) or layer.norm is UNREAD:
        raise _NotRead
    for number in range(layer.num_layers):
        yield from _inside(f"layers.{number}", _parts(layer.layer, inputs))
    if layer.norm is not None:
        yield Part("norm", layer.norm, inputs[:1], inputs[:1])


def _block(layer: Any, shape: Shape, memory: tuple[Shape, ...]) -> Iterator[Part]:
    """One encoder or decoder layer: attention to itself, perhaps to ``memory``, then two linear layers, each with a norm before or after."""
    if layer.norm_first not in (True, False) or layer.activation is UNREAD:
        raise _NotRead
    wide = (*shape[:-1], layer.dim_feedforward)
    attentions = [("self_attn", (shape, shape, shape)), *(("multihead_attn", (shape, other, other)) for other in memory)]
    groups = [[_attention(layer, name, inputs), _same("Dropout", f"dropout{i}", shape, layer.dropout)] for i, (name, inputs) in enumerate(attentions, 1)]
    last = len(attentions) + 1
    activation = [Part("activation", layer.activation, (wide,), (wide,))] if isinstance(layer.activation, Layer) else []
    groups.append([
        _linear(layer, "linear1", shape, wide), *activation, _same("Dropout", "dropout", wide, layer.dropout), _linear(layer, "linear2", wide, shape),
        _same("Dropout", f"dropout{last}", shape, layer.dropout),
    ])
    for number, group in enumerate(groups, 1):
        norm = Part(f"norm{number}", _made("LayerNorm", (layer.d_model,), bias=layer.bias), (shape,), (shape,))
        yield from (norm, *group) if layer.norm_first else (*group, norm)


def _made(name: str, *args: Any, **kwargs: Any) -> Layer:
    made: Layer = table()[f"torch.nn.{name}"].construct(args, kwargs)
    return made


def _same(name: str, path: str, shape: Shape, *args: Any) -> Part:
    return Part(path, _made(name, *args), (shape,), (shape,))


def _linear(layer: Any, path: str, before: Shape, after: Shape) -> Part:
    return Part(path, _made("Linear", before[-1], after[-1], layer.bias), (before,), (after,))


def _attention(layer: Any, path: str, inputs: tuple[Shape, ...]) -> Part:
    made = _made("MultiheadAttention", layer.d_model, layer.nhead, layer.dropout, layer.bias, batch_first=layer.batch_first)
    return Part(path, made, inputs, inputs[:1], leaf=False)
