"""``typing`` at run time: types are inert names of their own; what is called here returns something harmless."""

from typing import TYPE_CHECKING

from ..natives import NAMED_CONSTANTS
from ..values import External, Native, Value, Why
from .support import REQUIRED, Args, Kwargs, bind, native

if TYPE_CHECKING:
    from ..machine import Machine

_SPACES = ("typing", "typing_extensions")
for _space in _SPACES:
    NAMED_CONSTANTS[f"{_space}.TYPE_CHECKING"] = False


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{space}.{name}" for space in _SPACES for name in names)


@native(*_both("cast"))
def cast(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return bind("cast", args, kwargs, typ=REQUIRED, val=REQUIRED)[1]


@native(*_both("assert_type", "overload", "final", "runtime_checkable", "no_type_check", "override", "reveal_type"))
def itself(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The value, or the function or class that is decorated."""
    return args[0] if args else None


@native(*_both("dataclass_transform", "deprecated"))
def decorator(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Native("decorator", lambda machine, args, kwargs: args[0])


@native(*_both("TypeVar", "ParamSpec", "TypeVarTuple", "ForwardRef"))
def variable(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return External(f"typing.{args[0]}" if args and isinstance(args[0], str) else "typing.Any")


@native(*_both("NewType"))
def new_type(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``UserId(5)`` is 5."""
    return Native("NewType", lambda machine, args, kwargs: args[0])


@native(*_both("get_type_hints", "get_args", "get_origin"))
def hints(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.unknown(Why.CONSTRUCT, "type hints")
