"""Kinds of parameters: how a plain argument becomes what an operator's body reads.

An annotation such as ``kernel_size: Sizes`` means a type to mypy (``tuple[Dim, ...]``) and a conversion to the binder.
Raw arguments are ints, ``Expr``, floats, bools, strings, None, tuples, lists, :class:`T` (a tensor) or ``UNREAD``.
"""

from enum import Enum
from typing import Annotated, Any, Optional, TypeGuard, Union

from ..dims import Dim
from ..shapes import Shape


class Kind(Enum):
    SIZE = "int"                  # an int or a symbol; unread -> an unread size
    COUNT = "int, no bool"        # as SIZE, for the first axis of a weight: torch makes it of no bool
    SIZES = "int or tuple"        # an int, or one per spatial axis -> always a tuple of n
    SIZES_OR_TEXT = "int, tuple or str"
    AS_WRITTEN = "int, tuple or str as written"  # unchanged, only its ints are read: for torch code that tells (3,) from 3
    INTS = "ints"                 # any number of ints, as a sequence or as *args
    AXIS = "axis"                 # a concrete int
    AXES = "axes"                 # a concrete int or several -> a tuple
    INT_TUPLE = "tuple of ints"   # as INTS, where torch refuses a single int
    AXIS_TUPLE = "tuple of axes"  # as AXES, where torch refuses a single int
    FLAG = "bool"
    SWITCH = "bool, free"         # a bool that decides parameters but no shape: unread stays UNREAD
    TEXT = "str"
    NUMBER = "number"             # int or float, concrete
    TENSOR = "tensor"             # a tensor -> its Shape; a plain number -> ()
    PASSED = "tensor or anything"  # as TENSOR, where torch takes what is no tensor too
    TENSORS = "tensors"           # a sequence of tensors -> a tuple of Shapes
    CHECKED = "tensor, checked"   # a tensor that has to fit but decides no shape -> its Shape, None where absent, UNREAD where unread
    LAYER = "layer"               # another layer: its declaration, constructed -> the Layer, UNREAD where it is anything else
    RAW = "any"                   # unchanged: T, numbers, tuples ...
    IGNORED = "ignored"           # may be anything, even unread: does not change shapes


Size = Annotated[Dim, Kind.SIZE]
Count = Annotated[Dim, Kind.COUNT]
Sizes = Annotated[tuple[Dim, ...], Kind.SIZES]
SizesOrText = Annotated[Union[tuple[Dim, ...], str], Kind.SIZES_OR_TEXT]
AsWritten = Annotated[Union[Dim, tuple[Dim, ...], str], Kind.AS_WRITTEN]
Ints = Annotated[tuple[Dim, ...], Kind.INTS]
Axis = Annotated[int, Kind.AXIS]
Axes = Annotated[tuple[int, ...], Kind.AXES]
IntTuple = Annotated[tuple[Dim, ...], Kind.INT_TUPLE]
AxisTuple = Annotated[tuple[int, ...], Kind.AXIS_TUPLE]
Flag = Annotated[bool, Kind.FLAG]
Switch = Annotated[Any, Kind.SWITCH]
Text = Annotated[str, Kind.TEXT]
Number = Annotated[float, Kind.NUMBER]
Tensor = Annotated[Shape, Kind.TENSOR]
Passed = Annotated[Shape, Kind.PASSED]
Tensors = Annotated[tuple[Shape, ...], Kind.TENSORS]
Checked = Annotated[Any, Kind.CHECKED]
AnyLayer = Annotated[Any, Kind.LAYER]
Raw = Annotated[Any, Kind.RAW]
Ignored = Annotated[Any, Kind.IGNORED]

# The same kinds for one item of a ``*`` parameter: ``*size: EachInt``.
EachInt = Annotated[Dim, Kind.INTS]
EachAxis = Annotated[int, Kind.AXES]
EachTensor = Annotated[Shape, Kind.TENSORS]

# The same kinds where None is allowed and passed through.
OptSize = Annotated[Optional[Dim], Kind.SIZE]
OptSizes = Annotated[Optional[tuple[Dim, ...]], Kind.SIZES]
OptAsWritten = Annotated[Union[Dim, tuple[Optional[Dim], ...], str, None], Kind.AS_WRITTEN]
OptInts = Annotated[Optional[tuple[Dim, ...]], Kind.INTS]
OptIntTuple = Annotated[Optional[tuple[Dim, ...]], Kind.INT_TUPLE]
OptAxis = Annotated[Optional[int], Kind.AXIS]
OptAxes = Annotated[Optional[tuple[int, ...]], Kind.AXES]
OptFlag = Annotated[Optional[bool], Kind.FLAG]
OptText = Annotated[Optional[str], Kind.TEXT]
OptNumber = Annotated[Optional[float], Kind.NUMBER]
OptTensor = Annotated[Optional[Shape], Kind.TENSOR]


class _UnreadValue:
    """The one value that stands for "not known here"."""

    def __repr__(self) -> str:
        return "UNREAD"


UNREAD = _UnreadValue()


class _AbsentValue:
    """The default of a parameter that belongs to another overload: leaving it out is not the same as any value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _AbsentValue()


class Foreign:
    """A function, a class or a dict as an argument: neither a number nor a text nor a tensor."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class T:
    """A tensor argument: its shape (None: not even the rank is known) and a coarse dtype ("float", "int", "bool", "complex" or None).

    In examples it makes the torch tensor too: ``high`` bounds the values of an int tensor, which are drawn from ``range(high)``;
    a float tensor with ``high=1`` holds probabilities.
    """

    __slots__ = ("shape", "dtype", "high")

    def __init__(self, *shape: Dim, dtype: str | None = "float", high: int = 2) -> None:
        self.shape: Shape | None = shape
        self.dtype, self.high = dtype, high

    @classmethod
    def of(cls, shape: Shape | None, dtype: str | None = "float", high: int = 2) -> "T":
        made = cls(dtype=dtype, high=high)
        made.shape = shape
        return made

    def __repr__(self) -> str:
        return f"T{self.shape}" + ("" if self.dtype == "float" else f":{self.dtype}")

# What a forward returns: a Shape is one tensor, a list is a tuple of results, a Dim is a size, None is "not a tensor or not known".
Result = Union[Shape, list[Any], Dim, None]


class Fields(list[Any]):
    """A tuple of results whose items also have names (``torch.max(x, 0).values``)."""

    def __init__(self, **items: Any) -> None:
        super().__init__(items.values())
        self.names = tuple(items)


_MOST_LAYERS = 1_000


def countable(number: Any) -> TypeGuard[int]:
    """Whether a number of stacked layers is known, and small enough to name each of them."""
    return isinstance(number, int) and number <= _MOST_LAYERS


def default(value: Any) -> Any:
    """A default written as torch writes it (``stride: Sizes = default(1)``); the binder converts it like a given argument."""
    return value
