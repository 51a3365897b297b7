"""List, set, dict and generator comprehensions."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Union

from . import limits
from .values import DictObject, Scope, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

Comprehension = Union[ast.ListComp, ast.SetComp, ast.GeneratorExp]


class _Lost(Exception):
    def __init__(self, unknown: Unknown) -> None:
        super().__init__()
        self.unknown = unknown


def comprehension(m: "Machine", node: Comprehension, scope: Scope) -> "tuple[Value, ...] | Unknown":
    """The items, or Unknown when an iterable or a condition is not known."""
    items: list[Value] = []
    inner = _inner(scope)
    try:
        _run(m, node.generators, 0, inner, lambda: items.append(m.evaluate(node.elt, inner)))
    except _Lost as lost:
        return lost.unknown
    return tuple(items)


def dict_comprehension(m: "Machine", node: ast.DictComp, scope: Scope) -> Value:
    from .expressions import put

    made = DictObject()
    inner = _inner(scope)
    try:
        _run(m, node.generators, 0, inner, lambda: put(made, m.evaluate(node.key, inner), m.evaluate(node.value, inner)))
    except _Lost as lost:
        return DictObject(rest=lost.unknown)
    return made


def _inner(scope: Scope) -> Scope:
    inner = Scope(scope.file, scope.module_name, scope)
    inner.is_comprehension = True
    return inner


def _run(m: "Machine", generators: list[ast.comprehension], index: int, scope: Scope, emit: Callable[[], None]) -> None:
    from .statements import assign

    if index == len(generators):
        m.step()
        emit()
        return
    generator = generators[index]
    iterable = m.evaluate(generator.iter, scope)
    items = m.iterate(iterable)
    if items is None:
        raise _Lost(iterable if isinstance(iterable, Unknown) else Unknown(Why.DATA, "an iterable"))
    if len(items) > limits.LISTED_ITEMS:
        raise _Lost(Unknown(Why.LIMIT, "a long comprehension"))
    for item in items:
        assign(m, generator.target, item, scope)
        if _passes(m, generator.ifs, scope):
            _run(m, generators, index + 1, scope, emit)


def _passes(m: "Machine", conditions: list[ast.expr], scope: Scope) -> bool:
    from .decisions import condition as truth_of

    for condition in conditions:
        answer = truth_of(m, condition, scope)
        if answer is None:
            raise _Lost(Unknown(Why.DATA, "a condition in a comprehension"))
        if not answer:
            return False
    return True
