"""Sizes as numbers: evaluate one point, a whole row of points, or put other sizes in the place of symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .expr import FLOOR, FMUL, GROUP, POS, UNREAD, VAR, Atom, Dim
from .floors import dmax, floordiv, fmul, fmul_value
from .products import product


def variables(size: Dim) -> frozenset[str]:
    """Names of the declared symbols in ``size``."""
    return frozenset() if isinstance(size, int) else size.names


def evaluate(size: Dim, values: Mapping[str, int]) -> int:
    """The number ``size`` is for these symbol values. KeyError for a symbol without a value and for an unread size."""
    if isinstance(size, int):
        return size
    total = size.const
    for monomial, coefficient in size.terms:
        for atom in monomial:
            coefficient *= _atom_value(atom, values)
        total += coefficient
    return total


def _atom_value(atom: Atom, values: Mapping[str, int]) -> int:
    if atom.kind == VAR:
        return values[atom.name]
    if atom.kind == UNREAD:
        raise KeyError(atom.name)
    inner = evaluate(atom.of[0], values)
    if atom.kind == FLOOR:
        return inner // atom.by
    if atom.kind == POS:
        return inner if inner > 0 else 0
    if atom.kind == FMUL:
        return fmul_value(inner, atom.scale)
    return inner if atom.kind == GROUP else inner // evaluate(atom.of[1], values)


def row(size: Dim, points: Sequence[int]) -> list[int]:
    """``size``, which has one symbol and no quotient, at each of the values of that symbol."""
    return _Row(points).of(size)


class _Row:
    """Whole columns at a time: some 50 ns per point and atom, where a walk per point takes a microsecond."""

    def __init__(self, points: Sequence[int]) -> None:
        self.points = points
        self.known: dict[Atom, Sequence[int]] = {}

    def of(self, size: Dim) -> list[int]:
        if isinstance(size, int):
            return [size] * len(self.points)
        total: list[int] | None = None
        for monomial, coefficient in size.terms:
            column = self.atom(monomial[0])
            for atom in monomial[1:]:
                column = [a * b for a, b in zip(column, self.atom(atom), strict=True)]
            if total is None:
                total = [coefficient * a + size.const for a in column]
            elif coefficient == 1:
                total = [t + a for t, a in zip(total, column, strict=True)]
            else:
                total = [t + coefficient * a for t, a in zip(total, column, strict=True)]
        assert total is not None
        return total

    def atom(self, atom: Atom) -> Sequence[int]:
        if atom.kind == VAR:
            return self.points
        found = self.known.get(atom)
        if found is None:
            inner = self.of(atom.of[0])
            if atom.kind == FLOOR:
                by = atom.by
                inner = [a // by for a in inner]
            elif atom.kind == POS:
                inner = [a if a > 0 else 0 for a in inner]
            elif atom.kind == FMUL:
                inner = [fmul_value(a, atom.scale) for a in inner]
            found = self.known[atom] = inner
        return found


def substitute(size: Dim, values: Mapping[str, Dim]) -> Dim:
    """``size`` with declared symbols replaced, all at once."""
    return _Substitution(values).of(size)


class _Substitution:
    def __init__(self, values: Mapping[str, Dim]) -> None:
        self.values = values
        self.known: dict[Atom, Dim] = {}

    def of(self, size: Dim) -> Dim:
        if isinstance(size, int) or size.names.isdisjoint(self.values):
            return size
        total: Dim = size.const
        for monomial, coefficient in size.terms:
            factor: Dim = coefficient
            for atom in monomial:
                factor = factor * self.atom(atom)
            total = total + factor
        return total

    def atom(self, atom: Atom) -> Dim:
        found = self.known.get(atom)
        if found is None:
            found = self.known[atom] = self.built(atom)
        return found

    def built(self, atom: Atom) -> Dim:
        if atom.names.isdisjoint(self.values):
            return product(1, (atom,))
        if atom.kind == VAR:
            return self.values[atom.name]
        inner = self.of(atom.of[0])
        if atom.kind == FLOOR:
            return floordiv(inner, atom.by)
        if atom.kind == POS:
            return dmax(inner, 0)
        if atom.kind == FMUL:
            return fmul(inner, atom.scale)
        return inner if atom.kind == GROUP else floordiv(inner, self.of(atom.of[1]))


__all__ = ["evaluate", "row", "substitute", "variables"]
