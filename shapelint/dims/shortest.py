"""Sizes the way a person writes them: the shortest of the normal form and ``(A*x + B)//S + C``, where the two are equal."""

from __future__ import annotations

from math import gcd

from .expr import Dim, Expr, over
from .memo import trim
from .profile import law, window
from .render import closed, written

MAX_WINDOW = 1 << 12

_known: dict[Expr, str] = {}


def nice(size: Dim) -> str:
    """``size`` as a person writes it: ``H//2``, ``2*(H//16)``, ``(H + 3)//4``. Python's notation; equal to ``size`` everywhere."""
    if isinstance(size, int):
        return str(size)
    if size not in _known:
        trim(_known)
        _known[size] = _nice(size)
    return _known[size]


def _nice(size: Expr) -> str:
    candidates = [written(size, nice)]
    if len(size.names) == 1 and not size.unread:
        candidates += _line(size)
        shared = gcd(*[c for _, c in size.terms])
        rest = size - size.const
        if isinstance(rest, Expr) and (shared > 1 or size.const):
            candidates += [_shifted(_multiple(shared, line), size.const) for line in _line(over(rest, shared))]
    (name,) = size.names if len(size.names) == 1 else ("",)
    return min(candidates, key=lambda text: (_mentions(text, name), len(text)))


def _mentions(text: str, name: str) -> int:
    return text.count(name) if name else 0


def _line(size: Expr) -> list[str]:
    """Texts of the one rounded line ``floor((A*x + B) / S)`` with ``A > 0`` that ``size`` is, if it is one."""
    found = law(size)
    if found is None or found[1] <= 0 or found[0] + found[2] > MAX_WINDOW:
        return []
    period, growth, start = found
    values = window(size, 1, start - 1 + period)
    if values is None:
        return []
    a, s = growth // gcd(growth, period), period // gcd(growth, period)
    offsets = [s * value - a * x for x, value in enumerate(values, 1)]  # s*f(x) <= a*x + b < s*f(x) + s
    least, most = max(offsets), min(offsets) + s - 1
    if least > most:
        return []
    b = 0 if least <= 0 <= most else least
    (name,) = size.names
    whole = b // s
    return [_quotient(a, name, b - s * shift, s, shift) for shift in (0, whole, whole + 1)]


def _quotient(a: int, name: str, b: int, s: int, shift: int) -> str:
    numerator = _shifted(name if a == 1 else f"{a}*{name}", b)
    return _shifted(numerator if s == 1 else f"{closed(numerator, 1)}//{s}", shift)


def _multiple(factor: int, text: str) -> str:
    return text if factor == 1 else f"{factor}*{closed(text)}"


def _shifted(text: str, by: int) -> str:
    return text if by == 0 else f"{text} {'-' if by < 0 else '+'} {abs(by)}"
