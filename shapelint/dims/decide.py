"""Questions about sizes: equal, at least, divides. Every answer is over all sizes the symbols may take.

Exact for one symbol. For several: shared factors, products that must be a constant, divisibility, bounds; then samples, which
prove SOMETIMES and nothing else. An unread part makes the answer UNKNOWN unless it cancels.
"""

from __future__ import annotations

from .expr import Dim, Expr
from .floors import floordiv
from .interval import bounds
from .memo import trim
from .products import expanded
from .sets import SizeSet
from .solve import solve_eq0, solve_ge0
from .truth import Truth, truth

_equal: dict[Expr, Truth] = {}
_at_least: dict[Expr, Truth] = {}


def equal(left: Dim, right: Dim) -> Truth:
    """Whether two sizes are the same number."""
    if isinstance(left, int) and isinstance(right, int):
        return truth(left == right)
    return Truth.ALWAYS if left is right else zero(left - right)


def zero(size: Dim) -> Truth:
    """Whether ``size == 0``."""
    if isinstance(size, int):
        return truth(size == 0)
    found = _equal.get(size)
    if found is None:
        trim(_equal)
        found = _equal[size] = _zero(simplest(size))
    return found


def _zero(size: Dim) -> Truth:
    if isinstance(size, int):
        return truth(size == 0)
    if size.unread:
        return Truth.UNKNOWN
    solved = solve_eq0(size)
    if solved is not None:
        return _verdict(solved)
    low, high = bounds(size)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return Truth.NEVER
    from . import several  # rarely needed, and it asks the questions of this file about each factor

    return several.zero(size)


def at_least(left: Dim, right: Dim) -> Truth:
    """Whether ``left >= right``."""
    if isinstance(left, int) and isinstance(right, int):
        return truth(left >= right)
    return Truth.ALWAYS if left is right else not_negative(left - right)


def not_negative(size: Dim) -> Truth:
    """Whether ``size >= 0``."""
    if isinstance(size, int):
        return truth(size >= 0)
    found = _at_least.get(size)
    if found is None:
        trim(_at_least)
        found = _at_least[size] = _not_negative(simplest(size))
    return found


def _not_negative(size: Dim) -> Truth:
    if isinstance(size, int):
        return truth(size >= 0)
    if size.unread:
        return Truth.UNKNOWN
    solved = solve_ge0(size)
    if solved is not None:
        return _verdict(solved)
    low, high = bounds(size)
    if low is not None and low >= 0:
        return Truth.ALWAYS
    if high is not None and high < 0:
        return Truth.NEVER
    from . import several

    return several.not_negative(size)


def divides(divisor: Dim, size: Dim) -> Truth:
    """Whether ``size % divisor == 0``. Nothing but 0 is a multiple of 0."""
    if isinstance(divisor, int) and divisor == 0:
        return equal(size, 0)
    return equal(floordiv(size, divisor) * divisor, size)


def _verdict(solved: SizeSet) -> Truth:
    if solved.complete and not solved:
        return Truth.NEVER
    if not solved.complete:
        return Truth.UNKNOWN
    return Truth.ALWAYS if solved == SizeSet.all() else Truth.SOMETIMES


def simplest(size: Expr) -> Dim:
    """Products multiplied out where that loses a symbol, an unread part or everything."""
    other = expanded(size)
    if other is None or other is size:
        return size
    if isinstance(other, int) or len(other.names) < len(size.names) or (size.unread and not other.unread):
        return other
    return size
