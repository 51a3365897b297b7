"""Where a statement about sizes holds: the exact :class:`Region`, or None where it cannot be found.

One symbol is decided for every size. Of several symbols those statements are that code really makes: products with common
factors, a product that must be a constant, and products that agree factor by factor. ``within`` is what is known already:
sizes outside it do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product as cartesian
from math import gcd, prod

from .decide import simplest
from .expr import Dim, Expr, Monomial
from .floors import floordiv
from .interval import bounds
from .products import expanded, factored, product
from .region import Region
from .sets import SizeSet
from .several import divisors
from .solve import solve_eq0, solve_ge0
from .values import evaluate

Values = Mapping[str, int]


class Condition:
    """A statement about sizes: ``yes`` and ``no`` are the regions where it holds and where not; ``test`` decides one point with plain ints."""

    __slots__ = ("no", "test", "yes")

    def __init__(self, yes: Region, no: Region, test: Callable[[Values], bool]) -> None:
        self.yes, self.no, self.test = yes, no, test

    def __invert__(self) -> Condition:
        return Condition(self.no, self.yes, lambda values: not self.test(values))

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.yes & other.yes, self.no | other.no, lambda values: self.test(values) and other.test(values))

    def __or__(self, other: Condition) -> Condition:
        return Condition(self.yes | other.yes, self.no & other.no, lambda values: self.test(values) or other.test(values))


def condition(relation: str, left: Dim, right: Dim, within: Region) -> Condition | None:
    """``left relation right`` for ``==``, ``!=``, ``>=``, ``>``, ``<=``, ``<``, ``|`` (left divides right) and ``1<=`` (equal, or left is 1)."""
    if relation in ("!=", "<", ">"):
        opposite = condition({"!=": "==", "<": ">=", ">": "<="}[relation], left, right, within)
        return None if opposite is None else ~opposite
    if relation == "<=":
        left, right, relation = right, left, ">="
    found = _WHERE[relation](left, right, within)
    return None if found is None else Condition(found, ~found, lambda values: holds(relation, evaluate(left, values), evaluate(right, values)))


def holds(relation: str, left: int, right: int) -> bool:
    """The same for plain ints."""
    if relation == "==":
        return left == right
    if relation == "1<=":
        return left in (1, right)
    return left >= right if relation == ">=" else right % left == 0 if left else right == 0


def equal_where(left: Dim, right: Dim, within: Region) -> Region | None:
    """Where the two sizes are the same."""
    return zero_where(left - right, within) if left is not right else Region.all()


def at_least_where(left: Dim, right: Dim, within: Region) -> Region | None:
    """Where ``left >= right``."""
    return not_negative_where(left - right, within)


def divides_where(divisor: Dim, size: Dim, within: Region) -> Region | None:
    """Where ``size % divisor == 0``; nothing but 0 is a multiple of 0."""
    if isinstance(divisor, int) and divisor == 0:
        return equal_where(size, 0, within)
    rest = floordiv(size, divisor) * divisor
    found = equal_where(rest, size, within)
    return found if found is not None or not isinstance(divisor, int) else _product_divides(divisor, size, within)


def expands_where(left: Dim, right: Dim, within: Region) -> Region | None:
    """Where an axis of size ``left`` can be stretched to ``right``: equal, or 1."""
    same, one = equal_where(left, right, within), equal_where(left, 1, within)
    return None if same is None or one is None else same | one


_WHERE: dict[str, Callable[[Dim, Dim, Region], Region | None]] = {
    "==": equal_where, ">=": at_least_where, "|": divides_where, "1<=": expands_where,
}


def not_negative_where(size: Dim, within: Region) -> Region | None:
    """Where ``size >= 0``."""
    if isinstance(size, Expr):
        size = simplest(size)
    if isinstance(size, int):
        return Region.all() if size >= 0 else Region.empty()
    if size.unread:
        return None
    solved = solve_ge0(size)
    if solved is not None:
        return _of(size, solved)
    low, high = bounds(size)
    if low is not None and low >= 0:
        return Region.all()
    if high is not None and high < 0:
        return Region.empty()
    return Region.all() if _sum_not_negative(size, within) else _product_not_negative(size, within)


def _sum_not_negative(size: Expr, within: Region) -> bool:
    """Whether a sum of products of factors that are not negative is proven not to be: each product is at least its coefficient, or 0."""
    if len(size.terms) == 1 and len(size.terms[0][0]) == 1:
        return False
    least = size.const
    for atoms, coefficient in size.terms:
        factors = [product(1, (atom,)) for atom in atoms]
        if coefficient < 0 or not all(_known(factor, 0, within) for factor in factors):
            return False
        least += coefficient if all(_known(factor, 1, within) for factor in factors) else 0
    return least >= 0


def _product_not_negative(size: Expr, within: Region) -> Region | None:
    """A product is not negative where an even number of factors is; it is at least its coefficient where no factor is 0."""
    if size.const > 0 or (size.const and len(size.terms) > 1):
        return None
    coefficient, atoms = factored(size - size.const)
    if size.const:
        positive = (len(atoms) > 1 or coefficient > 1) and coefficient >= -size.const and all(_known(product(1, (atom,)), 0, within) for atom in atoms)
        return _all_at_least_1(atoms, within) if positive else None
    if len(atoms) < 2:
        return None
    falls, rises = Region.empty(), Region.all()
    for factor in (coefficient, *(product(1, (atom,)) for atom in atoms)):
        up, down = not_negative_where(factor, within), not_negative_where(-factor, within)
        if up is None or down is None:
            return None
        falls, rises = (rises & down) | (falls & up), (rises & up) | (falls & down)
    return rises


def _all_at_least_1(atoms: Monomial, within: Region) -> Region | None:
    found = Region.all()
    for atom in dict.fromkeys(atoms):
        where = not_negative_where(product(1, (atom,)) - 1, within)
        if where is None:
            return None
        found = found & where
    return found


def zero_where(size: Dim, within: Region) -> Region | None:
    """Where ``size == 0``."""
    if isinstance(size, Expr):
        size = simplest(size)
    if isinstance(size, int):
        return Region.empty() if size else Region.all()
    if size.unread:
        return None
    solved = solve_eq0(size)
    if solved is not None:
        return _of(size, solved)
    low, high = bounds(size)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return Region.empty()
    for form in dict.fromkeys((size, expanded(size))):
        found = _zero(form, within) if isinstance(form, Expr) else None
        if found is not None:
            return found
    return None


def _of(size: Expr, solved: SizeSet) -> Region:
    (name,) = size.names
    return Region.of(name, solved)


def _zero(size: Expr, within: Region) -> Region | None:
    if size.const % gcd(*[coefficient for _, coefficient in size.terms]):
        return Region.empty()
    _, atoms = factored(size)
    if len(atoms) > 1:
        return _some_zero(atoms, within)
    if len(size.terms) == 1 and size.const:
        return _product_is(size.terms[0][0], -size.const // size.terms[0][1], within)
    if len(size.terms) == 2 and not size.const:
        (one, a), (other, b) = size.terms
        shared = gcd(a, b) if a > 0 else -gcd(a, b)
        return _products_agree(one, a // shared, other, -b // shared, within)
    return None


def _some_zero(atoms: Monomial, within: Region) -> Region | None:
    found = Region.empty()
    for atom in dict.fromkeys(atoms):
        where = zero_where(product(1, (atom,)), within)
        if where is None:
            return None
        found = found | where
    return found


def _by_symbol(atoms: Monomial) -> dict[str, Dim] | None:
    """The factors of a product, by symbol; None where a factor has two."""
    found: dict[str, Dim] = {}
    for atom in atoms:
        if len(atom.names) != 1:
            return None
        (name,) = atom.names
        found[name] = found.get(name, 1) * product(1, (atom,))
    return found


def _product_is(atoms: Monomial, target: int, within: Region) -> Region | None:
    """Where a product of factors in different symbols is a constant: a box for each way to take the constant apart."""
    factors = _by_symbol(atoms)
    if factors is None or divisors(abs(target)) is None:
        return None
    signs = [(1,) if _known(factor, 0, within) else (1, -1) for factor in factors.values()]
    found: list[dict[str, SizeSet]] = []
    for pattern in cartesian(*signs):
        if (prod(pattern) > 0) == (target > 0):
            for parts in _shares(abs(target), len(factors)):
                box = _box_of(factors, [sign * part for sign, part in zip(pattern, parts, strict=True)])
                if box is None:
                    return None
                found.append(box)
    return Region(found)


def _box_of(factors: Mapping[str, Dim], values: Sequence[int]) -> dict[str, SizeSet] | None:
    """Where every factor has its value."""
    box: dict[str, SizeSet] = {}
    for (name, factor), value in zip(factors.items(), values, strict=True):
        sizes = solve_eq0(factor - value)  # of an int too: it is 0 everywhere or nowhere
        if sizes is None:
            return None
        box[name] = sizes
        if not sizes:
            break  # nowhere, whatever the others are
    return box


def _shares(number: int, count: int) -> Iterator[tuple[int, ...]]:
    """Every way to write ``number`` as a product of ``count`` factors >= 1."""
    if count == 1:
        yield (number,)
        return
    for divisor in divisors(number) or ():
        for rest in _shares(number // divisor, count - 1):
            yield (divisor, *rest)


def _products_agree(one: Monomial, a: int, other: Monomial, b: int, within: Region) -> Region | None:
    """Where ``a * one == b * other`` for two products without a common factor, if one is never smaller, factor by factor."""
    left, right = _by_symbol(one), _by_symbol(other)
    if left is None or right is None:
        return None
    names = sorted({*left, *right})
    for (f, x), (g, y) in (((left, a), (right, b)), ((right, b), (left, a))):
        if x != 1 or y < 1 or divisors(y) is None:
            continue
        for parts in _shares(y, len(names)):
            scaled = [(f.get(name, 1), g.get(name, 1) * part) for name, part in zip(names, parts, strict=True)]
            if all(_known(large, 1, within) and _known(large, small, within) and _known(small, 0, within) for large, small in scaled):
                found = within
                for large, small in scaled:
                    where = equal_where(large, small, within)
                    if where is None:
                        return None
                    found = found & where
                return found
    return None


def _known(left: Dim, right: Dim, within: Region) -> bool:
    """Whether ``left >= right`` everywhere in ``within``."""
    where = not_negative_where(left - right, within)
    return where is not None and within.subset(where)


def _product_divides(divisor: int, size: Dim, within: Region) -> Region | None:
    """Where a product of factors in different symbols is a multiple: a box for each way to share the divisor among them."""
    if not isinstance(size, Expr):
        return None
    coefficient, atoms = factored(size)
    divisor //= gcd(divisor, coefficient)
    factors = _by_symbol(atoms) if len(atoms) > 1 else None
    if factors is None or divisors(divisor) is None:
        return None
    found: list[dict[str, SizeSet]] = []
    for parts in _shares(divisor, len(factors)):
        box = _box_of({name: factor - floordiv(factor, part) * part for (name, factor), part in zip(factors.items(), parts, strict=True)}, [0] * len(parts))
        if box is None:
            return None
        found.append(box)
    return Region(found)


__all__ = ["Condition", "at_least_where", "condition", "divides_where", "equal_where", "holds", "not_negative_where", "zero_where"]
