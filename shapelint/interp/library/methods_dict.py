"""Methods of dict, OrderedDict, defaultdict and Counter.

A dict may be *open*: ``opaque["rest"]`` says why keys beyond those in its table may exist. What is in the table is certain
to be there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..join import join
from ..natives import PyRaise
from ..values import Alternatives, DictObject, Instance, IteratorObject, ListObject, MaybeMissing, Unknown, Value
from ..views import DictView, unread
from .support import ABSENT, REQUIRED, Args, Kwargs, bind, is_key, listed, lost, method, native, over_options, own

if TYPE_CHECKING:
    from ..machine import Machine

KINDS = ("dict", "OrderedDict", "defaultdict", "Counter")
Entries = dict[Any, Any]


def as_dict(machine: "Machine", receiver: Value) -> DictObject | None:
    """The dict of a method call; an instance of a user's subclass gets one when it is first needed."""
    found: Any = own(receiver)
    if isinstance(receiver, Instance) and "payload" not in receiver.hidden:
        found = DictObject()
        machine.heap.write(receiver.hidden, "payload", found)
    return found if isinstance(found, DictObject) else None


def _method(*names: str, **parameters: object) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """A method whose body gets the dict and the bound arguments."""

    def register(body: Callable[..., Value]) -> Callable[..., Value]:
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            receiver = as_dict(machine, args[0]) if args else None
            bound = bind(names[0], args[1:], kwargs, **parameters)
            return lost(machine, f"dict.{names[0]}", *args[:1]) if receiver is None else body(machine, receiver, *bound)

        for kind in KINDS:
            method(kind, *names)(call)
        return body

    return register


# --- reading -------------------------------------------------------------------------------------------------------


def _rest(receiver: DictObject) -> Unknown | None:
    found: Unknown | None = receiver.opaque["rest"]
    return found


def find(machine: "Machine", receiver: DictObject, key: Value, default: Value) -> Value:
    """``receiver.get(key, default)``."""
    if isinstance(key, Alternatives):
        return over_options(key, lambda option: find(machine, receiver, option, default))
    if isinstance(key, Instance) and isinstance(key.hidden.get("payload"), (int, str)) and key not in receiver.table:
        key = key.hidden["payload"]  # a member of IntEnum or StrEnum
    if not isinstance(key, Instance) and not is_key(key):
        return lost(machine, "a dict key", key)
    if key in receiver.table:
        found = receiver.table[key]
        return join(found.value, default) if isinstance(found, MaybeMissing) else found
    if isinstance(key, Instance) and not is_key(key):
        return lost(machine, "a dict key", key)
    return _rest(receiver) or default


@_method("get", key=REQUIRED, default=None)
def get(machine: "Machine", receiver: DictObject, key: Value, default: Value) -> Value:
    return find(machine, receiver, key, default)


@_method("__getitem__", key=REQUIRED)
def getitem(machine: "Machine", receiver: DictObject, key: Value) -> Value:
    return machine.get_item(receiver, key)


@_method("__setitem__", key=REQUIRED, value=REQUIRED)
def setitem(machine: "Machine", receiver: DictObject, key: Value, value: Value) -> Value:
    machine.set_item(receiver, key, value)
    return None


@_method("__contains__", "has_key", key=REQUIRED)
def contains(machine: "Machine", receiver: DictObject, key: Value) -> Value:
    return machine.compare("in", key, receiver)


@_method("__len__")
def length(machine: "Machine", receiver: DictObject) -> Value:
    return unread(receiver) or len(receiver.table)


@_method("items")
def items(machine: "Machine", receiver: DictObject) -> Value:
    return _rest(receiver) or DictView("items", receiver)


@_method("keys")
def keys(machine: "Machine", receiver: DictObject) -> Value:
    return DictView("keys", receiver)


@_method("values")
def values(machine: "Machine", receiver: DictObject) -> Value:
    return _rest(receiver) or DictView("values", receiver)


@_method("__iter__")
def iter_(machine: "Machine", receiver: DictObject) -> Value:
    return IteratorObject(unread(receiver) or tuple(receiver.table))


@_method("__reversed__")
def reversed_(machine: "Machine", receiver: DictObject) -> Value:
    return IteratorObject(unread(receiver) or tuple(receiver.table)[::-1])


@_method("copy", "__copy__")
def copy(machine: "Machine", receiver: DictObject) -> Value:
    return DictObject(dict(receiver.table), _rest(receiver), receiver.kind, receiver.default)


# --- changing ------------------------------------------------------------------------------------------------------


def forget(machine: "Machine", receiver: DictObject, unknown: Unknown) -> None:
    """Any key may have got any value."""
    for key in list(receiver.table):
        machine.heap.write(receiver.table, key, unknown)
    machine.heap.write(receiver.opaque, "rest", unknown)


@_method("pop", key=REQUIRED, default=ABSENT)
def pop(machine: "Machine", receiver: DictObject, key: Value, default: Value) -> Value:
    if not is_key(key):
        unknown = lost(machine, "dict.pop", key)
        machine.heap.write(receiver.opaque, "rest", unknown)
        for present in list(receiver.table):
            machine.heap.delete(receiver.table, present)
        return unknown
    if key in receiver.table:
        value = receiver.table[key]
        machine.heap.delete(receiver.table, key)
        if isinstance(value, MaybeMissing):
            return value.value if default is ABSENT else join(value.value, default)
        return value
    rest = _rest(receiver)
    if rest is None and default is ABSENT:
        raise PyRaise("KeyError", repr(key))
    return default if rest is None else rest


@_method("popitem", last=True)
def popitem(machine: "Machine", receiver: DictObject, last: Value) -> Value:
    from_end = machine.truth(last)
    if _rest(receiver) is not None or from_end is None:
        unknown = lost(machine, "dict.popitem", receiver, last)
        forget(machine, receiver, unknown)
        return unknown
    if not receiver.table:
        raise PyRaise("KeyError", "popitem(): dictionary is empty")
    key = list(receiver.table)[-1 if from_end else 0]
    value = receiver.table[key]
    machine.heap.delete(receiver.table, key)
    return key, value


@_method("setdefault", key=REQUIRED, default=None)
def setdefault(machine: "Machine", receiver: DictObject, key: Value, default: Value) -> Value:
    if not is_key(key):
        unknown = lost(machine, "dict.setdefault", key)
        machine.heap.write(receiver.opaque, "rest", unknown)
        return unknown
    if key not in receiver.table:
        machine.heap.write(receiver.table, key, _rest(receiver) or default)
    elif isinstance(found := receiver.table[key], MaybeMissing):
        machine.heap.write(receiver.table, key, join(found.value, default))
    return receiver.table[key]


@_method("clear")
def clear(machine: "Machine", receiver: DictObject) -> Value:
    for key in list(receiver.table):
        machine.heap.delete(receiver.table, key)
    machine.heap.write(receiver.opaque, "rest", None)
    return None


@_method("__delitem__", key=REQUIRED)
def delitem(machine: "Machine", receiver: DictObject, key: Value) -> Value:
    pop(machine, receiver, key, ABSENT)
    return None


@_method("move_to_end", key=REQUIRED, last=True)
def move_to_end(machine: "Machine", receiver: DictObject, key: Value, last: Value) -> Value:
    to_end = machine.truth(last)
    if not is_key(key) or key not in receiver.table or to_end is None:
        return None
    others = [other for other in receiver.table if other != key] if not to_end else []
    for moved in [key, *others]:
        value = receiver.table[moved]
        machine.heap.delete(receiver.table, moved)
        machine.heap.write(receiver.table, moved, value)
    return None


def absorb(machine: "Machine", receiver: DictObject, args: Args, kwargs: Kwargs) -> None:
    """``receiver.update(*args, **kwargs)``."""
    for source in args:
        entries, rest = pairs_of(machine, source)
        if rest is not None:
            forget(machine, receiver, rest)
        for key, value in entries.items():
            machine.heap.write(receiver.table, key, value)
    for name, value in kwargs.items():
        machine.heap.write(receiver.table, name, value)


def pairs_of(machine: "Machine", source: Value) -> tuple[Entries, Unknown | None]:
    """The entries of a mapping or of pairs, and why there may be more."""
    found = own(source)
    if isinstance(found, DictObject):
        return dict(found.table), found.opaque["rest"]
    if isinstance(found, Instance) and machine.has_attribute(found, "keys"):
        names = listed(machine, machine.call(machine.get_attribute(found, "keys"), [], {}))
        if names is None or not all(map(is_key, names)):
            return {}, lost(machine, "the keys of an object")
        return {name: machine.get_item(found, name) for name in names}, None
    pairs = listed(machine, found)
    if pairs is None:
        return {}, lost(machine, "the entries of a dict", found)
    return _paired(machine, pairs)


def _paired(machine: "Machine", pairs: tuple[Value, ...]) -> tuple[Entries, Unknown | None]:
    entries: Entries = {}
    rest: Unknown | None = None
    for pair in pairs:
        parts = listed(machine, pair)
        if parts is None or (len(parts) == 2 and not is_key(parts[0])):
            rest = lost(machine, "a pair of key and value", pair, *(parts or ())[:1])
            entries = dict.fromkeys(entries, rest)  # the unknown key may be any of them
        elif len(parts) != 2:
            raise PyRaise("ValueError", f"dictionary update sequence element has length {len(parts)}; 2 is required")
        else:
            entries[parts[0]] = parts[1]
    return entries, rest


def update(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = as_dict(machine, args[0])
    if receiver is None:
        return None
    if receiver.kind != "Counter":
        absorb(machine, receiver, args[1:], kwargs)
    for source in args[1:] if receiver.kind == "Counter" else ():
        add_counts(machine, receiver, source)
    return None


for _kind in KINDS:
    method(_kind, "update", "__ior__")(update)


@_method("__or__", other=REQUIRED)
def or_(machine: "Machine", receiver: DictObject, other: Value) -> Value:
    made = DictObject(dict(receiver.table), _rest(receiver), receiver.kind, receiver.default)
    absorb(machine, made, [other], {})
    return made


@native("builtins.dict.fromkeys", "collections.OrderedDict.fromkeys")
def fromkeys(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, value = bind("fromkeys", args, kwargs, iterable=REQUIRED, value=None)
    names = listed(machine, iterable)
    if names is None or not all(map(is_key, names)):
        return DictObject(rest=lost(machine, "dict.fromkeys", iterable, names))
    return DictObject(dict.fromkeys(names, value))


method("dict", "fromkeys")(lambda machine, args, kwargs: fromkeys(machine, args[1:] if isinstance(args[0], DictObject) else args, kwargs))

# --- Counter -------------------------------------------------------------------------------------------------------


def add_counts(machine: "Machine", receiver: DictObject, source: Value) -> None:
    """Count items, or add the counts of another mapping."""
    if isinstance(own(source), DictObject):
        entries, rest = pairs_of(machine, source)
        if rest is not None:
            forget(machine, receiver, rest)
        counts = list(entries.items())
    else:
        found = listed(machine, source)
        if found is None or not all(map(is_key, found)):
            forget(machine, receiver, lost(machine, "Counter", source, found))
            return
        counts = [(item, 1) for item in found]
    for key, count in counts:
        machine.heap.write(receiver.table, key, machine.binary("+", receiver.table.get(key, 0), count))


@_method("most_common", n=None)
def most_common(machine: "Machine", receiver: DictObject, n: Value) -> Value:
    if _rest(receiver) is not None or not all(isinstance(value, int) for value in receiver.table.values()):
        return ListObject(lost(machine, "Counter.most_common", receiver))
    ranked = sorted(receiver.table.items(), key=lambda item: -item[1])
    return ListObject(tuple(ranked[:n] if isinstance(n, int) else ranked))


@_method("elements")
def elements(machine: "Machine", receiver: DictObject) -> Value:
    if _rest(receiver) is not None or not all(isinstance(value, int) and value < 10_000 for value in receiver.table.values()):
        return IteratorObject(lost(machine, "Counter.elements", receiver))
    return IteratorObject(tuple(key for key, count in receiver.table.items() for _ in range(count)))
