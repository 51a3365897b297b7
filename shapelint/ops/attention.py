"""Attention. Sequences are (L, N, E), or (N, L, E) with batch_first, or (L, E) without a batch.

Masks that were not read are taken to fit: they decide no shape.
"""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, Truth, prod, unknown
from ..shapes import Shape, show
from .broadcasting import broadcast, expands, same_shape
from .declare import Layer, function, known, module
from .dropout import check_probability
from .examples import call
from .kinds import UNREAD, Checked, Flag, Ignored, OptSize, Size, Switch, T, Tensor
from .linear import check_not_negative
from .problems import Problem, Unread, equal, refuse, require_at_least, require_divides, require_equal


@function(
    "torch.nn.functional.scaled_dot_product_attention",
    good=lambda: [
        call(T(2, 3, 5, 4), T(2, 3, 6, 4), T(2, 3, 6, 7)), call(T(3, 5, 4), T(3, 6, 4), T(3, 6, 4), T(5, 6)),
        call(T(5, 4), T(5, 4), T(5, 2), None, 0.1, True),
        call(T(2, 4, 5, 4), T(2, 2, 6, 4), T(2, 2, 6, 4), enable_gqa=True),
        call(T(2, 3, 5, 4), T(2, 3, 6, 4), T(2, 3, 6, 4), attn_mask=T(2, 1, 1, 6, dtype="bool"), scale=0.5),
        call(T(1, 3, 5, 4), T(2, 1, 6, 4), T(6, 4)),
    ],
    bad=lambda: [
        call(T(2, 3, 5, 4), T(2, 3, 6, 3), T(2, 3, 6, 4)).refused(Problem.FEATURES), call(T(3, 5, 4), T(3, 6, 4), T(3, 5, 4)).refused(Problem.MATMUL),
        call(T(3, 5, 4), T(2, 6, 4), T(2, 6, 4)).refused(Problem.BROADCAST), call(T(4), T(6, 4), T(6, 4)).refused(Problem.RANK),
        call(T(3, 5, 4), T(3, 6, 4), T(3, 6, 4), T(5, 5)).refused(Problem.STATE),
        call(T(2, 3, 5, 4), T(2, 2, 6, 4), T(2, 2, 6, 4), enable_gqa=True).refused(Problem.GROUPS),
        call(T(5, 4), T(5, 4), T(5, 4), T(5, 5), is_causal=True).refused(Problem.STATE),
        call(T(5, 4), T(5, 4), T(5, 4), None, 1.5).refused(Problem.HYPER_PARAMETER),
    ],
)
def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Checked = None, dropout_p: Ignored = 0.0, is_causal: Switch = False,
    *, scale: Ignored = None, enable_gqa: Flag = False,
) -> Shape:
    """query (..., L, E), key (..., S, E) and value (..., S, V) become (..., L, V); leading axes broadcast."""
    for arg, shape in (("query", query), ("key", key), ("value", value)):
        if len(shape) < 2:
            raise refuse(Problem.RANK, f"{arg} needs at least 2 axes but has {len(shape)}: {show(shape)}", arg=arg, expected=2, received=len(shape))
    check_probability(dropout_p)
    fused = len(query) == len(key) == len(value) == 4
    require_equal(key[-1], query[-1], Problem.FEATURES, "key has {received} features but query {expected}", arg="key", axis=-1)
    leading = _leading(query, key, value, enable_gqa)
    if equal(key[-2], value[-2]) is Truth.NEVER:
        if fused:
            raise Unread("value")  # a fused CPU kernel does not look at the length of value
        require_equal(value[-2], key[-2], Problem.MATMUL, "value has {received} positions but key {expected}", arg="value", axis=-2)
    if attn_mask is not None:
        _check_attention_mask(attn_mask, (*leading, query[-2], key[-2]), is_causal, fused)
    return (*leading, query[-2], value[-1])


def _leading(query: Shape, key: Shape, value: Shape, grouped: bool) -> Shape:
    if not grouped:
        return broadcast(query[:-2], key[:-2], value[:-2], what="leading axes of query, key and value", arg="key")
    for arg, shape in (("query", query), ("key", key), ("value", value)):
        if len(shape) < 3:
            raise refuse(Problem.RANK, f"{arg} needs an axis of heads for enable_gqa: {show(shape)}", arg=arg, expected=3, received=len(shape))
    for arg, shape in (("key", key), ("value", value)):
        require_divides(
            shape[-3], query[-3], Problem.GROUPS, f"{arg} has {{expected}} heads, which do not divide the query's {{received}}", arg=arg, axis=-3,
        )
    return (*broadcast(query[:-3], key[:-3], value[:-3], what="leading axes of query, key and value", arg="key"), query[-3])


def _check_attention_mask(mask: Any, scores: Shape, is_causal: Any, fused: bool) -> None:
    if fused and (is_causal is True or (isinstance(mask, tuple) and len(mask) < 2)):
        raise Unread("attn_mask")  # accepted by some back ends and refused by others
    if is_causal is True:
        raise refuse(Problem.STATE, "give either attn_mask or is_causal=True, not both", arg="attn_mask", param="is_causal")
    if isinstance(mask, tuple) and not expands(mask, scores):
        raise refuse(Problem.STATE, f"attn_mask {show(mask)} does not expand to {show(scores)}", arg="attn_mask")


# torch.nn.MultiheadAttention


class Attention:
    """The sizes of a multi-head attention, and what it makes of query, key and value."""

    def __init__(self, width: Dim, heads: Dim, key_width: Dim, value_width: Dim, batch_first: bool, extra: int = 0) -> None:
        self.width, self.heads, self.key_width, self.value_width = width, heads, key_width, value_width
        self.batch_first, self.extra = batch_first, extra

    def scores(
        self, query: Shape, key: Shape, value: Shape, key_padding_mask: Any, attn_mask: Any, is_causal: Any, need_weights: Any,
        names: tuple[str, str, str, str, str] = ("query", "key", "value", "key_padding_mask", "attn_mask"),
    ) -> tuple[Shape, Dim, Dim]:
        """``(batch, L, S)`` once everything fits; batch is empty where there is none. ``names``: the arguments, for blame."""
        if len(query) not in (2, 3):
            raise refuse(
                Problem.RANK, f"expects 3 axes (or 2 without a batch) but receives {len(query)}: {show(query)}", arg=names[0], expected=3,
                received=len(query),
            )
        for arg, shape in ((names[1], key), (names[2], value)):
            if len(shape) != len(query):
                message = f"{arg} has {len(shape)} axes, {show(shape)}, but {names[0]} has {len(query)}"
                raise refuse(Problem.RANK, message, arg=arg, expected=len(query), received=len(shape))
        for arg, shape, width in zip(names, (query, key, value), (self.width, self.key_width, self.value_width), strict=False):
            require_equal(
                shape[-1], width, Problem.FEATURES, "expects {expected} features but receives {received}", arg=arg, param="embed_dim", axis=-1,
            )
        batch, targets = self._split(query)
        key_batch, sources = self._split(key)
        value_batch, lengths = self._split(value)
        for arg, size in ((names[1], key_batch), (names[2], value_batch)):
            for received, expected in zip(size, batch, strict=True):
                require_equal(received, expected, Problem.MATMUL, f"{arg} has a batch of {{received}} but {names[0]} of {{expected}}", arg=arg)
        require_equal(lengths, sources, Problem.MATMUL, f"{names[2]} has {{received}} positions but {names[1]} {{expected}}", arg=names[2])
        self._check_masks(batch, targets, sources, key_padding_mask, attn_mask, is_causal, need_weights, names)
        return batch, targets, sources + self.extra

    def _split(self, shape: Shape) -> tuple[Shape, Dim]:
        if len(shape) == 2:
            return (), shape[0]
        return (shape[:1], shape[1]) if self.batch_first else (shape[1:2], shape[0])

    def _check_masks(
        self, batch: Shape, targets: Dim, sources: Dim, padding: Any, mask: Any, is_causal: Any, need_weights: Any, names: tuple[str, ...],
    ) -> None:
        if isinstance(padding, tuple) and not same_shape(padding, (*batch, sources)):
            raise refuse(Problem.STATE, f"{names[3]} {show(padding)} must be {show((*batch, sources))}", arg=names[3])
        if is_causal is True and mask is None:
            raise refuse(Problem.STATE, f"is_causal=True needs {names[4]} as well", arg=names[4])
        if not isinstance(mask, tuple):
            return
        wanted: Shape = (targets, sources)
        if len(mask) not in (2, 3):
            raise refuse(
                Problem.STATE, f"{names[4]} needs 2 or 3 axes but has {len(mask)}: {show(mask)}", arg=names[4], expected=2, received=len(mask),
            )
        # torch drops a mask that it takes for the causal one, and compares it before that only here
        skipped = is_causal is not False and padding is None and need_weights is not True and (bool(batch) or len(mask) == 2)
        if len(mask) == 3:
            wanted = ((batch[0] if batch else 1) * self.heads, *wanted)
        if not skipped and not same_shape(mask, wanted):
            raise refuse(Problem.STATE, f"{names[4]} {show(mask)} must be {show(wanted)}", arg=names[4])


def attention_parameters(width: Dim, key_width: Dim, value_width: Dim, bias: Any, prefix: str = "") -> dict[str, Shape]:
    """The projections of a multi-head attention: packed into one where all widths agree."""
    same = {equal(key_width, width), equal(value_width, width)}
    made: dict[str, Shape] = {}
    if same == {Truth.ALWAYS}:
        made = {"in_proj_weight": (3 * width, width)}
    elif Truth.NEVER in same:
        made = {"q_proj_weight": (width, width), "k_proj_weight": (width, key_width), "v_proj_weight": (width, value_width)}
    if known(bias):
        made |= {"in_proj_bias": (3 * width,), "out_proj.bias": (width,)}
    made["out_proj.weight"] = (width, width)
    return {prefix + name: shape for name, shape in made.items()}


def check_heads(width: Dim, heads: Dim, width_name: str, heads_name: str) -> None:
    """Refuse sizes that cannot be cut into heads."""
    for name, size in ((width_name, width), (heads_name, heads)):
        require_at_least(size, 1, Problem.HYPER_PARAMETER, name + " must be at least 1, not {received}", arg=name, param=name)
    message = f"{width_name}={{received}} is not divisible by {heads_name}={{expected}}"
    require_divides(heads, width, Problem.GROUPS, message, arg=width_name, param=heads_name)


@module(
    "torch.nn.MultiheadAttention",
    good=lambda: [
        call(8, 2).on((5, 3, 8), (6, 3, 8), (6, 3, 8)),
        call(8, 2, 0.1, False, True, True, 4, 6, True).on((3, 5, 8), (3, 6, 4), (3, 6, 6), average_attn_weights=False),
        call(8, 4, batch_first=True).on((3, 5, 8), (3, 5, 8), (3, 5, 8), (3, 5), False, T(5, 5)),
        call(8, 2).on((5, 8), (6, 8), (6, 8), T(6), attn_mask=T(2, 5, 6)),
        call(8, 2, kdim=3, add_zero_attn=True).on((5, 3, 8), (6, 3, 3), (6, 3, 8), attn_mask=T(6, 5, 6), is_causal=True),
        call(8, 2).on((5, 3, 8), (5, 3, 8), (5, 3, 8), need_weights=False, attn_mask=T(5, 5), is_causal=True),
    ],
    bad=lambda: [
        call(8, 3).refused(Problem.GROUPS), call(0, 1).refused(Problem.HYPER_PARAMETER),
        call(8, 2).on((5, 3, 6), (6, 3, 8), (6, 3, 8)).refused(Problem.FEATURES),
        call(8, 2).on((5, 3, 8), (6, 2, 8), (6, 2, 8)).refused(Problem.MATMUL),
        call(8, 2).on((5, 3, 8), (6, 3, 8), (5, 3, 8)).refused(Problem.MATMUL),
        call(8, 2).on((5, 3, 8), (6, 3, 8), (6, 3, 8), (6, 3)).refused(Problem.STATE), call(8, 2).on((5, 3, 8), (6, 8), (6, 8)).refused(Problem.RANK),
        call(8, 2).on((5, 3, 8), (6, 3, 8), (6, 3, 8), attn_mask=T(6, 5)).refused(Problem.STATE),
        call(8, 2).on((5, 3, 8), (6, 3, 8), (6, 3, 8), is_causal=True).refused(Problem.STATE),
    ],
)
class MultiheadAttention(Layer):
    """query (L, N, embed_dim) stays; with it come the weights (N, L, S), for each head where not averaged, or None."""

    embed_dim: Size
    num_heads: Size
    dropout: Ignored = 0.0
    bias: Switch = True
    add_bias_kv: Flag = False
    add_zero_attn: Flag = False
    kdim: OptSize = None
    vdim: OptSize = None
    batch_first: Flag = False
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        check_heads(self.embed_dim, self.num_heads, "embed_dim", "num_heads")
        check_not_negative(kdim=self._key_width, vdim=self._value_width)

    @property
    def _key_width(self) -> Dim:
        return self.embed_dim if self.kdim is None else self.kdim

    @property
    def _value_width(self) -> Dim:
        return self.embed_dim if self.vdim is None else self.vdim

    def expected(self) -> Shape:
        return (unknown("N"), unknown("L"), self.embed_dim)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Checked = None, need_weights: Switch = True, attn_mask: Checked = None,
        average_attn_weights: Switch = True, is_causal: Switch = False,
    ) -> list[Any]:
        extra = int(self.add_bias_kv) + int(self.add_zero_attn)
        sizes = Attention(self.embed_dim, self.num_heads, self._key_width, self._value_width, self.batch_first, extra)
        batch, targets, sources = sizes.scores(query, key, value, key_padding_mask, attn_mask, is_causal, need_weights)
        check_dropout(self.dropout, self.training)
        heads = () if average_attn_weights is True else (self.num_heads,)
        weighed = need_weights is True and average_attn_weights is not UNREAD
        return [query, (*batch, *heads, targets, sources) if weighed else None]

    def parameters(self) -> dict[str, Shape]:
        made = attention_parameters(self.embed_dim, self._key_width, self._value_width, self.bias)
        return made | ({"bias_k": (1, 1, self.embed_dim), "bias_v": (1, 1, self.embed_dim)} if self.add_bias_kv else {})

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        query, key, value = inputs[0], inputs[1 % len(inputs)], inputs[2 % len(inputs)]
        width = self.embed_dim
        # three projections in and one out, each a product with its weight; then the scores, and the values they weigh
        projections = (prod(query) + prod(key) + prod(value) + prod(query[:-1]) * width) * width
        sources = (key[-2] if self.batch_first or len(key) == 2 else key[0]) + int(self.add_bias_kv) + int(self.add_zero_attn)
        return projections + 2 * prod(query[:-1]) * sources * width


def check_dropout(dropout: Any, training: bool) -> None:
    """An attention looks at its dropout only when it drops something."""
    if training and isinstance(dropout, (int, float)) and dropout > 1:
        raise refuse(Problem.HYPER_PARAMETER, f"dropout must be at most 1, not {dropout}", arg="dropout", param="dropout")
