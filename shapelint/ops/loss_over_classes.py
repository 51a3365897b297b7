"""Losses over classes, as functions: where the class axis stands, and what targets of indices or probabilities look like."""

from typing import Any

from ..dims import Dim, Truth
from ..shapes import Shape, numel, show
from .broadcasting import may_be_same
from .declare import function
from .distance import without
from .examples import call
from .kinds import UNREAD, Checked, Ignored, Raw, T, Tensor, Text
from .loss_functional import check_same, joined, reduced, same_shapes, settled
from .problems import Problem, Unread, equal, refuse, require_equal

_INDICES = T(3, dtype="int", high=1)
_SCORES = T(3, 5)


def check_class_weight(weight: Any, classes: Dim, vector: bool = True) -> None:
    """Refuse class weights that are not a vector (or, not ``vector``, any tensor) of one weight per class."""
    if isinstance(weight, tuple):
        if vector and len(weight) != 1:
            raise refuse(
                Problem.TARGET, f"weight needs one axis but has {len(weight)}: {show(weight)}", arg="weight", param="weight", received=len(weight),
                expected=1,
            )
        require_equal(numel(weight), classes, Problem.TARGET, "weight has {received} classes but the input {expected}", arg="weight", param="weight")


def class_axis(input: Shape) -> int:
    """Classes stand in axis 1, or in the only axis of an unbatched input."""
    if not input:
        raise refuse(Problem.RANK, "needs at least one axis, the classes", expected=1, received=0)
    return 0 if len(input) == 1 else 1


def per_sample(input: Shape, target: Any) -> Shape:
    """The shape of a loss over classes: the input's without the class axis, which is what indices must look like."""
    axis = class_axis(input)
    wanted = without(input, axis)
    if isinstance(target, tuple) and len(target) == len(input) == 1:
        require_equal(target[0], 1, Problem.TARGET, "one sample has one class, but the target has {received}", arg="target")
    elif isinstance(target, tuple):
        if len(target) != len(wanted):
            message = f"class indices need {len(wanted)} axes, {show(wanted)}, but the target has {len(target)}: {show(target)}"
            raise refuse(Problem.TARGET, message, arg="target", expected=len(wanted), received=len(target))
        for place, (received, expected) in enumerate(zip(target, wanted, strict=True)):
            require_equal(received, expected, Problem.TARGET, "the target has {received} where the input has {expected}", arg="target", axis=place)
    return wanted


@function(
    "torch.nn.functional.nll_loss",
    good=lambda: [
        call(_SCORES, _INDICES), call(T(3, 5, 4, 4), T(3, 4, 4, dtype="int", high=1), T(5), reduction="none"),
        call(T(5), T(dtype="int", high=1), reduction="none"),
        call(T(3, 5, 4), T(3, 4, dtype="int", high=1), None, None, -1, False),
        call(T(2, 3, 2, 2, 2), T(2, 2, 2, 2, dtype="int", high=1), reduction="none"),
    ],
    bad=lambda: [
        call(_SCORES, T(4, dtype="int", high=1)).refused(Problem.TARGET), call(_SCORES, T(3, 1, dtype="int", high=1)).refused(Problem.TARGET),
        call(_SCORES, _INDICES, T(4)).refused(Problem.TARGET), call(_SCORES, _INDICES, reduction="max").refused(Problem.HYPER_PARAMETER),
        call(T(3, 5, 4), T(3, 5, dtype="int", high=1)).refused(Problem.TARGET),
    ],
)
def nll_loss(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, ignore_index: Ignored = -100, reduce: Raw = None,
    reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the input's shape without the classes (axis 1), which is the target's shape."""
    name = settled(reduction, size_average, reduce)
    result = per_sample(input, target)
    check_class_weight(weight, input[class_axis(input)], vector=len(input) < 3)
    return reduced(result, name)


@function(
    "torch.nn.functional.cross_entropy",
    good=lambda: [
        call(_SCORES, _INDICES), call(_SCORES, T(3, 5)), call(T(3, 5, 4, 4), T(3, 4, 4, dtype="int", high=1), T(5), reduction="none"),
        call(T(5), T(dtype="int", high=1)), call(T(3, 5, 4), T(3, 5, 4), T(5), reduction="none", label_smoothing=0.1),
        call(T(5), T(5), reduction="sum"),
        call(_SCORES, _INDICES, None, False, -1, True, label_smoothing=0.5), call(T(3, 5, 4), T(3, 4, dtype="int", high=1), reduction="none"),
    ],
    bad=lambda: [
        call(_SCORES, T(4, dtype="int", high=1)).refused(Problem.TARGET), call(_SCORES, T(3, 1, dtype="int", high=1)).refused(Problem.TARGET),
        call(_SCORES, _INDICES, T(4)).refused(Problem.TARGET), call(_SCORES, _INDICES, reduction="max").refused(Problem.HYPER_PARAMETER),
        call(_SCORES, T(3, 5, dtype="int", high=1)).refused(Problem.TARGET), call(_SCORES, T(3, 5), ignore_index=2).refused(Problem.HYPER_PARAMETER),
        call(_SCORES, _INDICES, label_smoothing=1.5).refused(Problem.HYPER_PARAMETER), call(_SCORES, T(3, 4)).refused(Problem.TARGET),
    ],
)
def cross_entropy(
    input: Tensor, target: Raw, weight: Checked = None, size_average: Raw = None, ignore_index: Ignored = -100, reduce: Raw = None,
    reduction: Text = "mean",
    label_smoothing: Ignored = 0.0,
) -> Shape:
    """One number, or with reduction='none' the input's shape without the classes (axis 1): the shape of indices; probabilities have the input's."""
    name = settled(reduction, size_average, reduce)
    shape = target.shape if isinstance(target, T) else None
    if isinstance(label_smoothing, (int, float)) and label_smoothing > 1:
        raise refuse(
            Problem.HYPER_PARAMETER, f"label_smoothing must be at most 1, not {label_smoothing}", arg="label_smoothing", param="label_smoothing",
        )
    axis = class_axis(input)
    probabilities = shape is not None and _probabilities(input, shape, target.dtype)
    if probabilities:
        _check_ignored(ignore_index)
        result = without(input, axis)
    else:
        result = per_sample(input, shape)
        if isinstance(target, T) and target.dtype == "float" and shape is not None:
            raise Unread("target")  # torch wants ints here, but a coarse dtype is too little to refuse on
    check_class_weight(weight, input[axis], vector=probabilities or len(input) < 3)
    return reduced(result, name)


def _probabilities(input: Shape, target: Shape, dtype: str | None) -> bool:
    if not may_be_same(input, target):
        return False
    if dtype not in ("int", "bool"):
        return True
    if len(input) > 1 or equal(input[0], target[0]) is Truth.ALWAYS:
        raise refuse(Problem.TARGET, "the target has the shape of probabilities but holds class indices, which lack the class axis", arg="target")
    return False


def _check_ignored(ignore_index: Any) -> None:
    if isinstance(ignore_index, int) and ignore_index >= 0:
        raise refuse(
            Problem.HYPER_PARAMETER, "ignore_index works with class indices only, not with probabilities", arg="ignore_index", param="ignore_index",
        )


@function(
    "torch.nn.functional.multilabel_margin_loss",
    good=lambda: [
        call(_SCORES, T(3, 5, dtype="int", high=1)), call(T(5), T(5, dtype="int", high=1), reduction="none"),
        call(_SCORES, T(3, 5, dtype="int", high=1), None, False),
    ],
    bad=lambda: [
        call(_SCORES, T(3, 4, dtype="int", high=1)).refused(Problem.TARGET), call(T(2, 3, 5), T(2, 3, 5, dtype="int", high=1)).refused(Problem.RANK),
    ],
)
def multilabel_margin_loss(input: Tensor, target: Checked, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean") -> Shape:
    """One number, or with reduction='none' one for each sample: (N, C) becomes (N,)."""
    name = settled(reduction, size_average, reduce)
    check_at_most_matrix(input)
    if len(input) == 2:
        check_same(input, target)
    elif isinstance(target, tuple):
        _check_vector(target, input[0] if input else 1)
    return reduced(input[:-1], name)


def check_at_most_matrix(input: Shape) -> None:
    """Refuse more than a batch axis and a class axis."""
    if len(input) > 2:
        raise refuse(Problem.RANK, f"expects 2 axes (or 1 without a batch) but receives {len(input)}: {show(input)}", expected=2, received=len(input))


def _check_vector(target: Shape, size: Dim) -> None:
    if len(target) > 1:
        raise refuse(
            Problem.TARGET, f"the target needs one axis but has {len(target)}: {show(target)}", arg="target", expected=1, received=len(target),
        )
    require_equal(numel(target), size, Problem.TARGET, "the target has {received} elements but the input {expected}", arg="target")


@function(
    "torch.nn.functional.multi_margin_loss",
    good=lambda: [
        call(_SCORES, _INDICES), call(T(5), T(dtype="int", high=1), 2, 0.5, reduction="none"), call(_SCORES, _INDICES, weight=T(5), reduction="none"),
        call(T(5), T(1, dtype="int", high=1), reduce=False),
    ],
    bad=lambda: [
        call(_SCORES, T(4, dtype="int", high=1)).refused(Problem.TARGET), call(_SCORES, _INDICES, 3).refused(Problem.HYPER_PARAMETER),
        call(_SCORES, _INDICES, weight=T(3)).refused(Problem.TARGET),
    ],
)
def multi_margin_loss(
    input: Tensor, target: Checked, p: Raw = 1, margin: Ignored = 1.0, weight: Checked = None, size_average: Raw = None, reduce: Raw = None,
    reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' one for each sample, as the target has them."""
    name = settled(reduction, size_average, reduce)
    check_power(p)
    check_at_most_matrix(input)
    if isinstance(target, tuple):
        _check_vector(target, input[0] if len(input) == 2 else 1)
    check_class_weight(weight, input[-1] if input else 1)
    return reduced(target if isinstance(target, tuple) else None, name)


def check_power(p: Any) -> None:
    """Refuse powers other than 1 and 2 (multi_margin_loss)."""
    if isinstance(p, (int, float)) and p not in (1, 2):
        raise refuse(Problem.HYPER_PARAMETER, f"p must be 1 or 2, not {p}", arg="p", param="p")


@function(
    "torch.nn.functional.multilabel_soft_margin_loss",
    good=lambda: [
        call(_SCORES, T(3, 5)), call(T(5), T(5), reduction="none"), call(_SCORES, T(3, 5), T(5), reduction="none"),
        call(T(2, 3, 5), T(2, 3, 5), None, None, False),
    ],
    bad=lambda: [call(_SCORES, T(3, 4)).refused(Problem.TARGET), call(T(), T()).refused(Problem.RANK)],
)
@same_shapes
def multilabel_soft_margin_loss(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the joint shape without the last axis, the classes."""
    name = settled(reduction, size_average, reduce)
    joint = joined(input, target)
    if not input:
        raise refuse(Problem.RANK, "needs at least one axis, the classes", expected=1, received=0)
    if weight is not None:
        joint = joined(joint if joint is not None else UNREAD, weight, arg="weight")
    return reduced(None if joint is None else without(joint, len(input) - 1), name)
