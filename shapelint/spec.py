"""The notation for shapes: ``"N 3 H W"``. Parse it, print it, match it with actual shapes.

One input is axes separated by spaces or commas, optionally in ``()`` or ``[]``, then optionally ``: dtype``; several
inputs are separated by ``;``. An axis is a number, a name, ``_`` or ``?`` (not stated), or arithmetic in names and
numbers with ``+ - * // /`` (``/`` is an exact division), ``max``, ``min`` and ``floor(H*0.7)``. ``...`` at the front stands for any leading axes.
Strings of jaxtyping parse where they mean the same: ``*batch`` is ``...``; ``#n``, ``?n`` and ``_n`` are not stated; ``h=3`` is 3.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from .dims import (
    Dim,
    Expr,
    Truth,
    at_least,
    divides,
    dmax,
    dmin,
    equal,
    floordiv,
    is_unknown,
    nice,
    solve_eq0,
    substitute,
    sym,
    unknown,
    variables,
)
from .formulas import scaled
from .shapes import Shape

_KINDS = {
    "float": "float32 float float16 half bfloat16 float64 double float8_e4m3fn float8_e5m2",
    "int": "int64 long int32 int int16 short int8 uint8 uint16 uint32 uint64",
    "bool": "bool",
    "complex": "complex64 cfloat complex128 cdouble complex32 chalf",
}
_KIND_OF_DTYPE = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_TOKEN = re.compile(r"(?P<space>\s+)|(?P<decimal>[0-9]+\.[0-9]+(?:e[-+]?[0-9]+)?|[0-9]+e-[0-9]+)|(?P<int>[0-9]+)|(?P<name>[^\W\d]\w*)|//|\.\.\.|…|[-+*/()?#=,]|(?P<other>.)", re.DOTALL)
_DIGITS = 18
_OPERAND = "expected a number or a name"


class SpecError(ValueError):
    """A text that is not in the notation: one line, and the column (0-based) where the trouble starts."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message, self.column = message, column


class Spec(NamedTuple):
    """One input as declared. ``open_rank``: any number of axes may stand before ``shape``."""

    shape: Shape
    open_rank: bool = False
    dtype: str | None = None

    @property
    def kind(self) -> str | None:
        """The coarse dtype: "float", "int", "bool", "complex", or None when no dtype is stated."""
        return None if self.dtype is None else _KIND_OF_DTYPE[self.dtype]

    def bind(self, actual: Shape, env: "Mapping[str, Dim] | None" = None) -> "dict[str, Dim] | Mismatch":
        """:func:`bind` for this declaration."""
        return bind(self.shape, actual, env, open_rank=self.open_rank)


class Mismatch(NamedTuple):
    """Where an actual shape cannot be the declared one. ``axis`` counts in the actual shape; None: the number of axes differs."""

    axis: int | None
    declared: Dim
    actual: Dim

    @property
    def message(self) -> str:
        if self.axis is None:
            return f"has {self.actual} axes, declared with {self.declared}"
        return f"axis {self.axis} is {nice(self.actual)}, declared {nice(self.declared)}"


def parse_spec(text: str) -> list[Spec]:
    """The inputs that ``text`` declares. The empty text is one scalar, as in jaxtyping. Raises :class:`SpecError`."""
    found: list[Spec] = []
    start = 0
    parts = text.split(";")
    for part in parts:
        if not part.strip() and len(parts) > 1:
            raise SpecError("expected sizes on both sides of ';' (a scalar is written '()')", start)
        found.append(_parse_input(text, start, start + len(part)))
        start += len(part) + 1
    return found


def _parse_input(text: str, start: int, end: int) -> Spec:
    dtype = None
    colon = text.find(":", start, end)
    if colon >= 0:
        written = text[colon + 1 : end].strip()
        dtype = written.removeprefix("torch.")
        if dtype not in _KIND_OF_DTYPE:
            raise SpecError(f"dtype '{written}': expected a dtype of torch, such as float32 or int64", colon)
        end = colon
    shape, open_rank = _Axes(text, *_without_brackets(text, start, end)).read()
    return Spec(shape, open_rank, dtype)


def _without_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """The span inside one pair of brackets that surrounds everything."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    inside = text[start:end]
    if inside.startswith("["):
        if not inside.endswith("]"):
            raise SpecError("'[' is never closed", start)
        return start + 1, end - 1
    if not inside.startswith("("):
        return start, end
    depth = 0
    for at, char in enumerate(inside):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return (start + 1, end - 1) if at == len(inside) - 1 else (start, end)
    raise SpecError("'(' is never closed", start)


class _Token(NamedTuple):
    kind: str       # "int", "name", "end" or the text itself
    text: str
    column: int
    spaced: bool    # white space before it


class _Axes:
    """Reads the axes of one input, left to right."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.end = text, end
        self.tokens: list[_Token] = []
        self.at = 0
        self.axis_start = start
        spaced = True
        for match in _TOKEN.finditer(text, start, end):
            kind = match.lastgroup or match.group()
            if kind != "space":
                self.tokens.append(_Token(kind, match.group(), match.start(), spaced))
            spaced = kind == "space"
        self.tokens.append(_Token("end", "", end, spaced))

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def joined(self, *kinds: str) -> bool:
        """Whether the next token is one of ``kinds`` and touches the one before."""
        return self.next.kind in kinds and not self.next.spaced

    def fail(self, why: str, after: bool = False) -> SpecError:
        """An error about this axis up to the next token, or (``after``) up to what has been read."""
        last = self.tokens[self.at - 1]
        stop = last.column + len(last.text) if after else self.next.column
        while stop < self.end and not self.text[stop].isspace() and self.text[stop] != ",":
            stop += 1
        return SpecError(f"size '{self.text[self.axis_start : stop].strip()}': {why}", self.axis_start)

    def read(self) -> tuple[Shape, bool]:
        sizes: list[Dim] = []
        open_rank = False
        while self.next.kind != "end":
            self.axis_start = self.next.column
            if self.leading():
                if sizes or open_rank:
                    raise SpecError("'...' may stand only once, at the front", self.axis_start)
                open_rank = True
            else:
                sizes.append(self.axis())
            if self.next.kind == ",":
                self.take()
            elif self.next.kind != "end" and not self.next.spaced:
                raise self.fail(f"write {self.text[self.axis_start : self.next.column]}*{self.next.text}" if self.next.kind == "name" else _OPERAND)
        return tuple(sizes), open_rank

    def leading(self) -> bool:
        """Take ``...``, ``*name``, ``#*name`` or ``*#name``, if that comes next."""
        if self.next.kind in ("...", "…"):
            self.take()
            return True
        texts = [token.kind for token in self.tokens[self.at : self.at + 3]]
        length = 2 if texts[:2] == ["*", "name"] else 3 if texts[:3] in (["#", "*", "name"], ["*", "#", "name"]) else 0
        self.at += length
        return length > 0

    def axis(self) -> Dim:
        if self.next.kind in ("#", "?"):
            self.take()
            if self.joined("name", "int"):
                self.take()
            return unknown()
        if self.next.kind == "name" and self.tokens[self.at + 1].kind == "=":
            self.at += 2
            if self.next.kind != "int":
                raise self.fail("expected a number after '='")
            return self.number()
        size = self.sum(False)
        if isinstance(size, int) and size < 0:
            raise self.fail("a size cannot be negative", after=True)
        return size

    def operator(self, kinds: tuple[str, ...], inside: bool) -> str | None:
        """Take an operator that joins two operands. Outside parentheses it has spaces on both sides or on neither, as spaces separate axes."""
        if self.next.kind not in kinds:
            return None
        after = self.tokens[self.at + 1]
        if not inside and self.next.spaced != after.spaced and not (after.kind == "end" and not self.next.spaced):
            return None
        return self.take().kind

    def sum(self, inside: bool) -> Dim:
        total = self.product(inside)
        while (sign := self.operator(("+", "-"), inside)) is not None:
            term = self.product(inside)
            total = total + term if sign == "+" else total - term
        return total

    def product(self, inside: bool) -> Dim:
        total = self.operand(inside)
        while (sign := self.operator(("*", "//", "/"), inside)) is not None:
            factor = self.operand(inside)
            total = total * factor if sign == "*" else self.quotient(total, factor, sign == "/")
        return total

    def quotient(self, left: Dim, right: Dim, exact: bool) -> Dim:
        if isinstance(right, int) and right == 0:
            raise self.fail("division by zero", after=True)
        if exact and divides(right, left) is Truth.NEVER:
            raise self.fail("not a whole number", after=True)
        return floordiv(left, right)

    def number(self) -> int:
        if len(self.next.text) > _DIGITS:
            raise self.fail(f"a number of more than {_DIGITS} digits")
        return int(self.take().text)

    def operand(self, inside: bool) -> Dim:
        token = self.next
        if token.kind == "int":
            return self.number()
        if token.kind == "-" and not self.tokens[self.at + 1].spaced:
            self.take()
            return -self.operand(inside)
        if token.kind == "?":
            self.take()
            return unknown()
        if token.kind == "(":
            self.take()
            return self.closed(self.sum(True))
        if token.kind != "name":
            raise self.fail(_OPERAND)
        self.take()
        if token.text in ("max", "min") and self.joined("("):
            return self.extreme(token.text)
        if token.text == "floor" and self.joined("("):
            return self.scaled()
        return unknown() if token.text.startswith("_") else sym(token.text)

    def extreme(self, which: str) -> Dim:
        self.take()
        size = self.sum(True)
        while self.next.kind == ",":
            self.take()
            size = (dmax if which == "max" else dmin)(size, self.sum(True))
        return self.closed(size)

    def scaled(self) -> Dim:
        """``floor(H*0.7)``: what torch makes of a ``scale_factor`` that is no short fraction."""
        self.take()
        size = self.operand(True)
        if self.next.kind != "*" or self.tokens[self.at + 1].kind != "decimal":
            raise self.fail("expected '*' and a decimal number, as in floor(H*0.7)")
        self.take()
        factor = float(self.take().text)
        if not 0 < factor < float("inf"):
            raise self.fail("the factor must be positive", after=True)
        return self.closed(scaled(size, factor))

    def closed(self, size: Dim) -> Dim:
        if self.next.kind != ")":
            raise self.fail("expected ')'")
        self.take()
        return size


def show_spec(spec: Spec) -> str:
    """``spec`` in the notation; parses back to an equal one."""
    axes = ["..."] if spec.open_rank else []
    axes += ["_" if is_unknown(size) else nice(size).replace(" ", "") for size in spec.shape]
    return (" ".join(axes) or "()") + (f": {spec.dtype}" if spec.dtype else "")


def bind(shape: Shape, actual: Shape, env: Mapping[str, Dim] | None = None, *, open_rank: bool = False) -> dict[str, Dim] | Mismatch:
    """Values of the names in ``shape`` that make it ``actual``, starting from ``env``; or the first axis that cannot match.

    Only what is proven is a mismatch: sizes that may be equal, or that nobody stated, match. Names bound to an unread
    size take a stated one when a later axis gives it.
    """
    skipped = len(actual) - len(shape)
    if skipped < 0 or (skipped and not open_rank):
        return Mismatch(None, len(shape), len(actual))
    found = dict(env or {})
    pairs = [(axis + skipped, size, actual[axis + skipped]) for axis, size in enumerate(shape)]
    # Plain names first, so that "H-2 H" binds H wherever it stands.
    for axis, declared, size in sorted(pairs, key=lambda pair: not _is_name(pair[1])):
        if not _settle(found, declared, size):
            return Mismatch(axis, substitute(declared, found), size)
    return found


def _is_name(size: Dim) -> bool:
    return isinstance(size, Expr) and str(size) in variables(size)


def _settle(found: dict[str, Dim], declared: Dim, actual: Dim) -> bool:
    """Match one axis, adding to ``found``; False when it cannot match."""
    names = variables(declared)
    free = [name for name in names if name not in found]
    if not free:
        known = substitute(declared, found)
        if _is_name(declared) and is_unknown(known) and not is_unknown(actual):
            found[str(declared)] = actual
            return True
        return equal(known, actual) is not Truth.NEVER
    if len(free) == 1:
        return _solve(found, free[0], substitute(declared, found), actual)
    return True


def _solve(found: dict[str, Dim], name: str, declared: Dim, actual: Dim) -> bool:
    """Bind ``name`` where one value is left for it. A symbolic ``actual`` is solved for where ``declared`` is ``a*name + c``."""
    if isinstance(actual, int) and not _is_name(declared):
        sizes = solve_eq0(declared - actual)
        if sizes is not None and sizes.complete:
            least = sizes.min()
            if least is not None and sizes.next(least + 1) is None:
                found[name] = least
            return least is not None
    zero, one, two = (substitute(declared, {name: value}) for value in (0, 1, 2))
    if not (isinstance(zero, int) and isinstance(one, int) and isinstance(two, int)):
        return True
    slope = one - zero
    if slope == 0 or equal(declared, slope * sym(name) + zero) is not Truth.ALWAYS:
        return True
    whole = divides(slope, actual - zero)
    if whole is Truth.NEVER:
        return False
    if whole is not Truth.ALWAYS:
        return True
    value = floordiv(actual - zero, slope)
    if at_least(value, 1) is Truth.NEVER and not _is_name(declared):
        return False
    found[name] = value
    return True
