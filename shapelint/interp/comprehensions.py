"""List, set, dict and generator comprehensions. The parts of each ``for`` are prepared once and kept with its node."""

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Union

from . import limits
from .lazy import Lost, lazy, stream
from .values import DictObject, Scope, Unknown, Value, Why
from .views import why_unlisted

if TYPE_CHECKING:
    from .expressions import Code
    from .machine import Machine

Comprehension = Union[ast.ListComp, ast.SetComp, ast.GeneratorExp]


def comprehension(m: "Machine", node: Comprehension, scope: Scope) -> "tuple[Value, ...] | Unknown":
    """The items, or Unknown when an iterable or a condition is not known."""
    from .expressions import prepared

    items: list[Value] = []
    inner = _inner(scope)
    element = prepared(node.elt)
    try:
        _run(m, _parts(node.generators), 0, inner, lambda: items.append(element(m, inner)))
    except Lost as lost:
        return lost.unknown
    return tuple(items)


def generator_expression(m: "Machine", node: ast.GeneratorExp, scope: Scope) -> Value:
    """An iterator: the first iterable is evaluated now, everything else when somebody asks for items."""
    from .expressions import prepared

    inner, parts = _inner(scope), _parts(node.generators)
    first = parts[0].iterable(m, scope)
    made = lazy(_items(m, parts, 0, inner, prepared(node.elt), first))
    made.source.node, made.source.over = node, (first,)
    return made


def _items(m: "Machine", parts: list["_For"], index: int, scope: Scope, element: "Code", first: Value = None) -> Iterator[Value]:
    if index == len(parts):
        m.step()
        yield element(m, scope)
        return
    part = parts[index]
    for item in stream(m, part.iterable(m, scope) if index else first):
        part.bind(m, item, scope)
        if _passes(m, part, scope):
            yield from _items(m, parts, index + 1, scope, element)


def dict_comprehension(m: "Machine", node: ast.DictComp, scope: Scope) -> Value:
    from .displays import put
    from .expressions import prepared

    made = DictObject()
    inner = _inner(scope)
    key, value = prepared(node.key), prepared(node.value)
    try:
        _run(m, _parts(node.generators), 0, inner, lambda: put(made, key(m, inner), value(m, inner)))
    except Lost as lost:
        return DictObject(rest=lost.unknown)
    return made


class _For:
    """One ``for ... in ... if ...`` of a comprehension."""

    __slots__ = ("bind", "iterable", "tests")

    def __init__(self, node: ast.comprehension) -> None:
        from .decisions import prepared_test
        from .expressions import prepared
        from .statements import binder

        self.bind, self.iterable, self.tests = binder(node.target), prepared(node.iter), [prepared_test(test) for test in node.ifs]


def _parts(generators: list[ast.comprehension]) -> list[_For]:
    found: list[_For] | None = getattr(generators[0], "parts", None)
    if found is None:
        found = [_For(generator) for generator in generators]
        setattr(generators[0], "parts", found)  # noqa: B010  (an attribute of ours)
    return found


def _inner(scope: Scope) -> Scope:
    inner = Scope(scope.file, scope.module_name, scope)
    inner.is_comprehension = True
    return inner


def _run(m: "Machine", parts: list[_For], index: int, scope: Scope, emit: Callable[[], None]) -> None:
    if index == len(parts):
        m.step()
        emit()
        return
    part = parts[index]
    iterable = part.iterable(m, scope)
    items = m.iterate(iterable)
    if items is None:
        if isinstance(iterable, (range, str, bytes)):
            raise Lost(m.unknown(Why.LIMIT, "a long comprehension"))
        raise Lost(iterable if isinstance(iterable, Unknown) else why_unlisted(iterable) or Unknown(Why.DATA, "an iterable"))
    if len(items) > limits.LISTED_ITEMS:
        raise Lost(m.unknown(Why.LIMIT, "a long comprehension"))
    for item in items:
        part.bind(m, item, scope)
        if _passes(m, part, scope):
            _run(m, parts, index + 1, scope, emit)


def _passes(m: "Machine", part: _For, scope: Scope) -> bool:
    for test in part.tests:
        answer = test(m, scope)
        if not isinstance(answer, bool):
            raise Lost(Unknown(Why.DATA, "a condition in a comprehension"))
        if not answer:
            return False
    return True
