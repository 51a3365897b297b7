"""Which operators compute numbers from numbers: the result of a call gets those that follow from its arguments."""

from typing import TYPE_CHECKING, Any

from ..dims import Dim
from .arguments import kind_of_dtype
from .counts import COUNTED, counted, is_counted
from .element_math import BINARY, REDUCTIONS, ROWS, UNARY, Rough, Unclear, held
from .elements import elements_of, with_elements
from .values import External, ListObject, Native, Tensor, Value

if TYPE_CHECKING:
    from .machine import Machine

# They show the same numbers in another arrangement; those of the first group share the memory of their input.
_VIEWS = frozenset({"view", "reshape", "flatten", "squeeze", "unsqueeze", "detach", "contiguous", "ravel", "view_as", "reshape_as", "alias", "cpu", "cuda", "to", "type_as"})
_COPIES = frozenset({"clone"})
_JOINS = frozenset({"cat", "concat", "concatenate", "hstack"})


def computed(m: "Machine", op: str, args: list[Value], kwargs: dict[str, Value], result: Value) -> Value:
    """``result``, with the numbers that ``op`` finds."""
    try:
        return _computed(m, op, args, kwargs, result)
    except Unclear:
        return result


def _computed(m: "Machine", op: str, args: list[Value], kwargs: dict[str, Value], result: Value) -> Value:
    if op == "unique" and kwargs and kwargs.keys() <= {"return_counts", "sorted"} and len(args) == 1:
        return _counted(m, args[0], kwargs, result)
    if args and (is_counted(args[0]) or op in COUNTED):
        return counted(m, op, [*args, *kwargs.values()], result)
    if kwargs and not (op in ("to", "type_as") or kwargs.keys() <= {"other", "dim"}):
        return result
    operands = [*args, *kwargs.values()]
    first = _numbers(m, operands[0])
    if op in BINARY and len(operands) == 2 and "dim" not in kwargs:
        return _with(result, _paired(BINARY[op], first, _numbers(m, operands[1])))
    if first is None or not isinstance(operands[0], Tensor):
        return _joined(m, op, operands, result)
    flat = _flat(first)
    if op == "to" and not _keeps_type(operands):
        return result
    if op in _VIEWS or op in _COPIES:
        whole = operands[0].elements.whole if op in _VIEWS and operands[0].elements is not None else None
        return _shaped(result, flat, whole)
    if len(operands) == 1 and op in UNARY:
        return _with(result, _each(UNARY[op], first))
    if op in REDUCTIONS and (len(operands) == 1 or (isinstance(first, list) and flat == first and operands[1:] in ([0], [-1]) and op not in ("max", "min"))):
        return _with(result, REDUCTIONS[op](flat))
    if op == "flip" and isinstance(first, list) and operands[1:] and _axes(m, operands[1:]) == [0]:
        return _with(result, first[::-1])
    if op in ROWS and flat == first and operands[1:] in ([], [0], [-1]):
        return _row(result, ROWS[op](flat))
    return result


def _numbers(m: "Machine", value: Value) -> Any:
    """The numbers of a tensor as nested lists, or a plain number; None where they are not known."""
    if isinstance(value, Tensor):
        return elements_of(m, value)
    return held(value) if type(value) in (int, float, bool) else None


def _paired(function: Any, left: Any, right: Any) -> Any:
    """Element by element; one side may be a single number."""
    if left is None or right is None:
        raise Unclear
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise Unclear  # broadcast
        return [_paired(function, one, other) for one, other in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_paired(function, one, right) for one in left]
    if isinstance(right, list):
        return [_paired(function, left, other) for other in right]
    return function(left, right)


def _each(function: Any, values: Any) -> Any:
    return [_each(function, item) for item in values] if isinstance(values, list) else function(values)


def _flat(values: Any) -> list[Any]:
    return [number for item in values for number in _flat(item)] if isinstance(values, list) else [values]


def _with(result: Value, values: Any) -> Value:
    return with_elements(result, values) if isinstance(result, Tensor) and _fits(values, result.shape) else result


def _fits(values: Any, shape: "tuple[Dim, ...] | None") -> bool:
    """Whether nested lists have this shape: what broadcasting adds is not followed."""
    if shape is None:
        return False
    if not isinstance(values, list):
        return not shape
    return bool(shape) and shape[0] == len(values) and all(_fits(item, shape[1:]) for item in values)


def _shaped(result: Value, flat: list[Any], whole: Tensor | None = None) -> Value:
    shape = result.shape if isinstance(result, Tensor) else None
    if shape is None or not all(isinstance(size, int) for size in shape):
        return result
    for size in reversed(shape[1:]):
        if not isinstance(size, int) or size == 0:
            return result
        flat = [flat[at : at + size] for at in range(0, len(flat), size)]
    return with_elements(result, flat if shape else flat[0], whole)


def _row(result: Value, values: list[Any]) -> Value:
    """One axis, whose length the numbers tell."""
    if isinstance(result, Tensor) and result.shape is not None and len(result.shape) == 1:
        return with_elements(Tensor((len(values),), result.dtype, result.trace), values)
    return result


def _axes(m: "Machine", given: list[Value]) -> list[Value]:
    """Axes, as separate arguments or as one sequence."""
    return list((m.iterate(given[0]) if not isinstance(given[0], int) else None) or given)


def _counted(m: "Machine", tensor: Value, kwargs: dict[str, Value], result: Value) -> Value:
    """The distinct numbers in order, and how often each is there."""
    values = _numbers(m, tensor)
    if not isinstance(values, list) or values != _flat(values) or kwargs.get("sorted", True) is not True:
        return result
    found = ROWS["unique"](values)
    if kwargs.get("return_counts") is not True or not isinstance(result, tuple) or len(result) != 2:
        return result
    return (_row(result[0], found), _row(result[1], list(map(values.count, found))))


def _joined(m: "Machine", op: str, operands: list[Value], result: Value) -> Value:
    items = operands[0].table["items"] if isinstance(operands[0], ListObject) else operands[0]
    if not isinstance(items, tuple) or not items or (op not in _JOINS and op != "stack") or operands[1:] not in ([], [0]):
        return result
    parts = [_numbers(m, item) if isinstance(item, Tensor) else None for item in items]
    types = {type(number) for part in parts for number in _flat(part)}
    if len(types - {Rough}) > 1:
        return result  # one of them is converted
    if op == "stack":
        return _with(result, parts if all(part is not None for part in parts) else None)
    lists = [part for part in parts if isinstance(part, list)]
    return _with(result, [row for part in lists for row in part] if len(lists) == len(parts) else None)


def _keeps_type(operands: list[Value]) -> bool:
    """Whether ``to`` is a move to another device only."""
    return not any(
        (isinstance(value, (External, Native)) and kind_of_dtype(value.name) is not None) or isinstance(value, Tensor) for value in operands[1:]
    )
