"""Symbolic sizes: integer + sum of coefficient * product of atoms, kept in one interned normal form.

An atom is a variable (declared, or *unread*: a size nobody stated), ``floor(e / s)``, ``max(e, 0)`` or an
opaque operation. Two expressions that are the same sum are the same object, so ``is`` is structural equality.
Sizes are assumed to be >= 1 for declared variables; unread ones may be anything.
"""

from itertools import count
from math import gcd
from typing import Union

Dim = Union[int, "Expr"]
Monomial = tuple["Atom", ...]

_fresh = count(1)


class Atom:
    """An indivisible factor. ``key`` orders and identifies it; atoms are interned by it."""

    __slots__ = ("key", "kind", "name", "of", "by", "unread")
    _interned: dict[tuple[object, ...], "Atom"] = {}

    key: tuple[object, ...]
    kind: str
    name: str
    of: tuple["Dim", ...]
    by: int
    unread: bool

    @classmethod
    def make(cls, kind: str, name: str = "", of: tuple["Dim", ...] = (), by: int = 0, serial: int = 0) -> "Atom":
        ident = (kind, name, tuple(e if isinstance(e, int) else id(e) for e in of), by, serial)
        found = cls._interned.get(ident)
        if found is None:
            found = object.__new__(cls)
            found.kind, found.name, found.of, found.by = kind, name, of, by
            found.key = (kind, name, tuple(str(e) for e in of), by, serial)
            found.unread = kind == "unread" or any(isinstance(e, Expr) and e.unread for e in of)
            cls._interned[ident] = found
        return found

    def __str__(self) -> str:
        if self.kind == "floor":
            return f"{_wrapped(self.of[0])}//{self.by}"
        if self.kind == "pos":
            return f"max({self.of[0]}, 0)"
        if self.kind in ("var", "unread"):
            return self.name
        return f"{self.kind}({', '.join(str(e) for e in self.of)})"


class Expr:
    """A size that is not a plain number. Build one with :func:`sym` or :func:`unknown` and arithmetic."""

    __slots__ = ("const", "terms", "unread", "_text")
    _interned: dict[tuple[object, ...], "Expr"] = {}

    const: int
    terms: tuple[tuple[Monomial, int], ...]
    unread: bool
    _text: str

    @classmethod
    def make(cls, const: int, terms: dict[Monomial, int]) -> Dim:
        kept = {m: c for m, c in terms.items() if c}
        if not kept:
            return const
        ordered = tuple(sorted(kept.items(), key=lambda item: (-len(item[0]), [a.key[:2] for a in item[0]], str(item[0]))))
        ident = (const, tuple((tuple(id(a) for a in m), c) for m, c in ordered))
        found = cls._interned.get(ident)
        if found is None:
            found = object.__new__(cls)
            found.const, found.terms = const, ordered
            found.unread = any(a.unread for m, _ in ordered for a in m)
            found._text = _render(const, ordered)
            cls._interned[ident] = found
        return found

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return Expr.make(self.const + other, dict(self.terms))
        if not isinstance(other, Expr):
            return NotImplemented
        total = dict(self.terms)
        for monomial, coefficient in other.terms:
            total[monomial] = total.get(monomial, 0) + coefficient
        return Expr.make(self.const + other.const, total)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return self + -other

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return Expr.make(self.const * other, {m: c * other for m, c in self.terms})
        if not isinstance(other, Expr):
            return NotImplemented
        total: dict[Monomial, int] = {}
        for left, a in (*self.terms, ((), self.const)):
            for right, b in (*other.terms, ((), other.const)):
                product = tuple(sorted(left + right, key=lambda atom: (atom.key[:2], id(atom))))
                total[product] = total.get(product, 0) + a * b
        const = total.pop((), 0)
        return Expr.make(const, total)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floordiv(self, other)

    def __rfloordiv__(self, other: int) -> Dim:
        return floordiv(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - floordiv(self, other) * other

    def __rmod__(self, other: int) -> Dim:
        return other - floordiv(other, self) * self

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


def sym(name: str) -> Expr:
    """A declared size: any integer >= 1."""
    made = Expr.make(0, {(Atom.make("var", name),): 1})
    assert isinstance(made, Expr)
    return made


def unknown(name: str = "?") -> Expr:
    """A fresh unread size: equal to itself, and neither equal nor different to anything else."""
    made = Expr.make(0, {(Atom.make("unread", name, serial=next(_fresh)),): 1})
    assert isinstance(made, Expr)
    return made


def is_unknown(size: Dim) -> bool:
    """Whether an unread size takes part in ``size``."""
    return isinstance(size, Expr) and size.unread


def floordiv(left: Dim, right: Dim) -> Dim:
    """``left // right`` as Python computes it; ``right`` is taken to be non-zero."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    if isinstance(right, Expr):
        return _exact_quotient(left, right)
    assert isinstance(left, Expr)
    if right < 0:
        left, right = left * -1, -right
        assert isinstance(left, Expr)
    if right == 1:
        return left
    outer: Dim = 0
    rest: Dim = left.const
    for monomial, coefficient in left.terms:
        whole, small = divmod(coefficient, right)
        outer = outer + Expr.make(0, {monomial: whole})
        rest = rest + Expr.make(0, {monomial: small})
    if isinstance(rest, int):
        return outer + rest // right
    shared = gcd(right, *(c for _, c in rest.terms))
    if shared > 1:
        rest = Expr.make(rest.const // shared, {m: c // shared for m, c in rest.terms})
        right //= shared
        assert isinstance(rest, Expr)
        if right == 1:
            return outer + rest
    whole, small = divmod(rest.const, right)
    inner = Expr.make(small, dict(rest.terms))
    assert isinstance(inner, Expr)
    return outer + whole + _floor_atom(inner, right)


def _floor_atom(inner: Expr, by: int) -> Dim:
    if len(inner.terms) == 1:
        (monomial, coefficient), = inner.terms
        if coefficient == 1 and len(monomial) == 1 and monomial[0].kind == "floor":
            atom = monomial[0]
            return floordiv(atom.of[0] + inner.const * atom.by, by * atom.by)
    return Expr.make(0, {(Atom.make("floor", of=(inner,), by=by),): 1})


def _exact_quotient(left: Dim, right: Expr) -> Dim:
    if left is right:
        return 1
    if isinstance(left, Expr) and len(right.terms) == 1 and right.const == 0:
        (monomial, coefficient), = right.terms
        quotient: dict[Monomial, int] = {}
        for have, c in left.terms:
            remaining = list(have)
            if c % coefficient or any(remaining.count(a) < monomial.count(a) for a in monomial):
                break
            for atom in monomial:
                remaining.remove(atom)
            quotient[tuple(remaining)] = c // coefficient
        else:
            if left.const == 0:
                const = quotient.pop((), 0)
                return Expr.make(const, quotient)
    return Expr.make(0, {(Atom.make("quotient", of=(left, right)),): 1})


def dmax(left: Dim, right: Dim) -> Dim:
    """The larger of two sizes."""
    if isinstance(left, int) and isinstance(right, int):
        return max(left, right)
    if left is right:
        return left
    difference = left - right
    if isinstance(difference, int):
        return left if difference >= 0 else right
    return right + Expr.make(0, {(Atom.make("pos", of=(difference,)),): 1})


def dmin(left: Dim, right: Dim) -> Dim:
    """The smaller of two sizes."""
    return left + right - dmax(left, right)


def _wrapped(size: Dim) -> str:
    text = str(size)
    simple = isinstance(size, int) or (len(size.terms) == 1 and size.const == 0 and size.terms[0][1] == 1 and len(size.terms[0][0]) == 1)
    return text if simple else f"({text})"


def _render(const: int, terms: tuple[tuple[Monomial, int], ...]) -> str:
    text = ""
    for monomial, coefficient in terms:
        factors = [f"({atom})" if atom.kind == "floor" and (len(monomial) > 1 or abs(coefficient) != 1) else str(atom) for atom in monomial]
        body = "*".join(([str(abs(coefficient))] if abs(coefficient) != 1 else []) + factors)
        sign = "-" if coefficient < 0 else "+"
        text += f" {sign} {body}" if text else (f"-{body}" if coefficient < 0 else body)
    if const:
        text += f" {'-' if const < 0 else '+'} {abs(const)}"
    return text
