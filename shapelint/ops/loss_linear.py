"""A linear layer and the cross entropy of its result in one: the logits are never stored, but the rules are those of both."""

from typing import Any

from ..dims import Truth, prod
from ..shapes import Shape, show
from .broadcasting import may_be_same, same_shape
from .declare import Layer, function, known, module
from .examples import call
from .kinds import Checked, Ignored, Ints, Raw, Size, Switch, T, Tensor, Text, default
from .linear import check_not_negative
from .loss_over_classes import cross_entropy
from .problems import Problem, Unread, equal, refuse, require_equal

_INDICES = T(3, dtype="int", high=1)


def check_smoothing(label_smoothing: Any) -> None:
    """Refuse a label_smoothing outside [0, 1], where it was read."""
    if isinstance(label_smoothing, (int, float)) and not 0 <= label_smoothing <= 1:
        raise refuse(
            Problem.HYPER_PARAMETER, f"label_smoothing must be in [0, 1], not {label_smoothing}", arg="label_smoothing", param="label_smoothing",
        )


@function(
    "torch.nn.functional.linear_cross_entropy",
    good=lambda: [
        call(T(3, 4), T(5, 4), _INDICES), call(T(3, 4), T(5, 4), T(3, 5), linear_bias=T(5), weight=T(5), reduction="none"),
        call(T(4), T(5, 4), T(dtype="int", high=1), ignore_index=-1),
        call(T(3, 4), T(5, 2, 4), T(3, 2, dtype="int", high=1), reduction="none", label_smoothing=0.1),
    ],
    bad=lambda: [
        call(T(3, 4), T(5, 6), _INDICES).refused(Problem.FEATURES), call(T(3, 4), T(5, 4), T(4, dtype="int", high=1)).refused(Problem.TARGET),
        call(T(2, 3, 4), T(5, 4), T(2, 3, dtype="int", high=1)).refused(Problem.RANK),
        call(T(3, 4), T(5, 4), _INDICES, linear_bias=T(4)).refused(Problem.FEATURES),
        call(T(3, 4), T(5, 4), T(3, 5), ignore_index=-1).refused(Problem.HYPER_PARAMETER),
    ],
)
def linear_cross_entropy(
    input: Tensor, linear_weight: Tensor, target: Raw, *, linear_bias: Checked = None, weight: Checked = None, reduction: Text = "mean",
    ignore_index: Ignored = None, label_smoothing: Ignored = 0.0, options: Ignored = None,
) -> Shape:
    """The cross entropy of input (N, F) times linear_weight (C, ..., F): one number, or with reduction='none' (N, ...)."""
    logits = _logits(input, linear_weight, linear_bias)
    shape = target.shape if isinstance(target, T) else None
    if ignore_index is not None and shape is not None and may_be_same(shape, logits):
        raise refuse(
            Problem.HYPER_PARAMETER, "ignore_index works with class indices only, not with probabilities", arg="ignore_index", param="ignore_index",
        )
    if equal(linear_weight[0], 0) is Truth.ALWAYS:
        raise Unread("target")  # without classes only targets that are all ignored pass
    return cross_entropy(logits, target, weight, reduction=reduction, label_smoothing=label_smoothing)


def _logits(input: Shape, weight: Shape, bias: Any) -> Shape:
    if len(input) not in (1, 2):
        raise refuse(Problem.RANK, f"expects 2 axes (or 1 without a batch) but receives {len(input)}: {show(input)}", expected=2, received=len(input))
    if len(weight) < 2:
        message = f"linear_weight needs at least 2 axes but has {len(weight)}: {show(weight)}"
        raise refuse(Problem.RANK, message, arg="linear_weight", expected=2, received=len(weight))
    require_equal(input[-1], weight[-1], Problem.FEATURES, "expects {expected} features but receives {received}", param="linear_weight", axis=-1)
    if isinstance(bias, tuple) and not same_shape(bias, weight[:-1]):
        raise refuse(Problem.FEATURES, f"linear_bias {show(bias)} must be {show(weight[:-1])}", arg="linear_bias", param="linear_weight")
    if len(weight) > 2 and len(input) == 1:
        raise refuse(Problem.RANK, "a linear_weight with more than 2 axes needs an input with a batch", expected=2, received=1)
    return (*input[:-1], *weight[:-1])


@module(
    "torch.nn.LinearCrossEntropyLoss",
    good=lambda: [
        call(4, 5).on((3, 4), _INDICES), call(4, 5, bias=True, reduction="none", weight=T(5)).on((3, 4), (3, 5)),
        call(4, 5, ignore_index=-1).on((4,), T(dtype="int", high=1)),
        call(4, 5, out_features=(2,), label_smoothing=0.1).on((3, 4), T(3, 2, dtype="int", high=1)),
    ],
    bad=lambda: [
        call(4, 5).on((3, 6), _INDICES).refused(Problem.FEATURES), call(4, 5, weight=T(4)).refused(Problem.TARGET),
        call(4, -1).refused(Problem.HYPER_PARAMETER),
        call(4, 5, label_smoothing=1.5).refused(Problem.HYPER_PARAMETER), call(4, 5).on((3, 4), T(4, dtype="int", high=1)).refused(Problem.TARGET),
    ],
)
class LinearCrossEntropyLoss(Layer):
    """The cross entropy of a linear layer's result: input (N, in_features) gives one number, or with reduction='none' (N, *out_features)."""

    in_features: Size
    num_classes: Size
    out_features: Ints = default(())
    bias: Switch = False
    device: Ignored = None
    dtype: Ignored = None
    reduction: Text = "mean"
    weight: Checked = None
    ignore_index: Ignored = None
    label_smoothing: Ignored = 0.0
    options: Ignored = None
    keyword_only = ("out_features", "bias", "device", "dtype", "reduction", "weight", "ignore_index", "label_smoothing", "options")

    def check(self) -> None:
        if isinstance(self.weight, tuple) and not same_shape(self.weight, (self.num_classes,)):
            message = f"weight {show(self.weight)} must have one element for each of the {self.num_classes} classes"
            raise refuse(Problem.TARGET, message, arg="weight", param="num_classes")
        check_smoothing(self.label_smoothing)
        check_not_negative(in_features=self.in_features, num_classes=prod((self.num_classes, *self.out_features)))

    def forward(self, input: Tensor, target: Raw) -> Shape:
        return linear_cross_entropy(
            input, (self.num_classes, *self.out_features, self.in_features), target, weight=self.weight, reduction=self.reduction,
            ignore_index=self.ignore_index, label_smoothing=self.label_smoothing,
        )

    def parameters(self) -> dict[str, Shape]:
        rows = prod((self.num_classes, *self.out_features))
        made: dict[str, Shape] = {"linear.weight": (rows, self.in_features)}
        return made | ({"linear.bias": (rows,)} if known(self.bias) else {})

    def buffers(self) -> dict[str, Shape]:
        return {"weight": self.weight} if isinstance(self.weight, tuple) else {}
