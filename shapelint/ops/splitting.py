"""One tensor becomes several: split, chunk, tensor_split, unbind. A number of parts that depends on a symbol is not read."""

from ..dims import Dim, Truth, ceildiv
from ..shapes import Shape
from .declare import Param, function, read_ints
from .examples import call
from .indexing import slice_length
from .kinds import ABSENT, Axis, Ints, IntTuple, Raw, Size, T, Tensor
from .problems import Problem, Unread, at_least, refuse, require_at_least, require_axis, require_divides, require_equal

_MOST_PARTS = 10_000  # that are listed one by one


def _axis_to_split(input: Shape, dim: int, what: str) -> int:
    if not input:
        raise refuse(Problem.RANK, f"{what} needs at least one axis, but the tensor has none", expected=1, received=0)
    return require_axis(dim, len(input))


def _parts(input: Shape, axis: int, sizes: list[Dim]) -> list[Shape]:
    return [(*input[:axis], size, *input[axis + 1 :]) for size in sizes]


def _even_sizes(length: Dim, size: Dim, param: str) -> list[Dim]:
    """``length`` in parts of ``size``; the last one may be shorter."""
    if isinstance(size, int) and size == 0:
        message = "parts of size 0 need an axis of size {expected}, not {received}"
        require_equal(length, 0, Problem.SPLIT, message, param=param)
        return [0]
    count = ceildiv(length, size)
    if not isinstance(count, int) or count > _MOST_PARTS:
        raise Unread(param)
    count = max(count, 1)
    return [size] * (count - 1) + [length - size * (count - 1)]


def split_evenly(input: Shape, size: Dim, dim: int, param: str) -> list[Shape]:
    axis = _axis_to_split(input, dim, "split")
    require_at_least(size, 0, Problem.SPLIT, "a part cannot have the size {received}", arg=param, param=param)
    return _parts(input, axis, _even_sizes(input[axis], size, param))


def split_into(input: Shape, sizes: Shape, dim: int, param: str) -> list[Shape]:
    """Parts of the given sizes, which have to add up to the axis."""
    axis = _axis_to_split(input, dim, "split")
    total: Dim = 0
    for size in sizes:
        require_at_least(size, 0, Problem.SPLIT, "a part cannot have the size {received}", arg=param, param=param)
        total = total + size
    message = f"the parts add up to {{expected}}, but axis {axis} has the size {{received}}"
    require_equal(input[axis], total, Problem.SPLIT, message, param=param, axis=axis)
    return _parts(input, axis, list(sizes))


@function(
    "torch.split",
    good=lambda: [call(T(6, 4), 2), call(T(7, 4), 3), call(T(2, 6), [1, 2, 3], 1), call(T(2, 6), split_size_or_sections=(4, 2), dim=-1)],
    bad=lambda: [call(T(2, 6), [1, 2], 1).refused(Problem.SPLIT), call(T(6), -1).refused(Problem.SPLIT), call(T(6), 0).refused(Problem.SPLIT),
                 call(T(6), 2, 1).refused(Problem.AXIS), call(T(), 1).refused(Problem.RANK), call(T(6), [7, -1]).refused(Problem.SPLIT)],
)
def split(tensor: Tensor, split_size_or_sections: Raw, dim: Axis = 0) -> list[Shape]:
    """Parts of one size, the last maybe shorter, or parts of the sizes that are listed."""
    return _split(tensor, split_size_or_sections, dim, "split_size_or_sections")


@function(
    "torch.Tensor.split",
    good=lambda: [call(T(6, 4), 2), call(T(7, 4), 3), call(T(2, 6), [1, 2, 3], 1), call(T(2, 6), split_size=(4, 2), dim=-1)],
    bad=lambda: [call(T(2, 6), [1, 2], 1).refused(Problem.SPLIT), call(T(6), 0).refused(Problem.SPLIT)],
)
def split_method(input: Tensor, split_size: Raw, dim: Axis = 0) -> list[Shape]:
    """Parts of one size, the last maybe shorter, or parts of the sizes that are listed."""
    return _split(input, split_size, dim, "split_size")


def _split(input: Shape, sizes: object, dim: int, param: str) -> list[Shape]:
    found = read_ints(Param.annotated(param, Ints), sizes)
    return split_into(input, found, dim, param) if isinstance(sizes, (tuple, list)) else split_evenly(input, found[0], dim, param)


@function(
    "torch.split_with_sizes", "torch.Tensor.split_with_sizes",
    good=lambda: [call(T(2, 6), [1, 2, 3], 1), call(T(6), split_sizes=(4, 2))],
    bad=lambda: [call(T(2, 6), [1, 2], 1).refused(Problem.SPLIT), call(T(6), 2).refused(Problem.HYPER_PARAMETER)],
)
def split_with_sizes(input: Tensor, split_sizes: IntTuple, dim: Axis = 0) -> list[Shape]:
    """Parts of the sizes that are listed."""
    return split_into(input, split_sizes, dim, "split_sizes")


@function(
    "torch.chunk", "torch.Tensor.chunk", "torch.unsafe_chunk", "torch.Tensor.unsafe_chunk",
    good=lambda: [call(T(6, 4), 3), call(T(2, 7), 3, 1), call(T(5), 4), call(T(2, 6), chunks=2, dim=-1)],
    bad=lambda: [call(T(6), 0).refused(Problem.SPLIT), call(T(6), 2, 1).refused(Problem.AXIS), call(T(), 1).refused(Problem.RANK)],
)
def chunk(input: Tensor, chunks: Axis, dim: Axis = 0) -> list[Shape]:
    """At most so many parts of size ceil(L / chunks), the last maybe shorter: 5 elements in 4 chunks are 2, 2 and 1."""
    if chunks < 1:
        raise refuse(Problem.SPLIT, f"chunks must be at least 1, not {chunks}", arg="chunks", param="chunks")
    axis = _axis_to_split(input, dim, "chunk")
    length = input[axis]
    if isinstance(length, int) and length == 0:
        return _parts(input, axis, [0] * chunks)
    size = ceildiv(length, chunks)
    if not isinstance(length, int):
        rest = length - size * (chunks - 1)  # as many parts as asked for, when something is left for the last
        if at_least(rest, 1) is not Truth.ALWAYS:
            raise Unread("chunks")
        return _parts(input, axis, [size] * (chunks - 1) + [rest])
    return _parts(input, axis, _even_sizes(length, size, "chunks"))


def _cut(input: Shape, axis: int, at: Shape) -> list[Shape]:
    """Parts that end at the given places, and the rest."""
    ends = [*at, None]
    return _parts(input, axis, [slice_length(input[axis], start, end) for start, end in zip([None, *at], ends, strict=True)])


def _sections(input: Shape, axis: int, count: Dim, param: str) -> list[Shape]:
    """Parts as equal as can be, the first ones one longer."""
    require_at_least(count, 1, Problem.SPLIT, "the number of parts must be at least 1, not {received}", arg=param, param=param)
    if not isinstance(count, int):
        raise Unread(param)
    return _parts(input, axis, [(input[axis] + count - 1 - i) // count for i in range(count)])


@function(
    "torch.tensor_split", "torch.Tensor.tensor_split",
    good=lambda: [call(T(7, 4), 3), call(T(2, 6), [1, 4], 1), call(T(2, 6), (3,), dim=-1), call(T(4), 6), call(T(6), indices=(-2, 5)),
                  call(T(6), sections=4)],
    bad=lambda: [call(T(6), 0).refused(Problem.SPLIT), call(T(), 2).refused(Problem.RANK), call(T(6), 2, 1).refused(Problem.AXIS)],
)
def tensor_split(input: Tensor, indices_or_sections: Raw = ABSENT, dim: Axis = 0, *, indices: Raw = ABSENT, sections: Raw = ABSENT) -> list[Shape]:
    """So many parts, as equal as can be, or parts that end at the given indices."""
    given = next((value for value in (indices_or_sections, indices, sections) if value is not ABSENT), ABSENT)
    if given is ABSENT:
        raise refuse(Problem.SIGNATURE, "tensor_split needs a number of parts or indices", arg="indices_or_sections")
    return _tensor_split(input, given, dim)


def _tensor_split(input: Shape, given: object, dim: int, evenly: bool = False) -> list[Shape]:
    axis = _axis_to_split(input, dim, "tensor_split")
    if isinstance(given, T):
        raise Unread("indices_or_sections")
    numbers = read_ints(Param.annotated("indices_or_sections", Ints), given)
    if isinstance(given, (tuple, list)):
        return _cut(input, axis, numbers)
    if evenly:
        message = f"axis {axis} of size {{received}} does not divide into {{expected}} equal parts"
        require_divides(numbers[0], input[axis], Problem.SPLIT, message, param="indices_or_sections", axis=axis)
    return _sections(input, axis, numbers[0], "indices_or_sections")


def _stacked(name: str, least: int, axis: int) -> None:
    def rule(input: Tensor, indices_or_sections: Raw) -> list[Shape]:
        """Equal parts along one axis, or parts that end at the given indices."""
        if len(input) < least:
            raise refuse(Problem.RANK, f"{name} needs at least {least} axes, not {len(input)}", expected=least, received=len(input))
        return _tensor_split(input, indices_or_sections, axis if len(input) > axis else 0, evenly=True)

    shape = (4, 6, 8)[: max(axis + 1, least)]
    function(
        f"torch.{name}", f"torch.Tensor.{name}",
        good=lambda: [call(T(*shape), 2), call(T(*shape, 2), [1, 3])],
        bad=lambda: [call(T(*shape), 5).refused(Problem.SPLIT), call(T(*(4,) * (least - 1)), 2).refused(Problem.RANK)],
    )(rule)


_stacked("hsplit", 1, 1)
_stacked("vsplit", 2, 0)
_stacked("dsplit", 3, 2)


@function(
    "torch.unbind", "torch.Tensor.unbind",
    good=lambda: [call(T(3, 4)), call(T(2, 3), 1), call(T(2, 3), dim=-1)],
    bad=lambda: [call(T(2, 3), 2).refused(Problem.AXIS), call(T()).refused(Problem.RANK)],
)
def unbind(input: Tensor, dim: Axis = 0) -> list[Shape]:
    """One part for each place along an axis, without that axis."""
    axis = _axis_to_split(input, dim, "unbind")
    count = input[axis]
    if not isinstance(count, int) or count > _MOST_PARTS:
        raise Unread("input")
    return [(*input[:axis], *input[axis + 1 :])] * count


def _narrowed(input: Shape, dim: int, start: object, length: Dim) -> Shape:
    axis = _axis_to_split(input, dim, "narrow")
    size = input[axis]
    require_at_least(length, 0, Problem.INDEX, "length must not be negative, not {received}", arg="length", param="length")
    if isinstance(start, int):
        message = f"start={start} is out of range for an axis of size {{received}}"
        require_at_least(size, abs(start), Problem.INDEX, message, param="start", axis=axis)
        first = start if start >= 0 else size + start
        message = f"start={start} and length={length} need {{expected}} elements, but axis {axis} has {{received}}"
        require_at_least(size, first + length, Problem.INDEX, message, param="length", axis=axis)
    else:
        message = f"length={length} needs {{expected}} elements, but axis {axis} has {{received}}"
        require_at_least(size, length, Problem.INDEX, message, param="length", axis=axis)
    return (*input[:axis], length, *input[axis + 1 :])


@function(
    "torch.narrow", "torch.Tensor.narrow", "torch.narrow_copy", "torch.Tensor.narrow_copy",
    good=lambda: [call(T(6, 4), 0, 1, 3), call(T(2, 6), -1, start=-2, length=2), call(T(6), 0, 0, 6)],
    bad=lambda: [call(T(6), 0, 3, 4).refused(Problem.INDEX), call(T(6), 0, 7, 0).refused(Problem.INDEX), call(T(6), 1, 0, 1).refused(Problem.AXIS),
                 call(T(6), 0, 1, -1).refused(Problem.INDEX), call(T(), 0, 0, 1).refused(Problem.RANK)],
)
def narrow(input: Tensor, dim: Axis, start: Raw, length: Size) -> Shape:
    """length elements of an axis, from start on."""
    return _narrowed(input, dim, start, length)
