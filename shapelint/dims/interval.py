"""Lower and upper bounds of sizes, with every declared symbol >= 1 and unread ones anything.

Exact for one symbol where its law can be scanned; term by term otherwise.
"""

from __future__ import annotations

from .expr import FLOOR, FMUL, POS, QUOTIENT, VAR, Atom, Dim, Expr, Monomial, Terms, interned, make
from .memo import trim
from .profile import law, window

MAX_SCAN = 1 << 12

Interval = tuple[int | None, int | None]

_known: dict[Expr, Interval] = {}


def bounds(size: Dim) -> Interval:
    """A lower and an upper bound of ``size``; None where there is none or none is known."""
    if isinstance(size, int):
        return size, size
    found = _known.get(size)
    if found is None:
        trim(_known)
        found = _known[size] = _bounds(size)
    return found


def _bounds(size: Expr) -> Interval:
    found: Interval = (size.const, size.const)
    for terms in _by_symbol(size.terms):
        exact = _scanned(interned(0, terms)) if len(terms) > 1 else None
        for part in [exact] if exact is not None else [_term(*term) for term in terms]:
            found = _sum(found, part)
    return found if None not in found else _extreme(size, found)


def _extreme(size: Expr, found: Interval) -> Interval:
    """y + k*max(d, 0) is the larger of y and y + k*d, or with k < 0 the smaller: ``found`` made narrower by that."""
    maxima = [(monomial, c) for monomial, c in size.terms if len(monomial) == 1 and monomial[0].kind == POS]
    if len(maxima) != 1 or len(size.terms) == 1:
        return found
    ((monomial, c),) = maxima
    rest = make(size.const, {other: factor for other, factor in size.terms if other != monomial})
    ends = bounds(rest), bounds(rest + monomial[0].of[0] * c)
    lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
    if c > 0:
        low, high = max(lows, default=None), max(highs) if len(highs) == 2 else None
    else:
        low, high = min(lows) if len(lows) == 2 else None, min(highs, default=None)
    return found[0] if found[0] is not None else low, found[1] if found[1] is not None else high


def _by_symbol(terms: Terms) -> list[Terms]:
    """Terms in one and the same symbol together; every other term alone."""
    together: dict[frozenset[str], Terms] = {}
    alone: list[Terms] = []
    for term in terms:
        names = frozenset[str]().union(*(atom.names for atom in term[0]))
        if len(names) == 1 and not any(atom.unread for atom in term[0]):
            together[names] = (*together.get(names, ()), term)
        else:
            alone.append((term,))
    return [*together.values(), *alone]


def _scanned(size: Expr) -> Interval | None:
    """Exact bounds from the law: behind its start a window only moves by the growth."""
    found = law(size)
    if found is None or found[0] + found[2] > MAX_SCAN:
        return None
    period, growth, start = found
    values = window(size, 1, start - 1 + period)
    if values is None:
        return None
    return None if growth < 0 else min(values), None if growth > 0 else max(values)


def _term(monomial: Monomial, coefficient: int) -> Interval:
    found: Interval = (1, 1)
    for atom in monomial:
        found = _product(found, _atom(atom))
    low, high = found
    below, above = None if low is None else low * coefficient, None if high is None else high * coefficient
    return (below, above) if coefficient > 0 else (above, below)


def _atom(atom: Atom) -> Interval:
    if atom.kind == VAR:
        return 1, None
    if not atom.of:
        return None, None
    low, high = bounds(atom.of[0])
    if atom.kind == FLOOR:
        return None if low is None else low // atom.by, None if high is None else high // atom.by
    if atom.kind == POS:
        return max(low or 0, 0), None if high is None else max(high, 0)
    if atom.kind == FMUL:
        from .floors import fmul_value  # it asks for bounds itself

        return None if low is None else fmul_value(low, atom.scale), None if high is None else fmul_value(high, atom.scale)
    if atom.kind == QUOTIENT:
        return _quotient((low, high), bounds(atom.of[1]))
    return low, high


def _quotient(above: Interval, below: Interval) -> Interval:
    (low, high), (least, most) = above, below
    if low is None or low < 0 or least is None or least < 1:
        return None, None
    return (0 if most is None else low // most), (None if high is None else high // least)


def _sum(left: Interval, right: Interval) -> Interval:
    (a, b), (c, d) = left, right
    return None if a is None or c is None else a + c, None if b is None or d is None else b + d


def _product(left: Interval, right: Interval) -> Interval:
    (a, b), (c, d) = left, right
    if a is not None and a >= 0 and c is not None and c >= 0:
        return a * c, None if b is None or d is None else b * d
    if a is None or b is None or c is None or d is None:
        return None, None
    corners = (a * c, a * d, b * c, b * d)
    return min(corners), max(corners)
