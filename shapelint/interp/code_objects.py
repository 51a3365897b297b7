"""``f.__code__``: what Python's compiler says about the names of a function. It is asked for the function's own text, which is compiled, never run."""

import ast
from types import CodeType

from .values import External, FunctionValue, Instance, Unknown, Value, Why

_NAMES = ("co_varnames", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags")
_KIND = External("types.CodeType")


def code_of(function: FunctionValue) -> Value:
    """The code object of a function, with what does not depend on where it is compiled."""
    found = _compiled(function.node)
    if found is None:
        return Unknown(Why.ATTRIBUTE, "__code__")
    made = Instance(_KIND)
    made.table.update({name: getattr(found, name) for name in _NAMES})
    made.table["co_name"] = function.name.rpartition(".")[2]
    return made


def _compiled(node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda") -> CodeType | None:
    if isinstance(node, ast.Lambda):
        return None
    bare = type(node)(**{**dict(ast.iter_fields(node)), "decorator_list": [], "returns": None})
    try:
        module = compile(ast.Module([ast.copy_location(bare, node)], []), "<function>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None
    return next((item for item in module.co_consts if isinstance(item, CodeType) and item.co_name == node.name), None)
