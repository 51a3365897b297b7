"""Questions about sizes with several symbols: those cases that code really asks and that can be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import gcd, isqrt

from . import decide
from .expr import POS, Atom, Dim, Expr, Monomial
from .interval import bounds
from .products import expanded, factored, product
from .solve import solve_eq0
from .truth import Truth
from .values import evaluate

MAX_SAMPLES = 400
MAX_TRIALS = 1 << 16     # divisors tried when a constant is taken apart
MAX_DIVISORS = 1 << 10

_NEAR = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 24, 32, 49, 64, 100, 128, 224)
_FAR = (*range(1, 70), 96, 128, 224, 256, 512, 1000, 1024, 4096, 1 << 20, 1 << 40)


def zero(size: Expr) -> Truth:
    """Whether ``size == 0``."""
    wide = expanded(size)
    possible = False
    for form in dict.fromkeys((size, wide)):
        if not isinstance(form, Expr):
            continue
        if form.const % gcd(*[c for _, c in form.terms]):
            return Truth.NEVER
        coefficient, atoms = factored(form)
        if len(atoms) > 1 or abs(coefficient) > 1:
            return _some_factor_is_zero(form, atoms)
        if atoms[0].kind == POS:
            return decide.not_negative(-atoms[0].of[0])
        if len(form.terms) == 1 and form.const:
            reached = _product_reaches(form.terms[0][0], -form.const // form.terms[0][1])
            if reached is False:
                return Truth.NEVER
            possible = reached is True
    return _sampled(size, lambda value: value == 0, possible)


def _some_factor_is_zero(size: Expr, atoms: Monomial) -> Truth:
    answers = [decide.zero(product(1, (atom,))) for atom in dict.fromkeys(atoms)]
    open_answers = [answer for answer in answers if answer is not Truth.NEVER]
    if not open_answers:
        return Truth.NEVER
    if Truth.ALWAYS in open_answers:
        return Truth.ALWAYS
    return open_answers[0] if len(open_answers) == 1 else _sampled(size, lambda value: value == 0, Truth.SOMETIMES in open_answers)


def not_negative(size: Expr) -> Truth:
    """Whether ``size >= 0``."""
    coefficient, atoms = factored(size)
    doubtful = [atom for atom in atoms if not _at_least(atom, 1)]
    if len(atoms) > len(doubtful) or (len(doubtful) == 1 and abs(coefficient) > 1):
        rest = product(1 if coefficient > 0 else -1, tuple(doubtful))
        return decide.not_negative(rest)
    doubtful = [atom for atom in doubtful if not _at_least(atom, 0)]
    if coefficient > 0 and len(doubtful) < len(atoms) and decide.not_negative(product(1, tuple(doubtful))) is Truth.ALWAYS:
        return Truth.ALWAYS
    return _sampled(size, lambda value: value >= 0)


def _at_least(atom: Atom, least: int) -> bool:
    low, _ = bounds(product(1, (atom,)))
    return low is not None and low >= least


def _product_reaches(atoms: Monomial, target: int) -> bool | None:
    """Whether a product of factors in different symbols can be ``target``; None: undecided."""
    factors = _by_symbol(atoms)
    parts = divisors(abs(target)) if target and factors else None
    if factors is None or parts is None:
        return None
    reached, certain = {1}, {1}
    for factor in factors:
        low, _ = bounds(factor)
        tried = parts if low is not None and low >= 0 else [*parts, *(-d for d in parts)]
        solved = {d: solve_eq0(factor - d) for d in tried}
        may = [d for d, sizes in solved.items() if sizes is None or sizes]
        sure = {d for d in may if solved[d] is not None}
        certain = {a * d for a in certain for d in sure if target % (a * d) == 0}
        reached = {a * d for a in reached for d in may if target % (a * d) == 0}
    return True if target in certain else None if target in reached else False


def _by_symbol(atoms: Monomial) -> list[Dim] | None:
    """The factors of a product, one for each symbol; None where a factor has two."""
    found: dict[frozenset[str], Dim] = {}
    for atom in atoms:
        if len(atom.names) != 1:
            return None
        found[atom.names] = found.get(atom.names, 1) * product(1, (atom,))
    return list(found.values())


def divisors(number: int) -> list[int] | None:
    """All divisors, unless finding them takes too long."""
    found, rest, prime = [1], number, 2
    while prime <= min(isqrt(rest), MAX_TRIALS):
        power, more = 1, found
        while rest % prime == 0:
            rest //= prime
            power *= prime
            more = more + [d * power for d in found]
        found, prime = more, prime + 1
    if rest > MAX_TRIALS * MAX_TRIALS:
        return None
    if rest > 1:
        found = found + [d * rest for d in found]
    return found if len(found) <= MAX_DIVISORS else None


def _sampled(size: Expr, holds: Callable[[int], bool], possible: bool = False) -> Truth:
    """SOMETIMES when samples prove it both ways (``possible``: the yes is proven already). Samples never prove ALWAYS or NEVER."""
    seen = {True} if possible else set()
    for point in _points(sorted(size.names)):
        try:
            seen.add(holds(evaluate(size, point)))
        except ZeroDivisionError:  # a symbolic divisor that is 0 here: torch would not get this far
            continue
        if len(seen) == 2:
            return Truth.SOMETIMES
    return Truth.UNKNOWN


def _points(names: list[str]) -> Iterator[dict[str, int]]:
    """Sizes close to one another, the same sizes, then a grid: a fixed sequence."""
    for value in _FAR:
        yield {name: value + 3 * i for i, name in enumerate(names)}
    for value in _FAR:
        yield dict.fromkeys(names, value)
    side = max(2, next(n for n in range(len(_NEAR), 0, -1) if n ** min(len(names), 8) <= MAX_SAMPLES or n == 1))
    for index in range(min(side ** len(names), MAX_SAMPLES)):
        point = {}
        for name in names:
            index, at = divmod(index, side)
            point[name] = _NEAR[at]
        yield point
