"""Sizes of axes: ``Dim = int | Expr``. Exact arithmetic, and comparisons that answer with a :class:`Truth`.

Ints stay ints, so the concrete path costs nothing. ``+ - * // %`` work on both; everything an operator needs
beyond them is here. ``==`` on an ``Expr`` is identity (for dictionaries): ask :func:`equal` instead.
"""

from collections.abc import Iterable

from .decide import at_least, bounds, divides, equal, evaluate, substitute, variables
from .expr import Dim, Expr, dmax, dmin, floordiv, is_unknown, sym, unknown
from .truth import Truth, truth

__all__ = [
    "Dim", "Expr", "Truth", "affine_floor", "at_least", "bounds", "ceildiv", "divides", "dmax", "dmin", "equal", "evaluate",
    "floordiv", "is_unknown", "nice", "prod", "substitute", "sym", "truth", "unknown", "variables",
]


def affine_floor(size: Dim, a: Dim, b: Dim, s: Dim, c: Dim = 0) -> Dim:
    """``floor((a*size + b) / s) + c``: the one primitive every spatial operator needs. An unread ``s`` gives an unread size."""
    if type(size) is int and type(a) is int and type(b) is int and type(s) is int and type(c) is int:
        return (a * size + b) // s + c
    if isinstance(s, int):
        return floordiv(a * size + b, s) + c
    if is_unknown(s):
        return unknown()
    return floordiv(a * size + b, s) + c


def ceildiv(size: Dim, by: Dim) -> Dim:
    """``size / by`` rounded up."""
    return -floordiv(-size, by)


def prod(sizes: Iterable[Dim]) -> Dim:
    """The product of sizes; 1 for none."""
    total: Dim = 1
    for size in sizes:
        total = total * size
    return total


def nice(size: Dim) -> str:
    """``size`` as a person writes it."""
    return str(size)
