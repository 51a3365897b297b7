"""einops: rearrange, reduce, repeat, einsum, and the layers Rearrange and Reduce. Patterns are read as einops reads them."""

from typing import Any

from ..dims import Dim, prod
from ..shapes import Shape, show
from .declare import Layer, function, module
from .einsum import summed
from .examples import call
from .kinds import Raw, Size, T, Tensor, Text
from .problems import Problem, Unread, refuse, require_divides, require_equal

_REST = "..."
_REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")


class Group:
    """One axis of a side of a pattern: the elementary axes it is made of. Numbers stand for axes of that length."""

    __slots__ = ("names", "bracketed")

    def __init__(self, names: list[str], bracketed: bool) -> None:
        self.names, self.bracketed = names, bracketed

    @property
    def is_rest(self) -> bool:
        return self.names == [_REST] and not self.bracketed


def _wrong(message: str) -> Exception:
    return refuse(Problem.HYPER_PARAMETER, message, arg="pattern", param="pattern")


def _side(text: str) -> list[Group]:
    """One side of a pattern as groups."""
    plain = text.replace(_REST, "\u2026")
    if "." in plain or plain.count("\u2026") > 1:
        raise _wrong(f"{text.strip()!r}: dots may stand only in one ellipsis")
    for sign in "()\u2026":
        plain = plain.replace(sign, f" {sign} ")
    groups: list[Group] = []
    inside = False
    for token in plain.split():
        if token == "(":
            if inside:
                raise _wrong(f"{text.strip()!r}: brackets inside brackets are not allowed")
            groups.append(Group([], True))
            inside = True
        elif token == ")":
            if not inside:
                raise _wrong(f"{text.strip()!r}: a bracket is not opened")
            inside = False
        else:
            name = _REST if token == "\u2026" else _name(token)
            if inside:
                groups[-1].names += [name] if name != "1" else []
            else:
                groups.append(Group([name] if name != "1" else [], False))
    if inside:
        raise _wrong(f"{text.strip()!r}: a bracket is not closed")
    names = [name for group in groups for name in group.names if not name.isdecimal()]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(f"axis {name!r} stands twice in {text.strip()!r}")
    return groups


def _name(token: str) -> str:
    if token.isdecimal():
        if int(token) == 0:
            raise _wrong("an axis cannot have the length 0")
        return str(int(token))
    if not token.isidentifier() or token[0] == "_" or token[-1] == "_":
        raise _wrong(f"{token!r} is not the name of an axis")
    return token


class Pattern:
    """``left -> right``, checked for one of the operations rearrange, reduce and repeat."""

    def __init__(self, text: str, operation: str) -> None:
        parts = text.split("->")
        if len(parts) != 2:
            raise _wrong(f"the pattern {text!r} needs one arrow")
        self.text, self.left, self.right = text, _side(parts[0]), _side(parts[1])
        left, right = _names(self.left), _names(self.right)
        if any(_REST in group.names and group.bracketed for group in self.left):
            raise _wrong("the left side of a pattern cannot have an ellipsis in brackets")
        if _REST in right and _REST not in left:
            raise _wrong("the right side has an ellipsis, the left side has none")
        self._check(operation, left, right)
        self.new = [name for name in right if name not in left]

    def _check(self, operation: str, left: list[str], right: list[str]) -> None:
        numbers = [name for name in (*left, *right) if name.isdecimal()]
        if operation == "rearrange" and numbers:
            raise _wrong(f"rearrange cannot drop or make an axis of length {numbers[0]}")
        lost = [name for name in left if name not in right or name.isdecimal()]
        made = [name for name in right if name not in left or name.isdecimal()]
        if lost and operation != "reduce":
            raise _wrong(f"axis {lost[0]!r} stands on the left side only")
        if made and operation != "repeat":
            raise _wrong(f"axis {made[0]!r} stands on the right side only")

    def check_lengths(self, lengths: dict[str, Dim]) -> None:
        """Refuse lengths of axes that the pattern does not have, and axes whose length nothing tells."""
        names = {*_names(self.left), *_names(self.right)}
        for name, length in lengths.items():
            if name not in names:
                raise refuse(Problem.HYPER_PARAMETER, f"axis {name!r} is not used in the pattern {self.text!r}", arg=name, param=name)
            if isinstance(length, int) and length < 0:
                raise Unread(name)
        for name in self.new:
            if name not in lengths and not name.isdecimal():
                raise _wrong(f"the length of the new axis {name!r} is not given")
        for group in self.left:
            free = [name for name in group.names if name != _REST and name not in lengths and not name.isdecimal()]
            if len(free) > 1:
                raise _wrong(f"the lengths of {' and '.join(free)} cannot both be inferred")

    def applied(self, input: Shape, lengths: dict[str, Dim]) -> Shape:
        """The shape on the right side for ``input`` on the left side."""
        self.check_lengths(lengths)
        known, rest = self._read(input, lengths)
        return tuple(
            size for group in self.right for size in (rest if group.is_rest else [prod(_size(name, known, rest) for name in group.names)])
        )

    def _read(self, input: Shape, lengths: dict[str, Dim]) -> tuple[dict[str, Dim], Shape]:
        """The length of every elementary axis, and the sizes that the ellipsis stands for."""
        groups = len(self.left)
        place = next((i for i, group in enumerate(self.left) if group.is_rest), None)
        covered = len(input) - (groups - (place is not None))
        if covered < 0 or (covered and place is None):
            message = f"the pattern {self.text!r} needs {groups - (place is not None)} axes, but {show(input)} has {len(input)}"
            raise refuse(Problem.RANK, message, param="pattern", expected=groups - (place is not None), received=len(input))
        rest = input[place : place + covered] if place is not None else ()
        known = dict(lengths)
        axis = 0
        for group in self.left:
            if group.is_rest:
                axis += covered
            else:
                self._split(group, input[axis], axis, known)
                axis += 1
        return known, rest

    def _split(self, group: Group, size: Dim, axis: int, known: dict[str, Dim]) -> None:
        """Divide an axis among its elementary axes, of which one may be free."""
        free = [name for name in group.names if name not in known and not name.isdecimal()]
        total = prod(_size(name, known, ()) for name in group.names if name not in free)
        shown = " ".join(group.names) or "1"
        if not free:
            message = f"axis {axis} ({shown}) is {{received}}, but the pattern makes it {{expected}}"
            found = require_equal(size, total, Problem.RESHAPE, message, param="pattern", axis=axis)
            if len(group.names) == 1 and group.names[0] in known:
                known[group.names[0]] = found
        elif len(group.names) == 1:
            known[free[0]] = size
        else:
            message = f"axis {axis} ({shown}) of size {{received}} does not divide by {{expected}}"
            require_divides(total, size, Problem.RESHAPE, message, param="pattern", axis=axis)
            known[free[0]] = size // total


def _names(groups: list[Group]) -> list[str]:
    return [name for group in groups for name in group.names]


def _size(name: str, known: dict[str, Dim], rest: Shape) -> Dim:
    return int(name) if name.isdecimal() else prod(rest) if name == _REST else known[name]


def _input(tensor: Any) -> Shape:
    """A tensor, or a list of equal tensors, which are stacked."""
    from .joining import stack

    if isinstance(tensor, T) and tensor.shape is not None:
        return tensor.shape
    if isinstance(tensor, list) and all(isinstance(part, T) and part.shape is not None for part in tensor):
        return stack(tuple(part.shape for part in tensor))
    raise Unread("tensor")


def _require_reduction(reduction: Any) -> None:
    if isinstance(reduction, str) and reduction not in _REDUCTIONS:
        message = f"reduction must be one of {', '.join(_REDUCTIONS)}, not {reduction!r}"
        raise refuse(Problem.HYPER_PARAMETER, message, arg="reduction", param="reduction")


@function(
    "einops.rearrange",
    good=lambda: [
        call(T(4, 6, 2), "a b c -> a (b c)"), call(T(4, 6, 2), "a (b d) c -> a b d c", b=2), call(T(4, 6, 2), "... c -> c ..."),
        call(T(4, 1), "a 1 -> a"),
        call(T(2, 8, 8, 3), "b (h p) (w q) c -> b (h w) (p q c)", p=2, q=4), call([T(4, 6), T(4, 6)], "n a b -> (n a) b"),
        call(T(4, 6), "a b -> a 1 b ()"),
        call(T(2, 3, 4, 5), "b ... c -> b (...) c"),
    ],
    bad=lambda: [
        call(T(4, 6), "a (b d) -> a b d", b=4).refused(Problem.RESHAPE), call(T(4, 6), "a b c -> a b c").refused(Problem.RANK),
        call(T(4, 6), "a b -> a").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a b -> a b c").refused(Problem.HYPER_PARAMETER),
        call(T(4, 6), "a (b c) -> a b c").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a b -> b a", z=2).refused(Problem.HYPER_PARAMETER),
        call(T(4, 6), "a b -> (b (a))").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a b").refused(Problem.HYPER_PARAMETER),
        call(T(4, 6), "a 1 -> a").refused(Problem.RESHAPE), call(T(4, 6), "a a -> a").refused(Problem.HYPER_PARAMETER),
        call(T(4, 6), "a b -> ... a b").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a b -> b a", a=5).refused(Problem.RESHAPE),
    ],
)
def rearrange(tensor: Raw, pattern: Text, **axes_lengths: Size) -> Shape:
    """The axes in the order of the right side; brackets merge and split axes."""
    return Pattern(pattern, "rearrange").applied(_input(tensor), axes_lengths)


@function(
    "einops.reduce",
    good=lambda: [
        call(T(4, 6, 2), "a b c -> a", "max"), call(T(4, 6, 2), "a (b d) c -> a b c", "mean", d=3), call(T(4, 6, 2), "a ... -> a", "sum"),
        call(T(4, 6), "a (b 2) -> a b", reduction="max"), call(T(4, 6), "a b ->", "sum"), call(T(4, 6), "a b -> a 1", "min"),
        call(T(4, 6, 2), "a ... -> ...", "prod"),
    ],
    bad=lambda: [
        call(T(4, 6), "a (b 4) -> a b", "max").refused(Problem.RESHAPE), call(T(4, 6), "a b -> a c", "max").refused(Problem.HYPER_PARAMETER),
        call(T(4, 6), "a b -> a", "median").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a -> a", "max").refused(Problem.RANK),
    ],
)
def reduce(tensor: Raw, pattern: Text, reduction: Raw, **axes_lengths: Size) -> Shape:
    """As rearrange; axes that stand on the left side only are reduced."""
    read = Pattern(pattern, "reduce")
    _require_reduction(reduction)
    return read.applied(_input(tensor), axes_lengths)


@function(
    "einops.repeat",
    good=lambda: [
        call(T(4, 6), "a b -> a b c", c=3), call(T(4, 6), "a b -> (2 a) (b c)", c=2), call(T(4, 6), "... b -> 3 ... b"), call(T(6), "b -> a b", a=4),
        call(T(4, 6), "(h p) b -> h k p b", p=2, k=5), call(T(1, 6), "1 d -> b d", b=4),
    ],
    bad=lambda: [
        call(T(4, 6), "a b -> a b c").refused(Problem.HYPER_PARAMETER), call(T(4, 6), "a b -> a", ).refused(Problem.HYPER_PARAMETER),
        call(T(4, 6, 2), "a b -> a b 2").refused(Problem.RANK), call(T(2, 6), "1 d -> b d", b=4).refused(Problem.RESHAPE),
    ],
)
def repeat(tensor: Raw, pattern: Text, **axes_lengths: Size) -> Shape:
    """As rearrange; axes that stand on the right side only are repeated."""
    return Pattern(pattern, "repeat").applied(_input(tensor), axes_lengths)


@function(
    "einops.einsum",
    good=lambda: [call(T(2, 3), T(3, 4), "i j, j k -> i k"), call(T(5, 2, 3), T(5, 4, 3), "batch q d, batch k d -> batch q k"),
                  call(T(3, 3), "i i -> i"),
                  call(T(2, 3, 4), T(4), "... c, c -> ...")],
    bad=lambda: [
        call(T(2, 3), T(4, 4), "i j, j k -> i k").refused(Problem.MATMUL), call(T(2, 3), T(3, 4), "i j, j k").refused(Problem.HYPER_PARAMETER),
        call(T(2, 3), "i j -> k").refused(Problem.HYPER_PARAMETER), call(T(2, 3), "i (j k) -> i").refused(Problem.HYPER_PARAMETER),
        call(T(2, 3), T(2, 3), "i j -> i").refused(Problem.SIGNATURE), call(T(2, 3), "i -> i").refused(Problem.RANK),
    ],
)
def einsum(*tensors_and_pattern: Raw) -> Shape:
    """Products summed over the axes that the right side leaves out; axes have names of any length."""
    if not tensors_and_pattern or not isinstance(tensors_and_pattern[-1], str):
        raise Unread("tensors_and_pattern")
    left, arrow, right = tensors_and_pattern[-1].partition("->")
    if not arrow:
        raise _wrong("the pattern of einops.einsum needs an arrow")
    return summed([_plain(part) for part in left.split(",")], _plain(right), list(tensors_and_pattern[:-1]))


def _plain(text: str) -> list[str]:
    if "(" in text or ")" in text:
        raise _wrong("einops.einsum takes no brackets")
    names = text.replace(_REST, f" {_REST} ").split()
    for name in names:
        if name != _REST and (name.isdecimal() or not name.isidentifier() or name[0] == "_" or name[-1] == "_"):
            raise _wrong(f"{name!r} is not the name of an axis")
    return names


class _PatternLayer(Layer):
    pattern: Text
    operation = ""
    collects = "axes_lengths"

    def check(self) -> None:
        self.read = Pattern(self.pattern, self.operation)
        self.read.check_lengths(self.lengths)

    @property
    def lengths(self) -> dict[str, Dim]:
        found: dict[str, Dim] = vars(self)["axes_lengths"]
        return found

    def forward(self, input: Tensor) -> Shape:
        return self.read.applied(input, self.lengths)


@module(
    "einops.layers.torch.Rearrange",
    good=lambda: [call("a b c -> a (b c)").on((4, 6, 2)), call("b (h p) c -> b h (p c)", p=2).on((4, 6, 2)), call("b ... -> b (...)").on((4, 6, 2))],
    bad=lambda: [call("a (b p) -> a b p", p=4).on((4, 6)).refused(Problem.RESHAPE), call("a b -> a").refused(Problem.HYPER_PARAMETER),
                 call("a b -> b a", z=2).refused(Problem.HYPER_PARAMETER), call("a b -> b a").on((4,)).refused(Problem.RANK)],
)
class Rearrange(_PatternLayer):
    """The axes in the order of the right side; brackets merge and split axes."""

    axes_lengths: Size
    operation = "rearrange"


@module(
    "einops.layers.torch.Reduce",
    good=lambda: [call("b n d -> b d", "mean").on((4, 6, 2)), call("b (n p) -> b n", reduction="max", p=2).on((4, 6)),
                  call("b ... -> b", "sum").on((4, 6, 2))],
    bad=lambda: [call("b (n 4) -> b n", "max").on((4, 6)).refused(Problem.RESHAPE), call("a b -> a", "median").refused(Problem.HYPER_PARAMETER),
                 call("a b -> c", "max").refused(Problem.HYPER_PARAMETER)],
)
class Reduce(_PatternLayer):
    """As Rearrange; axes that stand on the left side only are reduced."""

    reduction: Raw
    axes_lengths: Size
    operation = "reduce"

    def check(self) -> None:
        super().check()
        _require_reduction(self.reduction)
