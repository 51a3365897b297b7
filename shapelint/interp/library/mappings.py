"""What a class of the program's own that derives from ``collections.abc.Mapping`` or ``MutableMapping`` gets besides what it defines.

Each is computed with the ``__getitem__``, ``__setitem__``, ``__delitem__``, ``__iter__`` and ``__len__`` of the class, as Python's own does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..natives import Call, PyRaise
from ..values import DictObject, Unknown, Value
from ..views import DictView
from .support import Args, Kwargs, listed, lost, method

if TYPE_CHECKING:
    from ..machine import Machine

_MISSING = object()


def _mixin(*names: str, least: int = 1, mutable: bool = False) -> Callable[[Call], Call]:
    """Implement methods of the abstract classes, under the two names that they are imported by."""

    def register(call: Call) -> Call:
        for kind in ("MutableMapping",) if mutable else ("Mapping", "MutableMapping"):
            for space in ("abc", "typing"):
                method(f"{space}.{kind}", *names, least=least)(call)
        return call

    return register


def _keys(machine: "Machine", mapping: Value) -> tuple[Value, ...] | None:
    keys = listed(machine, mapping)
    return keys if keys is not None and all(isinstance(key, (str, int, tuple, type(None))) for key in keys) else None


def _found(machine: "Machine", mapping: Value, key: Value, default: Value) -> Value:
    """The value of a key, or a default where the class raises KeyError."""
    try:
        return machine.get_item(mapping, key)
    except PyRaise as raised:
        if raised.name != "KeyError":
            raise
        return default


@_mixin("get", least=2)
def get(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _found(machine, args[0], args[1], args[2] if len(args) > 2 else kwargs.get("default"))


@_mixin("__contains__", least=2)
def contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = _found(machine, args[0], args[1], _MISSING)
    return found if isinstance(found, Unknown) else found is not _MISSING


@_mixin("keys")
def keys(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = _keys(machine, args[0])
    return lost(machine, "keys", args[0]) if found is None else DictView("keys", DictObject(dict.fromkeys(found)))


@_mixin("values")
def values(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _entries(machine, args[0], "values")


@_mixin("items")
def items(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _entries(machine, args[0], "items")


def _entries(machine: "Machine", mapping: Value, kind: str) -> Value:
    found = _keys(machine, mapping)
    return lost(machine, kind, mapping) if found is None else DictView(kind, DictObject({key: machine.get_item(mapping, key) for key in found}))


@_mixin("pop", least=2, mutable=True)
def pop(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    default = args[2] if len(args) > 2 else kwargs.get("default", _MISSING)
    found = machine.get_item(args[0], args[1]) if default is _MISSING else _found(machine, args[0], args[1], _MISSING)
    if found is _MISSING:
        return default
    machine.call(machine.get_attribute(args[0], "__delitem__"), [args[1]], {})
    return found


@_mixin("setdefault", least=2, mutable=True)
def setdefault(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    default = args[2] if len(args) > 2 else kwargs.get("default")
    found = _found(machine, args[0], args[1], _MISSING)
    if found is not _MISSING:
        return found
    machine.set_item(args[0], args[1], default)
    return default


@_mixin("update", mutable=True)
def update(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    given = DictObject()
    machine.call(machine.get_attribute(given, "update"), args[1:], kwargs)
    if given.opaque["rest"] is not None:
        return machine.set_item(args[0], lost(machine, "update", *args[1:]), lost(machine, "update", *args[1:]))
    for key, value in given.table.items():
        machine.set_item(args[0], key, value)
    return None


@_mixin("clear", mutable=True)
def clear(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = _keys(machine, args[0])
    if found is None:
        return lost(machine, "clear", args[0])
    for key in found:
        machine.call(machine.get_attribute(args[0], "__delitem__"), [key], {})
    return None
