"""Questions about sizes: equal, at least, divides. Every answer is over all sizes the symbols may take."""

from .expr import Atom, Dim, Expr, floordiv
from .truth import Truth, truth


def equal(left: Dim, right: Dim) -> Truth:
    """Whether two sizes are the same number."""
    if isinstance(left, int) and isinstance(right, int):
        return truth(left == right)
    if left is right:
        return Truth.ALWAYS
    difference = left - right
    if isinstance(difference, int):
        return truth(difference == 0)
    if difference.unread:
        return Truth.UNKNOWN
    low, high = bounds(difference)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return Truth.NEVER
    return _sampled(difference, lambda value: value == 0)


def at_least(left: Dim, right: Dim) -> Truth:
    """Whether ``left >= right``."""
    if isinstance(left, int) and isinstance(right, int):
        return truth(left >= right)
    if left is right:
        return Truth.ALWAYS
    difference = left - right
    if isinstance(difference, int):
        return truth(difference >= 0)
    if difference.unread:
        return Truth.UNKNOWN
    low, high = bounds(difference)
    if low is not None and low >= 0:
        return Truth.ALWAYS
    if high is not None and high < 0:
        return Truth.NEVER
    return _sampled(difference, lambda value: value >= 0)


def divides(divisor: Dim, size: Dim) -> Truth:
    """Whether ``size % divisor == 0``."""
    return equal(size % divisor, 0)


def bounds(size: Dim) -> tuple[int | None, int | None]:
    """A lower and an upper bound of ``size`` with every declared symbol >= 1; None where there is none."""
    if isinstance(size, int):
        return size, size
    low: int | None = size.const
    high: int | None = size.const
    for monomial, coefficient in size.terms:
        below, above = _product_bounds(monomial)
        if coefficient < 0:
            below, above = above, below
        low = None if low is None or below is None else low + coefficient * below
        high = None if high is None or above is None else high + coefficient * above
    return low, high


def _product_bounds(monomial: tuple[Atom, ...]) -> tuple[int | None, int | None]:
    low, high = 1, 1
    bounded = True
    for atom in monomial:
        below, above = _atom_bounds(atom)
        if below is None or below < 0:
            return None, None
        low *= below
        bounded = bounded and above is not None
        high = high * above if bounded and above is not None else high
    return low, high if bounded else None


def _atom_bounds(atom: Atom) -> tuple[int | None, int | None]:
    if atom.kind == "var":
        return 1, None
    if atom.kind == "floor":
        low, high = bounds(atom.of[0])
        return None if low is None else low // atom.by, None if high is None else high // atom.by
    if atom.kind == "pos":
        low, high = bounds(atom.of[0])
        return max(low or 0, 0), None if high is None else max(high, 0)
    return None, None


def _sampled(size: Expr, holds: "Holds") -> Truth:
    """SOMETIMES when samples prove it both ways, else UNKNOWN: samples alone never prove ALWAYS or NEVER."""
    names = sorted(variables(size))
    seen: set[bool] = set()
    for value in (*range(1, 70), 96, 128, 224, 256, 512, 1000, 1024, 4096):
        try:
            seen.add(bool(holds(evaluate(size, {name: value + 3 * i for i, name in enumerate(names)}))))
        except ZeroDivisionError:
            continue
        if len(seen) == 2:
            return Truth.SOMETIMES
    return Truth.UNKNOWN


def variables(size: Dim) -> frozenset[str]:
    """Names of the declared symbols in ``size``."""
    if isinstance(size, int):
        return frozenset()
    found: set[str] = set()
    for monomial, _ in size.terms:
        for atom in monomial:
            if atom.kind == "var":
                found.add(atom.name)
            for part in atom.of:
                found |= variables(part)
    return frozenset(found)


def substitute(size: Dim, values: "dict[str, Dim]") -> Dim:
    """``size`` with declared symbols replaced."""
    from .expr import dmax

    if isinstance(size, int):
        return size
    total: Dim = size.const
    for monomial, coefficient in size.terms:
        product: Dim = coefficient
        for atom in monomial:
            parts = [substitute(part, values) for part in atom.of]
            if atom.kind == "var":
                factor: Dim = values.get(atom.name, Expr.make(0, {(atom,): 1}))
            elif atom.kind == "floor":
                factor = floordiv(parts[0], atom.by)
            elif atom.kind == "pos":
                factor = dmax(parts[0], 0)
            elif atom.kind == "quotient":
                factor = floordiv(parts[0], parts[1])
            else:
                factor = Expr.make(0, {(atom,): 1})
            product = product * factor
        total = total + product
    return total


def evaluate(size: Dim, values: dict[str, int]) -> int:
    """The number ``size`` is for these symbol values. KeyError for a symbol without a value."""
    found = substitute(size, dict(values))
    if isinstance(found, int):
        return found
    raise KeyError(str(found))


from collections.abc import Callable  # noqa: E402

Holds = Callable[[int], bool]
