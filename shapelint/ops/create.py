"""Tensors out of nothing: zeros, randn, arange, eye, tensor and the like, and the ones made in the likeness of another tensor."""

from math import ceil, isfinite
from typing import Any

from ..dims import Dim, Expr, ceildiv, unknown
from ..shapes import Shape, show
from .broadcasting import broadcast
from .declare import Param, function, read_ints
from .examples import call
from .kinds import ABSENT, UNREAD, EachInt, Ignored, Ints, IntTuple, Raw, Size, T, Tensor
from .problems import Problem, Unread, refuse, require_at_least


def _chances(*shape: int) -> T:
    """A tensor of numbers from 0 to 1, for examples."""
    return T(*shape, high=1)


def _sizes(size: Shape) -> Shape:
    for one in size:
        require_at_least(one, 0, Problem.HYPER_PARAMETER, "a size must not be negative, not {received}", arg="size", param="size")
    return size


@function(
    "torch.zeros", "torch.ones", "torch.rand", "torch.randn", "torch.empty",
    good=lambda: [call(2, 3), call((2, 3)), call([4]), call(size=(2, 3)), call(()), call(5)],
    bad=lambda: [call(2, -1).refused(Problem.HYPER_PARAMETER), call().refused(Problem.SIGNATURE), call(2.0).refused(Problem.HYPER_PARAMETER)],
)
def zeros(*size: EachInt) -> Shape:
    """The sizes given, as ints or as one tuple."""
    return _sizes(size)


@function(
    "torch.Tensor.new_zeros", "torch.Tensor.new_ones", "torch.Tensor.new_empty",
    good=lambda: [call(T(2), 2, 3), call(T(2), (2, 3)), call(T(2), size=(4,))], bad=lambda: [call(T(2), 2, -1).refused(Problem.HYPER_PARAMETER)],
)
def new_zeros(input: Tensor, *size: EachInt) -> Shape:
    """The sizes given, as ints or as one tuple."""
    return _sizes(size)


@function(
    "torch.full", good=lambda: [call((2, 3), 1.0), call([4], fill_value=True), call(size=(), fill_value=2)],
    bad=lambda: [call((2, -1), 1.0).refused(Problem.HYPER_PARAMETER), call(2, 1.0).refused(Problem.HYPER_PARAMETER)],
    dtype=None,
)
def full(size: IntTuple, fill_value: Ignored) -> Shape:
    """The sizes given, filled with a number."""
    return _sizes(size)


@function(
    "torch.Tensor.new_full", good=lambda: [call(T(2), (2, 3), 1.0), call(T(2), size=[4], fill_value=True)],
    bad=lambda: [call(T(2), (2, -1), 1.0).refused(Problem.HYPER_PARAMETER), call(T(2), 2, 1.0).refused(Problem.HYPER_PARAMETER)],
)
def new_full(input: Tensor, size: IntTuple, fill_value: Ignored) -> Shape:
    """The sizes given, filled with a number."""
    return _sizes(size)


@function(
    "torch.zeros_like", "torch.ones_like", "torch.empty_like", "torch.rand_like", "torch.randn_like", good=lambda: [call(T(2, 3)), call(input=T())],
)
def zeros_like(input: Tensor) -> Shape:
    """The shape of another tensor."""
    return input


@function("torch.full_like", good=lambda: [call(T(2, 3), 1.0), call(T(), fill_value=2)])
def full_like(input: Tensor, fill_value: Ignored) -> Shape:
    """The shape of another tensor, filled with a number."""
    return input


@function(
    "torch.randint_like", good=lambda: [call(T(2, 3), 5), call(T(), 1, 5), call(T(4), low=0, high=3)],
    bad=lambda: [call(T(2), 0).refused(Problem.HYPER_PARAMETER)],
)
def randint_like(input: Tensor, low: Raw = ABSENT, high: Raw = ABSENT) -> Shape:
    """The shape of another tensor, with random ints from low up to high."""
    _require_range(0 if high is ABSENT else low, low if high is ABSENT else high)
    return input


def _require_range(low: Any, high: Any) -> None:
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        raise refuse(Problem.HYPER_PARAMETER, f"there is no int from {low} up to {high}", arg="high", param="high")


@function(
    "torch.randint",
    good=lambda: [call(5, (2, 3)), call(0, 5, (2, 3)), call(5, size=(2,)), call(low=0, high=5, size=[2, 3]), call(high=5, size=())],
    bad=lambda: [call(5, 5, (2,)).refused(Problem.HYPER_PARAMETER), call(5, (2, -1)).refused(Problem.HYPER_PARAMETER),
                 call(5).refused(Problem.SIGNATURE),
                 call(1, 5, 2).refused(Problem.HYPER_PARAMETER)],
    dtype="int",
)
def randint(*args: Raw, low: Raw = ABSENT, high: Raw = ABSENT, size: Raw = ABSENT) -> Shape:
    """The sizes given, with random ints from low up to high."""
    given = list(args)
    size = given.pop() if size is ABSENT and given else size
    high = given.pop() if high is ABSENT and given else high
    low = given.pop() if given and low is ABSENT else low
    if size is ABSENT or high is ABSENT or given:
        raise refuse(Problem.SIGNATURE, "randint needs an upper bound and sizes", arg="size")
    if isinstance(size, (int, Expr)):
        raise refuse(Problem.HYPER_PARAMETER, f"size must be a tuple of ints, not {size}", arg="size", param="size")
    _require_range(0 if low is ABSENT else low, high)
    return _sizes(read_ints(Param.annotated("size", IntTuple), size))


@function(
    "torch.arange",
    good=lambda: [call(5), call(1, 5), call(1, 10, 3), call(5, 1, -1), call(0, 1, 0.3), call(end=4), call(start=1, end=4), call(2.5),
                  call(0, 8, step=2)],
    bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER), call(0, 5, 0).refused(Problem.HYPER_PARAMETER),
                 call(0, 5, -1).refused(Problem.HYPER_PARAMETER), call(0, float("inf")).refused(Problem.HYPER_PARAMETER)],
    dtype="of_numbers",
)
def arange(start: Raw = ABSENT, end: Raw = ABSENT, step: Raw = ABSENT) -> Shape:
    """ceil((end - start) / step) numbers."""
    if end is ABSENT:
        start, end = ABSENT, start
    if end is ABSENT or (start is ABSENT and step is not ABSENT):
        raise refuse(Problem.SIGNATURE, "arange needs an end, and a start where it has a step", arg="end")
    start, step = 0 if start is ABSENT else start, 1 if step is ABSENT else step
    if not all(isinstance(part, (int, float, Expr)) for part in (start, end, step)):
        return (unknown(),)
    if isinstance(step, (int, float)) and step == 0:
        raise refuse(Problem.HYPER_PARAMETER, "step must not be 0", arg="step", param="step")
    if all(isinstance(part, (int, float)) for part in (start, end, step)):
        return (_steps(start, end, step),)
    if not all(isinstance(part, (int, Expr)) for part in (start, end, step)) or not isinstance(step, int):
        return (unknown(),)
    first, last = (start, end) if step > 0 else (end, start)
    message = "arange from {expected} never reaches {received} with this step"
    require_at_least(last, first, Problem.HYPER_PARAMETER, message, arg="end", param="end")
    return (ceildiv(last - first, abs(step)),)


def _steps(start: float, end: float, step: float) -> Dim:
    for name, bound in (("start", start), ("end", end)):
        if not isfinite(bound):
            raise refuse(Problem.HYPER_PARAMETER, f"arange from {start} to {end}: {name} must be finite", arg="end", param=name)
    if not isfinite(step):
        return unknown()
    if (end - start) * step < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"arange from {start} never reaches {end} in steps of {step}", arg="end", param="end")
    if isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        return -((start - end) // step)
    count = (end - start) / step
    return ceil(count) if isfinite(count) else unknown()


@function(
    "torch.linspace",
    good=lambda: [call(0, 1, 5), call(0.0, 1.0, steps=7), call(start=0, end=1, steps=1)],
    bad=lambda: [call(0, 1, -1).refused(Problem.HYPER_PARAMETER)],
)
def linspace(start: Ignored, end: Ignored, steps: Size) -> Shape:
    """steps numbers."""
    require_at_least(steps, 0, Problem.HYPER_PARAMETER, "steps must not be negative, not {received}", arg="steps", param="steps")
    return (steps,)


@function("torch.logspace", good=lambda: [call(0, 1, 5), call(0.0, 1.0, steps=7, base=2.0)],
          bad=lambda: [call(0, 1, -1).refused(Problem.HYPER_PARAMETER)])
def logspace(start: Ignored, end: Ignored, steps: Size, base: Ignored = 10.0) -> Shape:
    """steps numbers."""
    return linspace(start, end, steps)


@function("torch.eye", good=lambda: [call(3), call(3, 4), call(n=2, m=5)], bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER)])
def eye(n: Size, m: Size = ABSENT) -> Shape:
    """A square matrix, or n rows and m columns."""
    return _sizes((n, n if m is ABSENT else m))


@function(
    "torch.randperm", good=lambda: [call(5), call(n=1)], bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER)],
    dtype="int",
)
def randperm(n: Size) -> Shape:
    """The numbers below n in random order."""
    return _sizes((n,))


@function(
    "torch.hann_window", "torch.hamming_window", "torch.blackman_window", "torch.bartlett_window", "torch.kaiser_window",
    good=lambda: [call(5), call(window_length=8, periodic=False)], bad=lambda: [call(-1).refused(Problem.HYPER_PARAMETER)],
)
def window(window_length: Size, periodic: Ignored = True) -> Shape:
    """A vector of window_length."""
    return _sizes((window_length,))


@function(
    "torch.normal",
    good=lambda: [call(T(2, 3), _chances(3)), call(T(2, 3), 1.0), call(0.0, _chances(2, 3)), call(0.0, 1.0, (2, 3)),
                  call(mean=0.0, std=1.0, size=[4]), call(T(4))],
    bad=lambda: [call(T(2, 3), _chances(2)).refused(Problem.BROADCAST), call(0.0, 1.0).refused(Problem.SIGNATURE),
                 call(0.0, 1.0, (2, -1)).refused(Problem.HYPER_PARAMETER)],
)
def normal(mean: Raw, std: Raw = ABSENT, size: Raw = ABSENT) -> Shape:
    """Random numbers: the shape of mean and std, which broadcast, or the sizes given."""
    tensors = [value for value in (mean, std) if isinstance(value, T)]
    if isinstance(std, (int, float)) and std < 0:
        raise refuse(Problem.HYPER_PARAMETER, f"std must not be negative, not {std}", arg="std", param="std")
    if size is not ABSENT:
        return _sizes(read_ints(Param.annotated("size", IntTuple), size))
    if UNREAD in (mean, std) or any(tensor.shape is None for tensor in tensors):
        raise Unread("mean")
    if not tensors:
        raise refuse(Problem.SIGNATURE, "normal needs a size when mean and std are numbers", arg="size")
    return broadcast(*(tensor.shape or () for tensor in tensors))


@function(
    "torch.multinomial", "torch.Tensor.multinomial",
    good=lambda: [call(_chances(2, 5), 3), call(_chances(5), num_samples=1), call(_chances(2, 3), 7, True), call(_chances(3), 4, replacement=True)],
    bad=lambda: [call(_chances(2, 3), 4).refused(Problem.INDEX), call(_chances(2, 3, 4), 1).refused(Problem.RANK),
                 call(_chances(3), 0).refused(Problem.HYPER_PARAMETER)],
    dtype="int",
)
def multinomial(input: Tensor, num_samples: Size, replacement: Raw = False) -> Shape:
    """num_samples places for each row of chances."""
    if len(input) not in (1, 2):
        raise refuse(Problem.RANK, f"multinomial takes one or two axes, but {show(input)} has {len(input)}", expected=2, received=len(input))
    message = "num_samples must be at least 1, not {received}"
    require_at_least(num_samples, 1, Problem.HYPER_PARAMETER, message, arg="num_samples", param="num_samples")
    if replacement is False:
        message = "{expected} samples without replacement need as many places, but the last axis has {received}"
        require_at_least(input[-1], num_samples, Problem.INDEX, message, param="num_samples", axis=-1)
    return (*input[:-1], num_samples)


# --- from data ----------------------------------------------------------------------------------------------------------------


def shape_of_data(data: Any) -> Shape:
    """The shape of nested lists of numbers. A tensor in a list counts as the number it holds."""
    if isinstance(data, T):
        if data.shape is None:
            raise Unread("data")
        return data.shape
    if isinstance(data, (bool, int, float, complex, Expr)):
        return ()
    if not isinstance(data, (tuple, list)):
        raise Unread("data")
    shape: list[Dim] = []
    level: list[Any] = [data]
    while level and isinstance(level[0], (tuple, list)):
        length = len(level[0])
        for part in level:
            if part is UNREAD:
                raise Unread("data")
            if not isinstance(part, (tuple, list)) or len(part) != length:
                what = f"{len(part)}" if isinstance(part, (tuple, list)) else "none"
                raise refuse(Problem.JOIN, f"a list of length {length} is expected at depth {len(shape)}, not {what}", arg="data", expected=length)
        shape.append(length)
        level = [item for part in level for item in part]
    _require_numbers(level)
    return tuple(shape)


def _require_numbers(items: list[Any]) -> None:
    for item in items:
        if isinstance(item, T) and item.shape is not None:
            for size in item.shape:
                require_at_least(1, size, Problem.RANK, f"a tensor of shape {show(item.shape)} is not a number", arg="data")
        elif isinstance(item, (tuple, list)):
            raise refuse(Problem.JOIN, "a list stands where a number is expected", arg="data")
        elif not isinstance(item, (bool, int, float, complex, Expr)):
            raise Unread("data")


@function(
    "torch.tensor", "torch.as_tensor", "torch.asarray",
    good=lambda: [call([[1, 2], [3, 4]]), call(1.5), call([]), call([[], []]), call(((1, 2, 3),)), call(T(2, 3)), call([True, False])],
    bad=lambda: [call([[1, 2], [3]]).refused(Problem.JOIN), call([[1], 2]).refused(Problem.JOIN)],
    dtype="of_data",
)
def tensor(data: Raw) -> Shape:
    """The shape of nested lists of numbers."""
    return shape_of_data(data)


@function(
    "torch.Tensor.new_tensor", good=lambda: [call(T(2), [[1, 2], [3, 4]]), call(T(2), 1.5)],
    bad=lambda: [call(T(2), [[1, 2], [3]]).refused(Problem.JOIN)],
)
def new_tensor(input: Tensor, data: Raw) -> Shape:
    """The shape of nested lists of numbers."""
    return shape_of_data(data)


def _constructed(args: tuple[Any, ...]) -> Shape:
    """The old constructors: ints are sizes, a list is data. A tuple may be either (a torch.Size is one), and is not read."""
    if len(args) == 1 and isinstance(args[0], (list, T)):
        return shape_of_data(args[0])
    if not args:
        return (0,)
    if len(args) == 1 and not isinstance(args[0], (int, Expr)):
        raise Unread("size")
    return _sizes(read_ints(Param.annotated("size", Ints), args))


@function("torch.Tensor", "torch.FloatTensor", "torch.DoubleTensor", good=lambda: [call(2, 3), call([2.0, 3.0]), call([[1, 2], [3, 4]]), call()],
          bad=lambda: [call([[1, 2], [3]]).refused(Problem.JOIN), call(2, -1).refused(Problem.HYPER_PARAMETER)])
def old_constructor(*size: Raw) -> Shape:
    """Ints are sizes; a list is data."""
    return _constructed(size)


function("torch.LongTensor", "torch.IntTensor", good=lambda: [call(2, 3), call([[1, 2], [3, 4]])], dtype="int")(old_constructor)
function("torch.BoolTensor", good=lambda: [call(2, 3), call([True, False])], dtype="bool")(old_constructor)


@function("torch.Tensor.new", good=lambda: [call(T(2), 2, 3), call(T(2), [2.0, 3.0]), call(T(2))])
def new(input: Tensor, *size: Raw) -> Shape:
    """Ints are sizes; a list is data."""
    return _constructed(size)


@function("torch.scalar_tensor", good=lambda: [call(2.0), call(1)])
def scalar_tensor(s: Ignored) -> Shape:
    """One number."""
    return ()
