"""How many elements of a tensor are not zero, where the program made it of one number: so many rows has its ``nonzero()``, so many
elements picks it as a mask. All that are not zero are the same number.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..dims import Dim, Expr, Truth, equal, floordiv, prod
from .values import Elements, External, Native, Tensor, Value

if TYPE_CHECKING:
    from .machine import Machine

_SAME = frozenset({"view", "reshape", "flatten", "ravel", "unsqueeze", "squeeze", "t", "transpose", "permute", "contiguous", "detach", "clone", "to", "cpu",
                   "cuda", "view_as", "reshape_as", "swapaxes"})
_PARTS = frozenset({"select", "narrow", "diagonal", "chunk", "split", "split_with_sizes", "tensor_split", "unbind", "expand", "expand_as", "movedim",
                    "moveaxis", "swapdims", "unflatten", "unfold"})  # they share the memory, and are not counted
_CONVERTED = frozenset({"bool", "int", "long", "float", "double", "half"})  # all of them keep 1
COUNTED = frozenset({"triu", "tril", "nonzero", "argwhere"})  # of numbers that are all known, these are no more than counted
_LONGEST = 10_000  # rows of a triangle that are added up


class Count(NamedTuple):
    """``nonzero`` elements are ``number``, all others 0."""

    number: float
    nonzero: Dim


def filled(tensor: Value, number: float) -> Value:
    """A tensor that was made of one number."""
    if isinstance(tensor, Tensor) and tensor.elements is None and tensor.shape and not any(isinstance(size, Expr) and size.unread for size in tensor.shape):
        tensor.elements = Elements(Count(number, prod(tensor.shape) if number else 0), tensor)
    return tensor


def count_of(m: "Machine", tensor: Value) -> Count | None:
    """What is known of the elements of a tensor."""
    found = tensor.elements if isinstance(tensor, Tensor) else None
    if found is None or found.values is None or tensor in m.refined or found.whole in m.refined:
        return None
    return found.values if isinstance(found.values, Count) else _counted_in(found.values)


def _counted_in(values: Any) -> Count | None:
    """The count for numbers that are all known."""
    numbers = list(_flat(values))
    others = [number for number in numbers if number]
    if not all(type(number) in (int, float, bool) for number in numbers) or any(number != others[0] for number in others):
        return None
    return Count(others[0] if others else 0, len(others))


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for item in values:
            yield from _flat(item)
    else:
        yield values


def is_counted(value: Value) -> bool:
    """Whether a tensor is one whose elements were counted, or lies in the memory of one."""
    return isinstance(value, Tensor) and value.elements is not None and (value.elements.values is None or isinstance(value.elements.values, Count))


def shares(value: Value, tensor: Tensor) -> Value:
    """``value``, which lies in the memory of ``tensor``: when one is changed, the other is."""
    for part in value if isinstance(value, tuple) else (value,):
        if isinstance(part, Tensor) and part.elements is None and tensor.elements is not None:
            part.elements = Elements(None, tensor.elements.whole)
    return value


def counted(m: "Machine", op: str, operands: Sequence[Value], result: Value) -> Value:
    """The result of ``op`` on a tensor whose elements are counted, with what is known of its own."""
    tensor = operands[0]
    if not isinstance(tensor, Tensor) or tensor.shape is None or tensor.elements is None:
        return result
    known = count_of(m, tensor)
    if op in _PARTS or (known is None and op in _SAME):
        return shares(result, tensor)
    if known is None:
        return result
    if op in ("nonzero", "argwhere"):
        return _rows(known.nonzero, result)
    if op == "bitwise_not" and tensor.dtype != "bool":
        return result  # -2 is no zero
    made = _changed(op, tensor.shape, known, operands[1:])
    if made is not None and isinstance(result, Tensor) and result.shape is not None:
        result.elements = Elements(made, tensor.elements.whole if op in _SAME or op in _CONVERTED else result)
    return result


def _rows(count: Dim, result: Value) -> Value:
    if isinstance(result, tuple):
        return tuple(Tensor((count,), "int", part.trace) if isinstance(part, Tensor) else part for part in result)
    return Tensor((count, *result.shape[1:]), "int", result.trace) if isinstance(result, Tensor) and result.shape else result


def _changed(op: str, shape: Sequence[Dim], known: Count, more: Sequence[Any]) -> Count | None:
    if op in _SAME:
        typed = any(isinstance(value, (External, Native)) for value in more)
        return known if not typed or (op == "to" and known.number == 1) else None
    if op in _CONVERTED:
        return known if known.number == 1 or known.nonzero == 0 else None
    if op in ("triu", "tril"):
        count = _triangle(op, shape, known, more[0] if more else 0)
        return None if count is None else Count(known.number, count)
    if op in ("logical_not", "bitwise_not") and (known.number == 1 or known.nonzero == 0):
        return Count(1, prod(shape) - known.nonzero)
    if op in ("eq", "ne") and len(more) == 1 and type(more[0]) in (int, float, bool):
        same = known.nonzero if more[0] == known.number else prod(shape) - known.nonzero if more[0] == 0 else 0
        return Count(1, same if op == "eq" else prod(shape) - same)
    return None


def _triangle(op: str, shape: Sequence[Dim], known: Count, diagonal: Any) -> Dim | None:
    """How many elements of a full matrix stay in a triangle."""
    if len(shape) != 2 or not isinstance(diagonal, int) or equal(known.nonzero, prod(shape)) is not Truth.ALWAYS:
        return 0 if known.nonzero == 0 else None
    rows, columns = shape
    if isinstance(rows, int) and isinstance(columns, int):
        if rows > _LONGEST:
            return None
        upper = sum(max(0, columns - max(0, row + diagonal)) for row in range(rows))
        return upper if op == "triu" else sum(min(columns, max(0, row + diagonal + 1)) for row in range(rows))
    shrink = diagonal if op == "triu" else -diagonal  # how many diagonals are missing
    if equal(rows, columns) is Truth.ALWAYS and shrink in (0, 1):
        return floordiv(rows * (rows + 1 - 2 * shrink), 2)
    return None


def picked_by_mask(m: "Machine", mask: Tensor) -> Dim | None:
    """How many elements a mask picks."""
    known = count_of(m, mask)
    return None if known is None or mask.dtype != "bool" else known.nonzero
