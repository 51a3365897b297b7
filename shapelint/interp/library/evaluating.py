"""``eval`` and ``exec`` of a text that is known: names of classes in configurations, arithmetic on widths, configurations that are programs."""

import ast
from typing import TYPE_CHECKING

from .. import limits
from ..natives import PyRaise
from ..statements import execute
from ..values import DictObject, Scope, Unknown, Value, Why
from .methods_dict import forget
from .objects import namespace
from .support import Args, Kwargs, lost, native, too_much

if TYPE_CHECKING:
    from ..machine import Machine


@native("builtins.eval", least=1)
def eval_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    text, site = args[0], machine.site
    if not isinstance(text, str) or site is None or kwargs:
        return lost(machine, "eval", text)
    if len(text) > limits.EVALUATED_TEXT:
        return too_much(machine, "eval")
    scope = _scope(site.file_scope, args[1:])
    if scope is None:
        return lost(machine, "eval", *args[1:])
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PyRaise("SyntaxError", str(error)) from None
    for part in ast.walk(node):
        if hasattr(part, "lineno"):
            ast.copy_location(part, site.node)  # what happens in it happens at the call
    machine.imports.evaluated.append(node)
    return machine.evaluate(node, scope)


@native("builtins.exec", least=1)
def exec_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """What the text assigns stands in the dict that the call gives; without one, it is not followed."""
    text, site = args[0], machine.site
    spaces = [space for space in args[1:] if space is not None]
    if not spaces and site is not None and site.file_scope.is_class:
        return _in_class(machine, text, site.file_scope)
    if not isinstance(text, str) or site is None or kwargs or not spaces or not all(isinstance(space, DictObject) for space in spaces):
        for space in spaces:
            if isinstance(space, DictObject):
                forget(machine, space, lost(machine, "exec", text))
        return lost(machine, "exec", text)
    scope = _scope(site.file_scope, args[1:])
    if len(text) > limits.EVALUATED_TEXT or scope is None:
        forget(machine, spaces[-1], too_much(machine, "exec"))
        return None
    if "__builtins__" not in spaces[0].table:
        machine.heap.write(spaces[0].table, "__builtins__", Unknown(Why.CONSTRUCT, "__builtins__"))
    scope.table = spaces[-1].table
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PyRaise("SyntaxError", str(error)) from None
    for part in ast.walk(tree):
        if hasattr(part, "lineno"):
            ast.copy_location(part, site.node)
    machine.imports.evaluated.append(tree)
    execute(machine, tree.body, scope)
    return None


def _in_class(machine: "Machine", text: Value, scope: Scope) -> Value:
    """``exec(text)`` in the body of a class, whose names it makes."""
    forget(machine, namespace(scope), lost(machine, "exec in the body of a class", text))
    return None


def _scope(here: Scope, spaces: "list[Value]") -> Scope | None:
    """Where names are looked up: here, or in dicts that the call gives. None where these are not known in full."""
    scope = here
    for space in spaces:
        if space is None:
            continue
        if not isinstance(space, DictObject) or space.opaque["rest"] is not None:
            return None
        inner = Scope(here.file, here.module_name, None if scope is here else scope)
        inner.table = {key: value for key, value in space.table.items() if isinstance(key, str)}
        scope = inner
    return scope
