"""Losses over pairs, triples and whole sequences of vectors, as functions."""

from typing import Any

from ..dims import Dim, Expr
from ..shapes import Shape, numel, show
from .broadcasting import broadcast
from .declare import function
from .distance import distances, without
from .examples import call
from .kinds import Checked, Flag, Ignored, Raw, Size, T, Tensor, Text
from .loss_functional import check_positive, joined, reduced, same_shapes, settled
from .problems import Problem, Unread, refuse, require_at_least, require_equal

_SCORES = T(3, 5)


@function(
    "torch.nn.functional.margin_ranking_loss",
    good=lambda: [call(T(3), T(3), T(3)), call(T(3, 5), T(3, 1), T(1, 5), 0.5, reduction="none"), call(T(3), T(3), T(3), reduce=False)],
    bad=lambda: [
        call(T(3), T(4), T(3)).refused(Problem.TARGET), call(T(3, 1), T(3, 1), T(3)).refused(Problem.TARGET),
        call(T(3), T(3), T(3), reduction="max").refused(Problem.HYPER_PARAMETER),
    ],
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
        raise refuse(
            Problem.TARGET, f"{arg} {show(other)} must have {len(first)} axes, like {show(first)}", arg=arg, expected=len(first), received=len(other),
        )


@function(
    "torch.nn.functional.cosine_embedding_loss",
    good=lambda: [
        call(_SCORES, _SCORES, T(3)), call(T(5), T(5), T(), reduction="none"), call(_SCORES, T(1, 5), T(3), 0.5, reduction="none"),
        call(_SCORES, _SCORES, T(3), reduce=False),
    ],
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
        raise refuse(
            Problem.RANK, f"expects 2 axes (or 1 without a batch) but receives {len(input)}: {show(input)}", arg="input1", expected=2,
            received=len(input),
        )
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
    good=lambda: [
        call(_SCORES, _SCORES, _SCORES), call(T(5), T(5), T(5), 0.5, swap=True),
        call(_SCORES, T(1, 5), T(3, 1), 1.0, 1, 1e-6, False, reduction="none"),
    ],
    bad=lambda: [
        call(_SCORES, _SCORES, T(3, 4)).refused(Problem.TARGET), call(_SCORES, _SCORES, T(5)).refused(Problem.TARGET),
        call(_SCORES, _SCORES, _SCORES, 0).refused(Problem.HYPER_PARAMETER),
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
    anchor: Tensor, positive: Tensor, negative: Tensor, *, distance_function: Raw = None, margin: Ignored = 1.0, swap: Flag = False,
    reduction: Text = "mean",
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
        raise refuse(
            Problem.TARGET, f"targets need 1 or 2 axes but have {len(targets)}: {show(targets)}", arg="targets", expected=2, received=len(targets),
        )
    if len(targets) == 2:
        require_equal(targets[0], batch, Problem.TARGET, "targets have {received} samples but log_probs {expected}", arg="targets", axis=0)
        for length in lengths or ():
            require_at_least(targets[1], length, Problem.TARGET, "targets have {received} labels but a length is {expected}", arg="targets", axis=1)
    elif lengths is not None:
        total: Dim = sum(lengths)
        require_equal(
            targets[0], total, Problem.TARGET, "joined targets have {received} labels but their lengths make {expected}", arg="targets", axis=0,
        )
    else:
        raise Unread("target_lengths")  # joined targets must have exactly as many labels as the lengths say


@function(
    "torch.nn.functional.ctc_loss",
    good=lambda: [
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), T(3, dtype="int", high=1), T(3, dtype="int", high=1)),
        call(T(6, 3, 5), T(9, dtype="int", high=1), (6, 6, 6), (3, 3, 3), 0, "none", True),
        call(T(6, 5), T(1, 4, dtype="int", high=1), T(dtype="int", high=1), T(dtype="int", high=1), reduction="none"),
        call(T(6, 3, 5), T(3, 4, dtype="int", high=1), (6, 6, 6), (3, 3, 3), reduction="sum"),
        call(T(6, 5), T(4, dtype="int", high=1), (6,), (4,), reduction="none"),
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
    log_probs: Tensor, targets: Checked, input_lengths: Raw, target_lengths: Raw, blank: Size = 0, reduction: Text = "mean",
    zero_infinity: Ignored = False,
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
