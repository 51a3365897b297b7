"""Truth, comparison and arithmetic of values."""

import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

from ..dims import Expr, Truth, at_least, equal, floordiv
from ..dims.where import Condition
from . import limits, sets
from .extent import bounded
from .join import join
from .lazy import Lost, stream
from .metaclasses import of_class
from .natives import PyRaise
from .operands import DUNDER, built_ins_cannot, has_no, nobody_can, nobody_orders, refusal, type_of, unordered
from .values import (
    CONSTANTS,
    Alternatives,
    BoundMethod,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    MaybeMissing,
    ModuleValue,
    Native,
    Partial,
    Ratio,
    SetObject,
    Tensor,
    Undecided,
    Unknown,
    Value,
    Why,
    is_constant,
    is_size,
    unsettled,
)
from .views import DictView

UNION = External("types.UnionType")
_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
    "@": operator.matmul, "<<": operator.lshift, ">>": operator.rshift, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
TENSOR_OPERATORS = {
    "+": "torch.add", "-": "torch.sub", "*": "torch.mul", "/": "torch.div", "//": "torch.floor_divide", "%": "torch.remainder", "**": "torch.pow",
    "@": "torch.matmul", "&": "torch.bitwise_and", "|": "torch.bitwise_or", "^": "torch.bitwise_xor", "<<": "torch.bitwise_left_shift",
    ">>": "torch.bitwise_right_shift", "==": "torch.eq", "!=": "torch.ne", "<": "torch.lt", "<=": "torch.le", ">": "torch.gt", ">=": "torch.ge",
}
_REFLECTED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
# Symbols that stand for a constructor argument nobody passes: an int most likely, but it may be anything.
ASSUMED: set[object] = set()
ASSUMED_NAMES: set[str] = set()
_TRUE_OBJECTS = (FunctionValue, ClassValue, External, Native, ModuleValue, Partial, BoundMethod)


def truth(m: Any, value: Value) -> bool | None:
    """``bool(value)``, or None where it cannot be known."""
    if isinstance(value, (*CONSTANTS, tuple, range)):
        return bool(value)
    if isinstance(value, Expr):
        if value in ASSUMED:
            return None
        return {Truth.NEVER: True, Truth.ALWAYS: False}.get(m.facts.equal(value, 0))
    if isinstance(value, Undecided):
        return {Truth.ALWAYS: True, Truth.NEVER: False}.get(m.facts.decided(value.condition))
    if isinstance(value, (ListObject, SetObject)):
        items = value.table["items"]
        return None if isinstance(items, Unknown) else bool(items)
    if isinstance(value, DictObject):
        return _dict_truth(value)
    if isinstance(value, DictView):
        return None if isinstance(found := value.entries, Unknown) else bool(found)
    if isinstance(value, Instance):
        return _instance_truth(m, value)
    if isinstance(value, Tensor):
        number = m.number_of(value)
        return None if number is None else bool(number)
    if isinstance(value, Alternatives):
        answers = {truth(m, option) for option in value.options}
        return answers.pop() if len(answers) == 1 else None
    return True if isinstance(value, _TRUE_OBJECTS) else None


def _dict_truth(value: DictObject) -> bool | None:
    if any(type(entry) is not MaybeMissing for entry in value.table.values()):
        return True
    return None if value.table or value.opaque["rest"] is not None else False


def _instance_truth(m: Any, value: Instance) -> bool | None:
    for name in ("__bool__", "__len__"):
        if m.has_attribute(value, name):
            return truth(m, m.call(m.get_attribute(value, name), [], {}))
    payload = value.hidden.get("payload", True)
    return bool(payload) if isinstance(payload, (int, float, str)) else True


def binary(m: Any, op: str, left: Value, right: Value) -> Value:
    """``left op right`` for an arithmetic operator."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_binary(m, op, left, right)
    if isinstance(left, Expr) or isinstance(right, Expr):
        if is_size(left) and is_size(right):
            return _size_binary(m, op, left, right)
        if isinstance(left, float) or isinstance(right, float):
            return _fraction(op, left, right)
        if isinstance(left, bool) or isinstance(right, bool):
            return binary(m, op, int(left) if isinstance(left, bool) else left, int(right) if isinstance(right, bool) else right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unsettled(left if isinstance(left, Unknown) else right)
    if isinstance(left, Alternatives) or isinstance(right, Alternatives):
        return _over_alternatives(lambda one, other: binary(m, op, one, other), left, right)
    if op == "%" and isinstance(left, str):
        return m.percent(left, right)
    if is_constant(left) and is_constant(right) and not isinstance(left, range):
        return _constant_binary(m, op, left, right)
    found = _sequence_binary(m, op, left, right)
    if found is not None:
        return found
    if op == "+" and isinstance(left, ListObject) and left.kind == "list" and (right is None or isinstance(right, (int, float, str, tuple, Expr))):
        raise PyRaise("TypeError", f'can only concatenate list (not "{"int" if isinstance(right, Expr) else type(right).__name__}") to list')
    return _dunder_binary(m, op, left, right)


def _tensor_binary(m: Any, op: str, left: Value, right: Value) -> Value:
    name = TENSOR_OPERATORS.get(op)
    left, right = (_only_tensor(side) for side in (left, right))
    if isinstance(left, (Instance, ListObject)) or isinstance(right, (Instance, ListObject)):
        if isinstance(left, Tensor) and has_no(m, right, f"__r{DUNDER[op]}__", "__torch_function__"):
            raise PyRaise("TypeError", f"unsupported operand type(s) for {op}: 'Tensor' and {type_of(right)}")
        if isinstance(right, Tensor) and has_no(m, left, f"__{DUNDER[op]}__", "__torch_function__"):
            raise PyRaise("TypeError", f"unsupported operand type(s) for {op}: {type_of(left)} and 'Tensor'")
        return m.unknown(Why.OPERATOR, f"tensor {op} object")
    if name is None:
        return m.unknown(Why.OPERATOR, op)
    return m.call(External(name), [left, right], {})


def _only_tensor(value: Value) -> Value:
    """The tensor among alternatives with None: using None here raises, so the path that goes on has the tensor."""
    if isinstance(value, Alternatives):
        solid = [option for option in value.options if option is not None]
        if len(solid) == 1:
            return solid[0]
    return value


def _size_binary(m: Any, op: str, left: Any, right: Any) -> Value:
    if op in ("+", "-", "*"):
        return _PYTHON[op](left, right)
    if op in ("//", "%"):
        if isinstance(right, int) and right == 0:
            raise PyRaise("ZeroDivisionError", "integer division or modulo by zero")
        return floordiv(left, right) if op == "//" else left - floordiv(left, right) * right
    if op == "/" and isinstance(right, int) and right > 0:
        return Ratio(left, right)
    if op in ("<<", ">>") and isinstance(right, int) and 0 <= right < limits.INTEGER_BITS:
        return left * 2**right if op == "<<" else floordiv(left, 2**right)
    if op == "**" and isinstance(right, int) and 0 <= right <= 6:
        product: Any = 1
        for _ in range(right):
            product = product * left
        return product
    return Unknown(Why.DATA, f"{op} of a symbolic size")


def _fraction(op: str, left: Any, right: Any) -> Value:
    """A size times or through a float."""
    size, number = (right, left) if isinstance(right, Expr) and op == "*" else (left, right)
    if isinstance(size, Expr) and isinstance(number, float) and number > 0 and isfinite(number):
        if op == "*":
            return Ratio(size, number)
        if op == "/" and number.is_integer():
            return Ratio(size, int(number))
    return Unknown(Why.DATA, f"{op} of a symbolic size")


def _constant_binary(m: Any, op: str, left: Any, right: Any) -> Value:
    if op == "**" and isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and right * abs(left).bit_length() > limits.INTEGER_BITS:
        return Unknown(Why.LIMIT, "a huge number")
    if op == "<<" and isinstance(right, int) and right > limits.INTEGER_BITS:
        return Unknown(Why.LIMIT, "a huge number")
    if op == "*" and _repetition(left, right) > limits.LISTED_ITEMS:
        return Unknown(Why.LIMIT, "a long repetition")
    if op == "+" and isinstance(left, (str, bytes, tuple)) and len(left) > limits.LISTED_ITEMS:
        return Unknown(Why.LIMIT, "a long sequence")
    if op == "*" and isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > limits.INTEGER_BITS:
        return Unknown(Why.LIMIT, "a huge number")
    try:
        return _PYTHON[op](left, right)
    except ArithmeticError as error:
        raise PyRaise(type(error).__name__, str(error)) from error
    except (TypeError, ValueError) as error:
        raise PyRaise(type(error).__name__, str(error)) from error


def _repetition(left: Any, right: Any) -> int:
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, (str, bytes, tuple)) and isinstance(count, int):
            return len(sequence) * count
    return 0


def _items(value: Value) -> "tuple[Value, ...] | Unknown | None":
    if isinstance(value, (ListObject, SetObject)):
        held: tuple[Value, ...] | Unknown = value.table["items"]
        return held
    return value if isinstance(value, tuple) else None


def _sequence_binary(m: Any, op: str, left: Value, right: Value) -> Value:
    if op == "+" and type(left) is type(right) and isinstance(left, (ListObject, tuple)):
        one, other = _items(left), _items(right)
        both = one if isinstance(one, Unknown) else other if isinstance(other, Unknown) else _joined(m, one or (), other or ())
        return ListObject(both) if isinstance(left, ListObject) else both
    if op == "*":
        for sequence, count in ((left, right), (right, left)):
            if isinstance(sequence, (ListObject, tuple)) and is_size(count):
                return _repeated(sequence, count)
    if op in ("|", "&", "-", "^") and (sets.is_view(left) or sets.is_view(right) or (isinstance(left, SetObject) and isinstance(right, SetObject))):
        return sets.operation(m, op, left, right)
    if isinstance(left, DictObject) and isinstance(right, DictObject) and "Counter" in (left.kind, right.kind):
        return _counted(m, op, left, right)
    if op == "|" and _is_type(left) and _is_type(right):
        return union_of(left, right)
    if op == "|" and isinstance(left, DictObject) and isinstance(right, DictObject):
        if len(left.table) + len(right.table) > limits.LISTED_ITEMS:
            return DictObject(rest=Unknown(Why.LIMIT, "a long dict"))
        return DictObject({**left.table, **right.table}, left.opaque["rest"] or right.opaque["rest"])
    return None


def _counted(m: Any, op: str, left: DictObject, right: DictObject) -> Value:
    """What two Counters make: of each item the sum, the difference, the larger or the smaller count, if it is positive."""
    rest = left.opaque["rest"] or right.opaque["rest"]
    counts = [*left.table.values(), *right.table.values()]
    if op not in ("+", "-", "|", "&") or left.kind != right.kind or rest is not None or not all(isinstance(count, int) for count in counts):
        return rest or Unknown(Why.DATA, "counts")
    combine: Any = {"+": operator.add, "-": operator.sub, "|": max, "&": min}[op]
    made = {key: combine(left.table.get(key, 0), right.table.get(key, 0)) for key in {**left.table, **right.table}}
    return DictObject({key: count for key, count in made.items() if count > 0}, kind="Counter", default=left.default)


def _is_type(value: Value) -> bool:
    """Whether a value is a type, as far as its name shows: ``os.O_CREAT`` is none."""
    if isinstance(value, External):
        name = value.name.rpartition(".")[2]
        return name[:1].isupper() and not name.isupper()
    return value is None or (isinstance(value, ClassValue) and value.meta is None) or (isinstance(value, Native) and value.is_type) or is_union(value)


def is_union(value: Value) -> bool:
    """Whether this is ``int | str``."""
    return isinstance(value, Instance) and value.cls == UNION


def union_of(*types: Value) -> Instance:
    """``int | str``: an object that holds the types."""
    made, parts = Instance(UNION), []
    for item in types:
        parts += [part for part in (item.table["__args__"] if isinstance(item, Instance) else (item,)) if part not in parts]
    made.table["__args__"] = tuple(parts)
    return made


def _joined(m: Any, one: "tuple[Value, ...]", other: "tuple[Value, ...]") -> "tuple[Value, ...] | Unknown":
    count = len(one) + len(other)
    if count > limits.LISTED_ITEMS:
        return Unknown(Why.LIMIT, "a long sequence")
    if count > limits.ITEMS_PER_STEP:
        m.step(count // limits.ITEMS_PER_STEP)
    return bounded((*one, *other))


def _repeated(sequence: Value, count: Any) -> Value:
    items = _items(sequence)
    if isinstance(items, Unknown) or not isinstance(count, int) or len(items or ()) * count > limits.LISTED_ITEMS:
        repeated: Any = items if isinstance(items, Unknown) else Unknown(*_UNREPEATED[isinstance(count, int)])
    else:
        repeated = bounded((items or ()) * count)
    return ListObject(repeated) if isinstance(sequence, ListObject) else repeated


_UNREPEATED = {True: (Why.LIMIT, "a long sequence"), False: (Why.DATA, "a list repeated an unknown number of times")}


def _dunder_binary(m: Any, op: str, left: Value, right: Value) -> Value:
    refused = False
    for receiver, argument, name in ((left, right, f"__{DUNDER[op]}__"), (right, left, f"__r{DUNDER[op]}__")):
        if isinstance(receiver, Instance) and m.has_attribute(receiver, name):
            result = m.call(m.get_attribute(receiver, name), [argument], {})
            if result is not NotImplemented:
                return result
            refused = True
    if any(isinstance(side, Instance) and isinstance(side.hidden.get("payload"), (int, str, float)) for side in (left, right)):
        return binary(m, op, *(side.hidden.get("payload", side) if isinstance(side, Instance) else side for side in (left, right)))
    if refused or nobody_can(m, op, left, right) or built_ins_cannot(op, left, right):
        raise PyRaise("TypeError", refusal(op, left, right))
    return m.unknown(Why.OPERATOR, f"{op} of these objects")


def in_place(m: Any, op: str, left: Instance, right: Value) -> Value:
    """``left op= right`` for an object."""
    name = f"__i{DUNDER[op]}__"
    if m.has_attribute(left, name):
        result = m.call(m.get_attribute(left, name), [right], {})
        if result is not NotImplemented:
            return result
    return binary(m, op, left, right)


def _over_alternatives(apply: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    ones = [option for option in left.options if option is not None] if isinstance(left, Alternatives) else [left]
    others = [option for option in right.options if option is not None] if isinstance(right, Alternatives) else [right]
    results = [apply(one, other) for one in ones for other in others]
    joined = results[0] if results else Unknown(Why.JOIN, "None in arithmetic")
    for result in results[1:]:
        joined = join(joined, result)
    return joined


def compare(m: Any, op: str, left: Value, right: Value) -> Value:
    """``left op right`` for a comparison, identity or membership operator: a bool, a tensor, or Unknown."""
    if op in ("in", "not in"):
        if not (isinstance(right, Instance) and isinstance(right.hidden.get("payload"), int)):  # a flag holds others
            left, right = _payload(left, "__eq__"), _payload(right, "__contains__")
    elif op not in ("is", "is not"):
        left, right = _payload(left, f"__{DUNDER[op]}__"), _payload(right, f"__{DUNDER[op]}__")
    if op in ("in", "not in"):
        answer = _contains(m, right, left)
        if op == "in" or answer is None:
            return answer
        return Undecided(~answer.condition) if isinstance(answer, Undecided) else answer if isinstance(answer, Unknown) else not answer
    if op in ("is", "is not"):
        found = _identical(left, right)
        return Unknown(Why.DATA, op) if found is None else found is (op == "is")
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_binary(m, op, left, right) if left is not None and right is not None else op == "!="
    if isinstance(left, Alternatives) or isinstance(right, Alternatives):
        return _compare_alternatives(m, op, left, right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unsettled(left if isinstance(left, Unknown) else right)
    if is_size(left) and is_size(right) and (isinstance(left, Expr) or isinstance(right, Expr)):
        return _compare_sizes(m, op, left, right)
    return _compare_objects(m, op, left, right)


def _payload(value: Value, method: str) -> Value:
    """What an object of a subclass of a built-in type compares as, unless its class has the method: a named tuple is equal to a tuple."""
    held = value.hidden.get("payload") if isinstance(value, Instance) else None
    if isinstance(held, (tuple, str, int, float)) or (isinstance(held, (ListObject, DictObject)) and not _says(value.cls, method)):
        return held
    return value


def _says(cls: Value, method: str) -> bool:
    return any(isinstance(base, ClassValue) and method in base.table for base in getattr(cls, "mro", ()))


def _compare_alternatives(m: Any, op: str, left: Value, right: Value) -> Value:
    ones = left.options if isinstance(left, Alternatives) else (left,)
    others = right.options if isinstance(right, Alternatives) else (right,)
    answers = {truth(m, compare(m, op, one, other)) for one in ones for other in others}
    return answers.pop() if len(answers) == 1 and None not in answers else Unknown(Why.JOIN, op)


def _compare_sizes(m: Any, op: str, left: Any, right: Any) -> Value:
    answer = {
        "==": lambda: equal(left, right), "!=": lambda: equal(left, right).negate(), ">=": lambda: at_least(left, right),
        "<": lambda: at_least(left, right).negate(), "<=": lambda: at_least(right, left), ">": lambda: at_least(right, left).negate(),
    }[op]()
    found = m.facts.condition(op, left, right) if answer in (Truth.SOMETIMES, Truth.UNKNOWN) else None
    if found is not None:
        answer = m.facts.decided(found)
        if answer is Truth.SOMETIMES:
            return Undecided(found)
    return {Truth.ALWAYS: True, Truth.NEVER: False}.get(answer, Unknown(Why.DATA, "a comparison of symbolic sizes"))


def nonzero(m: Any, value: Value) -> Condition | None:
    """When a symbolic size is not 0."""
    found: Condition | None = m.facts.condition("!=", value, 0) if isinstance(value, Expr) and value not in ASSUMED else None
    return found


def _compare_objects(m: Any, op: str, left: Value, right: Value) -> Value:
    if is_constant(left) and is_constant(right):
        try:
            return bool(_PYTHON[op](left, right))
        except TypeError as error:
            raise PyRaise("TypeError", str(error)) from error
    for receiver, other, name in ((left, right, op), (right, left, _REFLECTED[op])):
        if isinstance(receiver, Instance) and m.has_attribute(receiver, f"__{DUNDER[name]}__"):
            result = m.call(m.get_attribute(receiver, f"__{DUNDER[name]}__"), [other], {})
            if result is not NotImplemented:
                return result
        elif op == "!=" and isinstance(receiver, Instance) and m.has_attribute(receiver, "__eq__"):
            result = m.call(m.get_attribute(receiver, "__eq__"), [other], {})
            if result is not NotImplemented:
                answer = truth(m, result)
                return Unknown(Why.DATA, "!=") if answer is None else not answer
    if op not in ("==", "!="):
        return _compare_sequences(m, op, left, right)
    found = _equal_values(m, left, right)
    if isinstance(found, Condition):
        return Undecided(found if op == "==" else ~found)
    return Unknown(Why.DATA, "a comparison") if found is None else found is (op == "==")


def _compare_sequences(m: Any, op: str, left: Value, right: Value) -> Value:
    one, other = _items(left), _items(right)
    if sets.is_set(left) and sets.is_set(right):
        return sets.compared(m, op, left, right)
    if isinstance(one, tuple) and isinstance(other, tuple) and is_constant(one) and is_constant(other) and type(left) is type(right):
        try:
            return bool(_PYTHON[op](one, other))
        except TypeError as error:
            raise PyRaise("TypeError", str(error)) from error
    if nobody_orders(m, op, left, right):
        raise PyRaise("TypeError", unordered(op, left, right))
    return Unknown(Why.DATA, "a comparison")


def _all_equal(m: Any, one: "tuple[Value, ...]", other: "tuple[Value, ...]") -> bool | Condition | None:
    """Whether two sequences of one length agree item by item."""
    found: bool | Condition | None = True
    for a, b in zip(one, other, strict=True):
        m.step()
        value = compare(m, "==", a, b)
        answer = truth(m, value)
        if answer is False:
            return False
        here = value.condition if answer is None and isinstance(value, Undecided) else answer
        if isinstance(here, Condition):
            found = found & here if isinstance(found, Condition) else here if found else None
        elif here is None:
            found = None
    return found


def _equal_values(m: Any, left: Value, right: Value) -> "bool | Condition | None":
    if left is right:
        return True
    if isinstance(left, Expr) or isinstance(right, Expr):
        if is_size(left) and is_size(right):
            return truth(m, compare(m, "==", left, right))
        return None if left in ASSUMED or right in ASSUMED else False
    if sets.is_set(left) and sets.is_set(right):
        return sets.equal(m, left, right)
    one, other = _items(left), _items(right)
    if type(left) is type(right) and one is not None and other is not None:
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            return None
        if len(one) != len(other):
            return False
        return _all_equal(m, one, other)
    if isinstance(left, DictObject) and isinstance(right, DictObject):
        return sets.equal_dicts(m, left, right)
    return _identical(left, right)


def _identical(left: Value, right: Value) -> bool | None:
    if isinstance(left, Alternatives) or isinstance(right, Alternatives):
        ones = left.options if isinstance(left, Alternatives) else (left,)
        others = right.options if isinstance(right, Alternatives) else (right,)
        answers = {_identical(one, other) for one in ones for other in others}
        return answers.pop() if len(answers) == 1 else None
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is right:
        return True
    if any(isinstance(side, Expr) and side in ASSUMED for side in (left, right)):
        return None
    if isinstance(left, (External, *CONSTANTS)) and type(left) is type(right):
        return bool(left == right)
    return False


def _contains(m: Any, container: Value, item: Value) -> "bool | Unknown | None":
    if isinstance(container, Unknown):
        return container
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, DictObject):
        return _dict_contains(container, m.key_in(container.table, item))
    if isinstance(container, DictView) and container.kind == "keys" and isinstance(container.of, DictObject):
        return _dict_contains(container.of, m.key_in(container.of.table, item))
    if isinstance(container, range) and isinstance(item, int):
        return item in container
    if isinstance(container, Instance) and m.has_attribute(container, "__contains__"):
        answer = truth(m, m.call(m.get_attribute(container, "__contains__"), [item], {}))
        return Unknown(Why.DATA, "in") if answer is None else answer
    if isinstance(container, ClassValue) and (asked := of_class(m, container, "__contains__")) is not None:
        return truth(m, m.call(asked, [item], {}))
    if isinstance(container, IteratorObject):
        return _taken_until(m, item, container)
    items = m.iterate(container)
    if items is None:
        return Unknown(Why.DATA, "in")
    return _any_equal(m, item, items)


def _taken_until(m: Any, item: Value, container: IteratorObject) -> "bool | Unknown":
    """``item in iterator``, which uses up what comes before the item, and the item."""
    try:
        for passed, other in enumerate(stream(m, container)):
            m.step()
            if passed >= limits.LISTED_ITEMS:
                raise Lost(Unknown(Why.LIMIT, "in an iterator without end"))
            answer = True if other is item else truth(m, compare(m, "==", other, item))
            if answer is None:
                raise Lost(Unknown(Why.DATA, "in"))
            if answer:
                return True
    except Lost as lost:
        if container.source is None:
            m.heap.write(container.table, "items", lost.unknown)
        else:
            container.source.lost = lost.unknown
        return lost.unknown
    return False


def _any_equal(m: Any, item: Value, others: "tuple[Value, ...]") -> "bool | Unknown":
    found: bool | Condition | None = False
    m.step(len(others) // 8)
    for other in others:
        value = compare(m, "==", item, other) if item is not other else True
        answer = truth(m, value)
        if answer is True:
            return True
        here = value.condition if answer is None and isinstance(value, Undecided) else answer
        if here is None or found is None:
            found = None
        elif isinstance(here, Condition):
            found = found | here if isinstance(found, Condition) else here
    return Undecided(found) if isinstance(found, Condition) else Unknown(Why.DATA, "in") if found is None else found


def _dict_contains(container: DictObject, item: Value) -> "bool | Unknown":
    if isinstance(item, (Unknown, Expr, Alternatives)):
        return Unknown(Why.DATA, "in") if container.table or container.opaque["rest"] is not None else False
    try:
        if item in container.table:
            found = container.table[item]
            return found if isinstance(found, MaybeMissing) else True
    except TypeError:
        return Unknown(Why.DATA, "in")
    rest = container.opaque["rest"]
    return False if rest is None else rest
