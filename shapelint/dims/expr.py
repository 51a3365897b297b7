"""Symbolic sizes: integer + sum of coefficient * product of atoms, kept in one interned normal form.

An atom is a variable (declared, or *unread*: a size nobody stated), ``floor(e / s)``, ``max(e, 0)``, a sum kept as one
factor of a product, a quotient of two symbolic sizes, or ``floor(e * scale)`` computed in doubles. The same sum is the same object, so ``is`` is structural
equality. Products stay factored (``16*(H//4 - 3)*(W//4 - 3)``): that is how they are read, and how they divide exactly.
Declared variables are >= 1; unread ones may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from itertools import count
from math import gcd
from weakref import WeakValueDictionary

# Kinds of atoms, in the order in which they are sorted.
VAR, UNREAD, FLOOR, POS, GROUP, QUOTIENT, FMUL = "var", "unread", "floor", "pos", "group", "quotient", "fmul"
_RANK = {kind: rank for rank, kind in enumerate((VAR, UNREAD, FLOOR, POS, GROUP, QUOTIENT, FMUL))}

# A sum beyond these becomes an unread size: no question about it is answered, and every walk over a sum stays short.
MAX_TERMS, MAX_DEPTH, MAX_WEIGHT, MAX_BITS = 64, 48, 600, 512

_NO_NAMES: frozenset[str] = frozenset()
_serials = count(1)
# Sums with an unread part are as many as there are unread sizes, so they go when nobody holds them.
_atoms: dict[object, Atom] = {}
_atoms_unread: WeakValueDictionary[object, Atom] = WeakValueDictionary()
_exprs: dict[object, Expr] = {}
_exprs_unread: WeakValueDictionary[object, Expr] = WeakValueDictionary()


class Atom:
    """An indivisible factor: ``of`` are the sizes it is made of, ``by`` the divisor of a floor, ``scale`` a factor > 0. Interned."""

    __slots__ = ("__weakref__", "by", "depth", "key", "kind", "name", "names", "of", "scale", "unread", "weight")

    key: tuple[object, ...]     # orders atoms by structure, so no order depends on hashes or on history
    names: frozenset[str]
    unread: bool
    weight: int
    depth: int

    def __init__(self, kind: str, name: str, of: tuple[Dim, ...], by: int, scale: float = 0.0, serial: int = 0) -> None:
        self.kind, self.name, self.of, self.by, self.scale = kind, name, of, by, scale
        self.key = (_RANK[kind], name, by, scale, serial, tuple([_key(size) for size in of]))
        self.names, self.unread, self.weight, self.depth = _NO_NAMES, kind == UNREAD, 1, 1
        if kind == VAR:
            self.names = frozenset((name,))
        for size in of:
            if isinstance(size, Expr):
                self.names = self.names | size.names if self.names else size.names
                self.unread = self.unread or size.unread
                self.weight += size.weight
                self.depth = max(self.depth, size.depth + 1)

    @staticmethod
    def make(kind: str, name: str = "", of: tuple[Dim, ...] = (), by: int = 0, scale: float = 0.0) -> Atom:
        ident = (kind, name, of, by, scale)
        found = _atoms.get(ident) or _atoms_unread.get(ident)
        if found is None:
            found = Atom(kind, name, of, by, scale)
            table: MutableMapping[object, Atom] = _atoms_unread if found.unread else _atoms
            table[ident] = found
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return (_unread_atom, (self.name,)) if self.kind == UNREAD else (Atom.make, (self.kind, self.name, self.of, self.by, self.scale))

    def __deepcopy__(self, memo: object) -> Atom:
        return self

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}{self.of}{self.by or self.scale or ''}>"


Monomial = tuple[Atom, ...]
Terms = tuple[tuple[Monomial, int], ...]


class Expr:
    """A size that is not a plain number. Build one with :func:`sym` or :func:`unknown` and arithmetic."""

    __slots__ = ("__weakref__", "const", "depth", "grouped", "names", "terms", "text", "unread", "weight")

    const: int
    terms: Terms
    names: frozenset[str]       # declared variables
    unread: bool
    grouped: bool               # a product with a sum in it stands here
    weight: int
    depth: int
    text: str | None            # written when first asked for

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return interned(self.const + other, self.terms) if other else self
        if not isinstance(other, Expr):
            return NotImplemented
        total = dict(self.terms)
        for monomial, coefficient in other.terms:
            total[monomial] = total.get(monomial, 0) + coefficient
        made = make(self.const + other.const, total)
        return products.shorter(made) if self.grouped or other.grouped else made

    __radd__ = __add__

    def __neg__(self) -> Expr:
        return times(self, -1)

    def __sub__(self, other: Dim) -> Dim:
        return 0 if other is self else self + -other

    def __rsub__(self, other: Dim) -> Dim:
        return times(self, -1) + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return times(self, other) if other else 0
        if not isinstance(other, Expr):
            return NotImplemented
        a, left = products.factored(self)
        b, right = products.factored(other)
        return products.product(a * b, left + right)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floors.floordiv(self, other)

    def __rfloordiv__(self, other: int) -> Dim:
        return floors.floordiv(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - floors.floordiv(self, other) * other

    def __rmod__(self, other: int) -> Dim:
        return other - floors.floordiv(other, self) * self

    def __str__(self) -> str:
        if self.text is None:
            from . import render  # most sizes are never shown

            self.text = render.text(self)
        return self.text

    __repr__ = __str__

    def __reduce__(self) -> tuple[object, ...]:
        return make, (self.const, dict(self.terms))

    def __deepcopy__(self, memo: object) -> Expr:
        return self


Dim = int | Expr


def _key(size: Dim) -> tuple[object, ...]:
    if isinstance(size, int):
        return (), size
    return tuple([(tuple([atom.key for atom in monomial]), coefficient) for monomial, coefficient in size.terms]), size.const


def _order(term: tuple[Monomial, int]) -> tuple[int, list[tuple[object, ...]]]:
    return -len(term[0]), [atom.key for atom in term[0]]


def make(const: int, terms: Mapping[Monomial, int]) -> Dim:
    """The sum of these terms, whose monomials are sorted and hold no lone sum."""
    kept = [term for term in terms.items() if term[1]]
    if not kept:
        return const
    if len(kept) > 1:
        kept.sort(key=_order)
    return interned(const, tuple(kept))


def interned(const: int, terms: Terms) -> Expr:
    """The one object for this sum; ``terms`` are not empty, sorted and have no zeros."""
    ident = (const, terms)
    found = _exprs.get(ident) or _exprs_unread.get(ident)
    return found if found is not None else _new(const, terms)


def _new(const: int, terms: Terms) -> Expr:
    made = object.__new__(Expr)
    made.const, made.terms, made.text = const, terms, None
    names, unread, grouped, weight, depth, largest = _NO_NAMES, False, False, 1, 0, 0
    for monomial, coefficient in terms:
        largest = max(largest, abs(coefficient))
        for atom in monomial:
            if atom.names is not names and not atom.names <= names:
                names = names | atom.names if names else atom.names
            if atom.unread:
                unread = True
            if atom.kind == GROUP:
                grouped = True
            weight += atom.weight
            if atom.depth > depth:
                depth = atom.depth
    made.names, made.unread, made.grouped, made.weight, made.depth = names, unread, grouped, weight, depth
    if len(terms) > MAX_TERMS or weight > MAX_WEIGHT or depth > MAX_DEPTH or largest.bit_length() > MAX_BITS:
        return unknown()
    table: MutableMapping[object, Expr] = _exprs_unread if unread else _exprs
    table[const, terms] = made
    return made


def times(size: Expr, factor: int) -> Expr:
    """``size * factor`` for a factor that is not 0."""
    if factor == 1:
        return size
    return interned(size.const * factor, tuple([(monomial, coefficient * factor) for monomial, coefficient in size.terms]))


def over(size: Expr, divisor: int) -> Expr:
    """``size / divisor`` where it divides every coefficient and the constant."""
    if divisor == 1:
        return size
    return interned(size.const // divisor, tuple([(monomial, coefficient // divisor) for monomial, coefficient in size.terms]))


def content(size: Expr) -> int:
    """The largest integer that divides the constant and every coefficient."""
    return gcd(size.const, *[coefficient for _, coefficient in size.terms])


def sym(name: str) -> Expr:
    """A declared size: any integer >= 1."""
    return interned(0, (((Atom.make(VAR, name),), 1),))


_OWN = "'"  # no name that a program writes has it


def fresh(name: str) -> Expr:
    """A size of at least 1 that is no other symbol, whatever others are called; it is written as ``name``."""
    return sym(f"{name}{_OWN}{next(_serials)}")


def shown_name(name: str) -> str:
    """A symbol as people read it."""
    return name.partition(_OWN)[0]


def unknown(name: str = "?") -> Expr:
    """A fresh unread size: equal to itself, and neither equal nor different to anything else."""
    return interned(0, (((_unread_atom(name),), 1),))


def _unread_atom(name: str) -> Atom:
    return Atom(UNREAD, name, (), 0, serial=next(_serials))


def is_unknown(size: Dim) -> bool:
    """Whether an unread size takes part in ``size``."""
    return isinstance(size, Expr) and size.unread


from . import floors, products  # noqa: E402  (they build on the classes above; the operators only forward to them)
