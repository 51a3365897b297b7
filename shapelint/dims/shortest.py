"""Sizes the way a person writes them: the shortest of the normal form and the rounded lines that equal it.

Equal everywhere, or just on given sets of sizes: with ``H % 16 == 0`` the text of ``H//16`` is ``H/16``, an exact division.
"""

from __future__ import annotations

from collections.abc import Mapping

from .expr import VAR, Atom, Dim, Expr, interned
from .lines import lines, straight, trace, written_rounded, written_straight
from .memo import CAPACITY
from .products import product
from .profile import law
from .render import closed, factor, joined, term, written
from .sets import SizeSet
from .settle import by_symbol, settled
from .values import substitute

Sizes = Mapping[str, SizeSet]

_ALL = SizeSet.all()
_known: dict[object, str] = {}


def nice(size: Dim, sizes: Sizes | None = None) -> str:
    """``size`` as a person writes it: ``H//2``, ``2*(H//16)``, ``(H + 3)//4``. Python's notation.

    The text equals ``size`` wherever every symbol is in its set of ``sizes`` (a symbol without one: any size). ``/`` stands
    for a division without a rest.
    """
    if isinstance(size, int):
        return str(size)
    known = {name: sizes[name] for name in sorted(size.names & sizes.keys()) if sizes[name] and sizes[name] != _ALL} if sizes else {}
    key = (size, *known.items()) if known else size
    found = _known.get(key)
    if found is None:
        found = _nice(size, known)
        if len(_known) >= CAPACITY:
            _known.clear()
        _known[key] = found
    return found


def _nice(size: Expr, sizes: Sizes) -> str:
    simpler = _simpler(size, sizes) if sizes else size
    if simpler is not size:
        text = nice(simpler, sizes)
        return min(text, nice(size), key=len) if len(size.names) == 1 else text
    if len(size.names) != 1 or size.unread:
        return written(size, lambda part: nice(part, sizes), lambda whole: _summed(whole, sizes))
    (name,) = size.names
    candidates = ([nice(size)] if sizes else []) + [written(size, lambda part: nice(part, sizes))] + _lines(size, sizes.get(name, _ALL))
    return min(candidates, key=lambda text: (text.count(name), len(text)))


def _simpler(size: Expr, sizes: Sizes) -> Dim:
    """``size`` with the symbols that can be one number replaced, and settled."""
    numbers = {name: members.up_to(members.start, 1) for name, members in sizes.items() if members.finite}
    try:
        return settled(substitute(size, {name: found[0] for name, found in numbers.items() if found}), sizes)
    except ZeroDivisionError:  # a divisor that is 0 on these sets: there is no number to write
        return size


def _lines(size: Expr, sizes: SizeSet) -> list[str]:
    (name,) = size.names
    found = law(size)
    values = found and trace(size, found, sizes)
    if not values:
        return []
    line = straight(values)
    exact = [] if line is None else [written_straight(line, name)]
    return exact + [text for line in lines(values) for text in written_rounded(line, name)]


def _summed(size: Expr, sizes: Sizes) -> str:
    """A sum of several symbols: the terms of one symbol together, every other term alone, with each factor on its own set."""
    parts = []
    for terms in by_symbol(size.terms):
        minus = terms[0][1] < 0
        part = interned(0, tuple([(monomial, abs(terms[0][1]) if len(terms) == 1 else -c if minus else c) for monomial, c in terms]))
        if len(part.names) == 1 and not part.unread:
            # Without sets the terms stay as they are, so that what reads the text finds the same object.
            text = nice(part, sizes) if sizes else written(part, nice)
        else:
            text = term(*part.terms[0], lambda atom: _factor(atom, sizes))
        parts.append((minus, closed(text, 1) if minus or text.startswith("-") else text))
    return joined(parts, size.const)


def _factor(atom: Atom, sizes: Sizes) -> str:
    if atom.kind == VAR or atom.unread or len(atom.names) != 1:
        return factor(atom, lambda part: nice(part, sizes))
    return nice(product(1, (atom,)), sizes)


