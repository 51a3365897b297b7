"""Losses as modules: the constructor's arguments, handed to the functions that hold the rules."""

from typing import Any

from ..shapes import Shape
from .declare import Layer, module
from .examples import call
from .kinds import Checked, Flag, Ignored, Raw, Size, T, Tensor, Text
from .loss_functional import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    check_positive,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
)
from .loss_over_classes import (
    check_class_weight,
    check_power,
    cross_entropy,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    nll_loss,
)
from .loss_over_pairs import cosine_embedding_loss, ctc_loss, margin_ranking_loss, triplet_margin_loss, triplet_margin_with_distance_loss
from .problems import Problem

_INDICES = T(3, dtype="int", high=1)
_CHANCES = T(3, 5, high=1)
_SHAPE_BAD = [call().on((3, 5), (3, 4)).refused(Problem.TARGET), call(reduction="max").on((3, 5), (3, 5)).refused(Problem.HYPER_PARAMETER)]


class Loss(Layer):
    """Base of losses: a field ``reduction``, and the two flags that it replaced."""

    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"
    same_shapes = False  # True: input and target should have one shape, although torch broadcasts them

    @property
    def reducing(self) -> dict[str, Any]:
        return {"size_average": self.size_average, "reduce": self.reduce, "reduction": self.reduction}


class _Weighted(Loss):
    weight: Checked = None
    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"

    def buffers(self) -> dict[str, Shape]:
        return {"weight": self.weight} if isinstance(self.weight, tuple) else {}


@module(
    "torch.nn.MSELoss", "torch.nn.L1Loss",
    good=lambda: [
        call().on((3, 5), (3, 5)), call(reduction="none").on((3, 1), (3,)), call(None, False).on((3, 5), (3, 5)),
        call(False, True, "none").on((4,), (4,)),
    ],
    bad=lambda: _SHAPE_BAD,
)
class MSELoss(Loss):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return mse_loss(input, target, **self.reducing)


@module(
    "torch.nn.SmoothL1Loss",
    good=lambda: [call().on((3, 5), (3, 5)), call(reduction="none", beta=0.5).on((3, 1), (3,)), call(None, False, "mean", 0.0).on((3, 5), (3, 5))],
    bad=lambda: [*_SHAPE_BAD, call(beta=-1.0).on((3,), (3,)).refused(Problem.HYPER_PARAMETER)],
)
class SmoothL1Loss(MSELoss):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    beta: Ignored = 1.0

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return smooth_l1_loss(input, target, beta=self.beta, **self.reducing)


@module(
    "torch.nn.HuberLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call("none", 0.5).on((3, 1), (3,)), call(reduction="sum", delta=2.0).on((3, 5), (3, 5))],
    bad=lambda: [*_SHAPE_BAD, call(delta=0.0).on((3,), (3,)).refused(Problem.HYPER_PARAMETER)],
)
class HuberLoss(Layer):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    reduction: Text = "mean"
    delta: Ignored = 1.0
    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return huber_loss(input, target, self.reduction, self.delta)


@module(
    "torch.nn.SoftMarginLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call(reduction="none").on((3, 4), (4,)), call(False).on((4,), (4,))],
    bad=lambda: [*_SHAPE_BAD, call().on((3, 1), (3,)).refused(Problem.TARGET)],
)
class SoftMarginLoss(MSELoss):
    """One number, or with reduction='none' the shape of the input, to which target expands."""

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return soft_margin_loss(input, target, **self.reducing)


@module(
    "torch.nn.HingeEmbeddingLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call(0.5, reduction="none").on((3, 1), (3,)), call(1.0, False).on((4,), (4,))],
    bad=lambda: _SHAPE_BAD,
)
class HingeEmbeddingLoss(Loss):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    margin: Ignored = 1.0
    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"
    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return hinge_embedding_loss(input, target, self.margin, **self.reducing)


@module(
    "torch.nn.KLDivLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call(reduction="batchmean", log_target=True).on((3, 5), (3, 5)), call(None, False).on((3, 1), (3,))],
    bad=lambda: _SHAPE_BAD,
)
class KLDivLoss(MSELoss):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    log_target: Ignored = False

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return kl_div(input, target, **self.reducing)


@module(
    "torch.nn.PoissonNLLLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call(False, True, None, 1e-6, None, "none").on((3, 1), (3,)), call(reduce=False).on((4,), (4,))],
    bad=lambda: _SHAPE_BAD,
)
class PoissonNLLLoss(Loss):
    """One number, or with reduction='none' the shape that input and target broadcast to."""

    log_input: Ignored = True
    full: Ignored = False
    size_average: Raw = None
    eps: Ignored = 1e-8
    reduce: Raw = None
    reduction: Text = "mean"
    same_shapes = True

    def forward(self, log_input: Tensor, target: Checked) -> Shape:
        return poisson_nll_loss(log_input, target, **self.reducing)


@module(
    "torch.nn.GaussianNLLLoss",
    good=lambda: [
        call().on((3, 5), (3, 5), T(3, 5, high=1)), call(full=True, eps=1e-3, reduction="none").on((3, 5), (3, 5), T(3, high=1)),
        call(reduction="sum").on((3, 5), (3, 5), 0.5),
        call(reduction="none").on((3, 5), (3, 5), T(3, 1, high=1)),
    ],
    bad=lambda: [
        call().on((3, 5), (3, 4), T(3, 5, high=1)).refused(Problem.TARGET), call().on((3, 5), (3, 5), T(3, 4, high=1)).refused(Problem.TARGET),
        call(True).refused(Problem.SIGNATURE),
    ],
)
class GaussianNLLLoss(Layer):
    """One number, or with reduction='none' the joint shape; var has the input's shape, or lacks its last axis, or has one axis of size 1."""

    full: Ignored = False
    eps: Ignored = 1e-6
    reduction: Text = "mean"
    keyword_only = ("full", "eps", "reduction")
    same_shapes = True

    def forward(self, input: Tensor, target: Checked, var: Raw) -> Shape:
        return gaussian_nll_loss(input, target, var, reduction=self.reduction)


@module(
    "torch.nn.BCELoss",
    good=lambda: [
        call().on(_CHANCES, _CHANCES), call(T(5), reduction="none").on(_CHANCES, _CHANCES), call(None, None, False).on(T(4, high=1), T(4, high=1)),
    ],
    bad=lambda: [
        call().on(_CHANCES, T(3, 4, high=1)).refused(Problem.TARGET), call().on(T(3, 1, high=1), T(3, high=1)).refused(Problem.TARGET),
        call(T(4)).on(_CHANCES, _CHANCES).refused(Problem.TARGET), call(reduction="max").on(_CHANCES, _CHANCES).refused(Problem.HYPER_PARAMETER),
    ],
)
class BCELoss(_Weighted):
    """One number, or with reduction='none' the shape of the input, which target must have; weight expands to it."""

    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return binary_cross_entropy(input, target, self.weight, **self.reducing)


@module(
    "torch.nn.BCEWithLogitsLoss",
    good=lambda: [
        call().on((3, 5), (3, 5)), call(T(5), reduction="none").on((3, 5), (3, 5)), call(pos_weight=T(5)).on((3, 5), (3, 5)),
        call(T(3, 1), None, False, "sum", T(1)).on((3, 5), (3, 5)),
    ],
    bad=lambda: [*_SHAPE_BAD, call().on((3, 1), (3,)).refused(Problem.TARGET), call(pos_weight=T(3)).on((3, 5), (3, 5)).refused(Problem.TARGET)],
)
class BCEWithLogitsLoss(_Weighted):
    """One number, or with reduction='none' the shape of the input, which target must have; both weights expand to it."""

    pos_weight: Checked = None
    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return binary_cross_entropy_with_logits(input, target, self.weight, pos_weight=self.pos_weight, **self.reducing)

    def buffers(self) -> dict[str, Shape]:
        return super().buffers() | ({"pos_weight": self.pos_weight} if isinstance(self.pos_weight, tuple) else {})


@module(
    "torch.nn.NLLLoss", "torch.nn.NLLLoss2d",
    good=lambda: [
        call().on((3, 5), _INDICES), call(T(5), reduction="none").on((3, 5, 4, 4), T(3, 4, 4, dtype="int", high=1)),
        call(None, None, -1, False).on((5,), T(dtype="int", high=1)),
    ],
    bad=lambda: [
        call().on((3, 5), T(4, dtype="int", high=1)).refused(Problem.TARGET), call(T(4)).on((3, 5), _INDICES).refused(Problem.TARGET),
        call(reduction="max").on((3, 5), _INDICES).refused(Problem.HYPER_PARAMETER),
    ],
)
class NLLLoss(_Weighted):
    """One number, or with reduction='none' the input's shape without the classes (axis 1), which is the target's shape."""

    weight: Checked = None
    size_average: Raw = None
    ignore_index: Ignored = -100
    reduce: Raw = None
    reduction: Text = "mean"

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return nll_loss(input, target, self.weight, **self.reducing)


@module(
    "torch.nn.CrossEntropyLoss",
    good=lambda: [
        call().on((3, 5), _INDICES), call().on((3, 5), (3, 5)), call(T(5), reduction="none").on((3, 5, 4, 4), T(3, 4, 4, dtype="int", high=1)),
        call(None, None, -1, False).on((5,), T(dtype="int", high=1)), call(label_smoothing=0.1).on((3, 5, 4), (3, 5, 4)),
    ],
    bad=lambda: [
        call().on((3, 5), T(4, dtype="int", high=1)).refused(Problem.TARGET), call(T(4)).on((3, 5), _INDICES).refused(Problem.TARGET),
        call(reduction="max").on((3, 5), _INDICES).refused(Problem.HYPER_PARAMETER),
        call().on((3, 5), T(3, 1, dtype="int", high=1)).refused(Problem.TARGET),
        call(ignore_index=1).on((3, 5), (3, 5)).refused(Problem.HYPER_PARAMETER),
    ],
)
class CrossEntropyLoss(NLLLoss):
    """One number, or with reduction='none' the input's shape without the classes (axis 1): the shape of indices; probabilities have the input's."""

    label_smoothing: Ignored = 0.0

    def forward(self, input: Tensor, target: Raw) -> Shape:
        return cross_entropy(input, target, self.weight, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing, **self.reducing)


@module(
    "torch.nn.MultiLabelMarginLoss",
    good=lambda: [call().on((3, 5), T(3, 5, dtype="int", high=1)), call(reduction="none").on((5,), T(5, dtype="int", high=1))],
    bad=lambda: [
        call().on((3, 5), T(3, 4, dtype="int", high=1)).refused(Problem.TARGET),
        call().on((2, 3, 5), T(2, 3, 5, dtype="int", high=1)).refused(Problem.RANK),
    ],
)
class MultiLabelMarginLoss(Loss):
    """One number, or with reduction='none' one for each sample: (N, C) becomes (N,)."""

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return multilabel_margin_loss(input, target, **self.reducing)


@module(
    "torch.nn.MultiLabelSoftMarginLoss",
    good=lambda: [call().on((3, 5), (3, 5)), call(T(5), reduction="none").on((3, 5), (3, 5)), call(None, None, False).on((5,), (5,))],
    bad=lambda: _SHAPE_BAD,
)
class MultiLabelSoftMarginLoss(_Weighted):
    """One number, or with reduction='none' the joint shape without the last axis, the classes."""

    same_shapes = True

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return multilabel_soft_margin_loss(input, target, self.weight, **self.reducing)


@module(
    "torch.nn.MultiMarginLoss",
    good=lambda: [
        call().on((3, 5), _INDICES), call(2, 0.5, T(5), reduction="none").on((3, 5), _INDICES), call(reduce=False).on((5,), T(dtype="int", high=1)),
    ],
    bad=lambda: [
        call(3).refused(Problem.HYPER_PARAMETER), call().on((3, 5), T(4, dtype="int", high=1)).refused(Problem.TARGET),
        call(weight=T(1, 5)).refused(Problem.TARGET), call(weight=T(4)).on((3, 5), _INDICES).refused(Problem.TARGET),
    ],
)
class MultiMarginLoss(_Weighted):
    """One number, or with reduction='none' one for each sample, as the target has them."""

    p: Raw = 1
    margin: Ignored = 1.0
    weight: Checked = None
    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"

    def check(self) -> None:
        check_power(self.p)
        if isinstance(self.weight, tuple):
            check_class_weight(self.weight, self.weight[0] if len(self.weight) == 1 else 0)

    def forward(self, input: Tensor, target: Checked) -> Shape:
        return multi_margin_loss(input, target, self.p, weight=self.weight, **self.reducing)


class _Margin(Loss):
    margin: Ignored = 0.0
    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"


@module(
    "torch.nn.MarginRankingLoss",
    good=lambda: [call().on((3,), (3,), (3,)), call(0.5, reduction="none").on((3, 5), (3, 1), (1, 5)), call(0.0, False).on((3,), (3,), (3,))],
    bad=lambda: [call().on((3,), (4,), (3,)).refused(Problem.TARGET), call().on((3, 1), (3, 1), (3,)).refused(Problem.TARGET)],
)
class MarginRankingLoss(_Margin):
    """One number, or with reduction='none' the joint shape; all three have as many axes."""

    same_shapes = True

    def forward(self, input1: Tensor, input2: Tensor, target: Checked) -> Shape:
        return margin_ranking_loss(input1, input2, target, **self.reducing)


@module(
    "torch.nn.CosineEmbeddingLoss",
    good=lambda: [call().on((3, 5), (3, 5), (3,)), call(0.5, reduction="none").on((3, 5), (1, 5), (3,)), call(reduction="none").on((5,), (5,), T())],
    bad=lambda: [call().on((3, 5), (3, 5), (4,)).refused(Problem.TARGET), call().on((3, 5), (3, 5), (3, 1)).refused(Problem.TARGET)],
)
class CosineEmbeddingLoss(_Margin):
    """One number, or with reduction='none' one for each pair of vectors: inputs (N, D) and target (N,), or (D,) and ()."""

    def forward(self, input1: Tensor, input2: Tensor, target: Checked) -> Shape:
        return cosine_embedding_loss(input1, input2, target, **self.reducing)


@module(
    "torch.nn.TripletMarginLoss",
    good=lambda: [
        call().on((3, 5), (3, 5), (3, 5)), call(0.5, 1, 1e-6, True).on((5,), (5,), (5,)), call(reduction="none").on((3, 5), (1, 5), (3, 1)),
    ],
    bad=lambda: [
        call(0).refused(Problem.HYPER_PARAMETER), call().on((3, 5), (3, 5), (3, 4)).refused(Problem.TARGET),
        call().on((3, 5), (3, 5), (5,)).refused(Problem.TARGET),
    ],
)
class TripletMarginLoss(Loss):
    """One number, or with reduction='none' one for each triple of vectors: the joint shape without its last axis."""

    margin: Ignored = 1.0
    p: Ignored = 2.0
    eps: Ignored = 1e-6
    swap: Flag = False
    size_average: Raw = None
    reduce: Raw = None
    reduction: Text = "mean"
    same_shapes = True

    def check(self) -> None:
        check_positive(self.margin, "margin")

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Shape:
        return triplet_margin_loss(anchor, positive, negative, swap=self.swap, **self.reducing)


@module(
    "torch.nn.TripletMarginWithDistanceLoss",
    good=lambda: [call().on((3, 5), (3, 5), (3, 5)), call(margin=0.5, swap=True, reduction="none").on((3, 5), (1, 5), (3, 1))],
    bad=lambda: [call(margin=0).refused(Problem.HYPER_PARAMETER), call().on((3, 5), (3, 5), (3, 4)).refused(Problem.TARGET)],
)
class TripletMarginWithDistanceLoss(Layer):
    """One number, or with reduction='none' one for each triple of vectors; a distance of one's own decides the shape itself."""

    distance_function: Raw = None
    margin: Ignored = 1.0
    swap: Flag = False
    reduction: Text = "mean"
    keyword_only = ("distance_function", "margin", "swap", "reduction")
    same_shapes = True

    def check(self) -> None:
        check_positive(self.margin, "margin")

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Shape:
        return triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, swap=self.swap, reduction=self.reduction,
        )


@module(
    "torch.nn.CTCLoss",
    good=lambda: [
        call().on((6, 3, 5), T(3, 4, dtype="int", high=1), T(3, dtype="int", high=1), T(3, dtype="int", high=1)),
        call(0, "none", True).on((6, 3, 5), T(9, dtype="int", high=1), [6, 6, 6], [3, 3, 3]),
        call(blank=4, reduction="sum").on((6, 5), T(4, dtype="int", high=1), [6], [4]),
    ],
    bad=lambda: [
        call(5).on((6, 3, 5), T(3, 4, dtype="int", high=1), [6, 6, 6], [3, 3, 3]).refused(Problem.HYPER_PARAMETER),
        call().on((6, 3, 5), T(2, 4, dtype="int", high=1), [6, 6, 6], [3, 3, 3]).refused(Problem.TARGET),
    ],
)
class CTCLoss(Layer):
    """One number, or with reduction='none' one for each sample: log_probs (T, N, C) becomes (N,), unbatched (T, C) becomes ()."""

    blank: Size = 0
    reduction: Text = "mean"
    zero_infinity: Ignored = False

    def forward(self, log_probs: Tensor, targets: Checked, input_lengths: Raw, target_lengths: Raw) -> Shape:
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction)
