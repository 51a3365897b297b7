"""Distances and similarities between two tensors of vectors."""

from ..shapes import Shape
from .broadcasting import broadcast
from .declare import Layer, function, module
from .examples import call
from .kinds import Axis, Flag, Ignored, T, Tensor
from .problems import Problem, require_axis


def without(shape: Shape, axis: int, keepdim: bool = False) -> Shape:
    """``shape`` with ``axis`` (counted from 0) reduced away."""
    if not shape:
        return ()
    return (*shape[:axis], *((1,) if keepdim else ()), *shape[axis + 1 :])


def distances(x1: Shape, x2: Shape, keepdim: bool = False, arg: str = "x2", problem: Problem = Problem.BROADCAST) -> Shape:
    """One distance for each pair of vectors: the last axis of the joint shape goes."""
    joint = broadcast(x1, x2, problem=problem, what="vectors", arg=arg)
    return without(joint, len(joint) - 1, keepdim)


@function(
    "torch.nn.functional.pairwise_distance", "torch.pairwise_distance",
    good=lambda: [call(T(2, 4), T(2, 4)), call(T(2, 3, 4), T(4), 1.0, 1e-6, True), call(T(4), T(4)), call(T(2, 1, 4), T(3, 1), keepdim=False)],
    bad=lambda: [call(T(2, 4), T(2, 3)).refused(Problem.BROADCAST)],
)
def pairwise_distance(x1: Tensor, x2: Tensor, p: Ignored = 2.0, eps: Ignored = 1e-6, keepdim: Flag = False) -> Shape:
    """The inputs broadcast; the last axis goes (or becomes 1 with keepdim)."""
    return distances(x1, x2, keepdim)


@module(
    "torch.nn.PairwiseDistance",
    good=lambda: [
        call().on((2, 4), (2, 4)), call(1.0, keepdim=True).on((2, 3, 4), (4,)),
    ], bad=lambda: [call().on((2, 4), (2, 3)).refused(Problem.BROADCAST)],
)
class PairwiseDistance(Layer):
    """The inputs broadcast; the last axis goes (or becomes 1 with keepdim)."""

    p: Ignored = 2.0
    eps: Ignored = 1e-6
    keepdim: Flag = False

    def forward(self, x1: Tensor, x2: Tensor) -> Shape:
        return distances(x1, x2, self.keepdim)


@function(
    "torch.nn.functional.cosine_similarity", "torch.cosine_similarity",
    good=lambda: [call(T(2, 4), T(2, 4)), call(T(2, 3, 4), T(4), -1), call(T(4), T(4), dim=0), call(T(2, 1, 4), T(3, 1), 2, 1e-6)],
    bad=lambda: [call(T(2, 4), T(2, 3)).refused(Problem.BROADCAST), call(T(4), T(4)).refused(Problem.AXIS)],
)
def cosine_similarity(x1: Tensor, x2: Tensor, dim: Axis = 1, eps: Ignored = 1e-8) -> Shape:
    """The inputs broadcast; axis dim of the joint shape goes."""
    joint = broadcast(x1, x2, what="inputs", arg="x2")
    return without(joint, require_axis(dim, len(joint)))


@module(
    "torch.nn.CosineSimilarity",
    good=lambda: [call().on((2, 4), (2, 4)), call(dim=-1).on((2, 3, 4), (4,)), call(0, 1e-6).on((4,), (4,))],
    bad=lambda: [call().on((2, 4), (2, 3)).refused(Problem.BROADCAST), call(2).on((2, 4), (2, 4)).refused(Problem.AXIS)],
)
class CosineSimilarity(Layer):
    """The inputs broadcast; axis dim of the joint shape goes."""

    dim: Axis = 1
    eps: Ignored = 1e-8

    def forward(self, x1: Tensor, x2: Tensor) -> Shape:
        return cosine_similarity(x1, x2, self.dim)
