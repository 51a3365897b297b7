"""Places in sorted sequences: bucketize and searchsorted."""

from ..shapes import Shape, show
from .declare import function
from .examples import call
from .kinds import Ignored, Raw, T, Tensor
from .problems import Problem, Unread, refuse, require_equal


@function(
    "torch.bucketize",
    good=lambda: [call(T(2, 3), T(5)), call(T(), boundaries=T(4), right=True)], bad=lambda: [call(T(3), T(2, 3)).refused(Problem.RANK)],
    dtype="int",
)
def bucketize(input: Tensor, boundaries: Tensor, *, out_int32: Ignored = False, right: Ignored = False) -> Shape:
    """For each element the number of its bucket; the shape stays."""
    if len(boundaries) != 1:
        raise refuse(Problem.RANK, f"boundaries must be a vector, not {show(boundaries)}", arg="boundaries", expected=1, received=len(boundaries))
    return input


@function(
    "torch.searchsorted",
    good=lambda: [call(T(5), T(2, 3)), call(T(2, 5), T(2, 3)), call(T(5), 1.0), call(T(2, 3, 5), input=T(2, 3, 1), right=True)],
    bad=lambda: [call(T(2, 5), T(3, 3)).refused(Problem.STATE), call(T(2, 5), T(3)).refused(Problem.RANK)],
    dtype="int",
)
def searchsorted(
    sorted_sequence: Tensor, input: Tensor, *, out_int32: Ignored = False, right: Ignored = False, side: Ignored = None, sorter: Raw = None,
) -> Shape:
    """For each element its place in the sequence of its row; the shape stays."""
    if sorter is not None:
        raise Unread("sorter")
    if len(sorted_sequence) == 1:
        return input
    if len(sorted_sequence) != len(input) or not input:
        message = f"the rows of {show(sorted_sequence)} need values of as many axes, not {show(input)}"
        raise refuse(Problem.RANK, message, arg="input", expected=len(sorted_sequence), received=len(input))
    for axis, (size, wanted) in enumerate(zip(input[:-1], sorted_sequence[:-1], strict=True)):
        require_equal(size, wanted, Problem.STATE, f"axis {axis} of the values is {{received}}, of the sequence {{expected}}", axis=axis)
    return input
