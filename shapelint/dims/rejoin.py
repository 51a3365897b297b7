"""One size for two branches: the expression that equals one size on some values of a symbol and another size on other values.

``if H % 4: x = F.pad(x, ...)`` leaves ``H + 4 - H % 4`` or ``H``, which is ``4*((H + 3)//4)``. Values in neither set do not
matter. Every answer is verified on both sets, for all their members.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, lcm

from .expr import Dim, Expr, Terms, make, sym
from .floors import dmax, dmin, floordiv
from .lines import Trace, lines, straight, trace
from .products import factored, product, without
from .profile import Law, law
from .sets import MAX_PERIOD, SizeSet
from .solve import solve_eq0
from .values import evaluate

MAX_JUMPS = 8           # terms of a sum of floors
MAX_CANDIDATES = 16     # sizes verified of one form
MAX_CLASSES = 1 << 12   # of sizes modulo the period of such a sum


def rejoin(left: Dim, left_sizes: SizeSet, right: Dim, right_sizes: SizeSet, name: str) -> Dim | None:
    """The size that is ``left`` where ``name`` is in ``left_sizes`` and ``right`` where it is in ``right_sizes``.

    None where none is found, and where the two contradict each other on a common member. Other symbols may stand in terms or
    factors that both sizes share.
    """
    if left is right or not right_sizes:
        return left
    if not left_sizes:
        return right
    parted = _parted(left, right, name)
    if parted is not None:
        shared, factor, left, right = parted
        found = rejoin(left, left_sizes, right, right_sizes, name)
        return None if found is None else found * factor + shared
    names = frozenset[str]().union(*(size.names for size in (left, right) if isinstance(size, Expr)))
    if names - {name} or any(isinstance(size, Expr) and size.unread for size in (left, right)):
        return None
    return _Join(left, left_sizes, right, right_sizes, name).found()


def _parted(left: Dim, right: Dim, name: str) -> tuple[Dim, Dim, Dim, Dim] | None:
    """What both have in common besides ``name``: terms added and factors multiplied, and the two rests; None for nothing."""
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return None
    common = dict(left.terms).items() & dict(right.terms).items()
    terms: Terms = tuple([term for term in left.terms if term in common and {name}.isdisjoint(*(atom.names for atom in term[0]))])
    if terms:
        shared = make(0, dict(terms))
        return shared, 1, left - shared, right - shared
    (a, above), (b, below) = factored(left), factored(right)
    atoms = tuple([atom for atom in above if name not in atom.names])
    if not atoms or sorted(atom.key for atom in atoms) != sorted(atom.key for atom in below if name not in atom.names):
        return None
    return 0, product(1, atoms), product(a, without(above, atoms)), product(b, without(below, atoms))


class _Join:
    def __init__(self, left: Dim, left_sizes: SizeSet, right: Dim, right_sizes: SizeSet, name: str) -> None:
        self.branches = ((left, left_sizes), (right, right_sizes))
        self.left, self.right, self.symbol = left, right, sym(name)
        self.left_sizes, self.right_sizes = left_sizes, right_sizes
        self.values: Trace | None = None

    def found(self) -> Dim | None:
        if not _agree(self.left, self.right, self.branches[0][1] & self.branches[1][1]):
            return None
        for candidates in ((self.left, self.right), self._lines(), self._extremes(), self._jumps()):
            shortest_first = sorted(dict.fromkeys(candidates), key=lambda size: len(str(size)))
            for size in shortest_first[:MAX_CANDIDATES]:
                if self.fits(size):
                    return size
        return None

    def fits(self, size: Dim) -> bool:
        return all(_agree(size, branch, sizes) for branch, sizes in self.branches)

    def _lines(self) -> Iterator[Dim]:
        values = self.values = self._trace()
        if values is None:
            return
        line = straight(values)
        if line is not None:
            yield floordiv(line.a * self.symbol + line.least, line.s)
        for line in lines(values):
            for b in line.offsets():
                yield line.m * floordiv(line.a * self.symbol + b, line.s) + line.c

    def _extremes(self) -> Iterator[Dim]:
        """``224 if H >= 224 else H``; a branch that is constant on its set counts as that constant."""
        sides = []
        for size, sizes in self.branches:
            rule = law(size)
            values = rule and trace(size, rule, sizes)
            constant = values.constant if values else None
            sides.append((size,) if constant is None else (size, constant))
        for left in sides[0]:
            for right in sides[1]:
                yield dmin(left, right)
                yield dmax(left, right)

    def _trace(self) -> Trace | None:
        """The values of both branches on one common window. None where they grow differently, so that no one law holds."""
        common = self._law()
        if common is None:
            return None
        found: dict[int, int] = {}
        for size, sizes in self.branches:
            part = trace(size, common, sizes)
            if part is None:
                return None
            found.update(zip(part.points, part.values, strict=True))
        points = sorted(found)
        period, growth, _ = common
        finite = self.left_sizes.finite and self.right_sizes.finite
        return Trace(points, [found[x] for x in points], *_ratio(growth, period), 0 if finite else growth)

    def _law(self) -> Law | None:
        """The law of the whole: that of the branches with endless sets, which must grow alike; else that of the left one."""
        late = max(self.left_sizes.start, self.right_sizes.start)
        found: list[tuple[int, tuple[int, int]]] = []
        for size, sizes in self.branches:
            rule = law(size)
            if rule is None:
                return None
            late = max(late, rule[2])
            found.append((lcm(rule[0], sizes.period), _ratio(rule[1], rule[0])))
        kept = [part for part, (_, sizes) in zip(found, self.branches, strict=True) if not sizes.finite] or found[:1]
        period, slope = lcm(*(part[0] for part in kept)), kept[0][1]
        if period > MAX_PERIOD or any(part[1] != slope for part in kept):
            return None
        return period, period // slope[1] * slope[0], late

    def _jumps(self) -> Iterator[Dim]:
        """C + sum of d*floor((x + b)/P): the canonical form of any periodic growth, P as small as possible."""
        values, whole = self.values, self._law()
        if values is None or whole is None:
            return
        for period in [p for p in range(1, min(whole[0], MAX_CLASSES) + 1) if whole[0] % p == 0 == p % values.run]:
            steps = _by_class(values, period)
            if steps is None:
                continue
            known = [r for r in range(period) if steps[r] is not None]
            jumps, last = {}, known[-1] - period
            for r in known:
                before, here = steps[last % period], steps[r]
                assert before is not None and here is not None
                grown = here - before + (period // values.run * values.rise if last < 0 else 0)
                if grown:
                    jumps[r] = grown
                last = r
            if len(jumps) <= MAX_JUMPS:
                yield self._sum_of(jumps, steps, period)
            return

    def _sum_of(self, jumps: dict[int, int], steps: list[int | None], period: int) -> Dim:
        total: Dim = 0
        for r, grown in jumps.items():
            total = total + grown * floordiv(self.symbol + (-r) % period, period)
        first = next(r for r, value in enumerate(steps) if value is not None)
        offset = steps[first]
        assert offset is not None
        return total + (offset - evaluate(total, {str(self.symbol): first}))


def _ratio(growth: int, period: int) -> tuple[int, int]:
    shared = gcd(growth, period)
    return growth // shared, period // shared


def _by_class(values: Trace, period: int) -> list[int | None] | None:
    """The value at each residue 0..period-1, None where no member has it; None where two members of a class contradict."""
    grown = period // values.run * values.rise
    found: list[int | None] = [None] * period
    for x, value in zip(values.points, values.values, strict=True):
        at_residue = value - x // period * grown
        known = found[x % period]
        if known is None:
            found[x % period] = at_residue
        elif known != at_residue:
            return None
    return found


def _agree(left: Dim, right: Dim, sizes: SizeSet) -> bool:
    """Whether the two are proven to be the same number at every member of ``sizes``."""
    if not sizes:
        return True
    equal = solve_eq0(left - right)
    return equal is not None and sizes.subset(equal)
