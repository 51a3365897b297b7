"""The law of a one-symbol size: ``f(x + P) = f(x) + Q`` for every ``x >= x0``.

Sums, multiples, floors and maxima of such functions obey a law again, and its numbers follow from theirs. One window of
``x0 + P`` points therefore decides questions about *all* sizes. Products of two functions of the symbol have no such law.
"""

from __future__ import annotations

from math import gcd, lcm

from .expr import FLOOR, POS, VAR, Atom, Dim, Expr
from .memo import trim

MAX_PERIOD = 1 << 16
MAX_WORK = 1 << 19  # points times atoms that one scan may cost

Law = tuple[int, int, int]  # P, Q, x0

_laws: dict[Expr, Law | None] = {}


def law(size: Dim) -> Law | None:
    """``(P, Q, x0)`` of a size with at most one symbol, or None: it has no law, or too long a one."""
    if isinstance(size, int):
        return 1, 0, 1
    if size.unread or len(size.names) > 1:
        return None
    if size not in _laws:
        trim(_laws)
        _laws[size] = _sum_law(size)
    return _laws[size]


def _sum_law(size: Expr) -> Law | None:
    period, start = 1, 1
    laws: list[tuple[int, Law]] = []
    for monomial, coefficient in size.terms:
        found = _atom_law(monomial[0]) if len(monomial) == 1 else None
        if found is None:
            return None
        laws.append((coefficient, found))
        period, start = lcm(period, found[0]), max(start, found[2])
        if period > MAX_PERIOD:
            return None
    return period, sum(coefficient * q * (period // p) for coefficient, (p, q, _) in laws), start


def _atom_law(atom: Atom) -> Law | None:
    if atom.kind == VAR:
        return 1, 1, 1
    found = law(atom.of[0]) if atom.kind in (FLOOR, POS) else None
    if found is None or atom.kind == FLOOR:
        return found and _floor_law(found, atom.by)
    return _pos_law(atom.of[0], found)


def _floor_law(inner: Law, by: int) -> Law | None:
    period, growth, start = inner
    times = by // gcd(by, growth)
    return None if period * times > MAX_PERIOD else (period * times, growth * times // by, start)


def _pos_law(inner: Dim, found: Law) -> Law | None:
    """Where the inner function grows or falls it leaves 0 behind for good; the window says when."""
    period, growth, start = found
    if growth == 0:
        return found
    values = window(inner, start, period)
    if values is None:
        return None
    overshoot = -min(values) if growth > 0 else max(values)
    after = start + period * max(0, -(-overshoot // abs(growth)))
    return (period, growth, after) if growth > 0 else (1, 0, after)


def window(size: Dim, start: int, length: int) -> list[int] | None:
    """Values at ``start, start + 1, ...``; None where that would cost too much."""
    weight = 1 if isinstance(size, int) else size.weight
    from .values import row  # it builds on the floors that bounds, and so laws, are part of

    return None if length * weight > MAX_WORK else row(size, range(start, start + length))
