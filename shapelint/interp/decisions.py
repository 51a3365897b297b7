"""The truth of a test: known, unknown, or dependent on the sizes of an input, which then say exactly when it holds."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..dims import Truth
from ..dims.where import Condition
from .natives import PyRaise
from .values import Scope, Undecided, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

Answer = bool | Condition | None


def condition(m: "Machine", node: ast.expr, scope: Scope) -> bool | None:
    """:func:`decide` where nothing can be gained from the sizes."""
    answer = decide(m, node, scope)
    return None if isinstance(answer, Condition) else answer


Test = Callable[["Machine", Scope], Answer]


def decide(m: "Machine", node: ast.expr, scope: Scope) -> Answer:
    """The truth of a test: ``unknown and False`` is False although neither operand's value is the result."""
    return prepared_test(node)(m, scope)


def prepared_test(node: ast.expr) -> Test:
    """What finds out the truth of a test; it is made once and kept with the node."""
    found: Test | None = getattr(node, "test_code", None)
    if found is None:
        found = _prepare(node)
        setattr(node, "test_code", found)  # noqa: B010  (an attribute of ours)
    return found


def _prepare(node: ast.expr) -> Test:
    from .expressions import prepared

    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        operand = prepared_test(node.operand)
        return lambda m, scope: _negated(operand(m, scope))
    if isinstance(node, ast.BoolOp):
        parts, decisive = [prepared_test(part) for part in node.values], not isinstance(node.op, ast.And)
        return lambda m, scope: _combined(m, parts, decisive, scope)
    value = prepared(node)

    def test(m: "Machine", scope: Scope) -> Answer:
        found = value(m, scope)
        return found if found is True or found is False else _settled(m, answer_of(m, found))

    return test


def _combined(m: "Machine", parts: list[Test], decisive: bool, scope: Scope) -> Answer:
    answer: Answer = not decisive
    undecided = 0
    try:
        for part in parts:
            found = part(m, scope)
            if found is decisive:
                return decisive
            answer = both(answer, found, decisive)
            if not isinstance(found, bool):
                undecided += 1
                m.uncertain += 1  # whether the next operands are evaluated is not known
    except PyRaise:
        if not undecided:
            raise
        answer = None
    finally:
        m.uncertain -= undecided
    return _settled(m, answer)


def _negated(answer: Answer) -> Answer:
    if isinstance(answer, Condition):
        return ~answer
    return None if answer is None else not answer


def both(answer: Answer, found: Answer, decisive: bool) -> Answer:
    """``answer and found``, or ``answer or found``, where neither is decisive."""
    if answer is None or found is None:
        return None
    if isinstance(answer, Condition) and isinstance(found, Condition):
        return answer | found if decisive else answer & found
    return found if isinstance(found, Condition) else answer


def as_value(answer: Answer) -> Value:
    """The bool that a program sees."""
    if isinstance(answer, Condition):
        return Undecided(answer)
    return Unknown(Why.DATA, "a comparison of symbolic sizes") if answer is None else answer


def answer_of(m: "Machine", value: Value) -> Answer:
    """``bool(value)``."""
    answer = m.truth(value)
    if answer is None and isinstance(value, Undecided):
        return value.condition
    if answer is None:
        found = m.nonzero(value)
        return found if found is None else _settled(m, found)
    return answer


def _settled(m: "Machine", answer: Answer) -> Answer:
    """A condition that the sizes known by now decide is a bool."""
    if not isinstance(answer, Condition):
        return answer
    return {Truth.ALWAYS: True, Truth.NEVER: False}.get(m.facts.decided(answer), answer)


__all__ = ["Answer", "answer_of", "as_value", "both", "condition", "decide", "prepared_test"]
