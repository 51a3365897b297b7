"""Binding targets: names, attributes, items, and patterns of them. What binds a target is prepared once, as in :mod:`.expressions`."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from .expressions import asked_for, evaluate, prepared
from .iteration import must_iterate
from .module_text import imported_names
from .natives import PyRaise
from .values import Instance, ListObject, Scope, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

Binder = Callable[["Machine", Value, Scope], None]


def assign(m: "Machine", target: ast.expr, value: Value, scope: Scope) -> None:
    """Bind ``target``: a name, attribute, subscript, or a pattern of them."""
    binder(target)(m, value, scope)


def binder(target: ast.expr) -> Binder:
    """What binds a target; made once and kept with the node."""
    found: Binder | None = getattr(target, "binder", None)
    if found is None:
        found = _BINDERS[type(target)](target)
        setattr(target, "binder", found)  # noqa: B010  (an attribute of ours)
    return found


def _bind_name(target: ast.Name) -> Binder:
    name = target.id

    def bind(m: "Machine", value: Value, scope: Scope) -> None:
        where = scope if not scope.globals_ and not scope.nonlocals else scope_of(scope, name)
        m.heap.write(where.table, name, value)

    return bind


def _bind_attribute(target: ast.Attribute) -> Binder:
    inner, name = target.value, target.attr
    if name == "data" and isinstance(inner, ast.Attribute):  # layer.weight.data = ... replaces the layer's weight
        name, inner = inner.attr, inner.value
    owner = prepared(inner)

    def bind(m: "Machine", value: Value, scope: Scope) -> None:
        before = m.move(target, scope)
        try:
            m.set_attribute(owner(m, scope), name, value)
        finally:
            m.site = before

    return bind


def _bind_sequence(target: ast.Tuple | ast.List) -> Binder:
    parts = target.elts
    binders, starred = [binder(part) for part in parts], any(isinstance(part, ast.Starred) for part in parts)

    def bind(m: "Machine", value: Value, scope: Scope) -> None:
        if starred or type(value) is not tuple or len(value) != len(binders):
            _unpack(m, target, value, scope)
            return
        for one, item in zip(binders, value, strict=True):
            one(m, item, scope)

    return bind


def _assign_item(m: "Machine", target: ast.Subscript, value: Value, scope: Scope) -> None:
    key = evaluate(m, target.slice, scope)
    inner = target.value
    if isinstance(inner, ast.Attribute) and inner.attr in ("_modules", "_parameters", "_buffers"):  # net._modules["fc"] = ... registers a child
        owner = evaluate(m, inner.value, scope)
        if isinstance(owner, Instance):
            from .registered import set_entry  # few programs need it

            with m.at(target, scope):
                set_entry(m, owner, inner.attr, key, value)
            return
    container = _stored_in(m, inner, target.slice, scope) if m.imports.deferral.waiting else evaluate(m, inner, scope)
    with m.at(target, scope):
        m.set_item(container, key, value)


def _stored_in(m: "Machine", node: ast.expr, key: ast.expr, scope: Scope) -> Value:
    """The container of an entry: what modules that wait add to it matters only under the same key, and not while its own module makes it."""
    if isinstance(node, ast.Name) and scope.parent is None and node.id in scope.table and node.id not in imported_names(scope.file.text):
        return m.imports.held(m, scope, node.id, read=False)
    return asked_for(node, key)(m, scope)


_BINDERS: dict[type, Callable[..., Binder]] = {
    ast.Name: _bind_name, ast.Attribute: _bind_attribute, ast.Tuple: _bind_sequence, ast.List: _bind_sequence,
    ast.Subscript: lambda target: lambda m, value, scope: _assign_item(m, target, value, scope), ast.Starred: lambda target: binder(target.value),
}


def scope_of(scope: Scope, name: str) -> Scope:
    if name in scope.globals_:
        while scope.parent is not None:
            scope = scope.parent
        return scope
    if name in scope.nonlocals:
        current = scope.parent
        while current is not None:
            if name in current.table and not current.is_class:
                return current
            current = current.parent
    return scope


def _unpack(m: "Machine", target: ast.Tuple | ast.List, value: Value, scope: Scope) -> None:
    targets = target.elts
    must_iterate(value)
    with m.at(target, scope):
        items = m.unpack(value, len(targets), any(isinstance(item, ast.Starred) for item in targets))
    star = next((i for i, item in enumerate(targets) if isinstance(item, ast.Starred)), None)
    if items is None:
        lost = value if isinstance(value, Unknown) else Unknown(Why.DATA, "an unpacked value")
        for item in targets:
            assign(m, item, ListObject(lost) if isinstance(item, ast.Starred) else lost, scope)
        return
    if star is None:
        if len(items) != len(targets):
            with m.at(target, scope):
                reported = m.wrong_count(value, len(items), len(targets))
            if reported:  # go on as if the count were right: what follows may hold other errors
                for item in targets:
                    assign(m, item, Unknown(Why.ERROR, "a wrong unpacking"), scope)
                return
            raise PyRaise("ValueError", f"{len(items)} values for {len(targets)} names")
        for item, part in zip(targets, items, strict=True):
            assign(m, item, part, scope)
        return
    after = len(targets) - star - 1
    if len(items) < len(targets) - 1:
        raise PyRaise("ValueError", f"not enough values for {len(targets)} names")
    middle = items[star : len(items) - after]
    for item, part in zip(targets, [*items[:star], ListObject(tuple(middle)), *items[len(items) - after :]], strict=True):
        assign(m, item, part, scope)
