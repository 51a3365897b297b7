"""Generators that nobody holds any more are closed, as CPython does at once: those of a loop that is left early.

What a call has made for the loop alone is let go with it, and so is what was made for the call alone: ``enumerate(items())``. Where it is not
known whether somebody else holds a generator it may have been closed, or not.
"""

import ast
import contextlib
from itertools import zip_longest
from typing import TYPE_CHECKING

from .branches import choose
from .caches import CachedFunction
from .generators import GeneratorSource, close, yields
from .natives import PyRaise
from .values import Instance, IteratorObject, ListObject, Unknown, Value, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .machine import Machine, Site

HELD = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)
_DEPTH = 8  # of generators that loop over others


def let_go(m: "Machine", iterator: Value, node: ast.AST, sure: bool = True, depth: int = 0) -> None:
    """A loop over what the expression ``node`` gave is left. ``sure``: nobody else can have got it from what that was handed to."""
    source = iterator.source if isinstance(iterator, IteratorObject) else None
    if source is None or depth > _DEPTH:
        return
    if isinstance(source, GeneratorSource):
        _generator(m, iterator, source, sure and _made_by(source.frame.site, node), depth)
    elif source.over:
        sure = sure and source.node is node
        arguments = _arguments(node) if sure else []
        for part, argument in zip_longest(source.over, arguments[:len(source.over)], fillvalue=node):  # more are the iterators of arguments
            if not isinstance(argument, HELD):
                let_go(m, part, argument, sure, depth + 1)


def _arguments(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.GeneratorExp):
        return [node.generators[0].iter]
    return node.args if isinstance(node, ast.Call) and not any(isinstance(arg, ast.Starred) for arg in node.args) else []


def _generator(m: "Machine", iterator: Value, source: GeneratorSource, sure: bool, depth: int) -> None:
    if not source.waits or source.lost is not None:
        return
    inner = [value for value in source.frame.scope.table.values() if isinstance(value, IteratorObject) and value is not iterator]
    if sure:
        _closed(m, iterator)
    elif _cleans_up(source.frame.function.node):
        if _is_held(m, iterator):
            return
        choose(m, lambda: _closed(m, iterator), lambda: None)
        source.lost = Unknown(Why.CONSTRUCT, "a generator that others may hold")
    for value in inner:
        let_go(m, value, source.frame.function.node, False, depth + 1)


def _made_by(site: "Site | None", node: ast.AST) -> bool:
    """Whether the call at ``site`` is the expression ``node``, or what a function gives at once that is called there."""
    while site is not None and site.node is not node:
        frame = site.frame
        function = None if frame is None else frame.function.node
        if function is None or isinstance(function, ast.Lambda) or function.decorator_list:  # which may keep what is given
            return False
        if not any(isinstance(part, ast.Return) and part.value is site.node for part in ast.walk(function)):
            return False
        site = None if frame is None else frame.site
    return site is not None


def _is_held(m: "Machine", iterator: Value) -> bool:
    """Whether a name that is seen from here holds an iterator, or an attribute or item of what such a name holds."""
    scope = None if m.site is None else m.site.file_scope
    tables = [frame.scope.table for frame in m.frames]
    while scope is not None:
        tables.append(scope.table)
        scope = scope.parent
    return any(iterator is each or any(iterator is item for item in _parts(each)) for table in tables for each in list(table.values()))


def _parts(value: Value) -> "Iterable[Value]":
    if isinstance(value, Instance):
        return value.table.values()
    if isinstance(value, CachedFunction):
        return value.entries.values()
    items = value.table["items"] if isinstance(value, ListObject) else value
    return items if isinstance(items, tuple) else ()


def _closed(m: "Machine", iterator: Value) -> Value:
    """What is raised while nobody waits for it is only printed."""
    with contextlib.suppress(PyRaise):
        close(m, iterator)
    return None


def _cleans_up(function: ast.AST) -> bool:
    """Whether closing a generator that waits can do anything."""
    found: bool | None = getattr(function, "cleans_up", None)
    if found is None:
        found = any(map(_has_a_part_in_it, ast.walk(function)))
        setattr(function, "cleans_up", found)  # noqa: B010  (an attribute of ours)
    return found


def _has_a_part_in_it(node: ast.AST) -> bool:
    if isinstance(node, ast.For):
        plain = isinstance(node.iter, HELD) or (isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range")
        return not plain and any(map(yields, node.body))
    return isinstance(node, ast.YieldFrom) or (isinstance(node, (ast.Try, ast.With)) and any(map(yields, node.body)))
