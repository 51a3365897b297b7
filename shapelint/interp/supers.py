"""``super()``: with and without arguments."""

from typing import TYPE_CHECKING

from .natives import native
from .values import ClassValue, Scope, SuperValue, Value, Why

if TYPE_CHECKING:
    from .machine import Machine


@native("builtins.super", is_type=True)
def _super(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if len(args) >= 2 and isinstance(args[0], ClassValue):
        return SuperValue(args[0], args[1])
    for frame in reversed(m.frames):
        owner = frame.function.owner or _lexical(m, frame.function.scope)
        spec = frame.function.node.args
        names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        if owner is not None and names and names[0] in frame.scope.table:
            return SuperValue(owner, frame.scope.table[names[0]])
    return m.unknown(Why.CONSTRUCT, "super()")


def _lexical(m: "Machine", scope: Scope) -> ClassValue | None:
    """The class in whose body a function stands that a decorator has hidden."""
    return next((cls for cls in reversed(m.classes) if cls.scope is scope), None) if scope.is_class else None
