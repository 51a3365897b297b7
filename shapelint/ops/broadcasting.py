"""Broadcasting for operators: the joint shape of several operands, or the refusal that names the axis at fault."""

from collections.abc import Sequence

from ..dims import Dim, Truth, is_unknown, nice
from ..shapes import Shape, aligned, broadcast_size, show
from .problems import Problem, ShapeError, at_least, equal, fits, refuse, require_axis, require_joint


def broadcast(*shapes: Shape, problem: Problem = Problem.BROADCAST, what: str = "operands", arg: str = "other") -> Shape:
    """The shape that all ``shapes`` broadcast to. Refuses where two sizes differ and neither can be 1."""
    if all(shape == shapes[0] for shape in shapes[1:]):
        return shapes[0] if shapes else ()
    columns = aligned(*shapes)
    return tuple(_joint(column, i - len(columns), shapes, problem, what, arg) for i, column in enumerate(columns))


def _joint(column: Sequence[Dim], axis: int, shapes: Sequence[Shape], problem: Problem, what: str, arg: str) -> Dim:
    size = column[0]
    for other in column[1:]:
        joint = joint_size(size, other)
        if joint is None:
            raise _misfit(shapes, axis, size, other, problem, what, arg)
        size = joint
    return size


def joint_size(left: Dim, right: Dim) -> Dim | None:
    """The size of two axes that broadcast: equal, or one of them 1. None where they never do; else the path goes on where they do."""
    joint, fit = broadcast_size(left, right)
    if fit is Truth.NEVER:
        return None
    if fit is not Truth.ALWAYS and not is_unknown(left) and not is_unknown(right):
        answer, found = require_joint(left, right)
        if answer is Truth.NEVER:
            return None
        joint = joint if found is None else found
    return _certain(left, right) if is_unknown(joint) else joint


def _misfit(shapes: Sequence[Shape], axis: int, size: Dim, other: Dim, problem: Problem, what: str, arg: str) -> ShapeError:
    shown = " and ".join(show(shape) for shape in shapes)
    message = f"{what} {shown} do not broadcast: axis {axis} is {nice(size)} and {nice(other)}"
    return refuse(problem, message, arg=arg, expected=size, received=other, axis=axis)


def _certain(left: Dim, right: Dim) -> Dim:
    """The joint size wherever torch accepts the pair: the larger one, where it is known which one that is."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and one != 1:
            return one
        if at_least(one, other) is Truth.ALWAYS and at_least(other, 1) is Truth.ALWAYS:
            return one
    return broadcast_size(left, right)[0]


def broadcast_onto(input: Shape, target: Shape, problem: Problem, message: str, arg: str = "input") -> None:
    """Refuse where ``input`` cannot be expanded to ``target``. ``message`` may use ``{received}`` and ``{expected}``."""
    if len(input) > len(target):
        raise refuse(problem, message.format(received=show(input), expected=show(target)), arg=arg, expected=len(target), received=len(input))
    for i in range(1, len(input) + 1):
        size, wanted = input[-i], target[-i]
        if fits("1<=", size, wanted) is Truth.NEVER:
            shown = message.format(received=show(input), expected=show(target))
            raise refuse(problem, shown, arg=arg, expected=wanted, received=size, axis=-i)


def require_axes(axes: Sequence[int], rank: int, arg: str = "dim") -> tuple[int, ...]:
    """``axes`` counted from 0. Refuse one that is out of range or given twice."""
    found = tuple(require_axis(axis, rank, arg) for axis in axes)
    for i, axis in enumerate(found):
        if axis in found[:i]:
            raise refuse(Problem.AXIS, f"axis {axis} appears more than once in {arg}={tuple(axes)}", arg=arg, param=arg)
    return found


def expands(shape: Shape, onto: Shape) -> bool:
    """Go on with the sizes for which ``shape`` expands to ``onto``. False where it never does."""
    if len(shape) > len(onto):
        return False
    return all(fits("1<=", have, want) is not Truth.NEVER for have, want in zip(shape, onto[len(onto) - len(shape) :], strict=True))


def same_shape(left: Shape, right: Shape) -> bool:
    """Go on with the sizes for which two shapes are equal. False where they never are."""
    return len(left) == len(right) and all(fits("==", a, b) is not Truth.NEVER for a, b in zip(left, right, strict=True))


def may_be_same(left: Shape, right: Shape) -> bool:
    """Whether two shapes may be equal. False only where they certainly differ."""
    return len(left) == len(right) and not any(equal(a, b) is Truth.NEVER for a, b in zip(left, right, strict=True))


__all__ = ["broadcast", "broadcast_onto", "expands", "joint_size", "may_be_same", "require_axes", "same_shape"]
