"""What is handed to code that is not read may be changed by it: lists and dicts that were empty, and what functions among the arguments change when they
are called, which is found in their text."""

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .values import BoundMethod, ClassValue, DictObject, FunctionValue, Instance, ListObject, Partial, Scope, SetObject, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_DEPTH = 4  # functions in functions, and containers in containers
_FILLED = Unknown(Why.IMPORT, "what code that is not read puts there")
_ABSENT = object()
_ONLY_READ = frozenset({"get", "items", "keys", "values", "copy", "index", "count", "__len__", "__contains__", "__getitem__", "__iter__"})
_CHANGE = frozenset({
    "append", "appendleft", "extend", "insert", "pop", "popleft", "remove", "clear", "sort", "reverse", "add", "discard", "update", "setdefault", "popitem",
})
_READERS = frozenset({"len", "print", "range", "enumerate", "zip", "sum", "max", "min", "str", "repr", "isinstance", "sorted", "list", "tuple", "dict", "set", "any", "all"})


def hand_over(m: "Machine", args: Iterable[Value], depth: int = _DEPTH) -> None:
    """The ``args`` of a call of which nothing is known. A list that has items is taken to be read only: most are settings; but where a function
    among the arguments changes what it is passed, it may be passed the others."""
    args = tuple(args)
    _look_through(m, args, depth, any(isinstance(arg, (FunctionValue, BoundMethod, Partial)) and _changes_arguments(arg) for arg in args))


def _look_through(m: "Machine", args: Iterable[Value], depth: int, forgotten: bool) -> None:
    for arg in args:
        if isinstance(arg, (ListObject, SetObject)):
            items = arg.table["items"]
            if isinstance(items, tuple) and items and depth:
                _look_through(m, items, depth - 1, forgotten)
            if forgotten or items == ():
                _forget(m, arg)
        elif isinstance(arg, DictObject):
            if arg.table and depth:
                _look_through(m, list(arg.table.values()), depth - 1, forgotten)
            if forgotten or not arg.table:
                _forget(m, arg)
        elif isinstance(arg, tuple) and depth:
            _look_through(m, arg, depth - 1, forgotten)
        elif isinstance(arg, (FunctionValue, BoundMethod, Partial)):
            called(m, arg)


def _changes_arguments(function: Value) -> bool:
    """Whether a function writes entries of what it is passed, or calls methods that change it."""
    if isinstance(function, (Partial, BoundMethod)):
        return _changes_arguments(function.function)
    if not isinstance(function, FunctionValue):
        return False
    spec = function.node.args
    names = {arg.arg for arg in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg) if arg is not None}
    for node in _changing(function.node):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name) and node.value.id in names and (
                isinstance(node, ast.Subscript) or node.attr in _CHANGE):
            return True
    return False


def called(m: "Machine", function: Value) -> None:
    """Code that is not read may call the function any number of times, now or later."""
    _Calls(m).called(function, _DEPTH)


class _Calls:
    """What calls of functions may change; each function is looked through once."""

    def __init__(self, m: "Machine") -> None:
        self._m = m
        self._seen: set[tuple[int, int]] = set()

    def called(self, function: Value, depth: int) -> None:
        if isinstance(function, Partial):
            hand_over(self._m, function.args, 1)
            self.called(function.function, depth)
        elif isinstance(function, BoundMethod):
            if isinstance(function.function, FunctionValue):
                self._text(function.function, function.receiver, depth)
            else:
                _forget(self._m, function.receiver)
        elif isinstance(function, FunctionValue):
            self._text(function, _ABSENT, depth)
        elif isinstance(function, Instance) and isinstance(function.cls, ClassValue):
            self._method(function, "forward", depth)
            self._method(function, "__call__", depth)

    def _method(self, receiver: Instance, name: str, depth: int) -> None:
        for base in receiver.cls.mro if isinstance(receiver.cls, ClassValue) else ():
            if isinstance(base, ClassValue) and name in base.table:
                self.called(BoundMethod(base.table[name], receiver), depth)
                return

    def _text(self, function: FunctionValue, receiver: Value, depth: int) -> None:
        key = (id(function.node), id(receiver))
        if not depth or key in self._seen:
            return
        self._seen.add(key)
        arguments = (*function.node.args.posonlyargs, *function.node.args.args)
        own = {arguments[0].arg: receiver} if arguments and receiver is not _ABSENT else {}
        for node in _changing(function.node):
            if isinstance(node, (ast.Nonlocal, ast.Global)):
                self._rebound(node, function.scope)
            elif isinstance(node, ast.Call):
                self._call(node, function.scope, own, depth)
            elif isinstance(node, (ast.Attribute, ast.Subscript)):
                self._written(node, _found(node.value, function.scope, own))

    def _rebound(self, node: "ast.Nonlocal | ast.Global", scope: Scope | None) -> None:
        for name in node.names:
            holder = _holder(scope, name) if isinstance(node, ast.Nonlocal) else _outermost(scope)
            if holder is not None and name in holder.table:
                self._m.heap.write(holder.table, name, _FILLED)

    def _written(self, node: "ast.Attribute | ast.Subscript", owner: Value) -> None:
        if isinstance(owner, (ListObject, SetObject, DictObject)):
            if isinstance(node, ast.Subscript) or node.attr not in _ONLY_READ:
                _forget(self._m, owner)
        elif isinstance(owner, (Instance, ClassValue)) and isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            self._m.heap.write(owner.table, node.attr, _FILLED)

    def _call(self, node: ast.Call, scope: Scope, own: dict[str, Value], depth: int) -> None:
        if isinstance(node.func, ast.Attribute):
            owner = _found(node.func.value, scope, own)
            if isinstance(owner, Instance):
                held = owner.table.get(node.func.attr)
                self._method(owner, node.func.attr, depth - 1) if held is None else self.called(held, depth - 1)
        elif isinstance(node.func, ast.Name):
            if node.func.id in _READERS:
                return
            self.called(_found(node.func, scope, own), depth - 1)
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            value = _found(part, scope, own)
            if isinstance(value, (FunctionValue, BoundMethod, Partial)):
                self.called(value, depth - 1)
            elif isinstance(part, ast.Name) and (holder := _holder(scope, part.id)) is not None and holder.parent is not None:
                _forget(self._m, value)
            else:
                hand_over(self._m, (value,), 0)


def _changing(function: ast.AST) -> list[ast.AST]:
    """The parts of a function that may change something; found once and kept with its node."""
    found: list[ast.AST] | None = getattr(function, "changing", None)
    if found is None:
        kinds = (ast.Nonlocal, ast.Global, ast.Call, ast.Attribute)
        found = [node for node in ast.walk(function) if isinstance(node, kinds) or (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load))]
        setattr(function, "changing", found)  # noqa: B010  (an attribute of ours)
    return found


def _found(node: ast.expr, scope: Scope, own: dict[str, Value]) -> Value:
    """The value of a name of the scopes around a function, of its first argument, or of an attribute of one of these; nothing is run for it."""
    if isinstance(node, ast.Name):
        if node.id in own:
            return own[node.id]
        holder = _holder(scope, node.id)
        return holder.table[node.id] if holder is not None else _ABSENT
    if isinstance(node, ast.Attribute):
        owner = _found(node.value, scope, own)
        return owner.table.get(node.attr, _ABSENT) if isinstance(owner, (Instance, ClassValue)) else _ABSENT
    return _ABSENT


def _holder(scope: Scope | None, name: str) -> Scope | None:
    """The function around, or the module, that has this name."""
    while scope is not None:
        if name in scope.table and not scope.is_class:
            return scope
        scope = scope.parent
    return None


def _outermost(scope: Scope | None) -> Scope | None:
    while scope is not None and scope.parent is not None:
        scope = scope.parent
    return scope


def _forget(m: "Machine", value: Value) -> None:
    if isinstance(value, (ListObject, SetObject)):
        m.heap.write(value.table, "items", _FILLED)
        if isinstance(value, SetObject):
            value.index = None
    elif isinstance(value, DictObject):
        for key in list(value.table):
            m.heap.write(value.table, key, _FILLED)
        m.heap.write(value.opaque, "rest", _FILLED)
