"""Coarse dtypes of results: "bool", "int", "float" or "complex", by torch's promotion, or None where an operand's is not known."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..dims import Expr
from .kinds import T

_ORDER = ("bool", "int", "float", "complex")
# Rules for ``dtype=`` in a declaration: the widest operand; at least float, as a quotient is; bools counted as ints, as a sum does;
# the widest number given. Each with the dtype to assume where the arguments are not at hand.
DERIVED: dict[str | None, str | None] = {"promoted": "same", "divided": "same", "summed": "same", "of_numbers": "int", "of_data": None}


def coarse(value: Any) -> str | None:
    """The coarse dtype of a raw argument."""
    if isinstance(value, T):
        return value.dtype
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, Expr)):
        return "int"
    return "float" if isinstance(value, float) else "complex" if isinstance(value, complex) else None


def _operands(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, (T, bool, int, float, complex, Expr)):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _operands(value)


def result_dtype(rule: str | None, values: Sequence[Any]) -> str | None:
    """The dtype of a result for the raw arguments ``values`` under a rule of a declaration."""
    operands = list(_operands(values))
    if rule == "same":
        first = next((value for value in operands if isinstance(value, T)), None)
        return "float" if first is None else first.dtype
    if rule not in DERIVED:
        return rule
    if rule == "summed":
        added = coarse(next((value for value in operands if isinstance(value, T)), None))
        return "int" if added == "bool" else added
    found = [coarse(value) for value in operands]
    known = [dtype for dtype in found if dtype in _ORDER]
    if rule == "of_data" and not found:
        return "float"
    widest = max(known, key=_ORDER.index, default=None)
    if rule == "divided" and widest in ("bool", "int") and len(known) == len(found):
        return "float"
    return widest if len(known) == len(found) or widest in ("float", "complex") else None
