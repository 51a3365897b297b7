"""The same program in CPython and in the interpreter: what it states with ``check(name, value)`` must be equal.

Values are compared as plain data: a tensor is its shape, a class its name, an object of the program's own ``repr``-free attributes.
``MISSING`` stands for what the interpreter did not get to know.
"""

import ast
import enum
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shapelint.dims import Expr
from shapelint.interp.natives import NATIVES
from shapelint.interp.program import Program
from shapelint.interp.values import ClassValue, DictObject, External, FunctionValue, Instance, ListObject, Native, SetObject, Tensor, Unknown
from shapelint.source.text import SourceFile

MISSING = "<not known>"
Stated = dict[str, Any]


def in_python(text: str, name: str = "program.py") -> Stated:
    """What a program states when CPython runs it."""
    found: Stated = {}
    module = types.ModuleType("__main__")
    module.__dict__.update(check=_recorder(found, plain), __file__=name)
    import sys

    before, sys.modules["__main__"] = sys.modules["__main__"], module
    try:
        exec(compile(text, name, "exec"), module.__dict__)
    finally:
        sys.modules["__main__"] = before
    return found


def in_interpreter(text: str, name: str = "program.py") -> Stated:
    """What a program states when shapelint reads it."""
    found: Stated = {}
    record = _recorder(found, abstract)
    with _builtin("check", lambda machine, args, kwargs: record(*args)):
        program = Program([str(Path(name).parent)])
        program.begin(SourceFile(name, text, ast.parse(text)))
    return found


def _recorder(found: Stated, convert: Callable[[Any], Any]) -> Callable[..., None]:
    def check(name: str, value: Any) -> None:
        found.setdefault(name, []).append(convert(value))

    return check


@contextmanager
def _builtin(name: str, call: Any) -> Iterator[None]:
    key = f"builtins.{name}"
    NATIVES[key] = Native(key, call)
    try:
        yield
    finally:
        del NATIVES[key]


def plain(value: Any) -> Any:
    """A value of CPython's as data."""
    if hasattr(value, "shape") and hasattr(value, "dim"):
        return ("tensor", tuple(value.shape))
    if isinstance(value, enum.Enum):
        return ("member", value.name)
    if isinstance(value, dict):
        return ("dict", [(plain(key), plain(item)) for key, item in value.items()])
    if isinstance(value, (set, frozenset)):
        return ("set", sorted(map(repr, map(plain, value))))
    if isinstance(value, tuple):
        return ("tuple", [plain(item) for item in value])
    if isinstance(value, list):
        return ("list", [plain(item) for item in value])
    if isinstance(value, type):
        return ("class", value.__name__)
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, range)):
        return (type(value).__name__ if type(value) in (bool, int, float, complex, str, bytes, range, type(None)) else "subclass", value)
    if isinstance(value, types.FunctionType):
        return ("function", value.__name__)
    return ("object", type(value).__name__)


def abstract(value: Any) -> Any:
    """A value of the interpreter's as the same data."""
    if isinstance(value, Tensor):
        return ("tensor", value.shape) if value.shape is not None and not any(isinstance(size, Expr) for size in value.shape) else MISSING
    if isinstance(value, Instance):
        payload = value.hidden.get("payload")
        if isinstance(value.cls, ClassValue) and value.cls.kind == "enum":
            return ("member", value.table.get("name"))
        if isinstance(payload, (str, int, float)):
            return ("subclass", payload)
        return abstract(payload) if payload is not None else ("object", getattr(value.cls, "name", "?").rpartition(".")[2])
    if isinstance(value, DictObject):
        return ("dict", [(abstract(key), abstract(item)) for key, item in value.table.items()]) if value.opaque["rest"] is None else MISSING
    if isinstance(value, (ListObject, SetObject)):
        items = value.table["items"]
        if isinstance(items, Unknown):
            return MISSING
        return ("set", sorted(map(repr, map(abstract, items)))) if isinstance(value, SetObject) else ("list", [abstract(item) for item in items])
    if isinstance(value, tuple):
        return ("tuple", [abstract(item) for item in value])
    if value is None or type(value) in (bool, int, float, complex, str, bytes, range):
        return (type(value).__name__, value)
    if isinstance(value, (ClassValue, External)) or (isinstance(value, Native) and value.is_type):
        return ("class", value.name.rpartition(".")[2])
    if isinstance(value, FunctionValue):
        return ("function", value.name)
    return MISSING


def contradicts(one: Any, other: Any) -> bool:
    """Whether two values that may be partly not known differ where both are."""
    if one == MISSING or other == MISSING:
        return False
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        if isinstance(one, tuple) and one and one[0] == "set":
            return MISSING not in str(one) + str(other) and one != other
        return len(one) != len(other) or any(map(contradicts, one, other))
    return bool(type(one) is not type(other) or one != other) and not (one != one and other != other)


def known(value: Any) -> bool:
    """Whether all of a value is known."""
    if isinstance(value, (tuple, list)):
        return all(map(known, value))
    return bool(value != MISSING)
