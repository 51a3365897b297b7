"""Rounded lines ``m*floor((a*x + b)/s) + c`` through the values that a size takes on a set of sizes: which there are, and their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd, lcm
from typing import NamedTuple

from .expr import Dim
from .profile import MAX_WORK, Law
from .render import closed
from .sets import SizeSet
from .values import row

MAX_MEMBERS = 1 << 12    # sizes looked at
MAX_REACH = 1 << 20      # the largest of them
MAX_FACTOR = 1 << 12     # factors ``m`` tried


class Trace(NamedTuple):
    """The values of a size at the members of a set in one window: behind it both repeat, the size growing by ``growth``.

    ``rise / run``, in lowest terms, is its growth per size; on a finite set the window holds every member and ``growth`` is 0.
    """

    points: Sequence[int]
    values: Sequence[int]
    rise: int
    run: int
    growth: int

    @property
    def constant(self) -> int | None:
        """The one value there is, if there is just one."""
        return self.values[0] if self.growth == 0 and min(self.values) == max(self.values) else None


class Line(NamedTuple):
    """``m*floor((a*x + b)/s) + c`` with any ``b`` from ``least`` to ``most``. ``exact``: ``s`` divides ``a*x + least`` everywhere."""

    m: int
    a: int
    s: int
    c: int
    least: int
    most: int
    exact: bool

    def offsets(self) -> list[int]:
        """The ``b`` that a person would write: none, one that is whole, rounding up; else any."""
        whole = self.most // self.s * self.s
        up = self.most - (self.most + 1) % self.s
        chosen = [b for b in (0, whole, up) if self.least <= b <= self.most]
        return list(dict.fromkeys(chosen)) or [self.least]


def members(sizes: SizeSet, law: Law) -> list[int] | None:
    """The members in the window that decides about all of them; None where it is too long or too full."""
    period, _, start = law
    end = sizes.start - 1
    if not sizes.finite:
        end = max(start, sizes.start) - 1 + lcm(period, sizes.period)
    return None if end > MAX_REACH else sizes.up_to(end, MAX_MEMBERS)


def trace(size: Dim, law: Law, sizes: SizeSet) -> Trace | None:
    """The values of ``size``, which has that law, on ``sizes``; None for an empty set and over a limit."""
    points = members(sizes, law)
    weight = 1 if isinstance(size, int) else size.weight
    if not points or len(points) * weight > MAX_WORK:
        return None
    period, growth, _ = law
    repeats = lcm(period, sizes.period) // period if not sizes.finite else 0
    shared = gcd(growth, period)
    return Trace(points, row(size, points), growth // shared, period // shared, repeats * growth)


def straight(found: Trace) -> Line | None:
    """The line without rounding, if the values lie on one: ``(a*x + b)/s`` with ``s`` dividing it at each point."""
    constant = found.constant
    line = _fitted(found, 1, 0) if constant is None else Line(1, 0, 1, 0, constant, constant, True)
    return line if line is not None and line.exact else None


def lines(found: Trace) -> Iterator[Line]:
    """All rising rounded lines through the values, one for each ``m``."""
    if found.rise <= 0:
        return
    first = found.values[0]
    shared = gcd(found.growth, *[value - first for value in found.values])
    for m in [m for m in range(1, min(shared, MAX_FACTOR) + 1) if shared % m == 0]:
        line = _fitted(found, m, first % m)
        if line is not None:
            yield line


def _fitted(found: Trace, m: int, c: int) -> Line | None:
    """s*v <= a*x + b < s*v + s at every point, for v = (value - c)/m."""
    shared = gcd(found.rise, m)
    a, s = found.rise // shared, m // shared * found.run
    offsets = [s * ((value - c) // m) - a * x for x, value in zip(found.points, found.values, strict=True)]
    low, high = min(offsets), max(offsets)
    return Line(m, a, s, c, high, low + s - 1, low == high) if high < low + s else None


def written_straight(line: Line, name: str) -> str:
    """``H/16``, ``(H + 3)/4``, ``5 - H/2``: the text of an exact line."""
    a, b, s = line.a, line.least, line.s
    if a == 0:
        return str(b)
    c, b = (b // s, 0) if b % s == 0 else (0, b)
    sign = 1 if a > 0 else -1
    numerator = shifted(name if abs(a) == 1 else f"{abs(a)}*{name}", sign * b)
    quotient = numerator if s == 1 else f"{closed(numerator, 1)}/{s}"
    if sign > 0:
        return shifted(quotient, c)
    return f"{c} - {closed(quotient, 1)}" if c > 0 else shifted(f"-{closed(quotient, 2)}", c)


def written_rounded(line: Line, name: str) -> list[str]:
    """Texts of a rounded line, with the constant inside the rounding and outside it."""
    return [text for b in line.offsets() for text in quotients(line.m, line.a, b, line.s, line.c, name)]


def quotients(m: int, a: int, b: int, s: int, c: int, name: str) -> list[str]:
    """Texts of ``m*((a*name + b)//s) + c`` for a positive ``a``."""
    whole = b // s
    return [shifted(multiple(m, _quotient(a, name, b - s * shift, s)), c + m * shift) for shift in dict.fromkeys((0, whole, whole + 1))]


def _quotient(a: int, name: str, b: int, s: int) -> str:
    numerator = shifted(name if a == 1 else f"{a}*{name}", b)
    return numerator if s == 1 else f"{closed(numerator, 1)}//{s}"


def multiple(factor: int, text: str) -> str:
    """``factor*text``."""
    return text if factor == 1 else f"{factor}*{closed(text)}"


def shifted(text: str, by: int) -> str:
    """``text + by``."""
    return text if by == 0 else f"{text} {'-' if by < 0 else '+'} {abs(by)}"
