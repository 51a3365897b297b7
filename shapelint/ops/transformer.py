"""Transformer layers, stacks of them, and the whole. Sequences are (L, N, E), or (N, L, E) with batch_first, or (L, E) without a batch."""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, unknown
from ..shapes import Shape
from .attention import Attention, attention_parameters, check_heads
from .declare import Layer, built, known, module, table
from .examples import call
from .kinds import UNREAD, AnyLayer, Checked, Flag, Ignored, Raw, Size, Switch, T, Tensor, countable
from .linear import check_not_negative
from .norm import LayerNorm
from .problems import Problem, Unread, refuse, require_at_least, require_equal


class _TransformerLayer(Layer):
    d_model: Size
    nhead: Size
    dim_feedforward: Size = 2048
    dropout: Ignored = 0.1
    activation: Raw = "relu"
    layer_norm_eps: Ignored = 1e-5
    batch_first: Flag = False
    norm_first: Ignored = False
    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None
    attentions: tuple[str, ...] = ("self_attn",)

    def check(self) -> None:
        check_heads(self.d_model, self.nhead, "d_model", "nhead")
        check_not_negative(dim_feedforward=self.dim_feedforward)
        check_layer_options(self.dropout, self.activation)

    def expected(self) -> Shape:
        return (unknown("N"), unknown("L"), self.d_model)

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return macs_of_parts(self, inputs)

    @property
    def attention(self) -> Attention:
        return Attention(self.d_model, self.nhead, self.d_model, self.d_model, self.batch_first)

    def parameters(self) -> dict[str, Shape]:
        width, bias = self.d_model, known(self.bias)
        made: dict[str, Shape] = {"linear1.weight": (self.dim_feedforward, width), "linear2.weight": (width, self.dim_feedforward)}
        if bias:
            made |= {"linear1.bias": (self.dim_feedforward,), "linear2.bias": (width,)}
        for name in self.attentions:
            made |= attention_parameters(width, width, width, bias, prefix=name + ".")
        for number in range(1, len(self.attentions) + 2):
            made |= norm_parameters(f"norm{number}.", width, bias)
        return made


def macs_of_parts(layer: Layer, inputs: Sequence[Shape]) -> Dim:
    """The multiply-accumulates of the layers that this one calls."""
    from .composition import parts_of

    return sum((part.layer.macs(part.inputs, part.outputs) for part in parts_of(layer, inputs) or ()), start=0)


def norm_parameters(prefix: str, width: Dim, bias: Any) -> dict[str, Shape]:
    """The parameters of a layer norm inside a transformer."""
    made: dict[str, Shape] = {prefix + "weight": (width,)}
    return made | ({prefix + "bias": (width,)} if bias else {})


def check_layer_options(dropout: Any, activation: Any) -> None:
    """Refuse a dropout out of range, or the name of an activation that transformer layers do not know."""
    if isinstance(dropout, (int, float)) and not 0 <= dropout <= 1:
        raise refuse(Problem.HYPER_PARAMETER, f"dropout must be between 0 and 1, not {dropout}", arg="dropout", param="dropout")
    if isinstance(activation, str) and activation not in ("relu", "gelu"):
        raise refuse(Problem.HYPER_PARAMETER, f"activation must be 'relu' or 'gelu', not {activation!r}", arg="activation", param="activation")


_LAYER_BAD = [
    call(8, 3).refused(Problem.GROUPS), call(0, 1).refused(Problem.HYPER_PARAMETER), call(8, 2, 16, 1.5).refused(Problem.HYPER_PARAMETER),
    call(8, 2, 16, 0.1, "tanh").refused(Problem.HYPER_PARAMETER),
]


@module(
    "torch.nn.TransformerEncoderLayer",
    good=lambda: [
        call(8, 2, 16).on((5, 3, 8)), call(8, 4, 16, 0.2, "gelu", 1e-6, True, True, False).on((3, 5, 8), (5, 5), (3, 5)),
        call(6, 3, 4).on((5, 6), src_mask=T(3, 5, 5)),
        call(8, 2, 16).on((5, 3, 8), src_mask=T(5, 5), is_causal=True),
    ],
    bad=lambda: [
        *_LAYER_BAD, call(8, 2, 16).on((5, 3, 6)).refused(Problem.FEATURES), call(8, 2, 16).on((5, 3, 8), (3, 3)).refused(Problem.STATE),
        call(8, 2, 16, batch_first=True).on((5, 3, 8), None, (3, 5)).refused(Problem.STATE), call(8, 2, 16).on((2, 5, 3, 8)).refused(Problem.RANK),
    ],
)
class TransformerEncoderLayer(_TransformerLayer):
    """(L, N, d_model) stays."""

    def forward(self, src: Tensor, src_mask: Checked = None, src_key_padding_mask: Checked = None, is_causal: Switch = False) -> Shape:
        return self.encode(src, src_mask, src_key_padding_mask, is_causal, "src_mask")

    def encode(self, src: Shape, mask: Any, padding: Any, is_causal: Any, mask_name: str) -> Shape:
        names = ("src", "src", "src", "src_key_padding_mask", mask_name)
        self.attention.scores(src, src, src, padding, mask, is_causal, False, names)
        return src


@module(
    "torch.nn.TransformerDecoderLayer",
    good=lambda: [
        call(8, 2, 16).on((5, 3, 8), (6, 3, 8)),
        call(8, 4, 16, 0.2, "gelu", 1e-6, True, True, False).on((3, 5, 8), (3, 6, 8), (5, 5), (5, 6), (3, 5), (3, 6)),
        call(6, 3, 4).on((5, 6), (7, 6), memory_mask=T(3, 5, 7)), call(8, 2, 16).on((5, 3, 8), (6, 3, 8), tgt_mask=T(5, 5), tgt_is_causal=True),
    ],
    bad=lambda: [
        *_LAYER_BAD, call(8, 2, 16).on((5, 3, 6), (6, 3, 8)).refused(Problem.FEATURES),
        call(8, 2, 16).on((5, 3, 8), (6, 3, 6)).refused(Problem.FEATURES),
        call(8, 2, 16).on((5, 3, 8), (6, 2, 8)).refused(Problem.MATMUL),
        call(8, 2, 16).on((5, 3, 8), (6, 3, 8), memory_mask=T(5, 5)).refused(Problem.STATE),
    ],
)
class TransformerDecoderLayer(_TransformerLayer):
    """tgt (L, N, d_model) stays; memory (S, N, d_model) has its batch and width."""

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self, tgt: Tensor, memory: Tensor, tgt_mask: Checked = None, memory_mask: Checked = None, tgt_key_padding_mask: Checked = None,
        memory_key_padding_mask: Checked = None, tgt_is_causal: Switch = False, memory_is_causal: Switch = False,
    ) -> Shape:
        names = ("tgt", "tgt", "tgt", "tgt_key_padding_mask", "tgt_mask")
        self.attention.scores(tgt, tgt, tgt, tgt_key_padding_mask, tgt_mask, tgt_is_causal, False, names)
        names = ("tgt", "memory", "memory", "memory_key_padding_mask", "memory_mask")
        self.attention.scores(tgt, memory, memory, memory_key_padding_mask, memory_mask, memory_is_causal, False, names)
        return tgt


# Stacks of layers


class _Stack(Layer):
    layer: Any
    num_layers: Dim
    norm: Any

    def one(self, kind: type, name: str) -> Any:
        """The layer that is repeated, where it is one of torch's own; refuses an empty stack."""
        require_at_least(
            self.num_layers, 1, Problem.HYPER_PARAMETER, "num_layers must be at least 1, not {received}", arg="num_layers", param="num_layers",
        )
        if not isinstance(self.layer, kind):
            raise Unread(name)
        one: Any = self.layer
        one.training = self.training
        return one

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return macs_of_parts(self, inputs)

    def normalised(self, shape: Shape) -> Any:
        if self.norm is UNREAD:
            raise Unread("norm")
        return shape if self.norm is None else self.norm.op.apply(self.norm, (T.of(shape),), {})

    def unread(self) -> tuple[str, ...]:
        return (*super().unread(), *(() if countable(self.num_layers) else ("num_layers",)))

    def parameters(self) -> dict[str, Shape]:
        made: dict[str, Shape] = {}
        for number in range(self.num_layers if countable(self.num_layers) else 1):
            made |= prefixed(f"layers.{number}.", self.layer)
        return made | prefixed("norm.", self.norm)


def prefixed(prefix: str, layer: Any) -> dict[str, Shape]:
    """The parameters of a part of a layer."""
    return {prefix + name: shape for name, shape in layer.parameters().items()} if isinstance(layer, Layer) else {}


def _layer(name: str, *args: Any, **kwargs: Any) -> Layer:
    return built("torch.nn." + name, *args, **kwargs)


@module(
    "torch.nn.TransformerEncoder",
    good=lambda: [
        call(_layer("TransformerEncoderLayer", 8, 2, 16), 2).on((5, 3, 8)),
        call(_layer("TransformerEncoderLayer", 8, 2, 16, batch_first=True), 1, _layer("LayerNorm", 8), False, False).on((3, 5, 8), T(5, 5), T(3, 5)),
        call(_layer("TransformerEncoderLayer", 6, 3, 16), num_layers=2).on((5, 6), mask=T(5, 5), is_causal=True),
    ],
    bad=lambda: [
        call(_layer("TransformerEncoderLayer", 8, 2, 16), 2).on((5, 3, 6)).refused(Problem.FEATURES),
        call(_layer("TransformerEncoderLayer", 8, 2, 16), 2, _layer("LayerNorm", 6)).on((5, 3, 8)).refused(Problem.NORM_FEATURES),
        call(_layer("TransformerEncoderLayer", 8, 2, 16), 2).on((5, 3, 8), T(3, 3)).refused(Problem.STATE),
        call(_layer("TransformerEncoderLayer", 8, 2, 16), 0).on((5, 3, 8)).refused(Problem.HYPER_PARAMETER),
    ],
)
class TransformerEncoder(_Stack):
    """num_layers copies of encoder_layer, and perhaps a norm: (L, N, d_model) stays."""

    encoder_layer: AnyLayer
    num_layers: Size
    norm: AnyLayer = None
    enable_nested_tensor: Ignored = True
    mask_check: Ignored = True

    @property
    def layer(self) -> Any:
        return self.encoder_layer

    def expected(self) -> Shape | None:
        return self.encoder_layer.expected() if isinstance(self.encoder_layer, Layer) else None

    def forward(self, src: Tensor, mask: Checked = None, src_key_padding_mask: Checked = None, is_causal: Switch = None) -> Any:
        # is_causal None: torch compares the mask with the causal one, and may drop it only where it fits
        result = self.one(TransformerEncoderLayer, "encoder_layer").encode(src, mask, src_key_padding_mask, is_causal or False, "mask")
        return self.normalised(result)


@module(
    "torch.nn.TransformerDecoder",
    good=lambda: [
        call(_layer("TransformerDecoderLayer", 8, 2, 16), 2).on((5, 3, 8), (6, 3, 8)),
        call(
            _layer("TransformerDecoderLayer", 8, 2, 16, batch_first=True), 1, _layer("LayerNorm", 8),
        ).on((3, 5, 8), (3, 6, 8), T(5, 5), memory_mask=T(5, 6)),
        call(_layer("TransformerDecoderLayer", 6, 3, 16), num_layers=2).on((5, 6), (7, 6), tgt_mask=T(5, 5), tgt_is_causal=True),
    ],
    bad=lambda: [
        call(_layer("TransformerDecoderLayer", 8, 2, 16), 2).on((5, 3, 8), (6, 3, 6)).refused(Problem.FEATURES),
        call(_layer("TransformerDecoderLayer", 8, 2, 16), 2).on((5, 3, 8), (6, 2, 8)).refused(Problem.MATMUL),
        call(_layer("TransformerDecoderLayer", 8, 2, 16), 0).on((5, 3, 8), (6, 3, 8)).refused(Problem.HYPER_PARAMETER),
    ],
)
class TransformerDecoder(_Stack):
    """num_layers copies of decoder_layer, and perhaps a norm: tgt (L, N, d_model) stays."""

    decoder_layer: AnyLayer
    num_layers: Size
    norm: AnyLayer = None

    @property
    def layer(self) -> Any:
        return self.decoder_layer

    def expected(self) -> Shape | None:
        return self.decoder_layer.expected() if isinstance(self.decoder_layer, Layer) else None

    def forward(
        self, tgt: Tensor, memory: Tensor, tgt_mask: Checked = None, memory_mask: Checked = None, tgt_key_padding_mask: Checked = None,
        memory_key_padding_mask: Checked = None, tgt_is_causal: Switch = None, memory_is_causal: Switch = False,
    ) -> Any:
        layer = self.one(TransformerDecoderLayer, "decoder_layer")
        causal = tgt_is_causal or False
        return self.normalised(
            layer.forward(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, causal, memory_is_causal),
        )


@module(
    "torch.nn.Transformer",
    good=lambda: [
        call(8, 2, 1, 2, 16).on((5, 3, 8), (6, 3, 8)),
        call(8, 4, 1, 1, 16, 0.2, "gelu", batch_first=True, bias=False).on((3, 5, 8), (3, 6, 8), T(5, 5), T(6, 6), T(6, 5)),
        call(6, 3, 1, 1, 4).on((5, 6), (7, 6), src_is_causal=False),
    ],
    bad=lambda: [
        call(8, 3, 1, 1, 16).refused(Problem.GROUPS), call(8, 2, 1, 1, 16).on((5, 3, 8), (6, 2, 8)).refused(Problem.MATMUL),
        call(8, 2, 1, 1, 16).on((5, 3, 6), (6, 3, 8)).refused(Problem.FEATURES),
        call(8, 2, 1, 1, 16).on((5, 3, 8), (6, 3, 8), tgt_mask=T(5, 5)).refused(Problem.STATE),
        call(8, 2, 0, 1, 16).on((5, 3, 8), (6, 3, 8)).refused(Problem.HYPER_PARAMETER),
    ],
)
class Transformer(Layer):
    """src (S, N, d_model) and tgt (L, N, d_model) become (L, N, d_model)."""

    d_model: Size = 512
    nhead: Size = 8
    num_encoder_layers: Size = 6
    num_decoder_layers: Size = 6
    dim_feedforward: Size = 2048
    dropout: Ignored = 0.1
    activation: Raw = "relu"
    custom_encoder: Raw = None
    custom_decoder: Raw = None
    layer_norm_eps: Ignored = 1e-5
    batch_first: Flag = False
    norm_first: Ignored = False
    bias: Switch = True
    device: Ignored = None
    dtype: Ignored = None

    def check(self) -> None:
        options = {name: getattr(self, name) for name in ("activation", "batch_first", "bias", "dropout", "norm_first")}
        sizes = (self.d_model, self.nhead, self.dim_feedforward)
        norm = table()[f"torch.nn.{LayerNorm.__name__}"].construct((self.d_model,), {"bias": self.bias})
        self.encoder, self.decoder = (
            table()["torch.nn.Transformer" + name].construct(
                (table()[f"torch.nn.Transformer{name}Layer"].construct(sizes, options), number, norm), {},
            )
            for name, number in (("Encoder", self.num_encoder_layers), ("Decoder", self.num_decoder_layers))
        )

    def forward(
        self, src: Tensor, tgt: Tensor, src_mask: Checked = None, tgt_mask: Checked = None, memory_mask: Checked = None,
        src_key_padding_mask: Checked = None,
        tgt_key_padding_mask: Checked = None, memory_key_padding_mask: Checked = None, src_is_causal: Switch = None, tgt_is_causal: Switch = None,
        memory_is_causal: Switch = False,
    ) -> Shape:
        if self.custom_encoder is not None or self.custom_decoder is not None:
            raise Unread("custom_encoder")
        self._check_batch(src, tgt)
        self.encoder.forward(src, src_mask, src_key_padding_mask, src_is_causal)
        result: Shape = self.decoder.forward(
            tgt, src, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal,
        )
        return result

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        return macs_of_parts(self, inputs)

    def _check_batch(self, src: Shape, tgt: Shape) -> None:
        axis = 0 if self.batch_first else 1
        if len(src) == len(tgt) == 3:
            require_equal(tgt[axis], src[axis], Problem.MATMUL, "tgt has a batch of {received} but src of {expected}", arg="tgt", axis=axis)

    def parameters(self) -> dict[str, Shape]:
        return prefixed("encoder.", self.encoder) | prefixed("decoder.", self.decoder)
