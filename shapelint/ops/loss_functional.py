"""Losses as functions: what a target must look like, and what ``reduction`` leaves.

Several losses broadcast a target of another shape without refusing it, which is hardly ever meant: those carry
``same_shapes = True``, so that a rule can warn. A target that was not read hides the result only where nothing is reduced.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from ..dims import Truth
from ..shapes import Shape, show
from .broadcasting import broadcast, expands, may_be_same, same_shape
from .declare import function
from .examples import call
from .kinds import Checked, Ignored, Raw, T, Tensor, Text
from .problems import Problem, Unread, equal, refuse

_CHANCES = T(3, 5, high=1)

Declared = TypeVar("Declared", bound=Callable[..., Any])


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
    if isinstance(target, tuple) and not same_shape(input, target):
        raise refuse(Problem.TARGET, f"{arg} {show(target)} must have the shape of the input, {show(input)}", arg=arg)


def check_positive(value: Any, name: str, least: float = 0.0, strict: bool = True) -> None:
    """Refuse a number that is not above ``least`` (or, not ``strict``, below it), where it was read."""
    if isinstance(value, (int, float)) and (value <= least if strict else value < least):
        raise refuse(Problem.HYPER_PARAMETER, f"{name} must be {'more than' if strict else 'at least'} {least:g}, not {value}", arg=name, param=name)


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
        call(T(3, 5), T(3, 5)), call(T(3, 1), T(3), reduction="none"), call(T(3, 5), T(3, 5), reduction="batchmean", log_target=True),
        call(T(4), T(4), None, False),
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
        call(T(3, 5), T(3, 5), T(3, 5, high=1)), call(T(3, 5), T(3, 5), T(3, high=1), True, reduction="none"),
        call(T(3, 5), T(3, 5), T(3, 1, high=1), reduction="none"),
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
        call(_CHANCES, _CHANCES), call(_CHANCES, _CHANCES, T(5), reduction="none"), call(_CHANCES, _CHANCES, T(3, 1), False, False),
        call(T(4, high=1), T(4, high=1)),
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
    if isinstance(weight, tuple) and not expands(weight, onto):
        raise refuse(Problem.TARGET, f"{arg} {show(weight)} does not expand to {show(onto)}", arg=arg, param=arg)


@function(
    "torch.nn.functional.binary_cross_entropy_with_logits",
    good=lambda: [
        call(T(3, 5), T(3, 5)), call(T(3, 5), T(3, 5), T(5), reduction="none"), call(T(3, 5), T(3, 5), T(3, 1), False, False, pos_weight=T(5)),
        call(T(4), T(4), reduction="none", pos_weight=T(1)),
    ],
    bad=lambda: [
        call(T(3, 5), T(3, 4)).refused(Problem.TARGET), call(T(3, 5), T(3, 5), pos_weight=T(3)).refused(Problem.TARGET),
        call(T(3, 1), T(3)).refused(Problem.TARGET),
        call(T(3, 5), T(3, 5), reduction="max").refused(Problem.HYPER_PARAMETER), call(T(3, 5), T(3, 5), T(2, 3, 5)).refused(Problem.TARGET),
    ],
)
@same_shapes
def binary_cross_entropy_with_logits(
    input: Tensor, target: Checked, weight: Checked = None, size_average: Raw = None, reduce: Raw = None, reduction: Text = "mean",
    pos_weight: Checked = None,
) -> Shape:
    """One number, or with reduction='none' the shape of the input, which target must have; both weights expand to it."""
    name = settled(reduction, size_average, reduce)
    check_same(input, target)
    check_expands(pos_weight, input, "pos_weight")
    check_expands(weight, input, "weight")
    return reduced(input, name)
