"""Table look-ups by index: Embedding, EmbeddingBag and one_hot. Indices may have any shape; their values are not known here."""

from typing import Any

from ..dims import Dim, Truth, unknown
from ..shapes import Shape, show
from .broadcasting import same_shape
from .declare import Layer, function, module
from .examples import call
from .kinds import Checked, Flag, Ignored, OptSize, Size, T, Tensor, Text
from .linear import check_not_negative
from .problems import Problem, equal, refuse, require_at_least

_INDICES = T(2, 5, dtype="int", high=1)
_OFFSETS = T(3, dtype="int", high=1)


def check_padding_idx(padding_idx: Dim | None, rows: Dim) -> None:
    """Refuse a padding row outside the table; negative ones count from its end."""
    if isinstance(padding_idx, int) and padding_idx:
        least = padding_idx + 1 if padding_idx > 0 else -padding_idx
        message = f"padding_idx={padding_idx} is outside the table, which has {{received}} rows"
        require_at_least(rows, least, Problem.HYPER_PARAMETER, message, arg="padding_idx", param="padding_idx")


class _Table(Layer):
    num_embeddings: Size
    embedding_dim: Size
    any_rank = True

    padding_idx: Any
    _weight: Any

    def check(self) -> None:
        check_padding_idx(self.padding_idx, self.num_embeddings)
        wanted = (self.num_embeddings, self.embedding_dim)
        if self._weight is None:
            check_not_negative(num_embeddings=self.num_embeddings, embedding_dim=self.embedding_dim)
            if self.padding_idx is not None:
                require_at_least(
                    self.num_embeddings, 1, Problem.HYPER_PARAMETER, "an empty table has no padding row", arg="padding_idx", param="padding_idx",
                )
        elif isinstance(self._weight, tuple) and not same_shape(self._weight, wanted):
            raise refuse(
                Problem.HYPER_PARAMETER, f"the table is {show(self._weight)} but must be {show(wanted)}", arg="_weight", param="num_embeddings",
            )

    def parameters(self) -> dict[str, Shape]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}


def check_rows(rows: Dim, param: str = "num_embeddings") -> None:
    """Refuse to look anything up in an empty table."""
    require_at_least(rows, 1, Problem.INDEX, "the table has no rows", param=param)


@module(
    "torch.nn.Embedding",
    good=lambda: [
        call(10, 4).on(_INDICES), call(6, 3, 2, 1.0).on(T(dtype="int", high=1)), call(6, 3, padding_idx=-6).on(T(4, dtype="int", high=1)),
        call(5, 3, _weight=T(5, 3), _freeze=True).on(_INDICES),
    ],
    bad=lambda: [
        call(6, 3, 6).refused(Problem.HYPER_PARAMETER), call(6, 3, padding_idx=-7).refused(Problem.HYPER_PARAMETER),
        call(6, -1).refused(Problem.HYPER_PARAMETER), call(6, 3, _weight=T(3, 6)).refused(Problem.HYPER_PARAMETER),
        call(0, 3).on(_INDICES).refused(Problem.INDEX),
    ],
    dtype="float",
)
class Embedding(_Table):
    """Every index becomes a vector: an axis of embedding_dim is added at the end."""

    padding_idx: OptSize = None
    max_norm: Ignored = None
    norm_type: Ignored = 2.0
    scale_grad_by_freq: Ignored = False
    sparse: Ignored = False
    _weight: Checked = None
    _freeze: Ignored = False
    device: Ignored = None
    dtype: Ignored = None

    def forward(self, input: Tensor) -> Shape:
        check_rows(self.num_embeddings)
        return (*input, self.embedding_dim)


def bagged(
    input: Shape, width: Dim, offsets: Any, per_sample_weights: Any, mode: str, include_last_offset: bool, scale_grad_by_freq: Any, sparse: Any,
) -> Shape:
    """The shape of one reduced vector per bag, once every argument fits."""
    if len(input) not in (1, 2):
        raise refuse(Problem.RANK, f"indices need 1 or 2 axes but have {len(input)}: {show(input)}", expected=2, received=len(input))
    if isinstance(per_sample_weights, tuple) and not same_shape(per_sample_weights, input):
        message = f"per_sample_weights {show(per_sample_weights)} must have the shape of the indices, {show(input)}"
        raise refuse(Problem.STATE, message, arg="per_sample_weights")
    _check_mode(mode, per_sample_weights, scale_grad_by_freq, sparse)
    return (_bags(input, offsets, include_last_offset), width)


def _check_mode(mode: str, per_sample_weights: Any, scale_grad_by_freq: Any, sparse: Any) -> None:
    if mode not in ("sum", "mean", "max"):
        raise refuse(Problem.HYPER_PARAMETER, f"mode must be sum, mean or max, not {mode!r}", arg="mode", param="mode")
    if mode != "sum" and per_sample_weights is not None:
        raise refuse(Problem.HYPER_PARAMETER, f"per_sample_weights need mode='sum', not {mode!r}", arg="per_sample_weights", param="mode")
    for name, value in (("scale_grad_by_freq", scale_grad_by_freq), ("sparse", sparse)):
        if mode == "max" and value:
            raise refuse(Problem.HYPER_PARAMETER, f"mode='max' does not work with {name}", arg="mode", param=name)


def _bags(input: Shape, offsets: Any, include_last_offset: bool) -> Dim:
    if len(input) == 2:
        if offsets is not None:
            raise refuse(Problem.STATE, "indices with two axes are bags already: no offsets", arg="offsets")
        return input[0]
    if offsets is None:
        raise refuse(Problem.STATE, "indices with one axis need offsets that say where each bag begins", arg="offsets")
    if not isinstance(offsets, tuple):
        return unknown()
    if len(offsets) != 1:
        raise refuse(
            Problem.STATE, f"offsets need one axis but have {len(offsets)}: {show(offsets)}", arg="offsets", expected=1, received=len(offsets),
        )
    bags: Dim = offsets[0]
    return bags - 1 if include_last_offset else bags


@module(
    "torch.nn.EmbeddingBag",
    good=lambda: [
        call(10, 4).on(_INDICES), call(6, 3, mode="sum").on(T(5, dtype="int", high=1), _OFFSETS),
        call(6, 3, None, 2.0, False, "sum").on(_INDICES, per_sample_weights=T(2, 5)),
        call(6, 3, mode="max", include_last_offset=True, padding_idx=2).on(T(5, dtype="int", high=1), offsets=_OFFSETS),
    ],
    bad=lambda: [
        call(10, 4).on(T(2, 3, 4, dtype="int", high=1)).refused(Problem.RANK), call(10, 4).on(T(3, dtype="int", high=1)).refused(Problem.STATE),
        call(10, 4, mode="median").on(_INDICES).refused(Problem.HYPER_PARAMETER), call(6, 3, padding_idx=6).refused(Problem.HYPER_PARAMETER),
        call(6, 3, mode="sum").on(_INDICES, None, T(5, 2)).refused(Problem.STATE), call(10, 4).on(_INDICES, _OFFSETS).refused(Problem.STATE),
        call(6, 3, mode="max", sparse=True).on(_INDICES).refused(Problem.HYPER_PARAMETER),
    ],
    dtype="float",
)
class EmbeddingBag(_Table):
    """Indices (B, N), or one axis cut into B bags by offsets, become (B, embedding_dim)."""

    max_norm: Ignored = None
    norm_type: Ignored = 2.0
    scale_grad_by_freq: Ignored = False
    mode: Text = "mean"
    sparse: Ignored = False
    _weight: Checked = None
    include_last_offset: Flag = False
    padding_idx: OptSize = None
    device: Ignored = None
    dtype: Ignored = None
    any_rank = False

    def forward(self, input: Tensor, offsets: Checked = None, per_sample_weights: Checked = None) -> Shape:
        result = bagged(
            input, self.embedding_dim, offsets, per_sample_weights, self.mode, self.include_last_offset, self.scale_grad_by_freq, self.sparse,
        )
        check_rows(self.num_embeddings)
        return result


def _table_shape(weight: Shape) -> Shape:
    if len(weight) != 2:
        raise refuse(Problem.RANK, f"weight needs 2 axes but has {len(weight)}: {show(weight)}", arg="weight", expected=2, received=len(weight))
    return weight


@function(
    "torch.nn.functional.embedding",
    good=lambda: [
        call(_INDICES, T(10, 4)), call(T(3, dtype="int", high=1), T(10, 4), 2, 1.0, 2.0, False, False), call(_INDICES, T(6, 3), padding_idx=-6),
    ],
    bad=lambda: [call(_INDICES, T(10)).refused(Problem.RANK), call(_INDICES, T(6, 3), padding_idx=6).refused(Problem.HYPER_PARAMETER)],
    dtype="float",
)
def embedding(
    input: Tensor, weight: Tensor, padding_idx: OptSize = None, max_norm: Ignored = None, norm_type: Ignored = 2.0,
    scale_grad_by_freq: Ignored = False, sparse: Ignored = False,
) -> Shape:
    """Every index becomes a vector: weight's last axis is added at the end."""
    rows, width = _table_shape(weight)
    check_padding_idx(padding_idx, rows)
    return (*input, width)


@function(
    "torch.nn.functional.embedding_bag",
    good=lambda: [
        call(_INDICES, T(10, 4)), call(T(5, dtype="int", high=1), T(10, 4), _OFFSETS, mode="sum"),
        call(_INDICES, T(6, 3), None, None, 2, False, "sum", False, T(2, 5)),
        call(T(5, dtype="int", high=1), T(6, 3), _OFFSETS, include_last_offset=True, padding_idx=1),
    ],
    bad=lambda: [call(_INDICES, T(10)).refused(Problem.RANK), call(T(5, dtype="int", high=1), T(10, 4)).refused(Problem.STATE)],
    dtype="float",
)
def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Checked = None, max_norm: Ignored = None, norm_type: Ignored = 2, scale_grad_by_freq: Ignored = False,
    mode: Text = "mean", sparse: Ignored = False, per_sample_weights: Checked = None, include_last_offset: Flag = False, padding_idx: OptSize = None,
) -> Shape:
    """Indices (B, N), or one axis cut into B bags by offsets, become (B, width of weight)."""
    rows, width = _table_shape(weight)
    result = bagged(input, width, offsets, per_sample_weights, mode, include_last_offset, scale_grad_by_freq, sparse)
    check_padding_idx(padding_idx, rows)
    return result


@function(
    "torch.nn.functional.one_hot",
    good=lambda: [call(T(2, 5, dtype="int", high=1), 3), call(T(4, dtype="int", high=1)), call(T(dtype="int", high=1), num_classes=4)],
    bad=lambda: [
        call(T(4, dtype="int", high=1), 0).refused(Problem.HYPER_PARAMETER), call(T(4, dtype="int", high=1), -2).refused(Problem.HYPER_PARAMETER),
    ],
    dtype="int",
)
def one_hot(input: Tensor, num_classes: Size = -1) -> Shape:
    """An axis of num_classes is added at the end; with -1 its size depends on the values."""
    if equal(num_classes, -1) is Truth.ALWAYS:
        return (*input, unknown("classes"))
    require_at_least(
        num_classes, 1, Problem.HYPER_PARAMETER, "num_classes must be at least 1, not {received}", arg="num_classes", param="num_classes",
    )
    return (*input, num_classes)
