"""All sizes of one symbol at which a formula is 0, or is not negative: exact, or None.

A formula that never falls is searched by halving, whatever its period; any other is decided on one window of its law, or up to
where two straight lines around it tell its sign.
"""

from __future__ import annotations

from collections.abc import Callable

from .expr import FLOOR, FMUL, GROUP, POS, VAR, Atom, Dim, Expr, make
from .interval import bounds
from .memo import trim
from .products import product
from .profile import MAX_WORK, law, window
from .sets import MAX_START, SizeSet
from .values import evaluate, row

MAX_BEFORE = 1 << 12  # sizes before the sign is settled

_zeros: dict[Expr, SizeSet | None] = {}
_non_negative: dict[Expr, SizeSet | None] = {}


def solve_eq0(size: Dim) -> SizeSet | None:
    """Values of the one symbol at which ``size`` is 0. None: undecided (several symbols, an unread part, no law, over a limit)."""
    if isinstance(size, int):
        return SizeSet.all() if size == 0 else SizeSet.empty()
    if size.unread or len(size.names) != 1:
        return None
    if size not in _zeros:
        trim(_zeros)
        found = _zeros_by_threshold(size)
        _zeros[size] = found if found is not None else _zeros_by_law(size)
    return _zeros[size]


def solve_ge0(size: Dim) -> SizeSet | None:
    """Values of the one symbol at which ``size >= 0``. None: undecided."""
    if isinstance(size, int):
        return SizeSet.all() if size >= 0 else SizeSet.empty()
    if size.unread or len(size.names) != 1:
        return None
    if size not in _non_negative:
        trim(_non_negative)
        found = _threshold(size)
        _non_negative[size] = found if found is not None else _ge_by_law(size)
    return _non_negative[size]


def _zeros_by_threshold(size: Expr) -> SizeSet | None:
    at_least_0, at_least_1 = _threshold(size), _threshold(size - 1)
    return None if at_least_0 is None or at_least_1 is None else at_least_0 - at_least_1


def _threshold(size: Dim) -> SizeSet | None:
    """``{size >= 0}`` of a formula that never falls, or never rises; None where it does either or the threshold is out of reach."""
    way = direction(size)
    (name,) = size.names if isinstance(size, Expr) else ("",)
    if way == 0 or (evaluate(size, {name: MAX_START}) >= 0) != (way > 0):
        return None
    below, above = 0, MAX_START  # the answer changes after ``below`` and at or before ``above``
    while above - below > 1:
        middle = (below + above) // 2
        if (evaluate(size, {name: middle}) >= 0) == (way > 0):
            above = middle
        else:
            below = middle
    return SizeSet.ge(above) if way > 0 else SizeSet.interval(1, above - 1)


def direction(size: Dim) -> int:
    """1 where ``size`` is known never to fall as its symbols grow, -1 never to rise, 0 otherwise."""
    if isinstance(size, int):
        return 0
    found = 0
    for monomial, coefficient in size.terms:
        way = _direction(monomial[0])
        if len(monomial) > 1 and not all(_direction(atom) == 1 and _not_negative(atom) for atom in monomial):
            way = 0
        way = way if coefficient > 0 else -way
        if way == 0 or found == -way:
            return _extreme_direction(size)
        found = way
    return found


def _extreme_direction(size: Expr) -> int:
    """y + k*max(d, 0) is one of y and y + k*d, the larger or the smaller: it goes where both go."""
    maxima = [(monomial, c) for monomial, c in size.terms if len(monomial) == 1 and monomial[0].kind == POS]
    if len(maxima) != 1:
        return 0
    ((monomial, c),) = maxima
    rest = make(size.const, {other: factor for other, factor in size.terms if other != monomial})
    ways = {direction(end) for end in (rest, rest + monomial[0].of[0] * c) if isinstance(end, Expr)}
    return ways.pop() if len(ways) == 1 else 0


def _not_negative(atom: Atom) -> bool:
    low, _ = bounds(product(1, (atom,)))
    return low is not None and low >= 0


def _direction(atom: Atom) -> int:
    return 1 if atom.kind == VAR else direction(atom.of[0]) if atom.kind in (FLOOR, POS, GROUP, FMUL) else 0


def _zeros_by_law(size: Expr) -> SizeSet | None:
    found = law(size)
    values = window(size, 1, found[2] - 1 + found[0]) if found is not None else None
    if found is None or values is None:
        return _by_sign(size, lambda value: value == 0)
    period, growth, start = found
    if growth == 0:
        return _eventually([value == 0 for value in values], start, period)
    zeros = [x for x, value in enumerate(values[: start - 1], 1) if value == 0]
    for x, value in enumerate(values[start - 1 :], start):
        if value % growth == 0 and value // growth <= 0:
            zeros.append(x - value // growth * period)
    return SizeSet.sizes(zeros) if max(zeros, default=0) <= MAX_START else None


def _ge_by_law(size: Expr) -> SizeSet | None:
    found = law(size)
    if found is None:
        return _by_sign(size, lambda value: value >= 0)
    period, growth, start = found
    if growth < 0:
        other = solve_ge0(-size - 1)
        return None if other is None else ~other
    values = window(size, 1, start - 1 + period)
    if values is None:
        return _by_sign(size, lambda value: value >= 0)
    if growth == 0:
        return _eventually([value >= 0 for value in values], start, period)
    tail = values[start - 1 :]
    end = start + period * max(0, -(min(tail) // growth))  # every size is a member from here on
    if end > MAX_START:
        return None
    flags = bytearray(end + period)
    flags[1:start] = bytes(value >= 0 for value in values[: start - 1])
    for x, value in enumerate(tail, start):
        first = x + period * max(0, -(value // growth))
        flags[first:end:period] = b"\1" * len(range(first, end, period))
    return SizeSet(end, _mask(flags[:end]), 1, 1)


def _by_sign(size: Expr, holds: Callable[[int], bool]) -> SizeSet | None:
    """Where ``holds`` for the value of ``size``, which is asked about 0: one answer for all sizes behind a few."""
    from .envelope import sign_from  # fractions, which few sizes need

    found = sign_from(size)
    if found is None or found[0] > MAX_BEFORE or found[0] * size.weight > MAX_WORK:
        return None
    start, sign = found
    return SizeSet(start, _mask(bytes([False, *map(holds, row(size, range(1, start)))])), 1, int(holds(sign)))


def _eventually(flags: list[bool], start: int, period: int) -> SizeSet:
    """The set whose members 1, 2, ... ``flags`` lists up to one period after ``start``."""
    head, cycle = _mask(bytes([False, *flags[: start - 1]])), _mask(bytes(flags[start - 1 :]))
    turn = start % period
    tail = (cycle << turn | cycle >> (period - turn)) & ((1 << period) - 1)
    return SizeSet(start, head, period, tail)


def _mask(flags: bytes | bytearray) -> int:
    """Bit i for flag i. A base-2 text is the fast way to make a long integer."""
    return int(flags[::-1].translate(_DIGITS) or b"0", 2)


_DIGITS = b"01" + bytes(254)
