"""Rounded division and maximum in normal form: what makes ``H + (32 - H % 32) % 32`` and ``32*((H + 31)//32)`` the same object.

Every rule is an identity over all integers; only the shortcut of :func:`pos` uses that declared sizes are >= 1.
"""

from __future__ import annotations

from math import floor, gcd, isinf

from .expr import FLOOR, FMUL, POS, QUOTIENT, Atom, Dim, Expr, Monomial, content, interned, make, over
from .products import factored, product, shorter, sum_of, without

MAX_DIVISOR = 1 << 40  # nested floors are not merged beyond this, so that divisors stay machine-sized


def floordiv(left: Dim, right: Dim) -> Dim:
    """``left // right`` as Python computes it; ``right`` is taken to be non-zero."""
    if isinstance(right, Expr):
        return _quotient(left, right)
    if isinstance(left, int):
        return left // right
    if right == 0:
        raise ZeroDivisionError("a size divided by zero")
    return _floor(left, right) if right > 0 else _floor(-left, -right)


def _floor(size: Expr, by: int) -> Dim:
    """floor(size / by) for ``by > 0``: whole multiples leave the floor, the rest becomes one atom in a canonical form."""
    maxima = [term for term in size.terms if len(term[0]) == 1 and term[0][0].kind == POS]
    if len(maxima) == 1 and maxima[0][1] % by and (len(size.terms) > 1 or maxima[0][1] != 1):
        return _of_maximum(size, by, *maxima[0])
    outer, rest = (0, size) if len(size.terms) == 1 and 0 < 2 * size.terms[0][1] <= by else _reduced(size, by)
    if isinstance(rest, int):
        return outer + rest // by
    shared = gcd(by, *[c for _, c in rest.terms])
    if shared > 1:  # floor((g*u + c) / (g*t)) = floor((u + floor(c/g)) / t)
        rest, by = over(interned(rest.const // shared * shared, rest.terms), shared), by // shared
        if by == 1:
            return outer + rest
    if rest.terms[0][1] < 0:  # floor(-v / t) = -floor((v + t - 1) / t)
        return outer - _floor(_expr(-rest + (by - 1)), by)
    whole = rest.const // by
    inner = interned(rest.const - whole * by, rest.terms) if whole else rest
    return _atom(inner, by) + whole + outer


def _expr(size: Dim) -> Expr:
    assert isinstance(size, Expr)
    return size


def _reduced(size: Expr, by: int) -> tuple[Dim, Dim]:
    """``(outer, rest)`` with ``size = outer*by + rest`` and coefficients of rest in ``(-by/2, by/2]``."""
    half = (by - 1) // 2
    outer: dict[Monomial, int] = {}
    rest: dict[Monomial, int] = {}
    for monomial, coefficient in size.terms:
        whole = (coefficient + half) // by
        if whole:
            outer[monomial] = whole
        rest[monomial] = coefficient - whole * by
    return shorter(make(0, outer)) if size.grouped else make(0, outer), make(size.const, rest)


def _atom(inner: Expr, by: int) -> Dim:
    """floor(inner / by) where ``inner`` is reduced and ``0 <= const < by``."""
    floors = [term for term in inner.terms if len(term[0]) == 1 and term[0][0].kind == FLOOR]
    if len(floors) == 1 and abs(floors[0][1]) == 1 and by * floors[0][0][0].by <= MAX_DIVISOR:
        return _flattened(inner, by, floors[0])
    if len(inner.terms) == 1:
        (monomial, coefficient), = inner.terms
        if coefficient == 1 and len(monomial) == 1 and monomial[0].kind == POS:  # floor keeps order, and floor(const / by) is 0
            return pos(floordiv(monomial[0].of[0] + inner.const, by))
    return interned(0, (((Atom.make(FLOOR, of=(inner,), by=by),), 1),))


def _of_maximum(size: Expr, by: int, monomial: Monomial, factor: int) -> Dim:
    """floor keeps order: floor(max(a, b) / by) is the larger of the two floors, and so for min."""
    rest = make(size.const, {other: c for other, c in size.terms if other != monomial})
    here, there = floordiv(rest, by), floordiv(rest + monomial[0].of[0] * factor, by)
    return dmax(here, there) if factor > 0 else dmin(here, there)


def _flattened(inner: Expr, by: int, term: tuple[Monomial, int]) -> Dim:
    """floor((x + floor(u/b)) / by) = floor((b*x + u) / (b*by)); and -floor(u/b) is floor((b - 1 - u) / b)."""
    (atom,), sign = term
    size = atom.of[0]
    numerator = size if sign > 0 else -size + (atom.by - 1)
    others = make(inner.const, {monomial: c for monomial, c in inner.terms if monomial != (atom,)})
    return floordiv(others * atom.by + numerator, by * atom.by)


def _quotient(left: Dim, right: Expr) -> Dim:
    """Division by a symbol: common factors cancel (they are not zero where the division is defined), divisible terms leave."""
    if isinstance(left, int) and left == 0:
        return 0
    if left is right:
        return 1
    (a, above), (b, below) = factored(left), factored(right)
    for atom in below:
        if atom in above:
            above, below = without(above, (atom,)), without(below, (atom,))
    scale = gcd(a, b) if b > 0 else -gcd(a, b)
    numerator, denominator = product(a // scale, above), product(b // scale, below)
    if isinstance(denominator, int):
        return floordiv(numerator, denominator)
    outer, rest = _divisible_terms(numerator, denominator)
    if isinstance(rest, int) and rest == 0:
        return outer
    return outer + interned(0, (((Atom.make(QUOTIENT, of=(rest, denominator)),), 1),))


def _divisible_terms(left: Dim, right: Expr) -> tuple[Dim, Dim]:
    """Terms of ``left`` that a product ``right`` divides, divided, and the other terms."""
    if isinstance(left, int) or right.const or len(right.terms) > 1:
        return 0, left
    (divisor, coefficient), = right.terms
    outer: list[Dim] = []
    rest: dict[Monomial, int] = {}
    for monomial, c in left.terms:
        if c % coefficient or any(monomial.count(atom) < divisor.count(atom) for atom in divisor):
            rest[monomial] = c
        else:
            outer.append(product(c // coefficient, without(monomial, divisor)))
    return sum_of(outer), make(left.const, rest)


def pos(size: Dim) -> Dim:
    """``max(size, 0)``."""
    if isinstance(size, int):
        return max(size, 0)
    low, high = bounds(size)
    if low is not None and low >= 0:
        return size
    if high is not None and high <= 0:
        return 0
    if size.terms[0][1] < 0:
        return size + pos(-size)
    whole = content(size)
    if whole > 1:
        return pos(over(size, whole)) * whole
    if len(size.terms) == 1 and size.const < 0:
        (monomial, coefficient), = size.terms
        if len(monomial) == 1 and monomial[0].kind == POS:  # max(k*max(u, 0) - c, 0) = max(k*u - c, 0)
            return pos(monomial[0].of[0] * coefficient + size.const)
    return interned(0, (((Atom.make(POS, of=(size,)),), 1),))


def fmul(size: Dim, scale: float) -> Dim:
    """``floor(double(size) * scale)``, rounded as torch rounds it; ``scale`` is finite and > 0. Exact arithmetic differs: 90*0.7 is 62."""
    if isinstance(size, int):
        return fmul_value(size, scale)
    return interned(0, (((Atom.make(FMUL, of=(size,), scale=scale),), 1),))


def fmul_value(size: int, scale: float) -> int:
    """:func:`fmul` of a number. Beyond the doubles, where no tensor is, it is exact."""
    try:
        scaled = float(size) * scale
    except OverflowError:
        scaled = float("inf")
    if isinf(scaled):
        above, below = scale.as_integer_ratio()
        return size * above // below
    return floor(scaled)


def dmax(left: Dim, right: Dim) -> Dim:
    """The larger of two sizes."""
    if isinstance(left, int) and isinstance(right, int):
        return max(left, right)
    difference = left - right
    if isinstance(difference, int):
        return left if difference >= 0 else right
    if difference.terms[0][1] < 0:
        return left + pos(-difference)
    return right + pos(difference)


def dmin(left: Dim, right: Dim) -> Dim:
    """The smaller of two sizes."""
    if isinstance(left, int) and isinstance(right, int):
        return min(left, right)
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int) and isinstance(left, Expr) and len(left.terms) == 1:
        ((monomial, coefficient),) = left.terms
        if coefficient == 1 and len(monomial) == 1 and monomial[0].kind == POS:  # min(max(a, b), c) = max(min(a, c), min(b, c)): one maximum outside
            return dmax(dmin(monomial[0].of[0] + left.const, right), min(left.const, right))
    return left + right - dmax(left, right)


from .interval import bounds  # noqa: E402  (an interval reads the atoms made here)


