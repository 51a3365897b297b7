"""Long loops that only reckon with numbers: tables of relative positions, offsets of windows. Statement by statement they take long, so where a
loop contains nothing but arithmetic, comparisons, lists that are appended to and dicts that are looked up, and what it reads is known, it is
computed as a whole.

Nothing of the program is run for that: what is compiled has only the few kinds of nodes that are listed here, each operator checks what it is
given, and the iterations are counted. Where anything is not as expected, nothing has happened, and the loop is followed as any other.
"""

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import limits
from .values import DictObject, ListObject, Scope, Value

if TYPE_CHECKING:
    from .machine import Machine

_NUMBERS = (int, float, bool)
_SCALARS = frozenset({int, float, bool, str, type(None)})
_ITERATIONS_PER_STEP = 8  # how much faster than statement by statement
_ITERATIONS = 500_000  # of one loop, with those of the loops in it
_WORTH = 64  # iterations that are worth the preparation
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Div: operator.truediv,
}
_COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
_FUNCTIONS: dict[str, Callable[..., Any]] = {}


class _Refused(Exception):
    """Something in a loop is not what can be computed as a whole."""


def _number(value: Any) -> Any:
    if type(value) not in _NUMBERS or (type(value) is int and value.bit_length() > limits.INTEGER_BITS):
        raise _Refused
    return value


def _applied(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: _number(apply(_number(left), _number(right)))


def _held(container: Any) -> Any:
    """What ``in`` may look through: a dict, or something short."""
    if type(container) is dict or (type(container) in (tuple, str, range) and len(container) < _WORTH):
        return container
    raise _Refused


def _tuple(*items: Any) -> tuple[Any, ...]:
    if all(type(item) in _SCALARS for item in items):
        return items
    raise _Refused


def _range(*bounds: int) -> range:
    return range(*map(_number, bounds))


def _of_numbers(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: apply(*map(_number, given))


def _length(value: Any) -> int:
    if type(value) in (list, dict, tuple, range, str):
        return len(value)
    raise _Refused


_FUNCTIONS.update({"abs": _of_numbers(abs), "min": _of_numbers(min), "max": _of_numbers(max), "int": _of_numbers(int), "len": _length, "range": _range})


# --- preparing ----------------------------------------------------------------------------------------------------


class _Plain(ast.NodeTransformer):
    """A loop with its operators replaced by ones that look at what they are given. Raises :class:`_Refused` for any other node."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, (ast.Load, ast.Store, ast.And, ast.Or, ast.Not, ast.USub, *_COMPARED, ast.BoolOp, ast.UnaryOp, ast.If, ast.IfExp, ast.Pass, ast.Continue)):
            raise _Refused
        return super().generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        names = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
        if node.orelse or not all(isinstance(name, ast.Name) for name in names):
            raise _Refused
        body = [ast.Expr(_call("_count")), *(self.visit(item) for item in node.body)]
        return ast.For(target=node.target, iter=self.visit(node.iter), body=body, orelse=[])

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, (ast.Name, ast.Subscript)):
            raise _Refused
        return ast.Assign(targets=[target if isinstance(target, ast.Name) else self.visit_Subscript(target)], value=self.visit(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if not isinstance(node.target, ast.Name):
            raise _Refused
        self.read.add(node.target.id)
        left = ast.Name(node.target.id, ast.Load())
        return ast.Assign(targets=[node.target], value=self.visit(ast.BinOp(left, node.op, node.value)))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "append" or len(call.args) != 1 or call.keywords:
            raise _Refused
        return ast.Expr(_call("_append", self.visit(call.func.value), self.visit(call.args[0])))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        self.read.add(node.id)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) not in _SCALARS:
            raise _Refused
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if type(node.op) not in _OPERATORS:
            raise _Refused
        return _call(f"_{type(node.op).__name__}", self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        operand = self.visit(node.operand)
        return ast.UnaryOp(node.op, operand if isinstance(node.op, ast.Not) else _call("_number", operand))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        rights = [_call("_held", self.visit(right)) if isinstance(op, (ast.In, ast.NotIn)) else self.visit(right) for op, right in zip(node.ops, node.comparators, strict=True)]
        if not all(isinstance(op, _COMPARED) for op in node.ops):
            raise _Refused
        return ast.Compare(self.visit(node.left), node.ops, rights)

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        return _call("_tuple", *map(self.visit, node.elts))

    def visit_Subscript(self, node: ast.Subscript) -> ast.Subscript:
        if isinstance(node.slice, ast.Slice):
            raise _Refused
        return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS or node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
            raise _Refused
        if node.func.id in ("min", "max") and len(node.args) < 2:
            raise _Refused
        return _call(f"_{node.func.id}", *map(self.visit, node.args))


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(f"<{name}>", ast.Load()), list(args), [])


class _Prepared:
    __slots__ = ("code", "functions", "read")

    def __init__(self, node: ast.For) -> None:
        plain = _Plain()
        loop = plain.visit(ast.parse(ast.unparse(node)).body[0])
        assert isinstance(loop, ast.For)
        self.read = plain.read
        self.functions = {item.func.id for item in ast.walk(node) if isinstance(item, ast.Call) and isinstance(item.func, ast.Name)}
        self.code = compile(ast.fix_missing_locations(ast.Module([loop], [])), "<loop>", "exec")


def _prepared(node: ast.For) -> _Prepared | None:
    if not hasattr(node, "plain"):
        try:
            found: _Prepared | None = _Prepared(node) if any(isinstance(item, ast.For) for item in node.body) else None
        except (_Refused, RecursionError):
            found = None
        setattr(node, "plain", found)  # noqa: B010  (an attribute of ours)
    prepared: _Prepared | None = getattr(node, "plain")  # noqa: B009
    return prepared


# --- computing ----------------------------------------------------------------------------------------------------


class _Copied:
    """Values as Python has them, and the lists and dicts that they were."""

    def __init__(self) -> None:
        self.made: dict[int, Any] = {}
        self.originals: list[tuple[ListObject | DictObject, Any]] = []

    def plain(self, value: Value) -> Any:
        if type(value) in _SCALARS or type(value) is range:
            return value
        if type(value) is tuple:
            return tuple(self.plain(item) for item in value) if all(type(item) in _SCALARS for item in value) else tuple(map(self.nested, value))
        if id(value) in self.made:
            return self.made[id(value)]
        made: Any
        if isinstance(value, ListObject) and value.kind == "list" and isinstance(value.table["items"], tuple):
            made = [self.nested(item) for item in value.table["items"]]
        elif isinstance(value, DictObject) and value.kind == "dict" and value.default is None and value.opaque["rest"] is None:
            made = {self.nested(key): self.nested(item) for key, item in value.table.items()}
        else:
            raise _Refused
        self.made[id(value)] = made
        self.originals.append((value, made))
        return made

    def nested(self, value: Value) -> Any:
        if type(value) in _SCALARS:
            return value
        if type(value) is tuple:
            return tuple(map(self.nested, value))
        raise _Refused


def computed(m: "Machine", node: ast.For, scope: Scope) -> bool:
    """Whether a loop was computed as a whole, with what it leaves in names, lists and dicts."""
    prepared = _prepared(node)
    if prepared is None or scope.parent is None or scope.is_class or scope.globals_ or scope.nonlocals:
        return False
    copied, counted = _Copied(), _Counted()
    try:
        if any(_is_bound(name, scope) for name in prepared.functions):
            return False
        before = {name: copied.plain(scope.table[name]) for name in prepared.read if name in scope.table}
        names = {**before, "__builtins__": {}, **_NAMES, "<_count>": counted.count, "<_append>": counted.append}
        exec(prepared.code, names)  # of the nodes above, with the functions above
        after = {name: value for name, value in names.items() if name not in _NAMES and not name.startswith(("<", "__")) and before.get(name, _Refused) is not value}
        kept = {name: _back(copied, value) for name, value in after.items()}
        for _, made in copied.originals:
            for item in made.values() if type(made) is dict else made:
                copied.nested(item)
    except (_Refused, ArithmeticError, LookupError, TypeError, ValueError, NameError, AttributeError, MemoryError, RuntimeError):
        return False
    m.step(counted.total // _ITERATIONS_PER_STEP + 1)
    for name, value in kept.items():
        m.heap.write(scope.table, name, value)
    for original, made in copied.originals:
        _write_back(m, original, made)
    return True


class _Counted:
    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total = 0

    def count(self) -> None:
        self.total += 1
        if self.total > _ITERATIONS:
            raise _Refused

    def append(self, items: Any, item: Any) -> None:
        if type(items) is not list or len(items) >= limits.LISTED_ITEMS:
            raise _Refused
        items.append(item)


def _is_bound(name: str, scope: "Scope | None") -> bool:
    while scope is not None:
        if name in scope.table:
            return True
        scope = scope.parent
    return False


def _back(copied: _Copied, value: Any) -> Value:
    """A computed value as a value; a list or dict is the one that it was."""
    if type(value) in (list, dict):
        return next(original for original, made in copied.originals if made is value)
    return value if type(value) is range else copied.nested(value)


def _write_back(m: "Machine", original: "ListObject | DictObject", made: Any) -> None:
    if isinstance(original, ListObject):
        held = original.table["items"]
        if len(held) != len(made) or any(one is not other for one, other in zip(held, made, strict=True)):  # 1, 1.0 and True are equal
            m.heap.write(original.table, "items", tuple(made))
        return
    for key, value in made.items():
        if key not in original.table or original.table[key] is not value:
            m.heap.write(original.table, key, value)


_NAMES: dict[str, Any] = {
    **{f"<_{name}>": function for name, function in _FUNCTIONS.items()}, **{f"<_{kind.__name__}>": _applied(apply) for kind, apply in _OPERATORS.items()},
    "<_number>": _number, "<_held>": _held, "<_tuple>": _tuple,
}

__all__ = ["computed"]
