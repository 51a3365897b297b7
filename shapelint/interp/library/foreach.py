"""``torch._foreach_*``: one operator on the tensors of a list, as optimisers and averages of weights use them.

Those in place keep every shape and return nothing; the others apply the operator to each tensor.
"""

from typing import TYPE_CHECKING

from ..values import External, ListObject, Tensor, Value
from .support import Args, Kwargs, inert, listed, lost, native

if TYPE_CHECKING:
    from ..machine import Machine

_ONE = ("abs", "ceil", "cos", "erf", "exp", "expm1", "floor", "frac", "log", "log10", "log1p", "log2", "neg", "reciprocal", "round", "rsqrt",
        "sigmoid", "sign", "sin", "sqrt", "tan", "tanh", "trunc", "clone")
_MORE = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "maximum": "maximum", "minimum": "minimum", "pow": "pow", "lerp": "lerp",
         "addcdiv": "addcdiv", "addcmul": "addcmul", "clamp_max": "clamp_max", "clamp_min": "clamp_min"}

inert(*(f"torch._foreach_{name}_" for name in (*_ONE, *_MORE, "zero", "copy")))


def _declare(name: str) -> None:
    @native(f"torch._foreach_{name}", least=1)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        lists = [listed(machine, arg) if isinstance(arg, (ListObject, tuple)) else None for arg in args]
        first = lists[0]
        if first is None or not all(isinstance(item, Tensor) for item in first) or any(len(items) != len(first) for items in lists if items is not None):
            return lost(machine, f"torch._foreach_{name}", *args)
        function = External(f"torch.{name}")
        return tuple(
            machine.call(function, [arg if items is None else items[i] for arg, items in zip(args, lists, strict=True)], kwargs) for i in range(len(first)))


for _name in (*_ONE, *_MORE):
    _declare(_name)


@native("torch._foreach_norm", "torch._foreach_max", least=1)
def one_number_each(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A number without axes for each tensor."""
    items = listed(machine, args[0])
    return lost(machine, "torch._foreach_norm", args[0]) if items is None else tuple(Tensor((), "float") for _ in items)
