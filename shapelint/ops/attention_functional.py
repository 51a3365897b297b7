"""``F.multi_head_attention_forward``: attention with the weights as arguments. Sequences are (L, N, E) or (L, E)."""

from typing import Any

from ..dims import Dim
from ..shapes import Shape, show
from .attention import Attention, check_dropout
from .broadcasting import broadcast_onto
from .declare import function
from .examples import call
from .kinds import Checked, Flag, Ignored, OptTensor, Raw, Size, Switch, T, Tensor
from .problems import Problem, Unread, refuse, require_divides, require_equal


def _example(query: T, key: T, value: T, *weights: Any, **more: Any) -> Any:
    """A call with 2 heads of 4 features; ``weights`` are in_proj_weight, its bias, out_proj_weight and its bias."""
    packed, bias, out, out_bias = weights or (T(24, 8), T(24), T(8, 8), T(8))
    return call(query, key, value, 8, 2, packed, bias, None, None, more.pop("add_zero_attn", False), 0.0, out, out_bias, **more)


def _check_matrix(name: str, shape: Shape, rows: Dim | None, columns: Dim) -> None:
    if len(shape) != 2:
        raise Unread(name) if not shape or len(shape) > 2 else refuse(
            Problem.RANK, f"{name} needs 2 axes, not {len(shape)}: {show(shape)}", arg=name, expected=2, received=len(shape))
    require_equal(shape[1], columns, Problem.FEATURES, f"{name} {show(shape)} expects {{received}} features, not {{expected}}", arg=name, axis=1)
    if rows is not None:
        require_equal(shape[0], rows, Problem.FEATURES, f"{name} has {{received}} rows, not {{expected}}", arg=name, axis=0)


def _check_bias(name: str, bias: Any, size: Dim) -> None:
    if isinstance(bias, tuple):
        if len(bias) != 1:
            raise Unread(name)
        broadcast_onto(bias, (size,), Problem.FEATURES, f"{name} {{received}} does not fit {{expected}}", arg=name)


@function(
    "torch.nn.functional.multi_head_attention_forward",
    good=lambda: [
        _example(T(5, 3, 8), T(6, 3, 8), T(6, 3, 8)), _example(T(5, 8), T(6, 8), T(6, 8), need_weights=False),
        _example(T(1, 3, 8), T(6, 3, 8), T(6, 3, 8), T(24, 8), T(24), T(10, 8), T(10), need_weights=False, training=False),
        _example(T(5, 3, 8), T(6, 3, 8), T(6, 3, 8), add_zero_attn=True, average_attn_weights=False, key_padding_mask=T(3, 6)),
        _example(T(1, 3, 8), T(6, 3, 4), T(6, 3, 5), None, T(24), T(8, 8), None, use_separate_proj_weight=True, q_proj_weight=T(8, 8),
                 k_proj_weight=T(8, 4), v_proj_weight=T(8, 5), attn_mask=T(1, 6)),
    ],
    bad=lambda: [
        _example(T(5, 3, 8), T(6, 3, 4), T(6, 3, 4)).refused(Problem.FEATURES), _example(T(5, 3, 4), T(6, 3, 4), T(6, 3, 4)).refused(Problem.FEATURES),
        _example(T(5, 3, 8), T(6, 3, 8), T(6, 3, 8), T(21, 8), None, T(8, 8), None).refused(Problem.FEATURES),
        _example(T(5, 3, 8), T(6, 3, 8), T(6, 3, 8), T(24, 8), T(24), T(8, 6), None).refused(Problem.FEATURES),
        _example(T(5, 3, 8), T(6, 2, 8), T(6, 2, 8)).refused(Problem.MATMUL),
    ],
)
def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: Size, num_heads: Size, in_proj_weight: Checked, in_proj_bias: Checked,
    bias_k: Raw, bias_v: Raw, add_zero_attn: Flag, dropout_p: Ignored, out_proj_weight: OptTensor, out_proj_bias: Checked, training: Ignored = True,
    key_padding_mask: Checked = None, need_weights: Switch = True, attn_mask: Checked = None, use_separate_proj_weight: Flag = False,
    q_proj_weight: Checked = None, k_proj_weight: Checked = None, v_proj_weight: Checked = None, static_k: Raw = None, static_v: Raw = None,
    average_attn_weights: Switch = True, is_causal: Switch = False,
) -> list[Any]:
    """query (L, N, E) becomes (L, N, rows of out_proj_weight); with it come the weights (N, L, S), for each head where not averaged, or None."""
    for name, given in (("bias_k", bias_k), ("bias_v", bias_v), ("static_k", static_k), ("static_v", static_v)):
        if given is not None:
            raise Unread(name)
    if out_proj_weight is None or num_heads == 0:
        raise Unread("out_proj_weight")
    if not isinstance(num_heads, int) or num_heads < 1:
        raise Unread("num_heads")
    widths = (embed_dim_to_check, embed_dim_to_check)
    if use_separate_proj_weight:
        widths = tuple(weight[1] if isinstance(weight, tuple) and len(weight) == 2 else _unread(name)  # type: ignore[assignment]
                       for name, weight in (("k_proj_weight", k_proj_weight), ("v_proj_weight", v_proj_weight)))
    require_divides(num_heads, embed_dim_to_check, Problem.GROUPS, "{received} features are not divisible by {expected} heads", arg="num_heads")
    sizes = Attention(embed_dim_to_check, num_heads, *widths, batch_first=False, extra=int(add_zero_attn))
    batch, targets, sources = sizes.scores(query, key, value, key_padding_mask, attn_mask, is_causal, need_weights)
    if use_separate_proj_weight:
        for name, weight, width in (("q_proj_weight", q_proj_weight, embed_dim_to_check), ("k_proj_weight", k_proj_weight, widths[0]),
                                    ("v_proj_weight", v_proj_weight, widths[1])):
            if isinstance(weight, tuple):
                _check_matrix(name, weight, embed_dim_to_check, width)
    elif isinstance(in_proj_weight, tuple):
        _check_matrix("in_proj_weight", in_proj_weight, 3 * embed_dim_to_check, embed_dim_to_check)
    elif in_proj_weight is None:
        raise Unread("in_proj_weight")
    _check_bias("in_proj_bias", in_proj_bias, 3 * embed_dim_to_check)
    _check_matrix("out_proj_weight", out_proj_weight, None, embed_dim_to_check)
    _check_bias("out_proj_bias", out_proj_bias, out_proj_weight[0])
    check_dropout(dropout_p, training is True)
    weighed = need_weights is True and isinstance(average_attn_weights, bool)
    heads = () if average_attn_weights is True else (num_heads,)
    return [(*query[:-1], out_proj_weight[0]), (*batch, *heads, targets, sources) if weighed else None]


def _unread(name: str) -> Dim:
    raise Unread(name)
