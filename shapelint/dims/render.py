"""Sizes as text in Python's notation: the normal form, with min and max where a person would write them."""

from __future__ import annotations

from collections.abc import Callable

from .expr import FLOOR, FMUL, GROUP, POS, Atom, Dim, Expr, Monomial, make, shown_name

Show = Callable[[Dim], str]

# Factors in the order of axes: batch, channels, time or depth, height, width; other names between channels and time.
_NAMES = ("N n B b batch batch_size", "C c C_in C_out channels", "", "T t L l S s", "D d", "H h", "W w")
_ORDER = {name: rank for rank, names in enumerate(_NAMES) for name in names.split()}
_ORDER_OF_OTHERS = 2


# How tightly a text binds: what it may stand in without parentheses.
_SUM, _QUOTIENT, _PRODUCT, _CLOSED = range(4)


def text(size: Dim) -> str:
    """``size`` in its normal form."""
    return written(size, str)  # an Expr keeps its text, so shared parts are written once


def written(size: Dim, show: Show, summed: Callable[[Expr], str] | None = None) -> str:
    """``size`` as a sum (``summed`` writes it, if given), with ``show`` for the sizes inside its atoms; or as a maximum or minimum."""
    if isinstance(size, int):
        return str(size)
    plain = _sum(size, show) if summed is None else summed(size)
    maxima = [(monomial[0], c) for monomial, c in size.terms if len(monomial) == 1 and monomial[0].kind == POS]
    if len(maxima) != 1:
        return plain
    other = _extreme(size, *maxima[0], show)
    return other if len(other) <= len(plain) else plain


def _extreme(size: Expr, atom: Atom, factor: int, show: Show) -> str:
    """y + k*max(d, 0) is max(y + k*d, y), and y - k*max(d, 0) is min(y, y - k*d)."""
    rest = make(size.const, {monomial: c for monomial, c in size.terms if monomial != (atom,)})
    other = rest + atom.of[0] * factor
    return f"max({show(other)}, {show(rest)})" if factor > 0 else f"min({show(rest)}, {show(other)})"


def _sum(size: Expr, show: Show) -> str:
    parts = [(coefficient < 0, term(monomial, abs(coefficient), lambda atom: factor(atom, show))) for monomial, coefficient in size.terms]
    return joined(parts, size.const)


def joined(parts: list[tuple[bool, str]], const: int) -> str:
    """Parts, each with whether it is taken away, and a constant, as a sum."""
    if const:
        parts = [*parts, (const < 0, str(abs(const)))]
    parts = sorted(parts, key=lambda part: part[0])  # a positive part first, where there is one
    (negative, first), *others = parts
    if negative:
        first = "-" + closed(first, _PRODUCT)  # -H//2 would be (-H)//2
    return first + "".join(f" {'-' if minus else '+'} {part}" for minus, part in others)


def term(monomial: Monomial, coefficient: int, of_factor: Callable[[Atom], str]) -> str:
    """A product with a positive coefficient."""
    factors = [of_factor(atom) for atom in sorted(monomial, key=_place)]
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    shown = [closed(factor, _CLOSED) for factor in factors]
    return "*".join([str(coefficient), *shown] if coefficient != 1 else shown)


def _place(atom: Atom) -> tuple[int, int]:
    """Plain symbols first, in the order of axes; the other factors stay as they are."""
    return (0, _ORDER.get(shown_name(atom.name), _ORDER_OF_OTHERS)) if not atom.of else (1, 0)


def factor(atom: Atom, show: Show) -> str:
    """An atom, with ``show`` for the sizes inside it."""
    if not atom.of:
        return shown_name(atom.name)
    inner = show(atom.of[0])
    if atom.kind == FLOOR:
        return f"{closed(inner, _QUOTIENT)}//{atom.by}"
    if atom.kind == POS:
        return f"max({inner}, 0)"
    if atom.kind == GROUP:
        return f"({inner})"
    if atom.kind == FMUL:
        return f"floor({closed(inner)}*{atom.scale!r})"
    return f"{closed(inner, _QUOTIENT)}//{closed(show(atom.of[1]), _CLOSED)}"


def closed(part: str, least: int = _CLOSED) -> str:
    """``part``, in parentheses unless it binds as tightly as ``least``."""
    return part if _binding(part) >= least else f"({part})"


def _binding(part: str) -> int:
    """The loosest operator outside parentheses."""
    depth, found = 0, _CLOSED
    for char in part:
        depth += (char == "(") - (char == ")")
        if depth == 0 and char in "+-":
            return _SUM
        if depth == 0 and char in "*/":
            found = min(found, _PRODUCT if char == "*" else _QUOTIENT)
    return found
