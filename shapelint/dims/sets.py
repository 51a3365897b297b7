"""Sets of sizes: any finite beginning, then residues modulo a period.

Everything that a chain of size formulas can require of one symbol is such a set, and so are the unions, intersections and
complements of such sets. Members are integers >= 1. Two sets with the same members are equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

from .masks import bits, periodic

MAX_PERIOD = 1 << 16
MAX_START = 1 << 20


class SizeSet:
    """``head`` has bit x for each member x < ``start``; ``tail`` has bit ``x % period`` for the members from there on.

    ``complete`` is False where a limit struck: the true set then lies *within* this one.
    """

    __slots__ = ("complete", "head", "period", "start", "tail")

    def __init__(self, start: int, head: int, period: int, tail: int, complete: bool = True) -> None:
        period, tail = _shortest(period, tail)
        reach = (head ^ periodic(period, tail, start)) >> 1
        self.start = reach.bit_length() + 1
        self.head = head & ((1 << self.start) - 2)
        self.period, self.tail, self.complete = period, tail, complete

    @classmethod
    def all(cls) -> SizeSet:
        return cls(1, 0, 1, 1)

    @classmethod
    def empty(cls) -> SizeSet:
        return cls(1, 0, 1, 0)

    @classmethod
    def ge(cls, least: int) -> SizeSet:
        """Sizes of at least ``least``."""
        return cls(max(least, 1), 0, 1, 1) if least <= MAX_START else cls(1, 0, 1, 1, False)

    @classmethod
    def interval(cls, least: int, most: int) -> SizeSet:
        """Sizes from ``least`` to ``most``, both included."""
        return cls.ge(least) - cls.ge(most + 1)

    @classmethod
    def multiples(cls, of: int) -> SizeSet:
        """Multiples of ``of`` >= 1."""
        return cls(1, 0, of, 1) if of <= MAX_PERIOD else cls(1, 0, 1, 1, False)

    @classmethod
    def sizes(cls, members: Iterable[int]) -> SizeSet:
        """Just these sizes; those below 1 are left out."""
        head = 0
        for size in members:
            head |= 1 << size if size >= 1 else 0
        return cls(max(head.bit_length(), 1), head, 1, 0)

    def __contains__(self, size: object) -> bool:
        if not isinstance(size, int) or size < 1:
            return False
        return bool(self.head >> size & 1 if size < self.start else self.tail >> size % self.period & 1)

    def __bool__(self) -> bool:
        return bool(self.head or self.tail)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SizeSet) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[int, int, int, int, bool]:
        return self.start, self.head, self.period, self.tail, self.complete

    def __and__(self, other: SizeSet) -> SizeSet:
        period = lcm(self.period, other.period)
        if period > MAX_PERIOD:  # over the limit only the range is kept
            return self._range() & other._range()
        start = max(self.start, other.start)
        head, tail = (a & b for a, b in zip(self._stretched(start, period), other._stretched(start, period), strict=True))
        return SizeSet(start, head, period, tail, self.complete and other.complete)

    def __or__(self, other: SizeSet) -> SizeSet:
        period = lcm(self.period, other.period)
        if period > MAX_PERIOD:
            return self._range() | other._range()
        start = max(self.start, other.start)
        head, tail = (a | b for a, b in zip(self._stretched(start, period), other._stretched(start, period), strict=True))
        return SizeSet(start, head, period, tail, self.complete and other.complete)

    def __invert__(self) -> SizeSet:
        if not self.complete:
            return SizeSet(1, 0, 1, 1, False)
        return SizeSet(self.start, self.head ^ ((1 << self.start) - 2), self.period, self.tail ^ ((1 << self.period) - 1))

    def __sub__(self, other: SizeSet) -> SizeSet:
        if not other.complete:
            return SizeSet(self.start, self.head, self.period, self.tail, False)
        return self & ~other

    def _stretched(self, start: int, period: int) -> tuple[int, int]:
        """Head and tail written with a later start and a multiple of the period."""
        late = periodic(self.period, self.tail, start) >> self.start << self.start
        return self.head | late, periodic(self.period, self.tail, period)

    def _range(self) -> SizeSet:
        """Everything from the smallest member to the largest, marked as more than the set."""
        least = self.min()
        if least is None:
            return self
        most = None if self.tail else self.head.bit_length()
        start = least if most is None else most
        head = 0 if most is None else (1 << most) - (1 << least)
        return SizeSet(start, head, 1, int(most is None), False)

    def subset(self, of: SizeSet) -> bool:
        """Whether every member is proven to be in ``of``."""
        return of.complete and not self - of

    def min(self) -> int | None:
        """The smallest member."""
        return self.next(1)

    def next(self, size: int) -> int | None:
        """The smallest member that is at least ``size``."""
        size = max(size, 1)
        later = self.head >> size
        if later:
            return size + (later & -later).bit_length() - 1
        size = max(size, self.start)
        if not self.tail:
            return None
        at = size % self.period
        turned = self.tail >> at or self.tail << self.period - at
        return size + (turned & -turned).bit_length() - 1

    def prev(self, size: int) -> int | None:
        """The largest member that is at most ``size``."""
        if size >= self.start and self.tail:
            at = size % self.period
            below = self.tail & ((2 << at) - 1)
            found = size - at + below.bit_length() - 1 if below else size - at - self.period + self.tail.bit_length() - 1
            if found >= self.start:
                return found
        below = self.head & ((2 << max(size, 0)) - 1)
        return below.bit_length() - 1 if below else None

    def up_to(self, most: int, count: int) -> list[int] | None:
        """The members of at most ``most``; None where there are more than ``count``."""
        mask = (self._stretched(most + 1, self.period)[0] if most >= self.start else self.head) & ((2 << max(most, 0)) - 1)
        if mask.bit_count() > count:
            return None
        digits = bin(mask)[:1:-1]  # the linear way through a long integer
        found, at = [], digits.find("1")
        while at >= 0:
            found.append(at)
            at = digits.find("1", at + 1)
        return found

    @property
    def finite(self) -> bool:
        """Whether there is a largest member, or none at all."""
        return not self.tail

    @property
    def residues(self) -> tuple[int, ...]:
        """Remainders modulo ``period`` of the members from some size on; empty for a finite set."""
        return tuple(bits(self.tail))

    @property
    def exceptions(self) -> tuple[int, ...]:
        """Sizes from the smallest member on that do not follow the residues; all members of a finite set."""
        least = self.min() or 1
        return tuple(bits((self.head ^ periodic(self.period, self.tail, self.start)) >> least << least))

    def describe(self, name: str) -> str:
        """The condition in words of Python: ``H % 16 == 0``, ``32 <= H <= 35``."""
        from .describe import condition  # wording is asked for once per report

        return condition(self, name)

    def __repr__(self) -> str:
        return f"SizeSet({self.describe('x')}{'' if self.complete else ', or fewer'})"


def _shortest(period: int, tail: int) -> tuple[int, int]:
    """The same pattern with the smallest period."""
    for prime in _primes(period):
        while period % prime == 0:
            shorter = period // prime
            part = tail & ((1 << shorter) - 1)
            if periodic(shorter, part, period) != tail:
                break
            period, tail = shorter, part
    return period, tail


def _primes(number: int) -> Iterable[int]:
    """Prime factors, each once."""
    at = 2
    while at * at <= number:
        if number % at == 0:
            yield at
            while number % at == 0:
                number //= at
        at += 1
    if number > 1:
        yield number
