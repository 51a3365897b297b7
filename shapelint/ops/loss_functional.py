"""Losses as functions: what a target must look like, and what ``reduction`` leaves.

Several losses broadcast a target of another shape without refusing it, which is hardly ever meant: those carry
``same_shapes = True``, so that a rule can warn. A target that was not read hides the result only where nothing is reduced.
"""

from collections.abc import Callable
from typing import Any

from ..dims import Dim, Expr, Truth, equal
from ..shapes import Shape, numel, show
from .broadcasting import broadcast, may_be_same, may_expand
from .declare import function
from .distance import distances, without
from .examples import call
from .kinds import UNREAD, Checked, Flag, Ignored, Raw, Size, T, Tensor, Text
from .problems import Problem, Unread, refuse, require_at_least, require_equal

_INDICES = T(3, dtype="int", high=1)
_SCORES = T(3, 5)
_CHANCES = T(3, 5, high=1)

Declared = Callable[..., Any]


def same_shapes(declared: Declared) -> Declared:
    """Mark a loss whose input and target should have one shape, although torch broadcasts them."""
    declared.same_shapes = True  # type: ignore[attr-defined]
    return declared


def settled(reduction: str, size_average: Any = None, reduce: Any = None, more: tuple[str, ...] = ()) -> str:
    """The reduction in force: torch's older two flags go before the name."""
    if size_average is not None or reduce is not None:
        for name, value in (("size_average", size_average), ("reduce", reduce)):
            if value is not None and not isinstance(value, (bool, int)):
                raise Unread(name)
        if reduce is not None and not reduce:
            return "none"
        return "mean" if size_average is None or size_average else "sum"
    allowed = ("none", "mean", "sum", *more)
    if reduction not in (*allowed, "elementwise_mean"):
        raise refuse(Problem.HYPER_PARAMETER, f"reduction must be one of {', '.join(allowed)}, not {reduction!r}", arg="reduction", param="reduction")
    return reduction


def reduced(shape: Shape | None, reduction: str) -> Shape:
    """What ``reduction`` leaves of a loss of this shape (None: it could not be read)."""
    if reduction != "none":
        return ()
    if shape is None:
        raise Unread("target")
    return shape


def joined(*shapes: Any, arg: str = "target") -> Shape | None:
    """The shape that input, target and the like broadcast to; None where one was not read."""
    read = [shape for shape in shapes if isinstance(shape, tuple)]
    joint = broadcast(*read, problem=Problem.TARGET, what="input and target", arg=arg)
    return joint if len(read) == len(shapes) else None


def check_same(input: Shape, target: Any, arg: str = "target") -> None:
    """Refuse a target of another shape."""
    if isinstance(target, tuple) and not may_be_same(input, target):
        raise refuse(Problem.TARGET, f"{arg} {show(target)} must have the shape of the input, {show(input)}", arg=arg)


def check_positive(value: Any, name: str, least: float = 0.0, strict: bool = True) -> None:
    """Refuse a number that is not above ``least`` (or, not ``strict``, below it), where it was read."""
    if isinstance(value, (int, float)) and (value <= least if strict else value < least):
        raise refuse(Problem.HYPER_PARAMETER, f"{name} must be {'more than' if strict else 'at least'} {least:g}, not {value}", arg=name, param=name)


def check_class_weight(weight: Any, classes: Dim, vector: bool = True) -> None:
    """Refuse class weights that are not a vector (or, not ``vector``, any tensor) of one weight per class."""
    if isinstance(weight, tuple):
        if vector and len(weight) != 1:
            raise refuse(Problem.TARGET, f"weight needs one axis but has {len(weight)}: {show(weight)}", arg="weight", param="weight", received=len(weight), expected=1)
        require_equal(numel(weight), classes, Problem.TARGET, "weight has {received} classes but the input {expected}", arg="weight", param="weight")


# Elementwise losses.


def _elementwise(input: Shape, target: Any, weight: Any, reduction: str) -> Shape:
    joint = joined(input, target)
    check_same(input, weight, arg="weight")
    return reduced(joint, reduction)


_ELEMENTWISE_BAD = [call(T(3, 5), T(3, 4)).refused(Problem.TARGET), call(T(3, 5), T(3, 5), reduction="max").refused(Problem.HYPER_PARAMETER)]


@function(
    "torch.nn.functional.mse_loss", "torch.nn.functional.l1_loss",
    good=lambda: [
        call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), reduction="none"), call(T(3, 5), T(3, 5), None, False), call(T(4), T(4), reduction="sum"),
        call(T(3, 5), T(3, 5), reduction="none", weight=T(3, 5)),
    ],
    bad=lambda: [*_ELEMENTWISE_BAD, call(T(3, 5), T(3, 5), weight=T(5)).refused(Problem.TARGET)],
)
@same_shapes
def mse_loss(
    input: Tensor, target: Checked, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean", weight: Checked = None,
) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    return _elementwise(input, target, weight, settled(reduction, size_average, reduce))


@function(
    "torch.nn.functional.smooth_l1_loss",
    good=lambda: [call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), reduction="none", beta=0.5), call(T(3, 5), T(3, 5), None, False, beta=0.0)],
    bad=lambda: [*_ELEMENTWISE_BAD, call(T(3), T(3), beta=-1.0).refused(Problem.HYPER_PARAMETER)],
)
@same_shapes
def smooth_l1_loss(
    input: Tensor, target: Checked, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean", beta: Ignored = 1.0,
) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    check_positive(beta, "beta", strict=False)
    return _elementwise(input, target, None, settled(reduction, size_average, reduce))


@function(
    "torch.nn.functional.huber_loss",
    good=lambda: [call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), "none", 0.5), call(T(3, 5), T(3, 5), delta=2.0, weight=T(3, 5))],
    bad=lambda: [*_ELEMENTWISE_BAD, call(T(3), T(3), delta=0.0).refused(Problem.HYPER_PARAMETER)],
)
@same_shapes
def huber_loss(input: Tensor, target: Checked, reduction: Text = "mean", delta: Ignored = 1.0, weight: Checked = None) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    check_positive(delta, "delta")
    return _elementwise(input, target, weight, settled(reduction))


@function(
    "torch.nn.functional.soft_margin_loss",
    good=lambda: [call(T(3, 5), T(3, 5)), call(T(3, 4), T(4), reduction="none"), call(T(4), T(4), False)],
    bad=lambda: [*_ELEMENTWISE_BAD, call(T(3, 1), T(3)).refused(Problem.TARGET)],
)
@same_shapes
def soft_margin_loss(input: Tensor, target: Checked, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean") -> Shape:
    """One number, or with reduction='none' the shape of the input, to which target expands."""
    name = settled(reduction, size_average, reduce)
    check_expands(target, input, "target")
    return reduced(input, name)


@function(
    "torch.nn.functional.hinge_embedding_loss",
    good=lambda: [call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), 0.5, reduction="none"), call(T(4), T(4), 1.0, False)],
    bad=lambda: _ELEMENTWISE_BAD,
)
@same_shapes
def hinge_embedding_loss(
    input: Tensor, target: Checked, margin: Ignored = 1.0, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    return _elementwise(input, target, None, settled(reduction, size_average, reduce))


@function(
    "torch.nn.functional.kl_div",
    good=lambda: [
        call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), reduction="none"), call(T(3, 5), T(3, 5), reduction="batchmean", log_target=True), call(T(4), T(4), None, False),
    ],
    bad=lambda: _ELEMENTWISE_BAD,
)
@same_shapes
def kl_div(
    input: Tensor, target: Checked, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean", log_target: Ignored = False,
) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    return _elementwise(input, target, None, settled(reduction, size_average, reduce, more=("batchmean",)))


@function(
    "torch.nn.functional.poisson_nll_loss",
    good=lambda: [call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), False, True, reduction="none"), call(T(4), T(4), reduce=False)],
    bad=lambda: _ELEMENTWISE_BAD,
)
@same_shapes
def poisson_nll_loss(
    input: Tensor, target: Checked, log_input: Ignored = True, full: Ignored = False, size_average: Raw = None, eps: Ignored = 1e-8,
    reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the shape that input and target broadcast to."""
    return _elementwise(input, target, None, settled(reduction, size_average, reduce))


@function(
    "torch.nn.functional.gaussian_nll_loss",
    good=lambda: [
        call(T(3, 5), T(3, 5), T(3, 5, high=1)), call(T(3, 5), T(3, 5), T(3, high=1), True, reduction="none"), call(T(3, 5), T(3, 5), T(3, 1, high=1), reduction="none"),
        call(T(3, 5), T(3, 5), 0.5), call(T(3, 5), T(5), T(1, 5, high=1), reduction="none"),
    ],
    bad=lambda: [
        call(T(3, 5), T(3, 4), T(3, 5, high=1)).refused(Problem.TARGET), call(T(3, 5), T(3, 5), T(3, 4, high=1)).refused(Problem.TARGET),
        call(T(3, 5), T(3, 5), T(5, high=1)).refused(Problem.TARGET), call(T(3), T(3), 1.0, reduction="max").refused(Problem.HYPER_PARAMETER),
        call(T(3), T(3), -1.0).refused(Problem.HYPER_PARAMETER),
    ],
)
@same_shapes
def gaussian_nll_loss(input: Tensor, target: Checked, var: Raw, full: Ignored = False, eps: Ignored = 1e-6, reduction: Text = "mean") -> Shape:
    """One number, or with reduction='none' the joint shape; var has the input's shape, or lacks its last axis, or has one axis of size 1."""
    name = settled(reduction)
    if isinstance(var, float):
        check_positive(var, "var", strict=False)
    shape = var.shape if isinstance(var, T) else None
    return reduced(joined(input, target, *([] if shape is None else [_variance(input, shape)])), name)


def _variance(input: Shape, var: Shape) -> Shape:
    if len(var) == len(input) - 1 and may_be_same(var, input[:-1]):
        return (*var, 1)
    if len(var) == len(input):
        others = [size for size, wanted in zip(var, input, strict=True) if equal(size, wanted) is Truth.NEVER]
        if not others or (len(others) == 1 and equal(others[0], 1) is not Truth.NEVER):
            return var
    raise refuse(Problem.TARGET, f"var {show(var)} does not fit the input {show(input)}", arg="var")


@function(
    "torch.nn.functional.binary_cross_entropy",
    good=lambda: [
        call(_CHANCES, _CHANCES), call(_CHANCES, _CHANCES, T(5), reduction="none"), call(_CHANCES, _CHANCES, T(3, 1), False, False), call(T(4, high=1), T(4, high=1)),
    ],
    bad=lambda: [
        call(_CHANCES, T(3, 4, high=1)).refused(Problem.TARGET), call(_CHANCES, _CHANCES, T(4)).refused(Problem.TARGET),
        call(_CHANCES, T(5, high=1)).refused(Problem.TARGET), call(_CHANCES, _CHANCES, reduction="max").refused(Problem.HYPER_PARAMETER),
    ],
)
@same_shapes
def binary_cross_entropy(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the shape of the input, which target must have; weight expands to it."""
    name = settled(reduction, size_average, reduce)
    check_same(input, target)
    check_expands(weight, input, "weight")
    return reduced(input, name)


def check_expands(weight: Any, onto: Shape, arg: str) -> None:
    """Refuse weights that do not expand to the shape of the loss."""
    if isinstance(weight, tuple) and not may_expand(weight, onto):
        raise refuse(Problem.TARGET, f"{arg} {show(weight)} does not expand to {show(onto)}", arg=arg, param=arg)


@function(
    "torch.nn.functional.binary_cross_entropy_with_logits",
    good=lambda: [
        call(T(3, 5), T(3, 5)), call(T(3, 5), T(3, 5), T(5), reduction="none"), call(T(3, 5), T(3, 5), T(3, 1), False, False, pos_weight=T(5)),
        call(T(4), T(4), reduction="none", pos_weight=T(1)),
    ],
    bad=lambda: [
        call(T(3, 5), T(3, 4)).refused(Problem.TARGET), call(T(3, 5), T(3, 5), pos_weight=T(3)).refused(Problem.TARGET), call(T(3, 1), T(3)).refused(Problem.TARGET),
        call(T(3, 5), T(3, 5), reduction="max").refused(Problem.HYPER_PARAMETER), call(T(3, 5), T(3, 5), T(2, 3, 5)).refused(Problem.TARGET),
    ],
)
@same_shapes
def binary_cross_entropy_with_logits(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean", pos_weight: Checked = None,
) -> Shape:
    """One number, or with reduction='none' the shape of the input, which target must have; both weights expand to it."""
    name = settled(reduction, size_average, reduce)
    check_same(input, target)
    check_expands(pos_weight, input, "pos_weight")
    check_expands(weight, input, "weight")
    return reduced(input, name)


# Losses over classes.


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
        call(_SCORES, _INDICES), call(T(3, 5, 4, 4), T(3, 4, 4, dtype="int", high=1), T(5), reduction="none"), call(T(5), T(dtype="int", high=1), reduction="none"),
        call(T(3, 5, 4), T(3, 4, dtype="int", high=1), None, None, -1, False), call(T(2, 3, 2, 2, 2), T(2, 2, 2, 2, dtype="int", high=1), reduction="none"),
    ],
    bad=lambda: [
        call(_SCORES, T(4, dtype="int", high=1)).refused(Problem.TARGET), call(_SCORES, T(3, 1, dtype="int", high=1)).refused(Problem.TARGET),
        call(_SCORES, _INDICES, T(4)).refused(Problem.TARGET), call(_SCORES, _INDICES, reduction="max").refused(Problem.HYPER_PARAMETER),
        call(T(3, 5, 4), T(3, 5, dtype="int", high=1)).refused(Problem.TARGET),
    ],
)
def nll_loss(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, ignore_index: Ignored = -100, reduce: Raw = None, reduction: Text = "mean",
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
        call(T(5), T(dtype="int", high=1)), call(T(3, 5, 4), T(3, 5, 4), T(5), reduction="none", label_smoothing=0.1), call(T(5), T(5), reduction="sum"),
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
    input: Tensor, target: Raw, weight: Checked = None, size_average: Raw = None, ignore_index: Ignored = -100, reduce: Raw = None, reduction: Text = "mean",
    label_smoothing: Ignored = 0.0,
) -> Shape:
    """One number, or with reduction='none' the input's shape without the classes (axis 1): the shape of indices; probabilities have the input's."""
    name = settled(reduction, size_average, reduce)
    shape = target.shape if isinstance(target, T) else None
    if isinstance(label_smoothing, (int, float)) and label_smoothing > 1:
        raise refuse(Problem.HYPER_PARAMETER, f"label_smoothing must be at most 1, not {label_smoothing}", arg="label_smoothing", param="label_smoothing")
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
        raise refuse(Problem.HYPER_PARAMETER, "ignore_index works with class indices only, not with probabilities", arg="ignore_index", param="ignore_index")


@function(
    "torch.nn.functional.multilabel_margin_loss",
    good=lambda: [
        call(_SCORES, T(3, 5, dtype="int", high=1)), call(T(5), T(5, dtype="int", high=1), reduction="none"), call(_SCORES, T(3, 5, dtype="int", high=1), None, False),
    ],
    bad=lambda: [call(_SCORES, T(3, 4, dtype="int", high=1)).refused(Problem.TARGET), call(T(2, 3, 5), T(2, 3, 5, dtype="int", high=1)).refused(Problem.RANK)],
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
        raise refuse(Problem.TARGET, f"the target needs one axis but has {len(target)}: {show(target)}", arg="target", expected=1, received=len(target))
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
    input: Tensor, target: Checked, p: Raw = 1, margin: Ignored = 1.0, weight: Checked = None, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
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
    good=lambda: [call(_SCORES, T(3, 5)), call(T(5), T(5), reduction="none"), call(_SCORES, T(3, 5), T(5), reduction="none"), call(T(2, 3, 5), T(2, 3, 5), None, None, False)],
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


# Losses over pairs and triples.


@function(
    "torch.nn.functional.margin_ranking_loss",
    good=lambda: [call(T(3), T(3), T(3)), call(T(3, 5), T(3, 1), T(1, 5), 0.5, reduction="none"), call(T(3), T(3), T(3), reduce=False)],
    bad=lambda: [call(T(3), T(4), T(3)).refused(Problem.TARGET), call(T(3, 1), T(3, 1), T(3)).refused(Problem.TARGET), call(T(3), T(3), T(3), reduction="max").refused(Problem.HYPER_PARAMETER)],
)
@same_shapes
def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Checked, margin: Ignored = 0, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' the joint shape; all three have as many axes."""
    name = settled(reduction, size_average, reduce)
    for arg, shape in (("input2", input2), ("target", target)):
        check_same_rank(input1, shape, arg)
    return reduced(joined(input1, input2, target), name)


def check_same_rank(first: Shape, other: Any, arg: str) -> None:
    """Refuse another number of axes."""
    if isinstance(other, tuple) and len(other) != len(first):
        raise refuse(Problem.TARGET, f"{arg} {show(other)} must have {len(first)} axes, like {show(first)}", arg=arg, expected=len(first), received=len(other))


@function(
    "torch.nn.functional.cosine_embedding_loss",
    good=lambda: [call(_SCORES, _SCORES, T(3)), call(T(5), T(5), T(), reduction="none"), call(_SCORES, T(1, 5), T(3), 0.5, reduction="none"), call(_SCORES, _SCORES, T(3), reduce=False)],
    bad=lambda: [
        call(_SCORES, _SCORES, T(4)).refused(Problem.TARGET), call(_SCORES, _SCORES, T(3, 1)).refused(Problem.TARGET),
        call(_SCORES, T(3, 4), T(3)).refused(Problem.TARGET), call(_SCORES, _SCORES, T()).refused(Problem.TARGET),
    ],
)
def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Checked, margin: Ignored = 0, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' one for each pair of vectors: inputs (N, D) and target (N,), or (D,) and ()."""
    name = settled(reduction, size_average, reduce)
    joint = broadcast(input1, input2, problem=Problem.TARGET, what="inputs", arg="input2")
    axis = _vector_axis(input1, target)
    check_same_rank(input1, input2, "input2")
    return reduced(joined(*(without(shape, axis) for shape in (joint, input1, input2)), target), name)


def _vector_axis(input: Shape, target: Any) -> int:
    if len(input) not in (1, 2):
        raise refuse(Problem.RANK, f"expects 2 axes (or 1 without a batch) but receives {len(input)}: {show(input)}", arg="input1", expected=2, received=len(input))
    if isinstance(target, tuple) and len(target) != len(input) - 1:
        message = f"the target needs {len(input) - 1} axes for inputs with {len(input)} but has {len(target)}: {show(target)}"
        raise refuse(Problem.TARGET, message, arg="target", expected=len(input) - 1, received=len(target))
    return len(input) - 1


def triplet(anchor: Shape, positive: Shape, negative: Shape, margin: Any, swap: Any, reduction: str) -> Shape:
    """The shape of a triplet loss over the distance of vectors in the last axis."""
    check_positive(margin, "margin")
    for arg, shape in (("positive", positive), ("negative", negative)):
        check_same_rank(anchor, shape, arg)
    pairs = [("positive", anchor, positive), ("negative", anchor, negative), *([("negative", positive, negative)] if swap is True else [])]
    found = [distances(left, right, arg=arg, problem=Problem.TARGET) for arg, left, right in pairs]
    return reduced(joined(*found, arg="negative"), reduction)


@function(
    "torch.nn.functional.triplet_margin_loss",
    good=lambda: [call(_SCORES, _SCORES, _SCORES), call(T(5), T(5), T(5), 0.5, swap=True), call(_SCORES, T(1, 5), T(3, 1), 1.0, 1, 1e-6, False, reduction="none")],
    bad=lambda: [
        call(_SCORES, _SCORES, T(3, 4)).refused(Problem.TARGET), call(_SCORES, _SCORES, T(5)).refused(Problem.TARGET), call(_SCORES, _SCORES, _SCORES, 0).refused(Problem.HYPER_PARAMETER),
    ],
)
@same_shapes
def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: Ignored = 1.0, p: Ignored = 2, eps: Ignored = 1e-6, swap: Flag = False,
    size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' one for each triple of vectors: the joint shape without its last axis."""
    return triplet(anchor, positive, negative, margin, swap, settled(reduction, size_average, reduce))


@function(
    "torch.nn.functional.triplet_margin_with_distance_loss",
    good=lambda: [call(_SCORES, _SCORES, _SCORES), call(_SCORES, T(1, 5), T(3, 1), margin=0.5, swap=True, reduction="none")],
    bad=lambda: [call(_SCORES, _SCORES, T(3, 4)).refused(Problem.TARGET), call(_SCORES, _SCORES, _SCORES, margin=0).refused(Problem.HYPER_PARAMETER)],
)
@same_shapes
def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *, distance_function: Raw = None, margin: Ignored = 1.0, swap: Flag = False, reduction: Text = "mean",
) -> Shape:
    """One number, or with reduction='none' one for each triple of vectors; a distance of one's own decides the shape itself."""
    name = settled(reduction)
    if distance_function is None:
        return triplet(anchor, positive, negative, margin, swap, name)
    check_positive(margin, "margin")
    return reduced(None, name)


# Connectionist temporal classification.


def _lengths(given: Any, batch: Dim, longest: Dim | None, name: str) -> list[Dim] | None:
    """Lengths given as numbers (None where they are values of a tensor), once there is one for each sample."""
    numbers = list(given) if isinstance(given, (tuple, list)) else None
    count: Any = None
    if numbers is not None:
        count = len(numbers)
    elif isinstance(given, T) and given.shape is not None:
        count = numel(given.shape)
    if count is not None:
        require_equal(count, batch, Problem.TARGET, name + " has {received} lengths for {expected} samples", arg=name)
    known = [size for size in numbers or () if isinstance(size, (int, Expr))]
    for size in known:
        require_at_least(size, 0, Problem.TARGET, "a length must not be negative, not {received}", arg=name)
        if longest is not None:
            require_at_least(longest, size, Problem.TARGET, name + " has {expected} but there are only {received} steps", arg=name)
    return known if numbers is not None and len(known) == len(numbers) else None


def _check_targets(targets: Shape, batch: Dim, lengths: list[Dim] | None) -> None:
    if len(targets) not in (1, 2):
        raise refuse(Problem.TARGET, f"targets need 1 or 2 axes but have {len(targets)}: {show(targets)}", arg="targets", expected=2, received=len(targets))
    if len(targets) == 2:
        require_equal(targets[0], batch, Problem.TARGET, "targets have {received} samples but log_probs {expected}", arg="targets", axis=0)
        for length in lengths or ():
            require_at_least(targets[1], length, Problem.TARGET, "targets have {received} labels but a length is {expected}", arg="targets", axis=1)
    elif lengths is not None:
        total: Dim = sum(lengths)
        require_equal(targets[0], total, Problem.TARGET, "joined targets have {received} labels but their lengths make {expected}", arg="targets", axis=0)
    else:
        raise Unread("target_lengths")  # joined targets must have exactly as many labels as the lengths say


@function(
    "torch.nn.functional.ctc_loss",
    good=lambda: [
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), T(3, dtype="int", high=1), T(3, dtype="int", high=1)),
        call(T(6, 3, 5), T(9, dtype="int", high=1), (6, 6, 6), (3, 3, 3), 0, "none", True),
        call(T(6, 5), T(1, 4, dtype="int", high=1), T(dtype="int", high=1), T(dtype="int", high=1), reduction="none"),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 6, 6), (3, 3, 3), reduction="sum"), call(T(6, 5), T(4, dtype="int", high=1), (6,), (4,), reduction="none"),
    ],
    bad=lambda: [
        call(T(6, 3, 5), T(2, 4, dtype="int", high=1), (6, 6, 6), (3, 3, 3)).refused(Problem.TARGET),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 6), (3, 3, 3)).refused(Problem.TARGET),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 6, 6), (3, 3, 3), 5).refused(Problem.HYPER_PARAMETER),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 7, 6), (3, 3, 3)).refused(Problem.TARGET),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 6, 6), (3, 5, 3)).refused(Problem.TARGET),
        call(T(6, 3, 5), T(8, dtype="int", high=1), (6, 6, 6), (3, 3, 3)).refused(Problem.TARGET),
        call(T(6), T(4, dtype="int", high=1), (6,), (4,)).refused(Problem.RANK),
    ],
)
def ctc_loss(
    log_probs: Tensor, targets: Checked, input_lengths: Raw, target_lengths: Raw, blank: Size = 0, reduction: Text = "mean", zero_infinity: Ignored = False,
) -> Shape:
    """One number, or with reduction='none' one for each sample: log_probs (T, N, C) becomes (N,), unbatched (T, C) becomes ()."""
    name = settled(reduction)
    if len(log_probs) not in (2, 3):
        message = f"log_probs need 3 axes (or 2 without a batch) but have {len(log_probs)}: {show(log_probs)}"
        raise refuse(Problem.RANK, message, arg="log_probs", expected=3, received=len(log_probs))
    batch = log_probs[1] if len(log_probs) == 3 else 1
    require_at_least(blank, 0, Problem.HYPER_PARAMETER, "blank must be a class, not {received}", arg="blank", param="blank")
    require_at_least(log_probs[-1], blank + 1, Problem.HYPER_PARAMETER, "blank is outside the {received} classes", arg="blank", param="blank")
    _lengths(input_lengths, batch, log_probs[0], "input_lengths")
    lengths = _lengths(target_lengths, batch, None, "target_lengths")
    if isinstance(targets, tuple):
        _check_targets(targets, batch, lengths)
    return reduced(log_probs[1:-1], name)
