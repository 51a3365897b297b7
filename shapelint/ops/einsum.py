"""Einstein sums: the notation with arrows, ellipses, repeated and implicit indices, and the form that alternates operands and lists of numbers."""

from collections.abc import Sequence
from typing import Any

from ..dims import Dim, nice
from ..shapes import Shape, show
from .broadcasting import broadcast, joint_size
from .declare import function
from .examples import call
from .kinds import Raw, T
from .problems import Problem, Unread, refuse, require_equal

_REST = "..."
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # in the order of torch's numbers
Labels = list[str]  # letters, or "..." for the axes that an ellipsis stands for


def _labels(text: str) -> Labels:
    """One operand's part of an equation: letters, and at most one ellipsis."""
    plain = text.replace(" ", "")
    before, dots, after = plain.partition(_REST)
    for letter in before + after:
        if letter not in _LETTERS:
            raise refuse(Problem.HYPER_PARAMETER, f"{letter!r} in {text!r} is not an index: indices are letters", arg="equation", param="equation")
    return [*before, *([_REST] if dots else []), *after]


def _parsed(equation: str) -> tuple[list[Labels], Labels | None]:
    left, arrow, right = equation.partition("->")
    return [_labels(part) for part in left.split(",")], _labels(right) if arrow else None


def _alternating(args: Sequence[Any]) -> tuple[list[Labels], Labels | None, list[Any]]:
    """``einsum(a, [0, 1], b, [1, 2], [0, 2])``."""
    output = args[-1] if len(args) % 2 else None
    pairs = args[:-1] if len(args) % 2 else args
    return [_numbered(part) for part in pairs[1::2]], None if output is None else _numbered(output), list(pairs[::2])


def _numbered(items: Any) -> Labels:
    if not isinstance(items, (tuple, list)):
        raise Unread("operands")
    found = []
    for item in items:
        if item is Ellipsis:
            found.append(_REST)
        elif isinstance(item, int) and 0 <= item < len(_LETTERS):
            found.append(_LETTERS[item])
        elif isinstance(item, int):
            raise refuse(Problem.HYPER_PARAMETER, f"the index {item} is outside 0 to {len(_LETTERS) - 1}", arg="operands")
        else:
            raise Unread("operands")
    return found


class Sizes:
    """The size of each index, as all operands together say."""

    def __init__(self) -> None:
        self.by_label: dict[str, Dim] = {}
        self.rest: Shape = ()
        self.seen: list[str] = []

    def read(self, shape: Shape, labels: Labels, number: int) -> None:
        covered = len(shape) - (len(labels) - (_REST in labels))
        if covered < 0 or (covered and _REST not in labels):
            message = f"operand {number} {show(shape)} has {len(shape)} axes, but the equation names {len(labels) - (_REST in labels)}"
            raise refuse(Problem.RANK, message, arg=f"operand {number}", param="equation", expected=len(labels), received=len(shape))
        axis = 0
        own: dict[str, Dim] = {}
        for label in labels:
            if label == _REST:
                self.rest = broadcast(self.rest, shape[axis : axis + covered], problem=Problem.MATMUL, what="the axes of the ellipses")
                axis += covered
                continue
            size = shape[axis]
            if label in own:
                message = f"index {label!r} stands twice for operand {number}, whose sizes there are {{expected}} and {{received}}"
                size = require_equal(size, own[label], Problem.MATMUL, message, arg=f"operand {number}", axis=axis)
            own[label] = size
            axis += 1
        for label, size in own.items():
            self._join(label, size, number)
        self.seen += [label for label in labels if label != _REST]

    def _join(self, label: str, size: Dim, number: int) -> None:
        """Sizes of one index agree, or are 1 and broadcast."""
        known = self.by_label.get(label, 1)
        joint = joint_size(known, size)
        if joint is None:
            message = f"index {label!r} is {nice(size)} for operand {number} but {nice(known)} before"
            raise refuse(Problem.MATMUL, message, arg=f"operand {number}", param="equation", expected=known, received=size)
        self.by_label[label] = joint


@function(
    "torch.einsum",
    good=lambda: [
        call("ij,jk->ik", T(2, 3), T(3, 4)), call("bij, bjk", T(5, 2, 3), T(5, 3, 4)), call("ii->i", T(3, 3)), call("ii", T(3, 3)),
        call("i,j->ij", T(2), T(3)),
        call("...ij,...jk->...ik", T(6, 5, 2, 3), T(5, 3, 4)), call("b...d->...", T(2, 3, 4, 5)),
        call("bhid,bhjd->bhij", T(2, 4, 5, 6), T(2, 4, 7, 6)),
        call("ij,jk", [T(2, 3), T(3, 4)]), call(T(2, 3), [0, 1], T(3, 4), [1, 2], [0, 2]), call(T(2, 3), [1, 0]), call("ij->", T(2, 3)),
        call("i...->i", T(2, 3, 4)),
        call(T(2, 3, 4), [..., 1], T(4), [1], [...]), call("bA,aB", T(2, 3), T(4, 5)), call("ij,ij->ij", T(2, 1), T(2, 3)),
    ],
    bad=lambda: [
        call("ij,jk->ik", T(2, 3), T(4, 4)).refused(Problem.MATMUL), call("ij,jk->ik", T(2, 3), T(3, 4, 5)).refused(Problem.RANK),
        call("ii->i", T(3, 4)).refused(Problem.MATMUL), call("ij->ik", T(2, 3)).refused(Problem.HYPER_PARAMETER),
        call("ij->ii", T(2, 3)).refused(Problem.HYPER_PARAMETER),
        call("ij,jk->ik", T(2, 3)).refused(Problem.SIGNATURE), call("i1->i", T(2, 3)).refused(Problem.HYPER_PARAMETER),
        call("...i,...i->...", T(2, 3), T(4, 3)).refused(Problem.MATMUL),
    ],
)
def einsum(*args: Raw) -> Shape:
    """Products summed over the indices that the output leaves out. One index has one size (or 1) in all operands."""
    return summed(*_read(args))


def summed(inputs: list[Labels], output: Labels | None, operands: list[Any]) -> Shape:
    """The shape of the sum for labelled operands; ``output`` None is the implicit form."""
    if len(inputs) != len(operands):
        message = f"the equation names {len(inputs)} operands, but {len(operands)} are given"
        raise refuse(Problem.SIGNATURE, message, arg="operands", expected=len(inputs), received=len(operands))
    sizes = Sizes()
    for number, (labels, operand) in enumerate(zip(inputs, operands, strict=True)):
        if not isinstance(operand, T) or operand.shape is None:
            raise Unread("operands")
        sizes.read(operand.shape, labels, number)
    return _result(sizes, output)


def _read(args: Sequence[Any]) -> tuple[list[Labels], Labels | None, list[Any]]:
    if not args:
        raise refuse(Problem.SIGNATURE, "einsum needs an equation and operands", arg="equation")
    if isinstance(args[0], str):
        operands = args[1] if len(args) == 2 and isinstance(args[1], (tuple, list)) else args[1:]
        return (*_parsed(args[0]), list(operands))
    if isinstance(args[0], T):
        return _alternating(args)
    raise Unread("equation")


def _result(sizes: Sizes, output: Labels | None) -> Shape:
    if output is None:
        once = {label for label in sizes.seen if sizes.seen.count(label) == 1}
        output = [_REST, *sorted(once)]
    found: list[Dim] = []
    for i, label in enumerate(output):
        if label == _REST:
            found += sizes.rest
        elif label not in sizes.by_label:
            raise refuse(Problem.HYPER_PARAMETER, f"the output index {label!r} stands for no axis of an operand", arg="equation", param="equation")
        elif label in output[:i]:
            raise refuse(Problem.HYPER_PARAMETER, f"the output index {label!r} stands twice", arg="equation", param="equation")
        else:
            found.append(sizes.by_label[label])
    return tuple(found)
