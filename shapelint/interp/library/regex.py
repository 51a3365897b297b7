"""``re`` on constant patterns and texts: matches are objects that hold their groups."""

import re
from typing import TYPE_CHECKING, Any

from .. import limits
from ..lazy import Lost
from ..natives import NAMED_CONSTANTS, PyRaise
from ..values import BoundMethod, FunctionValue, Instance, IteratorObject, Native, Partial, Value, is_constant
from .misc import with_methods
from .regex_cost import takes_long
from .support import RAISED, Args, Kwargs, from_python, lost, native, returns, too_much

if TYPE_CHECKING:
    from ..machine import Machine

_TEXT_LIMIT = 5_000  # characters: a pattern may backtrack
_FUNCTIONS = ("match", "search", "fullmatch", "findall", "split", "sub", "subn", "finditer")
for _name in ("IGNORECASE", "I", "MULTILINE", "M", "DOTALL", "S", "VERBOSE", "X", "ASCII", "A"):
    NAMED_CONSTANTS[f"re.{_name}"] = int(getattr(re, _name))


def _applied(machine: "Machine", name: str, args: Args, kwargs: Kwargs) -> Value:
    """``re.name(*args, **kwargs)``."""
    given = (*args, *kwargs.values())
    if name in ("sub", "subn") and len(args) >= 3 and _is_callable(args[1]) and isinstance(args[0], str) and is_constant(given[2:]):
        return _replaced(machine, name, args, kwargs)
    if not is_constant(given):
        return lost(machine, f"re.{name}", *given)
    pattern = args[0] if args else kwargs.get("pattern")
    if isinstance(pattern, str) and _takes_long(pattern, kwargs.get("flags", 0), given):
        return too_much(machine, f"re.{name}")
    try:
        return _value(machine, getattr(re, name)(*args, **kwargs))
    except re.error as error:
        raise PyRaise("error", str(error)) from error
    except RAISED as error:
        raise PyRaise(type(error).__name__, str(error)) from error


def _is_callable(value: Value) -> bool:
    return isinstance(value, (FunctionValue, BoundMethod, Partial, Native))


def _replaced(machine: "Machine", name: str, args: Args, kwargs: Kwargs) -> Value:
    """``re.sub`` where a function of the program says what to put in place of each match."""
    if _takes_long(args[0], kwargs.get("flags", 0), (*args, *kwargs.values())):
        return too_much(machine, f"re.{name}")

    def replacement(found: "re.Match[str]") -> str:
        text = machine.call(args[1], [_match(found)], {})
        if not isinstance(text, str):
            raise Lost(lost(machine, f"re.{name}", text))
        return text

    try:
        return _value(machine, getattr(re, name)(args[0], replacement, *args[2:], **kwargs))
    except Lost as unknown:
        return unknown.unknown
    except re.error as error:
        raise PyRaise("error", str(error)) from error
    except RAISED as error:
        raise PyRaise(type(error).__name__, str(error)) from error


def _takes_long(pattern: str, flags: Any, given: tuple[Value, ...]) -> bool:
    length = max((len(arg) for arg in given if isinstance(arg, str)), default=0)
    return length > _TEXT_LIMIT or takes_long(pattern, flags if isinstance(flags, int) else 0, length)


def _value(machine: "Machine", found: Any) -> Value:
    if isinstance(found, str) and len(found) > limits.TEXT_LENGTH:
        return too_much(machine, "a text made by a regular expression")
    if isinstance(found, re.Match):
        return _match(found)
    if found is None or isinstance(found, (str, list, tuple)):
        return from_python(found)
    return IteratorObject(tuple(map(_match, found)))


def _match(found: "re.Match[str]") -> Instance:
    def lifted(name: str) -> Any:
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            if not is_constant((*args, *kwargs.values())):
                return lost(machine, f"match.{name}", *args)
            try:
                return from_python(getattr(found, name)(*args, **kwargs))
            except RAISED as error:
                raise PyRaise(type(error).__name__, str(error)) from error

        return call

    return with_methods("re.Match", {name: lifted(name) for name in ("group", "groups", "groupdict", "start", "end", "span", "__getitem__")})


def _register(name: str) -> None:
    @native(f"re.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return _applied(machine, name, args, kwargs)


for _name in _FUNCTIONS:
    _register(_name)


@native("re.escape", least=1)
def escape(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return re.escape(args[0]) if isinstance(args[0], str) else lost(machine, "re.escape", *args)


@native("re.compile")
def compile_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    pattern = args[0] if args else kwargs.get("pattern")
    flags = args[1] if len(args) > 1 else kwargs.get("flags", 0)
    if not isinstance(pattern, str) or not isinstance(flags, int):
        return lost(machine, "re.compile", pattern, flags)
    if len(pattern) > _TEXT_LIMIT:
        return too_much(machine, "re.compile")
    try:
        compiled = re.compile(pattern, flags)
    except re.error as error:
        raise PyRaise("error", str(error)) from error
    except RAISED as error:
        raise PyRaise(type(error).__name__, str(error)) from error
    made = with_methods("re.Pattern", {name: _of_pattern(compiled, name) for name in _FUNCTIONS})
    made.table["pattern"] = pattern
    made.table["__repr__"] = Native("__repr__", returns(f"re.compile({pattern!r})"))
    return made


def _of_pattern(compiled: "re.Pattern[str]", name: str) -> Any:
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        given = (*args, *kwargs.values())
        if name in ("sub", "subn") and len(args) >= 2 and _is_callable(args[0]) and is_constant(given[1:]) and "flags" not in kwargs:
            return _replaced(machine, name, [compiled.pattern, *args], {**kwargs, "flags": compiled.flags & ~re.UNICODE})
        if not is_constant(given):
            return lost(machine, f"re.{name}", *given)
        if _takes_long(compiled.pattern, compiled.flags, given):
            return too_much(machine, f"re.{name}")
        try:
            return _value(machine, getattr(compiled, name)(*args, **kwargs))
        except RAISED as error:
            raise PyRaise(type(error).__name__, str(error)) from error

    return call
