"""Sizes of axes: ``Dim = int | Expr``. Exact arithmetic, and comparisons that answer with a :class:`Truth`.

Ints stay ints, so the concrete path costs nothing. ``+ - * // %`` work on both; everything an operator needs
beyond them is here. ``==`` on an ``Expr`` is identity (for dictionaries): ask :func:`equal` instead. What one symbol
must be for a formula to hold is a :class:`SizeSet`.
"""

from collections.abc import Iterable, Mapping

from .decide import at_least, divides, equal
from .expr import Dim, Expr, fresh, is_unknown, sym, unknown
from .floors import dmax, dmin, floordiv
from .interval import bounds
from .sets import SizeSet
from .solve import solve_eq0, solve_ge0
from .truth import Truth, truth
from .values import evaluate, substitute, variables

__all__ = [
    "Dim", "Expr", "SizeSet", "Truth", "affine_floor", "at_least", "bounds", "ceildiv", "divides", "dmax", "dmin", "equal", "evaluate",
    "floordiv", "fresh", "is_unknown", "nice", "prod", "solve_eq0", "solve_ge0", "substitute", "sym", "truth", "unknown", "variables",
]

_CAPACITY = 1 << 13
_affine: dict[tuple[Dim, Dim, Dim, Dim, Dim], Dim] = {}


def affine_floor(size: Dim, a: Dim, b: Dim, s: Dim, c: Dim = 0) -> Dim:
    """``floor((a*size + b) / s) + c``: the one primitive every spatial operator needs. An unread ``s`` gives an unread size."""
    if type(size) is int and type(a) is int and type(b) is int and type(s) is int and type(c) is int:
        return (a * size + b) // s + c
    key = (size, a, b, s, c)
    found = _affine.get(key)
    if found is None:
        found = unknown() if is_unknown(s) else floordiv(a * size + b, s) + c
        if not is_unknown(found):  # unread sizes do not come back, and should not be held
            if len(_affine) >= _CAPACITY:
                _affine.clear()
            _affine[key] = found
    return found


def ceildiv(size: Dim, by: Dim) -> Dim:
    """``size / by`` rounded up."""
    return -floordiv(-size, by)


def nice(size: Dim, sizes: Mapping[str, SizeSet] | None = None) -> str:
    """``size`` as a person writes it: ``H//2``, ``2*(H//16)``, ``(H + 3)//4``. Python's notation, equal to ``size`` everywhere.

    With ``sizes`` it is only equal where every symbol is in its set, which allows ``H/16``: ``/`` divides exactly.
    """
    if isinstance(size, int):
        return str(size)
    from .shortest import nice as of_symbols  # wording is asked for once per report

    return of_symbols(size, sizes)


def prod(sizes: Iterable[Dim]) -> Dim:
    """The product of sizes; 1 for none."""
    number = 1
    symbolic: Dim = 1
    for size in sizes:
        if isinstance(size, int):
            number *= size
        else:
            symbolic = symbolic * size
    return symbolic * number
