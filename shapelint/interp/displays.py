"""Expressions that make tuples, lists, sets, dicts, strings and iterators from their parts: displays, f-strings, comprehensions."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import limits
from .comprehensions import comprehension, dict_comprehension, generator_expression
from .expressions import PREPARE, Code, always, as_unknown, constant, evaluate, mapping, plain, prepared
from .extent import bounded
from .subscripts import must_hash
from .values import DictObject, ListObject, Scope, SetObject, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

Elements = Callable[["Machine", Scope], "tuple[Value, ...] | Unknown"]


def _elements(nodes: list[ast.expr]) -> Elements:
    if len(nodes) > limits.LISTED_ITEMS:
        return lambda m, scope: Unknown(Why.LIMIT, "a long sequence")
    if any(isinstance(item, ast.Starred) for item in nodes):
        return lambda m, scope: _unpacked_elements(m, nodes, scope)
    parts = [prepared(item) for item in nodes]
    return lambda m, scope: tuple([code(m, scope) for code in parts])


def _unpacked_elements(m: "Machine", nodes: list[ast.expr], scope: Scope) -> tuple[Value, ...] | Unknown:
    items: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            value = evaluate(m, node.value, scope)
            listed = m.iterate(value)
            if listed is None:
                return as_unknown(value)
            items.extend(listed)
            if len(items) > limits.LISTED_ITEMS:
                return Unknown(Why.LIMIT, "a long sequence")
        else:
            items.append(evaluate(m, node, scope))
    return tuple(items)


def _tuple(node: ast.Tuple) -> Code:
    known = constant(node)
    if known is not None:
        return always(known[0])
    items = _elements(node.elts)
    return lambda m, scope: bounded(items(m, scope))


def _list(node: ast.List) -> Code:
    items = _elements(node.elts)
    return lambda m, scope: ListObject(items(m, scope))


def _set(node: ast.Set) -> Code:
    items = _elements(node.elts)
    return lambda m, scope: _set_of(m, items(m, scope))


def _set_of(m: "Machine", items: "tuple[Value, ...] | Unknown") -> SetObject:
    from .library.builtins_ import distinct

    return SetObject(items if isinstance(items, Unknown) else distinct(m, items))


def _dict(node: ast.Dict) -> Code:
    if len(node.keys) > limits.LISTED_ITEMS:
        return lambda m, scope: DictObject(rest=Unknown(Why.LIMIT, "a long dict"))
    entries = [(None if key is None else prepared(key), prepared(value)) for key, value in zip(node.keys, node.values, strict=True)]

    def code(m: "Machine", scope: Scope) -> Value:
        made = DictObject()
        for key_code, value_code in entries:
            value = value_code(m, scope)
            if key_code is None:
                _spread(made, value)
            else:
                put(made, key_code(m, scope), value)
        return made

    return code


def _spread(made: DictObject, value: Value) -> None:
    value = mapping(value)
    if isinstance(value, DictObject):
        made.table.update(value.table)
        made.opaque["rest"] = made.opaque["rest"] or value.opaque["rest"]
        if len(made.table) > limits.LISTED_ITEMS:
            made.table.clear()
            made.opaque["rest"] = Unknown(Why.LIMIT, "a long dict")
    else:
        made.opaque["rest"] = as_unknown(value)


def put(made: DictObject, key: Value, value: Value) -> None:
    """An entry of a dict under construction; a key that is not known makes the dict open."""
    if isinstance(key, Unknown):
        made.opaque["rest"] = key
        return
    must_hash(key)
    try:
        made.table[key] = value
    except TypeError:
        made.opaque["rest"] = Unknown(Why.DATA, "a dict key")


def _joined(m: "Machine", node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[str] = []
    lost: Unknown | None = None
    for item in node.values:
        value = evaluate(m, item, scope)
        if isinstance(value, str):
            parts.append(value)
        else:
            lost = as_unknown(value)
    if lost is None and sum(map(len, parts)) > limits.TEXT_LENGTH:
        lost = Unknown(Why.LIMIT, "a long text")
    return lost if lost is not None else "".join(parts)


def _formatted(m: "Machine", node: ast.FormattedValue, scope: Scope) -> Value:
    from .library.methods_str import format_value

    value = evaluate(m, node.value, scope)
    spec = "" if node.format_spec is None else evaluate(m, node.format_spec, scope)
    if not isinstance(spec, str):
        return as_unknown(spec)
    return format_value(m, value, spec, chr(node.conversion) if node.conversion > 0 else "")


def _generator(node: ast.GeneratorExp) -> Code:
    return lambda m, scope: generator_expression(m, node, scope)


def _list_comprehension(node: ast.ListComp) -> Code:
    return lambda m, scope: ListObject(comprehension(m, node, scope))


def _set_comprehension(node: ast.SetComp) -> Code:
    return lambda m, scope: _set_of(m, comprehension(m, node, scope))


PREPARE.update({
    ast.Tuple: _tuple, ast.List: _list, ast.Set: _set, ast.Dict: _dict, ast.JoinedStr: plain(_joined), ast.FormattedValue: plain(_formatted),
    ast.GeneratorExp: _generator, ast.ListComp: _list_comprehension, ast.SetComp: _set_comprehension, ast.DictComp: plain(dict_comprehension),
})
