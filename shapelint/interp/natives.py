"""The registry of what Python and its standard library do to values, implemented in ``library/``.

``@native("math.prod")`` implements a function under its qualified name (builtins as ``builtins.len``); ``@method("list", "append")``
a method of a built-in type. ``pure`` lifts a Python function: constants in, constant out, unknown otherwise.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .values import Native, Place, Value, Why, is_constant

if TYPE_CHECKING:
    from .events import Refused
    from .machine import Machine

Call = Callable[["Machine", list[Value], dict[str, Value]], Value]

NATIVES: dict[str, Native] = {}
METHODS: dict[tuple[str, str], Native] = {}
NAMED_CONSTANTS: dict[str, Value] = {}


class PyRaise(Exception):
    """The interpreted program raises. ``name`` is the exception's class name, ``value`` the exception object where there is one.

    ``place`` is the statement that raises, where the program says so itself; ``refusal`` the event of an operation that torch refuses.
    ``during`` is the innermost statement that was running, whatever raised.
    """

    def __init__(self, name: str, message: str = "", value: Value = None, place: "Place | None" = None, refusal: "Refused | None" = None) -> None:
        super().__init__(f"{name}: {message}")
        self.name, self.message, self.value = name, message, value
        self.place, self.refusal = place, refusal
        self.during: Place | None = place


def native(*names: str, is_type: bool = False) -> Callable[[Call], Call]:
    """Implement the function (or type) called ``names``."""

    def register(call: Call) -> Call:
        for name in names:
            NATIVES[name] = Native(name, call, is_type)
        return call

    return register


def method(type_name: str, *names: str) -> Callable[[Call], Call]:
    """Implement methods of a built-in type: the receiver is the first argument."""

    def register(call: Call) -> Call:
        for name in names:
            METHODS[type_name, name] = Native(f"{type_name}.{name}", call)
        return call

    return register


def pure(name: str, function: Callable[..., Any]) -> Native:
    """A native that applies ``function`` to constants, and is unknown for anything else. Its exceptions are the program's."""

    def call(machine: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
        if not all(map(is_constant, args)) or not all(map(is_constant, kwargs.values())):
            return machine.unknown(Why.ARGUMENT, name)
        try:
            return function(*args, **kwargs)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # the program raises this very exception
            raise PyRaise(type(error).__name__, str(error)) from error

    return Native(name, call)
