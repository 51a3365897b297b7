"""``math``: on constants as Python computes it; on symbolic sizes where the result is a size."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...dims import Expr, Truth
from .. import limits
from ..natives import NAMED_CONSTANTS, Call
from ..values import Instance, Ratio, Value
from .support import REQUIRED, Args, Kwargs, apply, bind, listed, lost, native, own, too_much

if TYPE_CHECKING:
    from ..machine import Machine

_LIFTED = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "copysign", "cos", "cosh", "degrees", "dist", "erf", "erfc", "exp", "exp2",
    "expm1", "fmod", "frexp", "fsum", "gamma", "gcd", "hypot", "isclose", "isfinite", "isinf", "isnan", "isqrt", "lcm", "ldexp", "lgamma", "log",
    "log10", "log1p", "log2", "modf", "nextafter", "pow", "radians", "remainder", "sin", "sinh", "sqrt", "tan", "tanh", "ulp",
)


def _computed(name: str, function: Callable[..., float]) -> Call:
    return lambda machine, args, kwargs: apply(machine, name, function, map(own, args), kwargs)


for _name in _LIFTED:
    if hasattr(math, _name):
        native(f"math.{_name}")(_computed(f"math.{_name}", getattr(math, _name)))
for _name in ("pi", "e", "tau", "inf", "nan"):
    NAMED_CONSTANTS[f"math.{_name}"] = getattr(math, _name)
    if _name != "tau":
        NAMED_CONSTANTS[f"torch.{_name}"] = getattr(math, _name)


def _rounding(name: str, function: Callable[[float], int]) -> None:
    """``ceil``, ``floor``, ``trunc``: an int is itself."""

    @native(f"math.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        value = bind(f"math.{name}", args, kwargs, x=REQUIRED)[0]
        if isinstance(value, Expr):
            return value
        if isinstance(value, Ratio) and (name != "trunc" or machine.facts.at_least(value.size, 0) is Truth.ALWAYS):
            return value.ceil() if name == "ceil" else value.floor()
        if isinstance(value, Instance) and machine.has_attribute(value, f"__{name}__"):
            return machine.call(machine.get_attribute(value, f"__{name}__"), [], {})
        return apply(machine, f"math.{name}", function, [own(value)])


_rounding("ceil", math.ceil)
_rounding("floor", math.floor)
_rounding("trunc", math.trunc)


@native("math.fabs")
def fabs(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return apply(machine, "math.fabs", math.fabs, args)


@native("math.prod")
def prod(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, total = bind("math.prod", args, kwargs, iterable=REQUIRED, start=1)
    items = listed(machine, iterable)
    if items is None:
        return lost(machine, "math.prod", iterable)
    for item in items:
        total = machine.binary("*", total, item)
        if isinstance(total, int) and total.bit_length() > limits.INTEGER_BITS:
            return too_much(machine, "math.prod")
    return total


def _bounded(name: str, function: Callable[..., int]) -> None:
    """Combinatorial functions, whose results grow fast."""

    @native(f"math.{name}")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if any(isinstance(arg, int) and arg > 500 for arg in args):
            return too_much(machine, f"math.{name}")
        return apply(machine, f"math.{name}", function, args, kwargs)


_bounded("factorial", math.factorial)
_bounded("comb", math.comb)
_bounded("perm", math.perm)
