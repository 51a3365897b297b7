"""Two straight lines between which a one-symbol size runs: they decide about sizes that obey no law, or too long a one.

Where the lower line is positive so is the size, so a question about all sizes is one about the few before that.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

from .expr import FLOOR, FMUL, GROUP, POS, VAR, Atom, Dim, Expr
from .interval import bounds

_ROUNDING = Fraction(1, 1 << 51)  # twice the relative error of a double times a double

Straight = tuple[Fraction, Fraction]  # slope and offset
Envelope = tuple[Straight, Straight]

_ZERO, _ONE = Fraction(0), Fraction(1)


def sign_from(size: Expr) -> tuple[int, int] | None:
    """``(x0, sign)``: ``size`` is positive (1) or negative (-1) for every value >= x0 of its symbol. None: neither is known."""
    found = envelope(size)
    if found is None:
        return None
    below, (slope, offset) = found
    for sign, (a, b) in ((1, below), (-1, (-slope, -offset))):
        if a > 0 or (a == 0 and b > 0):
            return (max(1, floor(-b / a) + 1) if a else 1), sign
    return None


def envelope(size: Dim) -> Envelope | None:
    """A line not above and a line not below ``size``, for every value >= 1 of its symbol."""
    if isinstance(size, int):
        return (_ZERO, Fraction(size)), (_ZERO, Fraction(size))
    low, high = (_ZERO, Fraction(size.const)), (_ZERO, Fraction(size.const))
    for monomial, coefficient in size.terms:
        found = _atom(monomial[0]) if len(monomial) == 1 else None
        if found is None:
            return None
        below, above = found if coefficient > 0 else found[::-1]
        low = low[0] + coefficient * below[0], low[1] + coefficient * below[1]
        high = high[0] + coefficient * above[0], high[1] + coefficient * above[1]
    return low, high


def _atom(atom: Atom) -> Envelope | None:
    if atom.kind == VAR:
        return (_ONE, _ZERO), (_ONE, _ZERO)
    inner = envelope(atom.of[0]) if atom.kind in (FLOOR, POS, GROUP, FMUL) else None
    if inner is None or atom.kind == GROUP:
        return inner
    (a, b), (c, d) = inner
    if atom.kind == FLOOR:
        return (a / atom.by, (b - atom.by + 1) / atom.by), (c / atom.by, d / atom.by)
    if atom.kind == POS:
        return (a, b) if a > 0 else (_ZERO, _ZERO), (c, max(d, _ZERO)) if c >= 0 else (_ZERO, max(c + d, _ZERO))
    least, _ = bounds(atom.of[0])
    if least is None or least < 0:
        return None
    less, more = Fraction(atom.scale) * (1 - _ROUNDING), Fraction(atom.scale) * (1 + _ROUNDING)
    return (less * a, less * b - 1), (more * c, more * d)
