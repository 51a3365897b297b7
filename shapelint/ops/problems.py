"""What torch can refuse, and how an operator says so.

A :class:`Problem` is a kind of refusal; each has exactly one rule that words it. An operator raises :class:`ShapeError`,
which names *parameters*, never places: the interpreter knows where each argument was written. Requirements on sizes
go through the ``require_*`` functions, because a symbolic size may satisfy them always, sometimes or never.
"""

from enum import Enum
from typing import Any

from .. import dims
from ..dims import Dim, Truth, divides, is_unknown, nice
from ..dims.facts import Facts, shorter
from ..shapes import normal_axis


class Problem(Enum):
    """A closed list of refusals."""

    CHANNELS = "channels"                  # convolution: input channels differ from in_channels
    FEATURES = "features"                  # Linear, Bilinear, RNN, attention: last axis differs
    NORM_FEATURES = "norm-features"        # BatchNorm, GroupNorm, LayerNorm ...: sizes to normalise differ
    JOIN = "join"                          # cat, stack: sizes off the joined axis differ
    BROADCAST = "broadcast"                # elementwise operands that do not broadcast
    RESHAPE = "reshape"                    # view, reshape, unflatten, fold: element counts differ
    MATMUL = "matmul"                      # matmul, bmm, einsum: contracted sizes differ
    RANK = "rank"                          # wrong number of axes
    AXIS = "axis"                          # an axis number out of range or repeated
    GROUPS = "groups"                      # groups do not divide the channels
    HYPER_PARAMETER = "hyper-parameter"    # an argument value torch refuses
    SIGNATURE = "signature"                # an argument that does not exist, is missing or is given twice
    PADDING = "padding"                    # reflect/circular padding as large as the axis, negative padding too large
    EMPTY = "empty"                        # the result would have no elements (kernel larger than the padded input)
    OUTPUT_SIZE = "output-size"            # a requested output_size out of reach
    SPLIT = "split"                        # split/chunk/unbind sizes that do not fit
    INDEX = "index"                        # an index out of range, or too many of them
    TARGET = "target"                      # a loss whose target does not fit its input
    STATE = "state"                        # hidden state, mask or indices that do not fit
    ONE_VALUE = "one-value"                # normalisation over a single value in training mode


class ShapeError(Exception):
    """torch refuses this call. ``arg`` is the argument that carries the wrong shape or value, ``param`` the constructor or
    call parameter that says otherwise (the likelier place to edit), ``expected``/``received`` the two sizes, ``axis`` the axis of ``arg``."""

    def __init__(
        self, problem: Problem, message: str, *, arg: str = "input", param: str | None = None,
        expected: Dim | None = None, received: Dim | None = None, axis: int | None = None,
    ) -> None:
        super().__init__(message)
        self.problem, self.message, self.arg, self.param = problem, message, arg, param
        self.expected, self.received, self.axis = expected, received, axis


class Unread(Exception):
    """An argument whose value decides the shape could not be read. ``param`` names it."""

    def __init__(self, param: str) -> None:
        super().__init__(param)
        self.param = param


def refuse(problem: Problem, message: str, **where: Any) -> ShapeError:
    """A refusal to raise: ``raise refuse(Problem.RANK, "...")``."""
    return ShapeError(problem, message, **where)


_path: Facts | None = None  # what the path of the call at hand allows; None: nothing is known, and nothing is to be learnt


def follow(path: Facts | None) -> Facts | None:
    """Answer from here on for the sizes that ``path`` still allows, and narrow them. Returns what was followed before."""
    global _path
    before, _path = _path, path
    return before


def doubt() -> None:
    """Some of the sizes that the path allows may be refused here: a size that decides it was not read."""
    if _path is not None:
        _path.doubt()


def equal(left: Dim, right: Dim) -> Truth:
    """:func:`~..dims.equal` for the sizes that the path still allows."""
    return dims.equal(left, right) if _path is None else _path.equal(left, right)


def at_least(left: Dim, right: Dim) -> Truth:
    """:func:`~..dims.at_least` for the sizes that the path still allows."""
    return dims.at_least(left, right) if _path is None else _path.at_least(left, right)


def _settle(answer: Truth, relation: str, sides: tuple[Dim, Dim], problem: Problem, message: str, shown: tuple[Dim, Dim], where: dict[str, Any]) -> Truth:
    """Refuse where the answer is NEVER; where it depends on the sizes, the path goes on with those that fit."""
    if _path is not None and answer is not Truth.ALWAYS:
        answer = _path.require(answer, relation, *sides)
        if answer is Truth.SOMETIMES and _path.fresh:
            _path.fresh[-1].problem = problem
    if answer is Truth.NEVER:
        received, expected = shown
        text = message.format(received=nice(received), expected=nice(expected))
        raise ShapeError(problem, text, expected=expected, received=received, **where)
    return answer


def fits(relation: str, left: Dim, right: Dim) -> Truth:
    """Whether ``left relation right`` (``==``, ``>=``, ``|``: left divides right, ``1<=``: left expands to right); the path goes on with
    the sizes for which it does. For a refusal in other words than those of ``require_*``."""
    answer = _ANSWERS[relation](left, right)
    if _path is None or answer is Truth.ALWAYS:
        return answer
    return _path.require(answer, relation, left, right)


def _expands(left: Dim, right: Dim) -> Truth:
    answers = {dims.equal(left, right), dims.equal(left, 1)}
    return Truth.ALWAYS if Truth.ALWAYS in answers else Truth.NEVER if answers == {Truth.NEVER} else Truth.SOMETIMES


_ANSWERS = {"==": dims.equal, ">=": dims.at_least, "|": divides, "1<=": _expands}


def require_equal(received: Dim, expected: Dim, problem: Problem, message: str, **where: Any) -> Dim:
    """Refuse when the two sizes can never be equal. Returns the size to go on with (the one that says more).

    ``message`` may use ``{received}`` and ``{expected}``; ``where`` may give ``arg``, ``param``, ``axis``.
    """
    if received is expected or (type(received) is int and received == expected):
        return received
    sizes = received, expected
    answer = _settle(dims.equal(received, expected), "==", sizes, problem, message, sizes, where)
    if is_unknown(received) or is_unknown(expected):
        return expected if not is_unknown(expected) else received
    return shorter(received, expected) if answer in (Truth.ALWAYS, Truth.SOMETIMES) else received


def require_at_least(received: Dim, least: Dim, problem: Problem, message: str, **where: Any) -> None:
    """Refuse when ``received < least`` whatever the symbols are."""
    sizes = received, least
    _settle(dims.at_least(received, least), ">=", sizes, problem, message, sizes, where)


def require_divides(divisor: Dim, size: Dim, problem: Problem, message: str, **where: Any) -> None:
    """Refuse when ``size % divisor`` is never 0. ``{received}`` is the size, ``{expected}`` the divisor."""
    if type(divisor) is int and divisor == 0:
        raise ShapeError(problem, message.format(received=nice(size), expected=0), expected=0, received=size, **where)
    _settle(divides(divisor, size), "|", (divisor, size), problem, message, (size, divisor), where)


def require_joint(left: Dim, right: Dim) -> tuple[Truth, Dim | None]:
    """Two aligned axes that must broadcast: the answer, and the joint size where the path decides it."""
    if _path is None:
        return Truth.UNKNOWN, None
    answer, joint = _path.require_joint(left, right)
    return answer, joint if answer in (Truth.ALWAYS, Truth.SOMETIMES) else None


def require_axis(axis: int, rank: int, arg: str = "dim") -> int:
    """``axis`` counted from 0. Refuse where torch says that the dimension is out of range."""
    found = normal_axis(axis, rank)
    if found is None:
        low, high = -max(rank, 1), max(rank, 1) - 1
        raise ShapeError(Problem.AXIS, f"{arg}={axis} is out of range for {rank} axes ({low} to {high})", arg=arg, param=arg)
    return found
