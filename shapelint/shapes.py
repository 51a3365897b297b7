"""Tuples of sizes: broadcasting, reshaping, axis normalisation, element counts.

Pure functions over ``Shape``. Where two sizes may or may not agree they return the :class:`Truth` with the result; who
refuses is decided by the caller.
"""

from collections.abc import Sequence

from .dims import Dim, Truth, equal, is_unknown, nice, prod, unknown

Shape = tuple[Dim, ...]


def show(shape: Sequence[Dim]) -> str:
    """A shape as torch prints it: ``(4, 3, 32, 32)``."""
    body = ", ".join(nice(size) for size in shape)
    return f"({body},)" if len(shape) == 1 else f"({body})"


def numel(shape: Sequence[Dim]) -> Dim:
    """The number of elements."""
    return prod(shape)


def normal_axis(axis: int, rank: int) -> int | None:
    """``axis`` as 0..rank-1, or None where torch says "dimension out of range". A scalar has the axes -1 and 0."""
    limit = max(rank, 1)
    if not -limit <= axis < limit:
        return None
    return axis % limit


def broadcast_size(left: Dim, right: Dim) -> tuple[Dim, Truth]:
    """The joint size of two aligned axes, and whether they are compatible (equal, or one of them 1)."""
    if isinstance(left, int) and left == 1:
        return right, Truth.ALWAYS
    if isinstance(right, int) and right == 1:
        return left, Truth.ALWAYS
    same = equal(left, right)
    if same is Truth.ALWAYS:
        return left, same
    if same is Truth.NEVER:
        ones = [equal(left, 1), equal(right, 1)]
        if all(one is Truth.NEVER for one in ones):
            return unknown(), Truth.NEVER
        return unknown(), Truth.SOMETIMES
    if is_unknown(left) and is_unknown(right):
        return unknown(), same
    if is_unknown(left) and isinstance(right, int):
        return right, same
    if is_unknown(right) and isinstance(left, int):
        return left, same
    return unknown(), same


def aligned(*shapes: Shape) -> list[tuple[Dim, ...]]:
    """Columns of axes aligned at the right, missing ones 1: the way broadcasting reads shapes."""
    rank = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return list(zip(*padded, strict=True))
