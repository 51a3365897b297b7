"""Arithmetic on the numbers of small tensors, as torch's CPU kernels do it: floats in single precision, one element at a time.

Sums, products and quotients of single-precision numbers are rounded as the standard says, so they are torch's bit for bit. A logarithm, a root or a
power is known up to a few units in the last place only: such a number is :class:`Rough`, and becomes exact again where both ends of what it may be are
rounded to the same integer. Where they are not, the result is not known. The functions raise :class:`Unclear` for what is not known.
"""

import math
import operator
import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

_UNIT = 2.0**-23  # the distance of neighbours at 1 in single precision
_LARGEST = 2.0**127  # a number below is finite in single precision
_WHOLE_POWERS = 16
_SHORTEST = 15  # bits that every type of int has that has elements here
_KERNEL_UNITS = 4  # how far torch's transcendental kernels may be from the rounded result; they promise one


class Unclear(Exception):
    """A number that is not known."""


class Rough(float):
    """A number that may be off by ``slack``."""

    __slots__ = ("slack",)
    slack: float


def rough(low: float, high: float, units: float = 1) -> float:
    """The number between two ends, give or take rounding."""
    if not max(abs(low), abs(high)) < _LARGEST:
        raise Unclear
    made = Rough((low + high) / 2)
    made.slack = (high - low) / 2 + units * _UNIT * max(abs(low), abs(high))
    return made


def ends(number: Any) -> tuple[Any, ...]:
    """What a number may be at least and at most."""
    return (float(number) - number.slack, float(number) + number.slack) if isinstance(number, Rough) else (number,)


def single(number: float) -> float:
    """The nearest number in single precision."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def held(number: Any) -> Any:
    """A number as a tensor of its type holds it."""
    return single(number) if type(number) is float else number


# --- two operands ---------------------------------------------------------------------------------------------------


def arithmetic(function: Callable[[Any, Any], Any], always_float: bool = False) -> Callable[[Any, Any], Any]:
    """An operation whose result is rounded once. Of two ints it is an int, unless it is ``always_float``."""

    def apply(left: Any, right: Any) -> Any:
        if not always_float and not isinstance(left, float) and not isinstance(right, float):
            return function(int(left), int(right))
        found = [_evaluated(function, one, other) for one in ends(_as_float(left)) for other in ends(_as_float(right))]
        return single(found[0]) if len(found) == 1 else rough(min(found), max(found))

    return apply


def _as_float(number: Any) -> float:
    return number if isinstance(number, Rough) else single(float(number))


def _evaluated(function: Callable[..., Any], *operands: Any) -> float:
    try:
        found = function(*operands)
    except (ArithmeticError, ValueError):
        raise Unclear from None  # torch gives an infinity, or no number
    if isinstance(found, complex):
        raise Unclear
    return float(found)


def comparison(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        found = {function(one, other) for one in ends(held(left)) for other in ends(held(right))}
        if len(found) != 1:
            raise Unclear
        return found.pop()

    return apply


def power(base: Any, exponent: Any) -> Any:
    if not isinstance(base, float) and not isinstance(exponent, float):
        if exponent < 0:
            raise Unclear
        return int(base) ** int(exponent)
    if not isinstance(base, Rough) and not isinstance(exponent, Rough) and exponent in range(_WHOLE_POWERS):
        from fractions import Fraction  # few programs need it

        whole = Fraction(_as_float(base)) ** int(exponent)
        if exponent == 2 or whole == Fraction(single(float(whole))):  # kernels are exact where there is an exact result
            return single(float(whole))
    found = [_evaluated(math.pow, one, other) for one in ends(_as_float(base)) for other in ends(_as_float(exponent))]
    # Whether a plain number as an exponent is rounded first depends on the kernel.
    spread = abs(float(exponent) * math.log(abs(base))) if base else 0
    return rough(min(found), max(found), _KERNEL_UNITS + spread)


def remainder(left: Any, right: Any) -> Any:
    """The rest has the sign of the divisor."""
    if right == 0 or isinstance(left, Rough) or isinstance(right, Rough):
        raise Unclear
    if not isinstance(left, float) and not isinstance(right, float):
        return left % right
    left, right = single(left), single(right)
    rest = math.fmod(left, right)
    return single(rest + right) if rest and (right < 0) != (rest < 0) else rest


def floor_divide(left: Any, right: Any) -> Any:
    if isinstance(left, float) or isinstance(right, float) or right == 0:
        raise Unclear  # torch corrects the floating quotient in several steps
    return left // right


def bitwise(function: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    """An operation on bits, whose result is no longer than its operands."""

    def apply(left: Any, right: Any) -> Any:
        if isinstance(left, float) or isinstance(right, float):
            raise Unclear  # torch refuses it
        return function(left, right)

    return apply


def shift(function: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    def apply(left: Any, right: Any) -> int:
        if isinstance(left, (float, bool)) or isinstance(right, float) or not 0 <= right < _SHORTEST or abs(left) >= 2**_SHORTEST:
            raise Unclear
        found = function(left, int(right))
        if abs(found) >= 2**_SHORTEST:
            raise Unclear  # bits may be lost
        return found

    return apply


def logical(function: Callable[[bool, bool], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        if isinstance(left, Rough) or isinstance(right, Rough):
            raise Unclear
        return function(bool(left), bool(right))

    return apply


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": arithmetic(operator.add), "sub": arithmetic(operator.sub), "subtract": arithmetic(operator.sub), "mul": arithmetic(operator.mul),
    "multiply": arithmetic(operator.mul), "div": arithmetic(operator.truediv, always_float=True), "divide": arithmetic(operator.truediv, always_float=True),
    "true_divide": arithmetic(operator.truediv, always_float=True), "pow": power, "remainder": remainder, "floor_divide": floor_divide,
    "minimum": arithmetic(min), "maximum": arithmetic(max), "eq": comparison(operator.eq), "ne": comparison(operator.ne), "lt": comparison(operator.lt),
    "le": comparison(operator.le), "gt": comparison(operator.gt), "ge": comparison(operator.ge),
    "bitwise_and": bitwise(operator.and_), "bitwise_or": bitwise(operator.or_), "bitwise_xor": bitwise(operator.xor),
    "bitwise_left_shift": shift(operator.lshift), "bitwise_right_shift": shift(operator.rshift), "logical_and": logical(operator.and_),
    "logical_or": logical(operator.or_), "logical_xor": logical(operator.xor),
}


# --- one operand ----------------------------------------------------------------------------------------------------


def rounding(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function to whole numbers, of which a rough number may give one too."""

    def apply(number: Any) -> Any:
        if not isinstance(number, float):
            return number
        found = {_evaluated(function, end) for end in ends(number)}
        if len(found) != 1:
            raise Unclear
        return found.pop()

    return apply


def smooth(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A monotonic function whose kernel rounds in its own way."""

    def apply(number: Any) -> Any:
        found = [_evaluated(function, end) for end in ends(_as_float(number))]
        return rough(min(found), max(found), _KERNEL_UNITS)

    return apply


def exact(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(number: Any) -> Any:
        if isinstance(number, Rough):
            raise Unclear
        return function(number)

    return apply


def to_int(number: Any) -> int:
    found = {int(_evaluated(math.trunc, end)) for end in ends(number)}
    if len(found) != 1:
        raise Unclear
    return found.pop()


def to_float(number: Any) -> float:
    return number if isinstance(number, float) else single(float(number))


def _inverted(number: Any) -> Any:
    if isinstance(number, float):
        raise Unclear  # torch refuses it
    return not number if isinstance(number, bool) else ~number


def _sign(number: Any) -> Any:
    return type(number)((number > 0) - (number < 0))


UNARY: dict[str, Callable[[Any], Any]] = {
    "round": rounding(round), "floor": rounding(math.floor), "ceil": rounding(math.ceil), "trunc": rounding(math.trunc), "fix": rounding(math.trunc),
    "log": smooth(math.log), "log2": smooth(math.log2), "log10": smooth(math.log10), "log1p": smooth(math.log1p), "exp": smooth(math.exp),
    "tanh": smooth(math.tanh), "sqrt": smooth(math.sqrt), "neg": exact(operator.neg), "negative": exact(operator.neg), "abs": exact(abs), "absolute": exact(abs),
    "sign": exact(_sign), "square": lambda number: BINARY["mul"](number, number), "int": to_int, "long": to_int, "short": to_int, "float": to_float,
    "bool": exact(bool), "logical_not": exact(operator.not_), "bitwise_not": _inverted,
}


# --- all of them ----------------------------------------------------------------------------------------------------


def _total(numbers: list[Any]) -> Any:
    """Floats are added in an order that depends on the machine."""
    if not any(isinstance(number, float) for number in numbers):
        return sum(map(int, numbers))
    if any(isinstance(number, Rough) for number in numbers):
        raise Unclear
    total = math.fsum(numbers)
    made = Rough(total)
    made.slack = len(numbers) * _UNIT * math.fsum(map(abs, numbers))
    return made


def _product(numbers: list[Any]) -> Any:
    if any(isinstance(number, float) for number in numbers):
        raise Unclear
    return math.prod(map(int, numbers))


def _extreme(function: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def apply(numbers: list[Any]) -> Any:
        if not numbers or any(isinstance(number, Rough) for number in numbers):
            raise Unclear
        return function(numbers)

    return apply


REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": _total, "prod": _product, "max": _extreme(max), "min": _extreme(min), "amax": _extreme(max), "amin": _extreme(min), "any": _extreme(any),
    "all": _extreme(all), "argmax": _extreme(lambda numbers: numbers.index(max(numbers))), "argmin": _extreme(lambda numbers: numbers.index(min(numbers))),
}


def _running(numbers: list[Any]) -> list[Any]:
    return [_total(numbers[: end + 1]) for end in range(len(numbers))]


def _unique(numbers: list[Any]) -> list[Any]:
    if any(isinstance(number, Rough) for number in numbers):
        raise Unclear
    return sorted(set(numbers))


# Of the numbers of a tensor with one axis, as many or fewer.
ROWS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "cumsum": _running, "unique": _unique,
    "diff": lambda numbers: [BINARY["sub"](after, before) for before, after in pairwise(numbers)],
}
