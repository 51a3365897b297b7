"""Evaluating expressions. A node is prepared once, by one function per node type: what comes of it is a closure over its prepared parts, kept
with the node, so that evaluating it again looks at no syntax.
"""

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dims import Expr
from ..dims.where import Condition
from . import limits
from .branches import choose
from .decisions import Answer, answer_of, as_value, both, prepared_test
from .iteration import must_iterate
from .join import join
from .natives import NATIVES, PyRaise
from .operands import has_no, type_of
from .own_names import own_names, unbound
from .values import (
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    ListObject,
    MaybeMissing,
    Native,
    Scope,
    SliceValue,
    Tensor,
    Undecided,
    Unknown,
    Value,
    Why,
    unsettled,
)
from .views import why_unlisted

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


Code = Callable[["Machine", Scope], Value]


def evaluate(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    return prepared(node)(m, scope)


def prepared(node: ast.expr) -> Code:
    """What evaluates an expression."""
    found: Code | None = getattr(node, "code", None)
    if found is None:
        found = PREPARE[type(node)](node)
        setattr(node, "code", found)  # noqa: B010  (an attribute of ours)
    return found


def constant(node: ast.expr) -> tuple[Value] | None:
    """The value of an expression that has the same one each time, in a tuple."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.Tuple):
        parts = [constant(item) for item in node.elts]
        return (tuple([part[0] for part in parts if part is not None]),) if None not in parts else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = constant(node.operand)
        return (-number[0],) if number is not None and type(number[0]) in (int, float) else None
    return None


def always(value: Value) -> Code:
    return lambda m, scope: value


def _constant(node: ast.Constant) -> Code:
    return always(node.value)


def _name(node: ast.Name) -> Code:
    name = node.id

    def code(m: "Machine", scope: Scope) -> Value:
        table = scope.table
        return table[name] if name in table and scope.parent is not None else lookup(m, scope, name, node)

    return code


def asked_for(node: ast.expr, key: ast.expr) -> Code:
    """What evaluates a container that is asked for one key: of a registry that modules add to, only the entry under that key must be there."""
    if not isinstance(node, ast.Name) or not isinstance(key, (ast.Name, ast.Constant)):
        return prepared(node)
    name, wanted = node.id, prepared(key)

    def code(m: "Machine", scope: Scope) -> Value:
        table = scope.table
        return table[name] if name in table and scope.parent is not None else lookup(m, scope, name, node, wanted)

    return code


def lookup(m: "Machine", scope: Scope, name: str, node: ast.AST | None = None, key: Code | None = None) -> Value:
    """The value of a name: local, enclosing functions, module, builtins. ``key``: what it is asked for, where that is all that is asked."""
    current: Scope | None = scope
    frame = m.frames[-1] if m.frames else None
    while current is not None:
        if name in current.table and (current is scope or not current.is_class):
            if current.parent is not None:
                return current.table[name]
            if key is not None and m.imports.deferral.waiting:
                return m.imports.asked(m, current, name, key(m, scope))
            return m.imports.held(m, current, name)
        if frame is not None and current is frame.scope and name in own_names(frame.function.node).names:
            return unbound(m, frame.function.node, name, current is scope)
        current = current.parent
    found = NATIVES.get(f"builtins.{name}")
    if found is not None:
        return found
    if name in _NAMED:
        return _NAMED[name]
    if m.imports.deferral.waiting:
        while scope.parent is not None:
            scope = scope.parent
        if m.imports.arrives(m, scope, name):
            return m.imports.held(m, scope, name)
    return m.imports.star_name(m, scope, name) or Unknown(Why.NAME, name)


def _attribute(node: ast.Attribute, key: ast.expr | None = None) -> Code:
    owner, name = prepared(node.value) if key is None else asked_for(node.value, key), node.attr

    def code(m: "Machine", scope: Scope) -> Value:
        value = owner(m, scope)
        before = m.move(node, scope)
        try:
            return m.get_attribute(value, name)
        finally:
            m.site = before

    return code


def _call(node: ast.Call) -> Code:
    of_key = isinstance(node.func, ast.Attribute) and node.func.attr == "get" and len(node.args) > 0
    callee, given = _attribute(node.func, node.args[0]) if of_key and isinstance(node.func, ast.Attribute) else prepared(node.func), _arguments(node)

    def code(m: "Machine", scope: Scope) -> Value:
        m.step()
        function = callee(m, scope)
        args, kwargs = given(m, scope)
        before = m.move(node, scope)
        try:
            return m.call(function, args, kwargs, m.site)
        finally:
            m.site = before

    return code


_NAMED = {"NotImplemented": NotImplemented, "Ellipsis": ..., "__debug__": True}
Arguments = tuple[list[Value], dict[str, Value]]


def _arguments(node: ast.Call) -> Callable[["Machine", Scope], Arguments]:
    """What evaluates the arguments of a call, positional and by keyword."""
    if any(isinstance(item, ast.Starred) for item in node.args) or any(keyword.arg is None for keyword in node.keywords):
        return lambda m, scope: _unpacked(m, node, scope)
    positional = [prepared(item) for item in node.args]
    named = [(keyword.arg or "", prepared(keyword.value)) for keyword in node.keywords]
    if not named:
        return lambda m, scope: ([code(m, scope) for code in positional], {})
    return lambda m, scope: ([code(m, scope) for code in positional], {name: code(m, scope) for name, code in named})


def _unpacked(m: "Machine", node: ast.Call, scope: Scope) -> Arguments:
    """Arguments of which some are unpacked; what cannot be becomes a :class:`Rest`."""
    args: list[Value] = []
    for item in node.args:
        if isinstance(item, ast.Starred):
            value = evaluate(m, item.value, scope)
            must_iterate(value)
            items = m.iterate(value)
            if items is not None and len(args) + len(items) > limits.LISTED_ITEMS:
                items, value = None, Unknown(Why.LIMIT, "many arguments")
            args.extend([Rest(as_unknown(value))] if items is None else items)
        else:
            args.append(evaluate(m, item, scope))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(m, keyword.value, scope)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value := mapping(value), DictObject):
            kwargs.update({key: item for key, item in value.table.items() if isinstance(key, str) and not isinstance(item, MaybeMissing)})
            maybe = next((item for item in value.table.values() if isinstance(item, MaybeMissing)), value.opaque["rest"])
            if maybe is not None:
                args.append(Rest(maybe))
        else:
            args.append(Rest(as_unknown(value)))
    return args, kwargs


def mapping(value: Value) -> Value:
    """The dict that an object of a dict subclass holds."""
    return value.hidden.get("payload", value) if isinstance(value, Instance) else value


def as_unknown(value: Value) -> Unknown:
    return value if isinstance(value, Unknown) else why_unlisted(value) or Unknown(Why.DATA, "unpacked arguments")


_INTEGERS: dict[type, Callable[[int, int], int]] = {ast.Add: operator.add, ast.Sub: operator.sub}  # whose results stay small


def _binary(node: ast.BinOp) -> Code:
    left, right, op, integers = prepared(node.left), prepared(node.right), BINARY[type(node.op)], _INTEGERS.get(type(node.op))

    def code(m: "Machine", scope: Scope) -> Value:
        one, other = left(m, scope), right(m, scope)
        if integers is not None and type(one) is int and type(other) is int:
            return integers(one, other)
        before = m.move(node, scope)
        try:
            return m.binary(op, one, other)
        finally:
            m.site = before

    return code


def _unary(node: ast.UnaryOp) -> Code:
    known = constant(node)
    if known is not None:
        return always(known[0])
    operand, apply = prepared(node.operand), _negation if isinstance(node.op, ast.Not) else _signed
    return lambda m, scope: apply(m, node.op, operand(m, scope))


def _negation(m: "Machine", op: ast.unaryop, value: Value) -> Value:
    answer = value if value is True or value is False else answer_of(m, value)
    if isinstance(answer, Condition):
        return Undecided(~answer)
    return Unknown(Why.DATA, "not") if answer is None else not answer


_OF_TENSORS: dict[type, str] = {ast.USub: "torch.neg", ast.Invert: "torch.bitwise_not"}
_SIGNS: dict[type, str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_UNARY: dict[type, str] = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}


def _signed(m: "Machine", op: ast.unaryop, value: Value) -> Value:
    if isinstance(value, Instance) and m.has_attribute(value, _UNARY[type(op)]):
        return m.call(m.get_attribute(value, _UNARY[type(op)]), [], {})
    if isinstance(value, Instance):
        value = mapping(value)
    if isinstance(op, ast.USub) and isinstance(value, (int, float, complex, Expr)):
        return -value
    if isinstance(op, ast.UAdd) and isinstance(value, (int, float, complex, Expr)):
        return value
    if isinstance(op, ast.Invert) and isinstance(value, int):
        return ~value
    if isinstance(value, Unknown):
        return unsettled(value)
    if isinstance(value, Tensor):
        return value if isinstance(op, ast.UAdd) else m.call(External(_OF_TENSORS[type(op)]), [value], {})
    if has_no(m, value, _UNARY[type(op)]):
        raise PyRaise("TypeError", f"bad operand type for unary {_SIGNS[type(op)]}: {type_of(value)}")
    return Unknown(Why.CONSTRUCT, "a unary operator")


def _boolean(node: ast.BoolOp) -> Code:
    is_and, first, further = isinstance(node.op, ast.And), prepared(node.values[0]), [prepared(value) for value in node.values[1:]]

    def code(m: "Machine", scope: Scope) -> Value:
        value = first(m, scope)
        for rest in further:
            answer = m.truth(value)
            if answer is not None:
                if answer is not is_and:
                    return value
                value = rest(m, scope)
                continue
            other = _uncertainly(m, rest, scope)
            if isinstance(value, Undecided) and isinstance(other, (bool, Undecided)):
                value = as_value(both(value.condition, answer_of(m, other), not is_and))
            else:
                value = join(value, other)
        return value

    return code


def _uncertainly(m: "Machine", operand: Code, scope: Scope) -> Value:
    m.uncertain += 1
    try:
        return operand(m, scope)
    except PyRaise:
        return Unknown(Why.DATA, "an operand that raises")
    finally:
        m.uncertain -= 1


def _compare(node: ast.Compare) -> Code:
    first, links = prepared(node.left), [(COMPARE[type(op)], prepared(right)) for op, right in zip(node.ops, node.comparators, strict=True)]
    if len(links) > 1:
        return lambda m, scope: _chain(m, node, first, links, scope)
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        links = [(links[0][0], asked_for(node.comparators[0], node.left))]
    (op, second), known = links[0], constant(node.comparators[0])
    if op in ("is", "is not") and known == (None,):
        return _is_none(node, first, op)
    return lambda m, scope: _link(m, node, op, first(m, scope), second(m, scope), scope)


def _link(m: "Machine", node: ast.Compare, op: str, left: Value, right: Value, scope: Scope) -> Value:
    before = m.move(node, scope)
    try:
        return m.compare(op, left, right)
    finally:
        m.site = before


_NEVER_NONE = frozenset({bool, int, str, float, tuple, Tensor, Instance, ListObject, DictObject, FunctionValue, ClassValue, External, Native})


def _is_none(node: ast.Compare, operand: Code, op: str) -> Code:
    def code(m: "Machine", scope: Scope) -> Value:
        value = operand(m, scope)
        if value is None or type(value) in _NEVER_NONE:
            return (value is None) is (op == "is")
        return _link(m, node, op, value, None, scope)

    return code


def _chain(m: "Machine", node: ast.Compare, first: Code, links: list[tuple[str, Code]], scope: Scope) -> Value:
    """``a < b < c``."""
    left = first(m, scope)
    whole: Answer = True
    for op, second in links:
        right = second(m, scope)
        result = _link(m, node, op, left, right, scope)
        answer = answer_of(m, result)
        if answer is False or answer is None:
            return result
        whole = both(whole, answer, False)
        left = right
    return as_value(whole)


def _conditional(node: ast.IfExp) -> Code:
    test, then, otherwise = prepared_test(node.test), prepared(node.body), prepared(node.orelse)

    def code(m: "Machine", scope: Scope) -> Value:
        answer = test(m, scope)
        if isinstance(answer, bool):
            return then(m, scope) if answer else otherwise(m, scope)
        return choose(m, lambda: then(m, scope), lambda: otherwise(m, scope), split=answer)

    return code


def _subscript(node: ast.Subscript) -> Code:
    container, key = asked_for(node.value, node.slice), prepared(node.slice)

    def code(m: "Machine", scope: Scope) -> Value:
        held, wanted = container(m, scope), key(m, scope)
        before = m.move(node, scope)
        try:
            return m.get_item(held, wanted)
        finally:
            m.site = before

    return code


def _slice(node: ast.Slice) -> Code:
    parts = [always(None) if part is None else prepared(part) for part in (node.lower, node.upper, node.step)]
    return lambda m, scope: SliceValue(*[_number(part(m, scope)) for part in parts])


def _number(value: Value) -> Value:
    """A bound of a slice: a member of IntEnum is its number."""
    return value.hidden["payload"] if isinstance(value, Instance) and isinstance(value.hidden.get("payload"), int) else value


def _lambda(node: ast.Lambda) -> Code:
    return lambda m, scope: make_function(m, "<lambda>", node, scope)


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
    value = evaluate(m, node.value, scope)
    must_iterate(value)
    items = m.iterate(value)
    return Unknown(Why.DATA, "a starred expression") if items is None else items


def _other(m: "Machine", node: ast.expr, scope: Scope) -> Value:
    return Unknown(Why.CONSTRUCT, type(node).__name__)


def plain(evaluator: Callable[..., Value]) -> Callable[..., Code]:
    """A node type of which little could be prepared."""
    return lambda node: lambda m, scope: evaluator(m, node, scope)


PREPARE: dict[type, Callable[..., Code]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.Call: _call, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _conditional,
    ast.Subscript: _subscript, ast.Slice: _slice, ast.Lambda: _lambda, ast.NamedExpr: plain(_named),
    ast.Yield: plain(_yield), ast.YieldFrom: plain(_yield_from), ast.Await: plain(_await), ast.Starred: plain(_starred),
}
if hasattr(ast, "TemplateStr"):  # Python 3.14
    PREPARE[ast.TemplateStr] = plain(_other)
