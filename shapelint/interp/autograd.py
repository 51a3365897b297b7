"""``torch.autograd``: functions with a derivative of their own, and ``Variable``, which is a tensor."""

from typing import TYPE_CHECKING

from .classes import class_lookup
from .natives import METHODS, method, native
from .values import ClassValue, External, Instance, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

_CONTEXT = External("torch.autograd.function.FunctionCtx")
_FUNCTIONS = ("torch.autograd.Function", "torch.autograd.function.Function", "torch.autograd.function.InplaceFunction")


def _apply(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``MyFunction.apply(x)`` runs ``forward(ctx, x)``; without the context where ``setup_context`` fills it afterwards."""
    cls, given = args[0], args[1:]
    if not isinstance(cls, ClassValue):
        return m.unknown(Why.CONSTRUCT, "apply() of a function that is not known")
    try:
        class_lookup(m, cls, "setup_context")
    except KeyError:
        given = [Instance(_CONTEXT), *given]
    return m.call(m.get_attribute(cls, "forward"), given, kwargs)


for _name in _FUNCTIONS:
    method(_name, "apply")(_apply)
    METHODS[_name, "apply"].is_class_method = True


@method(_CONTEXT.name, "save_for_backward", "save_for_forward", "mark_dirty", "mark_non_differentiable", "set_materialize_grads")
def _remembered(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """What only the way back reads."""
    return None


@native("torch.jit.annotate")
def _annotate(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``torch.jit.annotate(type, value)`` is the value."""
    return args[1] if len(args) > 1 else kwargs.get("the_value", Unknown(Why.ARGUMENT, "annotate()"))


@native("torch.autograd.Variable", "torch.autograd.variable.Variable")
def _variable(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    data = args[0] if args else kwargs.get("data")
    return data if isinstance(data, Tensor) else Unknown(Why.ARGUMENT, "Variable(data)")
