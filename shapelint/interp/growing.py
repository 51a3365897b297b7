"""Classes that are explored as nobody made them: what their constructor leaves empty and another method fills has unknown contents by the time ``forward`` runs."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from .nn_modules import container_kind, lose
from .values import ClassValue, DictObject, FunctionValue, Instance, ListObject, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_GROWS = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "add_module", "register_module"})


def open_what_others_fill(m: "Machine", cls: ClassValue, instance: Instance) -> None:
    """Make the empty lists, dicts and containers of ``instance`` open that a method which has not run fills."""
    why = Unknown(Why.ENTRY, "what other methods put there")
    if container_kind(instance) and not instance.table:
        lose(m, instance, why)
    for name in {name for base in cls.mro if isinstance(base, ClassValue) for name in _filled(m, base)}:
        _open(m, instance.table.get(name), why)


def _open(m: "Machine", held: Value, why: Unknown) -> None:
    if isinstance(held, Instance) and container_kind(held) and not held.table:
        lose(m, held, why)
    elif isinstance(held, ListObject) and held.table["items"] == ():
        m.heap.write(held.table, "items", why)
    elif isinstance(held, DictObject) and not held.table:
        m.heap.write(held.opaque, "rest", why)


def _filled(m: "Machine", cls: ClassValue) -> Iterator[str]:
    """Attributes that methods which have not run put something into, other than ``forward`` and what it calls."""
    forward = cls.table.get("forward")
    called = {node.attr for node in ast.walk(forward.node) if isinstance(node, ast.Attribute)} if isinstance(forward, FunctionValue) else set()
    for name, value in cls.table.items():
        if isinstance(value, FunctionValue) and id(value.node) not in m.reached and name != "forward" and name not in called:
            for node in ast.walk(value.node):
                changes = node.attr in _GROWS if isinstance(node, ast.Attribute) else isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
                if changes and isinstance(node, (ast.Attribute, ast.Subscript)) and _is_of_self(node.value):
                    yield node.value.attr


def _is_of_self(node: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
