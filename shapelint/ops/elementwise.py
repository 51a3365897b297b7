"""Element by element: unary mathematics, arithmetic, comparison and logic. Several operands broadcast; the dtype follows torch's promotion."""

from collections.abc import Iterable
from typing import Any

from ..shapes import Shape
from .broadcasting import broadcast
from .declare import function
from .examples import call
from .kinds import Ignored, OptTensor, OptText, Raw, T, Tensor
from .problems import Problem, refuse, require_equal


def both(names: Iterable[str]) -> list[str]:
    """Each name as a function and as a method."""
    return [f"{prefix}.{name}" for name in names for prefix in ("torch", "torch.Tensor")]


# --- one operand --------------------------------------------------------------------------------------------------------

_TO_FLOAT = (
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "deg2rad",
    "digamma", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "i0", "lgamma", "log", "log10", "log1p", "log2", "rad2deg", "reciprocal",
    "rsqrt", "sin", "sinc", "sinh", "sqrt", "tan",
)
_SAME = ("abs", "absolute", "angle", "ceil", "conj_physical", "fix", "floor", "frac", "neg", "negative", "sgn", "sign", "square", "trunc")
_TO_BOOL = ("isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "logical_not", "signbit")
_SPECIAL = ("digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expm1", "gammaln", "i0", "i0e", "log1p", "log_ndtr", "ndtr",
            "ndtri", "sinc")


def each_element(input: Tensor) -> Shape:
    """Each element on its own; the shape stays."""
    return input


for _names, _dtype in (
    (both(_TO_FLOAT), "float"), (both(_SAME), "same"), (both(_TO_BOOL), "bool"), ([f"torch.special.{name}" for name in _SPECIAL], "float"),
):
    function(*_names, good=lambda: [call(T(2, 3)), call(T())], dtype=_dtype)(each_element)


@function(*both(["bitwise_not"]), good=lambda: [call(T(2, 3, dtype="int")), call(T(dtype="bool"))])
def bitwise_not(input: Tensor) -> Shape:
    """Each element's bits turned over; the shape stays."""
    return input


@function("torch.real", good=lambda: [call(T(2, 3)), call(T(2, dtype="complex"))], dtype="float")
def real(input: Tensor) -> Shape:
    """The real parts; the shape stays."""
    return input


@function("torch.imag", good=lambda: [call(T(2, 3, dtype="complex"))], dtype="float")
def imag(input: Tensor) -> Shape:
    """The imaginary parts; the shape stays."""
    return input


@function("torch.view_as_real", good=lambda: [call(T(2, 3, dtype="complex")), call(T(dtype="complex"))], dtype="float")
def view_as_real(input: Tensor) -> Shape:
    """Real and imaginary part along a new last axis of size 2."""
    return (*input, 2)


@function(
    "torch.view_as_complex",
    good=lambda: [call(T(4, 3, 2)), call(T(2))], bad=lambda: [call(T(4, 3)).refused(Problem.FEATURES), call(T()).refused(Problem.RANK)],
    dtype="complex",
)
def view_as_complex(input: Tensor) -> Shape:
    """The last axis, of size 2, holds real and imaginary part and goes."""
    if not input:
        raise refuse(Problem.RANK, "view_as_complex needs a last axis of size 2, but the tensor has no axes", expected=1, received=0)
    require_equal(input[-1], 2, Problem.FEATURES, "view_as_complex needs a last axis of size {expected}, not {received}", axis=-1)
    return input[:-1]


@function(*both(["round"]), good=lambda: [call(T(2, 3)), call(T(2), decimals=2)])
def round_(input: Tensor, *, decimals: Ignored = 0) -> Shape:
    """Each element rounded; the shape stays."""
    return input


@function(*both(["logit"]), "torch.special.logit", good=lambda: [call(T(2, 3)), call(T(2), eps=0.1)], dtype="float")
def logit(input: Tensor, eps: Ignored = None) -> Shape:
    """log(x / (1 - x)); the shape stays."""
    return input


@function(*both(["nan_to_num"]), good=lambda: [call(T(2, 3)), call(T(2), 0.0, posinf=1.0)])
def nan_to_num(input: Tensor, nan: Ignored = None, posinf: Ignored = None, neginf: Ignored = None) -> Shape:
    """NaN and infinities replaced; the shape stays."""
    return input


# --- two operands -------------------------------------------------------------------------------------------------------

_ARITHMETIC = ("mul", "multiply", "remainder", "fmod", "floor_divide")
_COMPARISON = ("eq", "ne", "lt", "le", "gt", "ge", "greater", "greater_equal", "less", "less_equal", "not_equal")
_TENSORS_ONLY = ("maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "nextafter", "igamma", "igammac")


def pairwise(input: Tensor, other: Tensor) -> Shape:
    """Element by element; the operands broadcast."""
    return broadcast(input, other)


def _pairs(dtype: str = "float", number: Any = 2.0) -> tuple[Any, Any]:
    """Accepted and refused examples with operands of one dtype, and with a number where torch takes one."""

    def make(*shape: int) -> T:
        return T(*shape, dtype=dtype)

    def good() -> list[Any]:
        found = [call(make(3, 4), make(4)), call(make(2, 1, 4), make(3, 1)), call(make(3), other=make())]
        return found if number is None else [*found, call(make(3, 4), number)]

    return good, lambda: [call(make(3, 4), make(3)).refused(Problem.BROADCAST)]


_good, _bad = _pairs()
function(*both(_ARITHMETIC), good=_good, bad=_bad, dtype="promoted")(pairwise)
function(*both(("true_divide", "copysign", "xlogy")), "torch.special.xlogy", "torch.special.xlog1py", good=_good, bad=_bad, dtype="divided")(pairwise)
function(*both(_COMPARISON), good=_good, bad=_bad, dtype="bool")(pairwise)
_good, _bad = _pairs(number=None)
function(*both(_TENSORS_ONLY), good=_good, bad=_bad, dtype="promoted")(pairwise)
function(*both(("atan2", "arctan2", "ldexp")), good=_good, bad=_bad, dtype="divided")(pairwise)
function(*both(("logical_and", "logical_or", "logical_xor")), good=_good, bad=_bad, dtype="bool")(pairwise)
_good, _bad = _pairs("int", 1)
function(*both(f"bitwise_{name}" for name in ("and", "or", "xor", "left_shift", "right_shift")), good=_good, bad=_bad, dtype="promoted")(pairwise)
_good, _bad = _pairs("int", None)
function(*both(("gcd", "lcm")), good=_good, bad=_bad)(pairwise)


@function(
    *both(("add", "sub", "subtract")), "torch.rsub",
    good=lambda: [call(T(3, 4), T(4)), call(T(2, 1, 4), T(3, 1)), call(T(3, 4), 2.0), call(T(3), other=T(1), alpha=2), call(T(), T())],
    bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
    dtype="promoted",
)
def add(input: Tensor, other: Tensor, *, alpha: Ignored = 1) -> Shape:
    """Sum or difference, the second operand times alpha; the operands broadcast."""
    return broadcast(input, other)


@function(
    *both(("div", "divide")),
    good=lambda: [call(T(3, 4), T(4)), call(T(3, 4), 2.0), call(T(3), other=T(1), rounding_mode="floor"), call(T(), T(), rounding_mode="trunc")],
    bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST), call(T(3), 2.0, rounding_mode="ceil").refused(Problem.HYPER_PARAMETER)],
    dtype="divided",
)
def div(input: Tensor, other: Tensor, *, rounding_mode: OptText = None) -> Shape:
    """The quotient; the operands broadcast."""
    if rounding_mode not in (None, "trunc", "floor"):
        message = f"rounding_mode must be None, 'trunc' or 'floor', not {rounding_mode!r}"
        raise refuse(Problem.HYPER_PARAMETER, message, arg="rounding_mode", param="rounding_mode")
    return broadcast(input, other)


@function(
    *both(("pow", "float_power")),
    good=lambda: [call(T(3, 4), T(4)), call(T(3, 4), 2), call(T(3), exponent=0.5)], bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
    dtype="promoted",
)
def pow_(input: Tensor, exponent: Tensor) -> Shape:
    """Base and exponent broadcast."""
    return broadcast(input, exponent)


@function(
    *both(["heaviside"]), good=lambda: [call(T(3, 4), T(4)), call(T(3), values=T())], bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
)
def heaviside(input: Tensor, values: Tensor) -> Shape:
    """The step function, with values at 0; the two broadcast."""
    return broadcast(input, values)


@function(
    *both(["isclose"]), good=lambda: [call(T(3, 4), T(4)), call(T(3), T(3), 0.1, 0.1, True)],
    bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
    dtype="bool",
)
def isclose(input: Tensor, other: Tensor, rtol: Ignored = 1e-05, atol: Ignored = 1e-08, equal_nan: Ignored = False) -> Shape:
    """Whether elements are close; the operands broadcast."""
    return broadcast(input, other)


@function(*both(["allclose"]), good=lambda: [call(T(3, 4), T(4)), call(T(3), T(3), 0.1)],
          bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)])
def allclose(input: Tensor, other: Tensor, rtol: Ignored = 1e-05, atol: Ignored = 1e-08, equal_nan: Ignored = False) -> None:
    """Whether all elements are close: a Python bool."""
    broadcast(input, other)


@function(*both(["equal"]), good=lambda: [call(T(3, 4), T(4)), call(T(3), T(3))])
def equal(input: Tensor, other: Tensor) -> None:
    """Whether shapes and elements are the same: a Python bool."""


@function(
    "torch.complex", "torch.polar",
    good=lambda: [call(T(3, 4), T(4)), call(T(3), T())], bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
    dtype="complex",
)
def complex_(real: Tensor, imag: Tensor) -> Shape:
    """A complex number from two parts, which broadcast."""
    return broadcast(real, imag)


@function("torch.isin", good=lambda: [call(T(3, 4), T(5)), call(T(3), T(2, 2), assume_unique=True)], dtype="bool")
def isin(elements: Tensor, test_elements: Ignored, *, assume_unique: Ignored = False, invert: Ignored = False) -> Shape:
    """For each element whether it is among the others; the shape of elements stays."""
    return elements


@function(*both(["bernoulli"]), good=lambda: [call(T(3), 0.5), call(T(3, 4), p=0.0)], bad=lambda: [call(T(3), 1.5).refused(Problem.HYPER_PARAMETER)])
def bernoulli(input: Tensor, p: Raw = None) -> Shape:
    """0 or 1 for each element; the shape stays."""
    if isinstance(p, (int, float)) and not 0 <= p <= 1:
        raise refuse(Problem.HYPER_PARAMETER, f"p must be from 0 to 1, not {p}", arg="p", param="p")
    return input


# --- three operands -----------------------------------------------------------------------------------------------------


@function(
    *both(["lerp"]),
    good=lambda: [call(T(3, 4), T(4), 0.5), call(T(3, 4), T(1), T(3, 1)), call(T(3), end=T(3), weight=0.1)],
    bad=lambda: [call(T(3, 4), T(3), 0.5).refused(Problem.BROADCAST), call(T(3, 4), T(4), T(3)).refused(Problem.BROADCAST)],
)
def lerp(input: Tensor, end: Tensor, weight: Tensor) -> Shape:
    """Between input and end; the three broadcast."""
    return broadcast(input, end, weight)


@function(
    *both(["addcmul", "addcdiv"]),
    good=lambda: [call(T(3, 4), T(4), T(3, 1)), call(T(3, 4), T(1), T(3, 1), value=0.5), call(T(3), tensor1=T(3), tensor2=T())],
    bad=lambda: [call(T(3, 4), T(3), T(4)).refused(Problem.BROADCAST)],
)
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Ignored = 1) -> Shape:
    """input plus value times the product or quotient of the tensors; the three broadcast."""
    return broadcast(input, tensor1, tensor2)


@function(
    *both(["clamp", "clip"]),
    good=lambda: [call(T(3, 4), 0.0, 1.0), call(T(3, 4), min=0.0), call(T(3, 4), max=1.0), call(T(3, 4), T(4), T(3, 1)), call(T(3), max=T(2, 1))],
    bad=lambda: [call(T(3, 4)).refused(Problem.SIGNATURE), call(T(3, 4), T(3)).refused(Problem.BROADCAST)],
)
def clamp(input: Tensor, min: OptTensor = None, max: OptTensor = None) -> Shape:
    """Each element between min and max, which are numbers or broadcast."""
    if min is None and max is None:
        raise refuse(Problem.SIGNATURE, "clamp needs min or max", arg="min")
    return broadcast(input, *(bound for bound in (min, max) if bound is not None))


@function(*both(["clamp_min"]), good=lambda: [call(T(3, 4), 0.0), call(T(3, 4), T(4))], bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)])
def clamp_min(input: Tensor, min: Tensor) -> Shape:
    """Each element at least min, which is a number or broadcasts."""
    return broadcast(input, min)


@function(*both(["clamp_max"]), good=lambda: [call(T(3, 4), 0.0), call(T(3, 4), T(4))], bad=lambda: [call(T(3, 4), T(3)).refused(Problem.BROADCAST)])
def clamp_max(input: Tensor, max: Tensor) -> Shape:
    """Each element at most max, which is a number or broadcasts."""
    return broadcast(input, max)
