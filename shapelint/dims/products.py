"""Products of sizes: kept factored as long as possible, multiplied out where two of them are compared or where that is shorter."""

from __future__ import annotations

from .expr import GROUP, MAX_TERMS, Atom, Dim, Expr, Monomial, content, interned, make, over


def _key(atom: Atom) -> tuple[object, ...]:
    return atom.key


def factored(size: Dim) -> tuple[int, Monomial]:
    """``size`` as an integer times atoms; a sum of several terms becomes one atom, without its common factors and its sign."""
    if isinstance(size, int):
        return size, ()
    if len(size.terms) == 1 and size.const == 0:
        return size.terms[0][1], size.terms[0][0]
    whole = content(size)
    if size.terms[0][1] < 0:
        whole = -whole
    shared = () if size.const else _common([monomial for monomial, _ in size.terms])
    rest = over(size, whole)
    if shared:
        divided = sum_of([product(c, without(monomial, shared)) for monomial, c in rest.terms])
        scale, atoms = factored(divided)
        return whole * scale, shared + atoms
    return whole, (*shared, Atom.make(GROUP, of=(rest,)))


def _common(monomials: list[Monomial]) -> Monomial:
    """Atoms that stand in every monomial, as often as in each."""
    first, *others = monomials
    found: list[Atom] = []
    for atom in dict.fromkeys(first):
        found += [atom] * min(first.count(atom), *(other.count(atom) for other in others))
    return tuple(found)


def without(monomial: Monomial, removed: Monomial) -> Monomial:
    """``monomial`` less the atoms of ``removed``, which it contains."""
    rest = list(monomial)
    for atom in removed:
        rest.remove(atom)
    return tuple(rest)


def product(coefficient: int, atoms: Monomial) -> Dim:
    """An integer times atoms."""
    if not coefficient or not atoms:
        return coefficient
    if len(atoms) == 1:
        (atom,) = atoms
        return atom.of[0] * coefficient if atom.kind == GROUP else interned(0, ((atoms, coefficient),))
    return interned(0, ((tuple(sorted(atoms, key=_key)), coefficient),))


def sum_of(sizes: list[Dim]) -> Dim:
    """The sum of sizes."""
    found: Dim = 0
    for size in sizes:
        found = found + size
    return found


def expanded(size: Dim) -> Dim | None:
    """``size`` with its products multiplied out, so that equal polynomials become the same object; None where that grows too long."""
    if isinstance(size, int) or not size.grouped:
        return size
    terms: dict[Monomial, int] = {}
    for monomial, coefficient in size.terms:
        part = _multiplied(monomial, coefficient)
        if part is None or len(terms) + len(part) > MAX_TERMS:
            return None
        for atoms, c in part.items():
            terms[atoms] = terms.get(atoms, 0) + c
    return make(size.const + terms.pop((), 0), terms)


def _multiplied(monomial: Monomial, coefficient: int) -> dict[Monomial, int] | None:
    found: dict[Monomial, int] = {(): coefficient}
    for atom in monomial:
        inner = expanded(atom.of[0]) if atom.kind == GROUP else interned(0, (((atom,), 1),))
        if inner is None or isinstance(inner, int):
            return None
        following: dict[Monomial, int] = {}
        for left, a in found.items():
            for right, b in (*inner.terms, ((), inner.const)):
                atoms = tuple(sorted(left + right, key=_key))
                following[atoms] = following.get(atoms, 0) + a * b
        found = following
        if len(found) > MAX_TERMS:
            return None
    return found


def shorter(size: Dim) -> Dim:
    """``size`` or its expansion, whichever has fewer terms: ``(H + 1)*W - W`` is ``H*W``."""
    if isinstance(size, int) or len(size.terms) == 1:
        return size
    other = expanded(size)
    return size if other is None or (isinstance(other, Expr) and len(other.terms) >= len(size.terms)) else other
