"""Evaluating expressions: one function per node type."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dims import Expr
from ..dims.where import Condition
from . import limits
from .branches import choose
from .comprehensions import comprehension, dict_comprehension
from .decisions import Answer, answer_of, as_value, both, decide
from .join import join
from .natives import NATIVES, PyRaise
from .values import (
    DictObject,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    MaybeMissing,
    Scope,
    SetObject,
    SliceValue,
    Tensor,
    Undecided,
    Unknown,
    Value,
    Why,
    unsettled,
)

if TYPE_CHECKING:
    from .machine import Machine

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}
COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not",
    ast.In: "in", ast.NotIn: "not in",
}


class Rest:
    """Stands in an argument list for "any number of further arguments that are not known".

    ``extra_only``: they can only be such as ``*args`` and ``**kwargs`` collect; named parameters have their defaults.
    """

    __slots__ = ("extra_only", "unknown")

    def __init__(self, unknown: Unknown, extra_only: bool = False) -> None:
        self.unknown, self.extra_only = unknown, extra_only


def evaluate(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    return _EVALUATE[type(node)](m, node, scope)


def _constant(m: "Machine", node: ast.Constant, scope: Scope) -> Value:
    return node.value


def _name(m: "Machine", node: ast.Name, scope: Scope) -> Value:
    return lookup(m, scope, node.id, node)


def lookup(m: "Machine", scope: Scope, name: str, node: ast.AST | None = None) -> Value:
    """The value of a name: local, enclosing functions, module, builtins."""
    current: Scope | None = scope
    while current is not None:
        if name in current.table and (current is scope or not current.is_class):
            return current.table[name]
        current = current.parent
    found = NATIVES.get(f"builtins.{name}")
    if found is not None:
        return found
    return m.imports.star_name(m, scope, name) or Unknown(Why.NAME, name)


def _attribute(m: "Machine", node: ast.Attribute, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    with m.at(node, scope):
        return m.get_attribute(value, node.attr)


def _call(m: "Machine", node: ast.Call, scope: Scope) -> Value:
    m.step()
    function = evaluate(m, node.func, scope)
    args, kwargs = arguments(m, node, scope)
    with m.at(node, scope) as site:
        return m.call(function, args, kwargs, site)


def arguments(m: "Machine", node: ast.Call, scope: Scope) -> tuple[list[Value], dict[str, Value]]:
    """Positional and keyword arguments; what cannot be unpacked becomes a :class:`Rest`."""
    args: list[Value] = []
    for item in node.args:
        if isinstance(item, ast.Starred):
            value = evaluate(m, item.value, scope)
            items = m.iterate(value)
            args.extend([Rest(_as_unknown(value))] if items is None else items)
        else:
            args.append(evaluate(m, item, scope))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(m, keyword.value, scope)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value := _mapping(value), DictObject):
            kwargs.update({key: item for key, item in value.table.items() if isinstance(key, str) and not isinstance(item, MaybeMissing)})
            maybe = next((item for item in value.table.values() if isinstance(item, MaybeMissing)), value.opaque["rest"])
            if maybe is not None:
                args.append(Rest(maybe))
        else:
            args.append(Rest(_as_unknown(value)))
    return args, kwargs


def _mapping(value: Value) -> Value:
    """The dict that an object of a dict subclass holds."""
    return value.hidden.get("payload", value) if isinstance(value, Instance) else value


def _as_unknown(value: Value) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown(Why.DATA, "unpacked arguments")


def _binary(m: "Machine", node: ast.BinOp, scope: Scope) -> Value:
    left, right = evaluate(m, node.left, scope), evaluate(m, node.right, scope)
    if type(left) is int and type(right) is int and type(node.op) in (ast.Add, ast.Sub):
        return left + right if type(node.op) is ast.Add else left - right
    with m.at(node, scope):
        return m.binary(BINARY[type(node.op)], left, right)


def _unary(m: "Machine", node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(m, node.operand, scope)
    if isinstance(node.op, ast.Not):
        answer = answer_of(m, value)
        if isinstance(answer, Condition):
            return Undecided(~answer)
        return Unknown(Why.DATA, "not") if answer is None else not answer
    if isinstance(node.op, ast.USub) and isinstance(value, (int, float, Expr)):
        return -value
    if isinstance(node.op, ast.UAdd) and isinstance(value, (int, float, Expr)):
        return value
    if isinstance(node.op, ast.Invert) and isinstance(value, int):
        return ~value
    if isinstance(value, Unknown):
        return unsettled(value)
    return value if isinstance(value, Tensor) else Unknown(Why.CONSTRUCT, "a unary operator")


def _boolean(m: "Machine", node: ast.BoolOp, scope: Scope) -> Value:
    is_and = isinstance(node.op, ast.And)
    value = evaluate(m, node.values[0], scope)
    for rest in node.values[1:]:
        answer = m.truth(value)
        if answer is not None:
            if answer is not is_and:
                return value
            value = evaluate(m, rest, scope)
            continue
        other = _uncertainly(m, rest, scope)
        if isinstance(value, Undecided) and isinstance(other, (bool, Undecided)):
            value = as_value(both(value.condition, answer_of(m, other), not is_and))
        else:
            value = join(value, other)
    return value


def _uncertainly(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    m.uncertain += 1
    try:
        return evaluate(m, node, scope)
    except PyRaise:
        return Unknown(Why.DATA, "an operand that raises")
    finally:
        m.uncertain -= 1


def _compare(m: "Machine", node: ast.Compare, scope: Scope) -> Value:
    left = evaluate(m, node.left, scope)
    result: Value = True
    whole: Answer = True  # of the links of a chain
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(m, right_node, scope)
        with m.at(node, scope):
            result = m.compare(COMPARE[type(op)], left, right)
        answer = answer_of(m, result)
        if answer is False or (answer is None and len(node.ops) > 1):
            return result
        whole = both(whole, answer, False)
        left = right
    return result if len(node.ops) == 1 else as_value(whole)


def _conditional(m: "Machine", node: ast.IfExp, scope: Scope) -> Value:
    answer = decide(m, node.test, scope)
    if isinstance(answer, bool):
        return evaluate(m, node.body if answer else node.orelse, scope)
    return choose(m, lambda: evaluate(m, node.body, scope), lambda: evaluate(m, node.orelse, scope), split=answer)


def _elements(m: "Machine", nodes: list[ast.expr], scope: Scope) -> tuple[Value, ...] | Unknown:
    items: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            value = evaluate(m, node.value, scope)
            listed = m.iterate(value)
            if listed is None:
                return _as_unknown(value)
            items.extend(listed)
        else:
            items.append(evaluate(m, node, scope))
    return tuple(items)


def _tuple(m: "Machine", node: ast.Tuple, scope: Scope) -> Value:
    return _elements(m, node.elts, scope)


def _list(m: "Machine", node: ast.List, scope: Scope) -> Value:
    return ListObject(_elements(m, node.elts, scope))


def _set(m: "Machine", node: ast.Set, scope: Scope) -> Value:
    from .library.builtins_ import distinct

    items = _elements(m, node.elts, scope)
    return SetObject(items if isinstance(items, Unknown) else distinct(m, items))


def _dict(m: "Machine", node: ast.Dict, scope: Scope) -> Value:
    made = DictObject()
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(m, value_node, scope)
        if key_node is None:
            _spread(made, value)
        else:
            put(made, evaluate(m, key_node, scope), value)
    return made


def _spread(made: DictObject, value: Value) -> None:
    value = _mapping(value)
    if isinstance(value, DictObject):
        made.table.update(value.table)
        made.opaque["rest"] = made.opaque["rest"] or value.opaque["rest"]
    else:
        made.opaque["rest"] = _as_unknown(value)


def put(made: DictObject, key: Value, value: Value) -> None:
    """An entry of a dict under construction; a key that is not known makes the dict open."""
    if isinstance(key, Unknown):
        made.opaque["rest"] = key
        return
    try:
        made.table[key] = value
    except TypeError:
        made.opaque["rest"] = Unknown(Why.DATA, "a dict key")


def _subscript(m: "Machine", node: ast.Subscript, scope: Scope) -> Value:
    container = evaluate(m, node.value, scope)
    key = evaluate(m, node.slice, scope)
    with m.at(node, scope):
        return m.get_item(container, key)


def _slice(m: "Machine", node: ast.Slice, scope: Scope) -> Value:
    return SliceValue(*(None if part is None else evaluate(m, part, scope) for part in (node.lower, node.upper, node.step)))


def _lambda(m: "Machine", node: ast.Lambda, scope: Scope) -> Value:
    return make_function(m, "<lambda>", node, scope)


def make_function(m: "Machine", name: str, node: Any, scope: Scope) -> FunctionValue:
    """A function object: defaults are evaluated now."""
    defaults = tuple(evaluate(m, item, scope) for item in node.args.defaults)
    kw_defaults = {
        arg.arg: evaluate(m, item, scope) for arg, item in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if item is not None
    }
    return FunctionValue(name, node, scope, defaults, kw_defaults)


def _named(m: "Machine", node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(m, node.value, scope)
    target = scope
    while target.is_comprehension and target.parent is not None:
        target = target.parent
    m.heap.write(target.table, node.target.id, value)
    return value


def _joined(m: "Machine", node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[str] = []
    lost: Unknown | None = None
    for item in node.values:
        value = evaluate(m, item, scope)
        if isinstance(value, str):
            parts.append(value)
        else:
            lost = _as_unknown(value)
    return lost if lost is not None else "".join(parts)[: limits.TEXT_LENGTH]


def _formatted(m: "Machine", node: ast.FormattedValue, scope: Scope) -> Value:
    from .library.methods_str import format_value

    value = evaluate(m, node.value, scope)
    spec = "" if node.format_spec is None else evaluate(m, node.format_spec, scope)
    if not isinstance(spec, str):
        return _as_unknown(spec)
    return format_value(m, value, spec, chr(node.conversion) if node.conversion > 0 else "")


def _yield(m: "Machine", node: ast.Yield, scope: Scope) -> Value:
    value = None if node.value is None else evaluate(m, node.value, scope)
    if m.frames:
        m.frames[-1].yields.append(value)
        if len(m.frames[-1].yields) > limits.LISTED_ITEMS:
            raise PyRaise("RuntimeError", "a generator without end")
    return None


def _yield_from(m: "Machine", node: ast.YieldFrom, scope: Scope) -> Value:
    items = m.iterate(evaluate(m, node.value, scope))
    if m.frames:
        m.frames[-1].yields.extend([Rest(Unknown(Why.DATA, "yield from"))] if items is None else items)
    return Unknown(Why.CONSTRUCT, "the value of yield from")


def _await(m: "Machine", node: ast.Await, scope: Scope) -> Value:
    return evaluate(m, node.value, scope)


def _starred(m: "Machine", node: ast.Starred, scope: Scope) -> Value:
    items = m.iterate(evaluate(m, node.value, scope))
    return Unknown(Why.DATA, "a starred expression") if items is None else items


def _generator(m: "Machine", node: ast.GeneratorExp, scope: Scope) -> Value:
    return IteratorObject(comprehension(m, node, scope))


def _list_comprehension(m: "Machine", node: ast.ListComp, scope: Scope) -> Value:
    return ListObject(comprehension(m, node, scope))


def _set_comprehension(m: "Machine", node: ast.SetComp, scope: Scope) -> Value:
    from .library.builtins_ import distinct

    items = comprehension(m, node, scope)
    return SetObject(items if isinstance(items, Unknown) else distinct(m, items))


def _other(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    return Unknown(Why.CONSTRUCT, type(node).__name__)


_EVALUATE: dict[type, Callable[..., Value]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.Call: _call, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _conditional, ast.Tuple: _tuple, ast.List: _list, ast.Set: _set, ast.Dict: _dict,
    ast.Subscript: _subscript, ast.Slice: _slice, ast.Lambda: _lambda, ast.NamedExpr: _named, ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted, ast.Yield: _yield, ast.YieldFrom: _yield_from, ast.Await: _await, ast.Starred: _starred,
    ast.GeneratorExp: _generator, ast.ListComp: _list_comprehension, ast.SetComp: _set_comprehension, ast.DictComp: dict_comprehension,
}
if hasattr(ast, "TemplateStr"):  # Python 3.14
    _EVALUATE[ast.TemplateStr] = _other
