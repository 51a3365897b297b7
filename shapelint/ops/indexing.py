"""The shape of ``x[...]``: numbers, slices, None, Ellipsis, index tensors, masks and lists, as torch applies them.

A number, or an index tensor without axes, removes its axis first. The other index tensors broadcast against each other; their
joint axes stand where they stood when they were neighbours, and in front of everything when they were not.
"""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, Expr, Truth, ceildiv, dmax, dmin, unknown
from ..shapes import Shape, show
from .broadcasting import broadcast
from .kinds import T
from .problems import Problem, Unread, at_least, refuse, require_at_least, require_equal

Item = Any  # int, Expr, slice, None, Ellipsis, bool, T, or a list or tuple of numbers


class _Picked:
    """An index tensor in its place: the shape that it gathers into."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape) -> None:
        self.shape = shape


def index(input: Shape, items: Sequence[Item]) -> Shape:
    """The shape of ``x[items]`` for an ``x`` of shape ``input``. Refuses with Problem.INDEX what torch refuses."""
    if len(items) == 1 and isinstance(items[0], list) and not all(isinstance(part, (int, Expr)) for part in items[0]):
        raise Unread("index")  # torch's versions disagree whether a lone list of lists is one index or several
    read = [_read(item) for item in items]
    used = sum(_axes_used(item) for item in read)
    if used > len(input):
        message = f"{used} indices are too many for {show(input)}, which has {len(input)} axes"
        raise refuse(Problem.INDEX, message, arg="index", expected=len(input), received=used)
    places: list[Dim | _Picked] = []
    axis = 0
    for item in read:
        if item is Ellipsis:
            rest = len(input) - used
            places += input[axis : axis + rest]
            axis += rest
        else:
            places += _applied(input, axis, item)
            axis += _axes_used(item)
    found = _gathered([*places, *input[axis:]])
    empty = any(at_least(size, 1) is Truth.NEVER for size in found) or any(map(_is_mask, read))
    if not empty:  # torch reads no index where nothing is gathered, and a mask may choose nothing
        _require_listed_inside(input, read)
    return found


def _require_listed_inside(input: Shape, read: Sequence[Item]) -> None:
    axis, used = 0, sum(_axes_used(item) for item in read)
    for item in read:
        if isinstance(item, _List) and not item.mask:
            for value in item.values:
                _require_inside(value, input[axis], axis)
        axis += len(input) - used if item is Ellipsis else _axes_used(item)


def _read(item: Item) -> Item:
    """Lists become what torch makes of them; unread items are given up."""
    if isinstance(item, (list, tuple)):
        return _List(item)
    if item is None or item is Ellipsis or isinstance(item, (int, Expr, slice)):
        return item
    if isinstance(item, T) and item.shape is not None and item.dtype is not None:
        if item.dtype not in ("int", "bool"):
            raise refuse(Problem.INDEX, f"a tensor of {item.dtype}s cannot be an index", arg="index")
        return item
    raise Unread("index")


class _List:
    """A nested list of ints or bools as an index: its shape, its numbers, and whether it is a mask."""

    __slots__ = ("shape", "values", "mask")

    def __init__(self, data: Sequence[Any]) -> None:
        self.shape: Shape = ()
        level: list[Any] = [data]
        while level and all(isinstance(part, (list, tuple)) for part in level):
            if len({len(part) for part in level}) > 1:
                raise refuse(Problem.INDEX, "the lists of an index differ in length", arg="index")
            self.shape = (*self.shape, len(level[0]))
            level = [item for part in level for item in part]
        if not all(isinstance(value, (int, Expr)) for value in level):
            raise Unread("index")
        self.values: list[Dim] = level
        self.mask = bool(level) and all(isinstance(value, bool) for value in level)


def _is_mask(item: Item) -> bool:
    return (isinstance(item, T) and item.dtype == "bool") or (isinstance(item, _List) and item.mask)


def _axes_used(item: Item) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return len(item.shape) if _is_mask(item) else 1


def _applied(input: Shape, axis: int, item: Item) -> list["Dim | _Picked"]:
    """What ``item`` leaves of the axes that it uses, from ``axis`` on."""
    if item is None:
        return [1]
    if isinstance(item, bool):
        return [_Picked((int(item),))]
    if _is_mask(item):
        return _masked(input, axis, item)
    if isinstance(item, slice):
        return [slice_length(input[axis], item.start, item.stop, item.step)]
    if isinstance(item, (int, Expr)):
        _require_inside(item, input[axis], axis)
        return []
    return [_Picked(item.shape)] if item.shape else []


def _masked(input: Shape, axis: int, item: "T | _List") -> list["Dim | _Picked"]:
    assert item.shape is not None
    for i, size in enumerate(item.shape):
        message = f"a mask of shape {show(item.shape)} does not fit axis {axis + i}: " + "{received} is not {expected}"
        require_equal(size, input[axis + i], Problem.INDEX, message, arg="index", axis=axis + i)
    chosen: Dim = sum(map(bool, item.values)) if isinstance(item, _List) else unknown()
    return [_Picked((chosen,))] * max(len(item.shape), 1)


def _require_inside(number: Dim, size: Dim, axis: int) -> None:
    message = f"index {number} is out of range for axis {axis} of size {{received}}"
    sign = at_least(number, 0)
    if sign is not Truth.NEVER:  # where it is negative, this holds of every size
        require_at_least(size, number + 1, Problem.INDEX, message, arg="index", axis=axis)
    if sign is not Truth.ALWAYS:
        require_at_least(size, -number, Problem.INDEX, message, arg="index", axis=axis)


def _gathered(places: list["Dim | _Picked"]) -> Shape:
    """The final shape, with the joint axes of the index tensors in their place."""
    picked = [i for i, place in enumerate(places) if isinstance(place, _Picked)]
    kept = [place for place in places if not isinstance(place, _Picked)]
    if not picked:
        return tuple(kept)
    shapes = [place.shape for place in places if isinstance(place, _Picked)]
    joint = broadcast(*shapes, problem=Problem.INDEX, what="index tensors of shape")
    neighbours = picked[-1] - picked[0] == len(picked) - 1
    start = picked[0] if neighbours else 0
    return (*kept[:start], *joint, *kept[start:])


def slice_length(size: Dim, start: Any, stop: Any, step: Any = None) -> Dim:
    """How many elements ``start:stop:step`` takes of an axis: bounds count from the end when negative and are clipped."""
    step = 1 if step is None else step
    if isinstance(step, int) and step < 1:
        raise refuse(Problem.INDEX, f"the step of a slice must be at least 1, not {step}", arg="index")
    if isinstance(size, int) and isinstance(step, int) and all(part is None or isinstance(part, int) for part in (start, stop)):
        return len(range(*slice(start, stop, step).indices(max(size, 0))))
    low, high = _bound(size, start, 0), _bound(size, stop, size)
    if low is None or high is None or not isinstance(step, int):
        return unknown()
    if high is size and low == 0:
        return ceildiv(size, step)
    return _larger(ceildiv(high - low, step), 0)


def _bound(size: Dim, at: Any, missing: Dim) -> Dim | None:
    """A bound of a slice as a number from 0 to ``size``, or None where that cannot be said."""
    if at is None:
        return missing
    if at is size or not isinstance(at, (int, Expr)):
        return size if at is size else None
    positive = at_least(at, 0)
    if positive is Truth.ALWAYS:
        return _smaller(at, size)
    return _larger(size + at, 0) if positive is Truth.NEVER else None


def _larger(left: Dim, right: Dim) -> Dim:
    if at_least(left, right) is Truth.ALWAYS:
        return left
    return right if at_least(right, left) is Truth.ALWAYS else dmax(left, right)


def _smaller(left: Dim, right: Dim) -> Dim:
    if at_least(left, right) is Truth.ALWAYS:
        return right
    return left if at_least(right, left) is Truth.ALWAYS else dmin(left, right)


__all__ = ["Item", "index", "slice_length"]
