"""Tensor methods and functions that keep the shape: they choose a device, a type, a copy, or new values in place."""

from ..shapes import Shape
from .declare import function
from .examples import call
from .kinds import Ignored, T, Tensor


def keep(input: Tensor, *args: Ignored, **kwargs: Ignored) -> Shape:
    """The shape stays, whatever the other arguments are."""
    return input


def _methods(*names: str, args: tuple[object, ...] = (), dtype: str = "same") -> None:
    made = [f"torch.Tensor.{name}" for name in names]
    function(*made, good=lambda: [call(T(2, 3), *args), call(T(), *args)], dtype=dtype)(keep)


_methods("contiguous", "cpu", "detach", "detach_", "clone", "requires_grad_", "share_memory_", "to_dense")
_methods("conj", "positive", "resolve_conj", "resolve_neg")
_methods("zero_", "normal_", "uniform_", "exponential_", "random_", "bernoulli_", "cauchy_", "log_normal_")
_methods("fill_", args=(0.5,))
_methods("cuda", "xpu", "pin_memory")
_methods("to", args=(T(1),))
_methods("type_as", args=(T(1),))
_methods("float", "double", "half", "bfloat16", dtype="float")
_methods("int", "long", "short", "byte", "char", dtype="int")
_methods("bool", dtype="bool")
_methods("cfloat", "cdouble", dtype="complex")

function(
    "torch.clone", "torch.detach", "torch.conj", "torch.positive", "torch.resolve_conj", good=lambda: [call(T(2, 3)), call(T())],
)(keep)
