"""Sizes made simpler where their symbols are known to be in certain sets: maxima that never act go, and so do roundings."""

from __future__ import annotations

from collections.abc import Mapping

from .expr import FLOOR, FMUL, GROUP, POS, UNREAD, VAR, Atom, Dim, Expr, Monomial, Terms, sym
from .floors import dmax, floordiv, fmul
from .lines import Line, straight, trace
from .products import product
from .profile import law
from .sets import SizeSet
from .solve import solve_ge0

Sizes = Mapping[str, SizeSet]


def settled(size: Dim, sizes: Sizes) -> Dim:
    """A size that equals ``size`` wherever each symbol is in its set. Roundings with a rest, and those of several symbols, stay."""
    if isinstance(size, int) or size.unread or size.names.isdisjoint(sizes):
        return size
    line = _straight(size, sizes)
    if line is not None and line.s == 1:
        (name,) = size.names
        return line.a * sym(name) + line.least
    total: Dim = size.const
    for terms in by_symbol(size.terms):
        for monomial, coefficient in terms:
            total = total + _term(monomial, coefficient, sizes)
    return total


def _term(monomial: Monomial, coefficient: int, sizes: Sizes) -> Dim:
    """A lone exact quotient swallows what its coefficient holds: ``16*N*(H//16)`` is ``N*H``."""
    whole = {atom: line for atom in monomial if (line := _straight(product(1, (atom,)), sizes)) is not None and line.s > 1}
    for atom, line in whole.items():
        if len(monomial) > 1 and sum(other in whole for other in monomial) == 1 and coefficient % line.s == 0 and line.least % line.s == 0:
            (name,) = atom.names
            coefficient //= line.s
            rest = list(monomial)
            rest.remove(atom)
            return _product(coefficient, tuple(rest), sizes) * (line.a * sym(name) + line.least)
    return _product(coefficient, monomial, sizes)


def _product(coefficient: int, monomial: Monomial, sizes: Sizes) -> Dim:
    found: Dim = coefficient
    for atom in monomial:
        found = found * _atom(atom, sizes)
    return found


def _atom(atom: Atom, sizes: Sizes) -> Dim:
    if atom.kind in (VAR, UNREAD):
        return product(1, (atom,))
    size = product(1, (atom,))
    line = _straight(size, sizes)
    if line is not None and line.s == 1:
        (name,) = atom.names
        return line.a * sym(name) + line.least
    inner = settled(atom.of[0], sizes)
    if atom.kind == FLOOR:
        return floordiv(inner, atom.by)
    if atom.kind == FMUL:
        return fmul(inner, atom.scale)
    if atom.kind == GROUP:
        return inner
    return _maximum(inner, sizes) if atom.kind == POS else floordiv(inner, settled(atom.of[1], sizes))


def _maximum(inner: Dim, sizes: Sizes) -> Dim:
    if isinstance(inner, Expr) and len(inner.names) == 1:
        (name,) = inner.names
        positive, negative = solve_ge0(inner), solve_ge0(-inner)
        if positive is not None and name in sizes and sizes[name].subset(positive):
            return inner
        if negative is not None and name in sizes and sizes[name].subset(negative):
            return 0
    return dmax(inner, 0)


def _straight(size: Dim, sizes: Sizes) -> Line | None:
    if isinstance(size, int) or size.unread or len(size.names) != 1 or size.names.isdisjoint(sizes):
        return None
    found = law(size)
    (name,) = size.names
    values = found and trace(size, found, sizes[name])
    return straight(values) if values else None


def by_symbol(terms: Terms) -> list[Terms]:
    """Terms in one and the same symbol together; every other term alone."""
    together: dict[object, Terms] = {}
    for term in terms:
        names = frozenset[str]().union(*(atom.names for atom in term[0]))
        key: object = names if len(names) == 1 and not any(atom.unread for atom in term[0]) else term
        together[key] = (*together.get(key, ()), term)
    return list(together.values())
