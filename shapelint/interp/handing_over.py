"""What is handed to code that is not read may be changed by it: lists and dicts that were empty, and what functions among the arguments change when they are called."""

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .values import BoundMethod, DictObject, FunctionValue, ListObject, Partial, Scope, SetObject, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_DEPTH = 4  # functions in functions
_FILLED = Unknown(Why.IMPORT, "what code that is not read puts there")


def hand_over(m: "Machine", args: Iterable[Value]) -> None:
    """The ``args`` of a call of which nothing is known. A list that has items is taken to be read only: most are settings."""
    for arg in args:
        if isinstance(arg, (ListObject, SetObject)):
            if arg.table["items"] == ():
                _forget(m, arg)
        elif isinstance(arg, DictObject):
            if not arg.table:
                _forget(m, arg)
        elif isinstance(arg, (FunctionValue, BoundMethod, Partial)):
            _called(m, arg, _DEPTH)


def _called(m: "Machine", function: Value, depth: int) -> None:
    """The function may be called any number of times, now or later."""
    if isinstance(function, Partial):
        hand_over(m, (function.function, *function.args))
    elif isinstance(function, BoundMethod):
        if isinstance(function.function, FunctionValue):
            return
        _forget(m, function.receiver)
    elif isinstance(function, FunctionValue) and depth:
        _run_unseen(m, function, depth)


def _run_unseen(m: "Machine", function: FunctionValue, depth: int) -> None:
    for name in _rebound(function.node):
        scope = _holder(function.scope, name)
        if scope is not None:
            m.heap.write(scope.table, name, _FILLED)
    for name in _read(function.node):
        scope = _holder(function.scope, name)
        if scope is not None:
            value = scope.table[name]
            if isinstance(value, FunctionValue):
                if value is not function:
                    _called(m, value, depth - 1)
            else:
                _forget(m, value)


def _holder(scope: Scope | None, name: str) -> Scope | None:
    """The function around, or the module, that has this name."""
    while scope is not None:
        if name in scope.table and not scope.is_class:
            return scope if scope.parent is not None else None  # what a module holds is there to be read
        scope = scope.parent
    return None


def _rebound(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal):
            yield from node.names


def _read(function: ast.AST) -> set[str]:
    """Names whose values the function may change: those it calls methods of, those with items it writes, those it calls or passes on."""
    found = set()
    for node in ast.walk(function):
        changes = isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load))
        if changes and isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
        elif isinstance(node, ast.Call):
            found |= {part.id for part in (node.func, *node.args) if isinstance(part, ast.Name)}
    return found


def _forget(m: "Machine", value: Value) -> None:
    if isinstance(value, (ListObject, SetObject)):
        m.heap.write(value.table, "items", _FILLED)
        if isinstance(value, SetObject):
            value.index = None
    elif isinstance(value, DictObject):
        for key in list(value.table):
            m.heap.write(value.table, key, _FILLED)
        m.heap.write(value.opaque, "rest", _FILLED)
