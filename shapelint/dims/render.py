"""Sizes as text in Python's notation: the normal form, with min and max where a person would write them."""

from __future__ import annotations

from collections.abc import Callable

from .expr import FLOOR, GROUP, POS, Atom, Dim, Expr, Monomial, Terms, make

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


def written(size: Dim, show: Show) -> str:
    """``size`` as a sum, with ``show`` for the sizes inside its atoms."""
    if isinstance(size, int):
        return str(size)
    plain = _sum(size.const, size.terms, show)
    maxima = [(monomial[0], c) for monomial, c in size.terms if len(monomial) == 1 and monomial[0].kind == POS and abs(c) == 1]
    if len(maxima) != 1:
        return plain
    other = _extreme(size, *maxima[0], show)
    return other if len(other) <= len(plain) else plain


def _extreme(size: Expr, atom: Atom, sign: int, show: Show) -> str:
    """y + max(d, 0) is max(y + d, y), and y - max(d, 0) is min(y, y - d)."""
    rest = make(size.const, {monomial: c for monomial, c in size.terms if monomial != (atom,)})
    if sign > 0:
        return f"max({show(rest + atom.of[0])}, {show(rest)})"
    return f"min({show(rest)}, {show(rest - atom.of[0])})"


def _sum(const: int, terms: Terms, show: Show) -> str:
    parts = [(coefficient < 0, _term(monomial, abs(coefficient), show)) for monomial, coefficient in terms]
    if const:
        parts.append((const < 0, str(abs(const))))
    parts.sort(key=lambda part: part[0])  # a positive part first, where there is one
    (negative, first), *others = parts
    if negative:
        first = "-" + closed(first, _PRODUCT)  # -H//2 would be (-H)//2
    return first + "".join(f" {'-' if minus else '+'} {part}" for minus, part in others)


def _term(monomial: Monomial, coefficient: int, show: Show) -> str:
    factors = [_atom(atom, show) for atom in sorted(monomial, key=_place)]
    if coefficient == 1 and len(factors) == 1:
        return factors[0]
    shown = [closed(factor, _CLOSED) for factor in factors]
    return "*".join([str(coefficient), *shown] if coefficient != 1 else shown)


def _place(atom: Atom) -> tuple[int, int]:
    """Plain symbols first, in the order of axes; the other factors stay as they are."""
    return (0, _ORDER.get(atom.name, _ORDER_OF_OTHERS)) if not atom.of else (1, 0)


def _atom(atom: Atom, show: Show) -> str:
    if not atom.of:
        return atom.name
    inner = show(atom.of[0])
    if atom.kind == FLOOR:
        return f"{closed(inner, _QUOTIENT)}//{atom.by}"
    if atom.kind == POS:
        return f"max({inner}, 0)"
    if atom.kind == GROUP:
        return f"({inner})"
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
